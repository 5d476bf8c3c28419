# SPDX-License-Identifier: MIT
"""Kernel configuration fragments: read them, and hold the finished .config to each of their lines.

`make olddefconfig` drops without a word what it cannot grant: an option whose dependency is missing, or a name that a
new release has renamed.  A debugging kernel that lost its checks that way would pass every test.
"""

from __future__ import annotations

import re
from pathlib import Path

_SET = re.compile(r"CONFIG_(\w+)=(.*)")
_UNSET = re.compile(r"# CONFIG_(\w+) is not set")


def parse(text: str) -> dict[str, str]:
    """Map each option that `text` names to its value; "n" for one that is said to be not set."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        if match := _SET.fullmatch(line.strip()):
            options[match[1]] = match[2]
        elif match := _UNSET.fullmatch(line.strip()):
            options[match[1]] = "n"
    return options


def merge(fragments: list[Path]) -> str:
    """The text of all fragments, in order: of two lines for one option the last one counts."""
    return "".join(fragment.read_text() for fragment in fragments)


def broken(fragments: list[Path], config: str) -> list[str]:
    """Say, a line each, which wishes of the fragments do not hold in the finished `config`."""
    have = parse(config)
    wanted: dict[str, tuple[str, Path]] = {}
    for fragment in fragments:
        for option, value in parse(fragment.read_text()).items():
            wanted[option] = (value, fragment)
    return [
        f"{fragment.name}: CONFIG_{option} should be {value}, is {have.get(option, 'n')}"
        for option, (value, fragment) in wanted.items()
        if have.get(option, "n") != value
    ]
