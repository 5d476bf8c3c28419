# SPDX-License-Identifier: MIT
"""Copy the module's sources beside its objects, for each kernel it is built for.

Kbuild puts objects next to sources, so one tree can hold the build for one kernel only.  A copy of the sources a
kernel, with their times kept, lets every kernel have its own objects and lets make rebuild only what changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SOURCE_NAMES = {"Kbuild", "Makefile"}
SOURCE_ENDS = {".c", ".h", ".S"}


def is_source(path: Path) -> bool:
    """Whether a file belongs to the copy, by its name; what modpost generates (*.mod.c) does not."""
    return path.name in SOURCE_NAMES or (path.suffix in SOURCE_ENDS and not path.name.endswith(".mod.c"))


def _sources(top: Path, folders: list[str]) -> set[Path]:
    """The sources under `top`: its own Kbuild, and everything in `folders`."""
    found = {path for folder in folders for path in (top / folder).rglob("*") if path.is_file() and is_source(path)}
    if (top / "Kbuild").is_file():
        found.add(top / "Kbuild")
    return {path.relative_to(top) for path in found}


def mirror(top: Path, folders: list[str], into: Path) -> int:
    """Make `into` hold the sources of `top` as they are now; return how many files changed or went."""
    wanted = _sources(top, folders)
    changed = 0
    for gone in _sources(into, folders) - wanted:
        (into / gone).unlink()
        changed += 1
    for path in sorted(wanted):
        source, target = top / path, into / path
        if target.exists() and _stamp(source) == _stamp(target):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        changed += 1
    return changed


def _stamp(path: Path) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_mtime_ns, stat.st_size
