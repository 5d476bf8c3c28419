# SPDX-License-Identifier: MIT
"""Measures the builds of the module: time for a number and for the life of a task, and schedules a second.

On uml that is the host's time; with --instructions, a guest's instructions under QEMU. One of the
builds has no points and no control compiled in: what they cost those who do not use them is the difference.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess

from failure import Failure, run_main
from steps import guest
from steps.host import BUILD, ROOT, need_packages, phase, say

SOURCE = ROOT / "userspace" / "tests" / "speed" / "speed.c"
BUILDS = {"ordinary": (), "no-points": ("--no-points",), "footprints": ("--footprints",)}
MOST_COST = 2.0  # per cent of the instructions that points may take from those who do not use them
_FIGURE = re.compile(r"(\S+) ns_a_(\w+) (\d+)")


def cost(figures: dict[tuple[str, str], int]) -> tuple[list[str], bool]:
    """What points cost those who do not use them, in words, and whether that is little; figures are
    {(build, what): instructions}."""
    words, good = [], True
    for (build, what), with_points in figures.items():
        without = figures.get(("no-points", what))
        if build != "ordinary" or without is None:
            continue
        percent = 100 * (with_points - without) / with_points
        good = good and percent <= MOST_COST
        words.append(f"points cost {with_points - without} of {with_points} instructions a {what}, {percent:.1f} %")
    return words, good


def main() -> int:
    """`python3 -m steps.speed`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="uml")
    parser.add_argument("--instructions", action="store_true", help="on a clock that counts them")
    parser.add_argument("--builds", nargs="+", choices=list(BUILDS), default=list(BUILDS), help="only these")
    options = parser.parse_args()
    need_packages("check")
    out = BUILD / "vm" / f"speed-{options.kernel}"
    out.mkdir(parents=True, exist_ok=True)
    program = out / "speed"
    compiled = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'uapi'}", "-o", str(program), str(SOURCE)]
    if subprocess.run(compiled, check=False).returncode:
        raise Failure("speed.c does not compile")
    files = {"/builds": out / "builds"}
    files["/builds"].write_text("".join(f"{name}\n" for name in options.builds), encoding="utf-8")
    for name in options.builds:
        with phase(f"building pidlab.ko for {options.kernel}, {name}"):
            built = guest.module(options.kernel, *BUILDS[name])
        files[f"/{name}.ko"] = out / f"{name}.ko"
        shutil.copy(built / "module" / "pidlab.ko", files[f"/{name}.ko"])
    more = ("--seed", "1", "--shift", "0", "--cpus", "1") if options.instructions else ()
    command = guest.vm_command(options.kernel, "speed.sh", out, files, {"/bin/speed": program}, *more)
    figures: dict[tuple[str, str], int] = {}

    def heard(line: str) -> None:
        say(line)
        if match := _FIGURE.match(line):
            figures[match[1], match[2]] = int(match[3])

    status = guest.boot(command, heard)
    words, good = cost(figures) if options.instructions else ([], True)
    for line in words:
        say(line)
    return status if status or good else 1


if __name__ == "__main__":
    run_main("speed", main)
