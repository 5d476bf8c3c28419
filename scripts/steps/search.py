# SPDX-License-Identifier: MIT
"""Searches the orders in which actors can take their steps, in a VM: for bugs of the time, in pairs of operations, or of a scenario.

The module is built with footprints, so that orders which lead to a known state are left out.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from failure import Failure, run_main
from steps import client, guest
from steps.host import BUILD, ROOT, need_packages, phase, say

BUGS = ROOT / "userspace" / "scenarios" / "bugs"
PAIRS = ROOT / "userspace" / "pairs"
KERNEL = "stock"


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


def search(kernel: str, what: str, files: list[Path], options: list[str], timeout: str) -> int:
    """Boots a VM and runs one of the client's searches in it; returns its status."""
    command = client.release()
    with phase(f"building pidlab.ko for {kernel}, with footprints"):
        built = guest.module(kernel, "--footprints")
    words = BUILD / "vm" / "search"
    words.parent.mkdir(parents=True, exist_ok=True)
    inside = {f"/scenarios/{path.name}": path for path in files}
    progress = [] if what == "catalogue" else ["--progress"]
    words.write_text("\n".join([what, *progress, *options, *inside]) + "\n", encoding="utf-8")
    places = {"/pidlab.ko": built / "module" / "pidlab.ko", "/search": words, **inside}
    out = BUILD / "vm" / f"{what}-{kernel}"
    booting = guest.vm_command(
        kernel, "search.sh", out, places, {"/bin/pidlab": command}, "--timeout", timeout
    )
    say(f"-- {what} on {kernel}")
    return guest.boot(booting, say)


def main() -> int:
    """`make catalogue`, `make pairs` and `make explore`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["catalogue", "pairs", "explore"])
    parser.add_argument("--kernel", default=KERNEL)
    parser.add_argument("--scenario", type=Path, help="only this one, or those of this folder")
    parser.add_argument("--timeout", default="3600")
    options, rest = parser.parse_known_args()
    files = files_of(options.what, options.scenario)
    need_packages(guest.packages(options.kernel))
    return search(options.kernel, options.what, files, rest, options.timeout)


if __name__ == "__main__":
    run_main("make search", main)
