# SPDX-License-Identifier: MIT
"""Empties the cache of kernels, which every checkout of this user shares.

PIDLAB_CACHE may name any directory, so only what the scripts put there goes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import cache
import kernels
from failure import run_main
from steps.host import say

OURS = ("source-*", "locks", "partial", "*.log", "kvm.json")


def entries(folder: Path) -> list[Path]:
    """What in the cache directory is the cache's."""
    patterns = [f"{name}-*" for name in kernels.RECIPES] + list(OURS)
    return sorted({path for pattern in patterns for path in folder.glob(pattern)})


def main() -> int:
    """The second half of `make distclean`."""
    folder = cache.root()
    for path in entries(folder):
        say(f"deleting {path}")
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    left = sorted(path.name for path in folder.iterdir())
    if left:
        say(f"left in {folder}, not ours: {', '.join(left)}")
    else:
        folder.rmdir()
    return 0


if __name__ == "__main__":
    run_main("make distclean", main)
