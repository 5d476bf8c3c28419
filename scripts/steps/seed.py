# SPDX-License-Identifier: MIT
"""Runs several processes at one lab in guests whose schedule follows from a seed, and repeats from it.

--pair shows that it does: one seed gives one console, to the last byte; another gives another schedule.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from failure import Failure, run_main
from steps import guest, ktap
from steps.host import BUILD, ROOT, need_packages, phase, say

SOURCE = ROOT / "userspace" / "tests" / "speed" / "stress.c"


def stress() -> Path:
    """The program that the guest runs, compiled."""
    program = BUILD / "vm" / "stress"
    program.parent.mkdir(parents=True, exist_ok=True)
    command = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'uapi'}", "-o", str(program), str(SOURCE)]
    if subprocess.run(command, check=False).returncode:
        raise Failure(f"{SOURCE.name} does not compile")
    return program


class Guests:
    """What it takes to boot them."""

    def __init__(self, kernel: str) -> None:
        self.kernel = kernel
        self.program = stress()
        with phase(f"building pidlab.ko for {kernel}"):
            self.module = guest.module(kernel) / "module" / "pidlab.ko"

    def run(self, seed: int, name: str) -> tuple[int, bytes, str]:
        """Boots one; the guest's status, its console, and what the processes told."""
        out = BUILD / "vm" / f"seed-{self.kernel}-{name}"
        told: list[str] = []
        command = guest.vm_command(self.kernel, "seed.sh", out, {"/pidlab.ko": self.module},
                                   {"/bin/stress": self.program}, "--seed", str(seed))
        status = guest.boot(command, told.append)
        return status, (out / "console").read_bytes(), "\n".join(told)


def pair(guests: Guests) -> ktap.Tally:
    """One seed twice, and another."""
    first, again, other = (guests.run(*which) for which in ((1, "first"), (1, "again"), (2, "other")))
    tally = ktap.Tally()
    for name, good in (
        ("one_seed_is_one_console", first == again and first[0] == 0),
        ("another_seed_is_another_schedule", other[0] == 0 and other[2] != first[2]),
    ):
        result = "ok" if good else "FAIL"
        say(str(ktap.Outcome(result, f"seed.{name}")))
        tally.count(result)
    return tally


def many(guests: Guests, seeds: int, first: int = 1) -> ktap.Tally:
    """Seed after seed, on each processor another; one that fails is told, and can be run again."""
    tally = ktap.Tally()
    places: queue.SimpleQueue[int] = queue.SimpleQueue()
    workers = os.cpu_count() or 1
    for place in range(workers):
        places.put(place)

    def one(seed: int) -> tuple[int, int, str]:
        place = places.get()
        try:
            status, _, log = guests.run(seed, f"many-{place}")
            return seed, status, log
        except Failure as failure:
            return seed, guest.BROKEN, str(failure)
        finally:
            places.put(place)

    with ThreadPoolExecutor(workers) as pool:
        for seed, status, log in pool.map(one, range(first, first + seeds)):
            result = "FAIL" if status else "ok"
            tally.count(result)
            if status or tally.total % 10 == 0:
                say(str(ktap.Outcome(result, f"seed.{seed}", log=tuple(log.splitlines()) if status else ())))
    return tally


def main() -> int:
    """`python3 -m steps.seed`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="stock")
    parser.add_argument("--pair", action="store_true", help="show that a seed decides")
    parser.add_argument("--seeds", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--first", type=int, default=1, help="from this one on (default: 1)")
    options = parser.parse_args()
    need_packages("check")
    guests = Guests(options.kernel)
    return guest.verdict(pair(guests) if options.pair else many(guests, options.seeds, options.first))


if __name__ == "__main__":
    run_main("seed", main)
