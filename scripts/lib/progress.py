# SPDX-License-Identifier: MIT
"""Say how far a long step is: a line that rewrites itself on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TextIO

WINDOW = 120.0  # seconds; what is left is told from the pace in the latest of them, since other work comes and goes


def duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 3 min 20 s."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


class Progress:
    """Counts steps towards an expected total, which may be only about right."""

    def __init__(self, label: str, total: int, out: TextIO = sys.stderr, every: float = 30.0) -> None:
        self.label = label
        self.total = max(1, total)
        self.done = 0
        self.out = out
        self.terminal = out.isatty()
        self.every = 0.5 if self.terminal else every
        self.start = self.shown = time.monotonic()
        self._recent = deque([(self.start, 0)])

    def step(self, count: int = 1) -> None:
        """Count `count` more steps, and show the line when it is due."""
        self.done += count
        now = time.monotonic()
        if now - self.shown >= self.every:
            self.shown = now
            self._show(self.line(now))
            self._recent.append((now, self.done))
            while now - self._recent[0][0] > WINDOW:
                self._recent.popleft()

    def line(self, now: float) -> str:
        """The line as it would be shown at `now`."""
        spent = now - self.start
        total = max(self.total, self.done)
        since, before = self._recent[0]
        left = ""
        if 20 <= self.done < total and self.done > before:
            left = f", about {duration((now - since) * (total - self.done) / (self.done - before))} left"
        return f"{self.label}: {self.done} of about {total} files, {duration(spent)}{left}"

    def finish(self, text: str) -> None:
        """Replace the line by the outcome."""
        self._show(f"{self.label}: {text} in {duration(time.monotonic() - self.start)}", last=True)

    def _show(self, text: str, last: bool = False) -> None:
        if self.terminal:
            self.out.write(f"\r\033[K{text}" + ("\n" if last else ""))
        else:
            self.out.write(text + "\n")
        self.out.flush()
