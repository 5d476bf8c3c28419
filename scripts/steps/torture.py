# SPDX-License-Identifier: MIT
"""Runs random programs on the module and on what it should be like, in a VM, and compares all they do.

First that is the reference model, then real processes of the VM's kernel.

A difference is shrunk to the least program that shows it, and told as a scenario.
The seed gives the same programs again.
"""

from __future__ import annotations

import argparse
import re
import time

from failure import run_main
from steps import client, guest, ktap
from steps.host import BUILD, need_packages, phase, say

COMMANDS = 1_000_000
STEPS = 100_000  # by real processes, which take their time
_WORD = re.compile(r"# (seed \d+|\w+: \d+ of \d+ commands, .*)")


def progress(line: str) -> None:
    """Hands on what the guest says about how far it is."""
    if match := _WORD.fullmatch(line.strip()):
        say(f"   {match[1]}")


def run(kernel: str, seed: int, commands: int, steps: int, timeout: str) -> ktap.Tally:
    """Tortures the module on a kernel."""
    program = client.torture()
    processes = client.oracle_torture()
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    words = BUILD / "vm" / "torture"
    words.parent.mkdir(parents=True, exist_ok=True)
    words.write_text(f"{seed} {commands} {steps}\n", encoding="utf-8")
    files = {"/pidlab.ko": built / "module" / "pidlab.ko", "/torture": words}
    binaries = {"/bin/pidlab_torture": program, "/bin/pidlab_oracle_torture": processes}
    out = BUILD / "vm" / f"torture-{kernel}"
    command = guest.vm_command(kernel, "torture.sh", out, files, binaries, "--timeout", timeout)
    say(f"-- {commands} commands on model and module, {steps} by real processes, seed {seed}, on {kernel}")
    return guest.judged(command, f"torture on {kernel}", [], progress)


def main() -> int:
    """`make torture`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="stock")
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000_000)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--steps", type=int, default=STEPS, help="commands that real processes do")
    parser.add_argument("--timeout", default="7200")
    options = parser.parse_args()
    need_packages("check")
    tally = run(options.kernel, options.seed, options.commands, options.steps, options.timeout)
    return guest.verdict(tally)


if __name__ == "__main__":
    run_main("make torture", main)
