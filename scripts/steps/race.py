# SPDX-License-Identifier: MIT
"""Eight threads at one table of numbers, on the kernel that looks for data races; any report fails the run."""

from __future__ import annotations

import argparse
from pathlib import Path

import kernels
from failure import Failure, run_main
from steps import guest
from steps.host import BUILD, need_packages, phase

SUITE = "pidlab_index_table_race"
CASES = 2
EACH = 50_000  # operations of a case in a load, well within its 300 s


def loads(ops: int) -> int:
    """How often the module of tests is loaded so that all its cases together do so many operations."""
    if ops < 1:
        raise Failure("--ops takes a number above 0", 2)
    return -(-ops // (CASES * EACH))


def main() -> int:
    """`make race`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="kcsan")
    parser.add_argument("--ops", type=int, default=1_000_000, help="operations in all (default: 1000000)")
    options = parser.parse_args()
    count = loads(options.ops)
    kernel = kernels.canonical(options.kernel)
    need_packages("check")
    with phase(f"building pidlab.ko and pidlab_kunit.ko for {kernel}"):
        built = guest.module(kernel, "--kunit")
    out = BUILD / "vm" / f"race-{kernel}"
    out.mkdir(parents=True, exist_ok=True)
    plan: Path = out / "race"
    plan.write_text(f"{SUITE} {EACH} {count}\n", encoding="ascii")
    files = {
        "/pidlab.ko": built / "module" / "pidlab.ko",
        "/pidlab_kunit.ko": built / "kunit" / "pidlab_kunit.ko",
        "/race": plan,
    }
    command = guest.vm_command(kernel, "race.sh", out, files, {}, "--timeout", str(600 + 300 * count))
    return guest.verdict(guest.judged(command, f"races on {kernel}", [SUITE]))


if __name__ == "__main__":
    run_main("make race", main)
