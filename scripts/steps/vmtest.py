# SPDX-License-Identifier: MIT
"""Runs the C++ tests that need the real device, in a VM, on one kernel or several."""

from __future__ import annotations

import argparse
from pathlib import Path

from failure import run_main
from steps import client, guest, ktap
from steps.host import BUILD, need_packages, phase, say
from steps.run import all_scenarios


def run(kernel: str, tests: Path, timeout: str) -> ktap.Tally:
    """Runs the tests on one kernel."""
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    files = {"/pidlab.ko": built / "module" / "pidlab.ko"}
    files |= {f"/scenarios/{path.name}": path for path in all_scenarios()}
    binaries = {"/bin/pidlab_vm_tests": tests, "/bin/genl-ctrl-list": Path("/usr/bin/genl-ctrl-list")}
    out = BUILD / "vm" / f"vmtest-{kernel}"
    # Row b11 needs 1 GB, and figures that are not those of a kernel's own checks.
    memory = "512M" if guest.is_built_for_tests(kernel) else "1G"
    options = ("--timeout", timeout, "--mem", memory)
    command = guest.vm_command(kernel, "vmtest.sh", out, files, binaries, *options)
    say(f"-- VM tests on {kernel}")
    return guest.judged(command, f"VM tests on {kernel}", [])


def main() -> int:
    """`make vmtest`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", default=[])
    parser.add_argument("--timeout", default="3600")
    options = parser.parse_args()
    need_packages("check")
    tests = client.vm_tests()
    total = ktap.Tally()
    for kernel in options.kernel or ("debug", "stock"):
        total.add(run(kernel, tests, options.timeout))
    return guest.verdict(total)


if __name__ == "__main__":
    run_main("make vmtest", main)
