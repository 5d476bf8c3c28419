# SPDX-License-Identifier: MIT
"""Deletes the cache of kernels, which every checkout of this user shares."""

from __future__ import annotations

import shutil

import cache
from failure import run_main
from steps.host import say


def main() -> int:
    """The second half of `make distclean`."""
    folder = cache.root()
    say(f"deleting {folder}")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    run_main("make distclean", main)
