# SPDX-License-Identifier: MIT
"""Read what make says while it builds the module: keep what a person must see, with paths they can open."""

from __future__ import annotations

import re
from pathlib import Path

# Said by kbuild, about nothing that anybody can or should change.
HARMLESS = (
    re.compile(r"Skipping BTF generation .* due to unavailability of vmlinux"),
    re.compile(r"warning: the compiler differs from the one used to build the kernel"),
    re.compile(r"^  (The kernel was built by|You are using): "),
    re.compile(r"^make(\[\d+\])?: (Entering directory|Leaving directory|\*\*\* \[.*\] Error \d+$)"),
)
_NOISE = re.compile(r"^  [A-Z]+ (\[M\])? *\S")
_WARNING = re.compile(r"\bwarning\b:|\bWARNING: modpost|^WARNING:", re.IGNORECASE)


def visible(line: str) -> bool:
    """Whether a line of make's output is worth showing."""
    return bool(line.strip()) and not _NOISE.match(line) and not any(pattern.search(line) for pattern in HARMLESS)


def is_warning(line: str, ours: Path, kernel: Path) -> bool:
    """Whether `line` is a warning about our files: one in a header of the kernel's is the kernel's."""
    if not _WARNING.search(line):
        return False
    return not line.startswith(str(kernel)) or str(ours) in line


def readable(line: str, ours: Path, top: Path) -> str:
    """The line with the copy's paths turned into those of the sources that were copied."""
    try:
        shown = str(top.relative_to(Path.cwd()))
    except ValueError:
        shown = str(top)
    prefix = "" if shown == "." else f"{shown}/"
    return line.replace(f"{ours}/", prefix)


def objects_of(warnings: list[str], ours: Path) -> list[Path]:
    """The objects to build anew next time, so that a warning does not fall silent because make has nothing to do."""
    found: set[Path] = set()
    for line in warnings:
        source = re.match(r"(/\S+?)\.c:", line)
        if not source:  # in a header, or from modpost: any object may be the cause
            return sorted(ours.rglob("*.o"))
        found.add(Path(f"{source[1]}.o"))
    return sorted(found)
