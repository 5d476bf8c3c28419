# SPDX-License-Identifier: MIT
"""What the steps share: where things are, running commands, and telling how it goes.

A step that takes longer than a glance says what it does, how far it is and how
long it took. What a tool prints goes to a log; a person sees it when it failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from failure import Failure
from progress import Progress, duration

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
SCRIPTS = ROOT / "scripts"

TAIL = 30  # lines of a log that are shown when its command failed
PROGRESS_SECONDS = 10.0  # between two lines of progress

_ERROR = re.compile(r"\berror: |^FAILED: |CMake Error")
_NINJA = re.compile(r"\[(\d+)/(\d+)\]")


def say(text: str) -> None:
    """Prints a line at once, whatever standard output is."""
    print(text, flush=True)


@contextmanager
def phase(title: str) -> Iterator[None]:
    """Names what begins, and says how long it took when it has ended well."""
    say(f"-- {title}")
    start = time.monotonic()
    yield
    say(f"   {duration(time.monotonic() - start)}")


def tail(log: Path, lines: int = TAIL) -> str:
    """What a log says about a failure, indented: from its first error on, or else its end."""
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [number for number, line in enumerate(text) if _ERROR.search(line)]
    text = text[errors[0] :][:lines] if errors else text[-lines:]
    return "\n".join(f"   | {line}" for line in text)


def stream(
    command: Sequence[str | os.PathLike[str]],
    log: Path,
    line_seen: Callable[[str], None],
) -> int:
    """Runs a command, its output to a log and line by line to `line_seen`; returns its status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        open(log, "w", encoding="utf-8", errors="replace") as out,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            out.write(line)
            out.flush()
            line_seen(line.rstrip("\n"))
    return process.returncode


def quietly(command: Sequence[str | os.PathLike[str]], log: Path) -> None:
    """Runs a command that builds something; shows how far it is, and its log if it fails."""
    shown: Progress | None = None

    def progress(line: str) -> None:
        nonlocal shown
        if counts := _NINJA.match(line):
            shown = shown or Progress("   compiling", 1, sys.stdout, PROGRESS_SECONDS)
            shown.total = int(counts[2])  # grows when ninja has looked at everything
            shown.step(int(counts[1]) - shown.done)

    status = stream(command, log, progress)
    if shown and shown.terminal:
        shown.finish("built")
    if status:
        words = " ".join(str(word) for word in command)
        where = log.relative_to(ROOT)
        raise Failure(f"`{words}' failed with status {status}; from {where}:\n{tail(log)}")


def openly(command: Sequence[str | os.PathLike[str]]) -> int:
    """Runs a command that talks to the person itself; returns its status."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def need_packages(group: str) -> None:
    """Stops with the list if Debian packages of this group are missing."""
    status = subprocess.run(
        [SCRIPTS / "setup", group, "--no-install"], cwd=ROOT, check=False
    ).returncode
    if status:
        raise Failure(f"packages are missing: `scripts/setup {group}' installs them", status)
