# SPDX-License-Identifier: MIT
"""The long tests, one after the other, or some of them: --only model,processes,pairs,seeds,race.

  model      random programs on the module and on the reference model, which must agree
  processes  the same by real processes of the VM's kernel
  pairs      every two operations at the same time, in every order, in all generations
  seeds      several processes at one lab in guests whose schedule follows from a seed
  race       eight threads at one table of numbers, on the kernel that looks for data races

A difference between module and model is shrunk to the least program that shows it, and told as a
scenario. The seed gives the same programs again.
"""

from __future__ import annotations

import argparse
import re
import time

from failure import Failure, run_main
from steps import client, guest, ktap, pairs, race, seed
from steps.host import BUILD, need_packages, phase, say

COMMANDS = 1_000_000
STEPS = 100_000  # by real processes, which take their time
RACE_OPS = 10_000_000  # of the eight threads together
PARTS = ("model", "processes", "pairs", "seeds", "race")
_WORD = re.compile(r"# (seed \d+|\w+: \d+ of \d+ commands, .*)")


def progress(line: str) -> None:
    """Hands on what the guest says about how far it is."""
    if match := _WORD.fullmatch(line.strip()):
        say(f"   {match[1]}")


def programs(kernel: str, number: int, commands: int, steps: int, timeout: str) -> ktap.Tally:
    """Random programs on a kernel; of a part that has no commands nothing runs."""
    program = client.torture()
    processes = client.oracle_torture()
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    words = BUILD / "vm" / "torture"
    words.parent.mkdir(parents=True, exist_ok=True)
    words.write_text(f"{number} {commands} {steps}\n", encoding="utf-8")
    files = {"/pidlab.ko": built / "module" / "pidlab.ko", "/torture": words}
    binaries = {"/bin/pidlab_torture": program, "/bin/pidlab_oracle_torture": processes}
    out = BUILD / "vm" / f"torture-{kernel}"
    command = guest.vm_command(kernel, "torture.sh", out, files, binaries, "--timeout", timeout)
    say(f"-- {commands} commands on model and module, {steps} by real processes, seed {number}, on {kernel}")
    return guest.judged(command, f"torture on {kernel}", [], progress)


def parts_of(text: str) -> tuple[str, ...]:
    """The parts that --only names."""
    parts = tuple(text.split(","))
    if unknown := [part for part in parts if part not in PARTS]:
        raise Failure(f"no part {unknown[0]}: there are {', '.join(PARTS)}", 2)
    return parts


def main() -> int:
    """`make torture`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default="stock")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PARTS", help="these, with commas between")
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000_000)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--steps", type=int, default=STEPS, help="commands that real processes do")
    parser.add_argument("--seeds", type=int, default=200, help="guests of part seeds")
    parser.add_argument("--ops", type=int, default=RACE_OPS, help="operations of part race")
    parser.add_argument("--every", type=int, default=1, help="of the pairs only every n-th")
    parser.add_argument("--timeout", default="7200")
    options = parser.parse_args()
    parts = parts_of(options.only)
    need_packages("check")
    tally = ktap.Tally()
    if "model" in parts or "processes" in parts:
        commands = options.commands if "model" in parts else 0
        steps = options.steps if "processes" in parts else 0
        tally.add(programs(options.kernel, options.seed, commands, steps, options.timeout))
    if "pairs" in parts:
        tally.add(pairs.run_all(options.every, options.timeout))
    if "seeds" in parts:
        tally.add(seed.many(seed.Guests(options.kernel), options.seeds))
    if "race" in parts:
        tally.add(race.run(race.KERNEL, options.ops))
    return guest.verdict(tally)


if __name__ == "__main__":
    run_main("make torture", main)
