# SPDX-License-Identifier: MIT
"""Eight threads at one table of numbers, on the kernel that looks for data races; any report fails the run."""

from __future__ import annotations

import argparse
from pathlib import Path

import kernels
from failure import Failure, run_main
from steps import guest, ktap
from steps.host import BUILD, need_packages, phase

KERNEL = "kcsan"
SUITE = "pidlab_index_table_race"
OPS = 1_000_000  # unless told otherwise
CASES = 2
EACH = 250_000  # operations of a case in a load: ten seconds of its 300 on an idle machine


def loads(ops: int) -> tuple[int, int]:
    """The operations of a case in a load of the module of tests, and the loads, for so many operations together."""
    if ops < 1:
        raise Failure("--ops takes a number above 0", 2)
    each = min(EACH, -(-ops // CASES))
    return each, -(-ops // (CASES * each))


def run(kernel: str, ops: int) -> ktap.Tally:
    """So many operations on a kernel."""
    each, count = loads(ops)
    with phase(f"building pidlab.ko and pidlab_kunit.ko for {kernel}"):
        built = guest.module(kernel, "--kunit")
    out = BUILD / "vm" / f"race-{kernel}"
    out.mkdir(parents=True, exist_ok=True)
    plan: Path = out / "race"
    plan.write_text(f"{SUITE} {each} {count}\n", encoding="ascii")
    files = {
        "/pidlab.ko": built / "module" / "pidlab.ko",
        "/pidlab_kunit.ko": built / "kunit" / "pidlab_kunit.ko",
        "/race": plan,
    }
    command = guest.vm_command(kernel, "race.sh", out, files, {}, "--timeout", str(600 + 300 * count))
    return guest.judged(command, f"{ops} operations on {kernel}", [SUITE])


def main() -> int:
    """`make race`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default=KERNEL)
    parser.add_argument("--ops", type=int, default=OPS, help=f"operations in all (default: {OPS})")
    options = parser.parse_args()
    need_packages("check")
    return guest.verdict(run(kernels.canonical(options.kernel), options.ops))


if __name__ == "__main__":
    run_main("make race", main)
