# SPDX-License-Identifier: MIT
"""Where downloads and built kernels live, and how several runs share them.

A kernel takes minutes to build, so it is kept outside the tree and used by every checkout.  Two rules keep the
cache sound: an entry is made under another name and renamed when it is complete, so that a killed run leaves nothing
that looks finished; and an entry is made under a lock, so that two runs do not make it twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def root() -> Path:
    """The cache directory, made if it is not there."""
    given = os.environ.get("PIDLAB_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = Path(given) if given else Path(base) / "pidlab"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


@contextlib.contextmanager
def locked(path: Path, waiting_for: str) -> Iterator[None]:
    """Hold an exclusive lock on `path` (a file, made if needed); say so when another run has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another run: {waiting_for}", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def entry(name: str, what: str, make: Callable[[Path], None]) -> Path:
    """Return the cache entry `name`; if there is none, let `make` fill a directory that then becomes it."""
    path = root() / name
    if path.is_dir():
        return path
    with locked(root() / "locks" / f"{name}.lock", what):
        if path.is_dir():
            return path
        partial = root() / "partial" / name
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            make(partial)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        partial.rename(path)
    return path
