# SPDX-License-Identifier: MIT
"""Searches the orders in which actors can take their steps, in a VM: for bugs of the time, in pairs of operations, or of a scenario.

The module is built with footprints, so that orders which lead to a known state are left out.
"""

from __future__ import annotations

import argparse
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from failure import Failure, run_main
from steps import client, guest
from steps.host import BUILD, ROOT, need_packages, phase, say

BUGS = ROOT / "userspace" / "scenarios" / "bugs"
PAIRS = ROOT / "userspace" / "pairs"
KERNEL = "stock"
CPUS = "1"  # actors take turns on one; another has only to be woken each time


def files_of(what: str, scenario: Path | None) -> list[Path]:
    """The scenarios of a search."""
    if scenario:
        asked = Path(os.path.abspath(scenario))
        found = sorted(asked.glob("*.scn")) if asked.is_dir() else [asked]
        if not found or not all(path.is_file() for path in found):
            raise Failure(f"no scenario {scenario}", 2)
        return found
    if what == "explore":
        raise Failure("which scenario? make explore SCENARIO=file; its columns are what is explored", 2)
    return sorted((PAIRS if what == "pairs" else BUGS).glob("*.scn"))


class Guest(threading.Thread):
    """One guest that searches a part, and what it says: as it comes, or when it is over if there are others."""

    def __init__(self, part: str, command: list[str]) -> None:
        super().__init__(daemon=True)
        self.part = part
        self.command = command
        self.lines: list[str] = []
        self.status = 0

    def heard(self, line: str) -> None:
        """Says how far a part is; keeps the rest."""
        if not self.part:
            say(line)
        elif line.startswith("# "):
            say(f"# {self.part}: {line.removeprefix('# ')}")
        else:
            self.lines.append(line)

    def run(self) -> None:
        """Boots it."""
        try:
            self.status = guest.boot(self.command, self.heard)
        except Failure as failure:
            self.heard(str(failure))
            self.status = failure.status


def parts_of(shards: int) -> list[str]:
    """The parts of a search as the client takes them; the whole has no name."""
    return [f"{part}/{shards}" for part in range(1, shards + 1)] if shards > 1 else [""]


@dataclass(frozen=True)
class Search:
    """What is searched, where, and with what in the guest."""

    kernel: str
    what: str
    scenarios: dict[str, Path]
    options: list[str]
    module: Path
    program: Path
    timeout: str

    def command(self, part: str) -> list[str]:
        """The command that boots a guest for a part, whose words are written; boots nothing yet."""
        name = f"{self.what}-{self.kernel}" + (f"-{part.replace('/', '-of-')}" if part else "")
        words = BUILD / "vm" / f"{name}.words"
        words.parent.mkdir(parents=True, exist_ok=True)
        progress = [] if self.what == "catalogue" else ["--progress"]
        shard = ["--shard", part] if part else []
        lines = [self.what, *progress, *shard, *self.options, *self.scenarios]
        words.write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = {"/pidlab.ko": self.module, "/search": words, **self.scenarios}
        return guest.vm_command(self.kernel, "search.sh", BUILD / "vm" / name, files,
                                {"/bin/pidlab": self.program}, "--cpus", CPUS, "--timeout", self.timeout)


def built(kernel: str, what: str, files: list[Path], options: list[str], timeout: str) -> Search:
    """A search with all that it takes built."""
    program = client.release()
    with phase(f"building pidlab.ko for {kernel}, with footprints"):
        module = guest.module(kernel, "--footprints") / "module" / "pidlab.ko"
    scenarios = {f"/scenarios/{path.name}": path for path in files}
    return Search(kernel, what, scenarios, options, module, program, timeout)


def run(search: Search, shards: int) -> int:
    """Boots a guest for each part; returns the worst status."""
    guests = [Guest(part, search.command(part)) for part in parts_of(shards)]
    say(f"-- {search.what} on {search.kernel}" + (f", {shards} guests at once" if shards > 1 else ""))
    for one in guests:
        one.start()
    for one in guests:
        one.join()
        if one.part:
            say(f"-- part {one.part}")
        for line in one.lines:
            say(line)
    return max(one.status for one in guests)


def main() -> int:
    """`make catalogue`, `make pairs` and `make explore`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["catalogue", "pairs", "explore"])
    parser.add_argument("--kernel", default=KERNEL)
    parser.add_argument("--scenario", type=Path, help="only this one, or those of this folder")
    parser.add_argument("--shards", type=int, default=1, help="in so many guests at once, a part in each")
    parser.add_argument("--timeout", default="3600")
    options, rest = parser.parse_known_args()
    files = files_of(options.what, options.scenario)
    if options.shards < 1 or (options.shards > 1 and options.what == "catalogue"):
        raise Failure("--shards is a number of parts, of explore or pairs", 2)
    need_packages(guest.packages(options.kernel))
    return run(built(options.kernel, options.what, files, rest, options.timeout), options.shards)


if __name__ == "__main__":
    run_main("make search", main)
