# SPDX-License-Identifier: MIT
"""Find a kernel's complaints in a console log.

A test can pass while lockdep reports a deadlock that has not happened yet, so each guest's console is read, and what
the kernel itself calls a bug fails the run.

Only lines with the kernel's time stamp count, and only by how the message begins: programs print the word WARNING
too, and the kernel mentions it when it speaks of mitigations.  The console is shared, so a message may start in the
middle of a line that a program has not ended.

A race counts if a side of it is the module's or its tests': the kernel has some of its own, in its drivers and timers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MESSAGE = re.compile(r"\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ")

# How the first line of a report begins, the special before the general.
KINDS: tuple[tuple[str, str], ...] = (
    ("KASAN", r"BUG: KASAN: "),
    ("KCSAN", r"BUG: KCSAN: .*\[pidlab"),
    ("KFENCE", r"BUG: KFENCE: "),
    ("UBSAN", r"UBSAN: \S"),
    ("sleeping in atomic context", r"BUG: (sleeping function called from invalid context|scheduling while atomic)"),
    ("lockdep", r"WARNING: (possible (circular|recursive|irq lock inversion)|inconsistent lock state|bad unlock"
                r"|held lock freed|lock held when returning|Nested lock|\w+-safe -> \w+-unsafe"
                r"|\S+/\d+ still has locks held)|INFO: trying to register non-static key|\[ BUG: "),
    ("RCU", r"WARNING: suspicious RCU usage|(rcu: )?INFO: rcu_\S+ .*stall|INFO: suspicious RCU usage"),
    ("lockup", r"(watchdog: )?BUG: (soft|workqueue) lockup|watchdog: Watchdog detected hard LOCKUP"),
    ("slab", r"BUG \S.* \((Not tainted|Tainted)"),
    ("refcount", r"refcount_t: "),
    ("list corruption", r"list_(add|del)\S* corruption"),
    ("debug objects", r"ODEBUG: "),
    ("hung task", r"INFO: task \S+:\d+ blocked for more than "),
    ("kmemleak", r"kmemleak: [1-9]\d* new suspected memory leaks"),
    ("oops", r"Oops\b|general protection fault|stack segment: |double fault: |Unable to handle kernel"
             r"|BUG: (kernel NULL pointer dereference|unable to handle)"),
    ("BUG", r"BUG: (?!KCSAN: )|kernel BUG at "),
    ("WARNING", r"WARNING: "),
    ("panic", r"Kernel panic - not syncing: "),
)
_KINDS = [(kind, re.compile(pattern)) for kind, pattern in KINDS]
_END = re.compile(r"---\[ end |={60}|Rebooting in ")
_LONGEST = 40


@dataclass(frozen=True)
class Splat:
    """One report: what kind, where in the log, and its first lines."""

    kind: str
    line: int  # from 1
    text: str


def classify(line: str) -> str:
    """The kind of report that begins on this console line; empty if none does."""
    for stamp in _MESSAGE.finditer(line):
        for kind, pattern in _KINDS:
            if pattern.match(line, stamp.end()):
                return kind
    return ""


def scan(log: str) -> list[Splat]:
    """All reports in a console log.  What follows within a report, the panic it leads to included, is its text."""
    lines = [line.rstrip("\r") for line in log.split("\n")]
    found: list[Splat] = []
    index = 0
    while index < len(lines):
        kind = classify(lines[index])
        if not kind:
            index += 1
            continue
        end = index + 1
        while end < min(index + _LONGEST, len(lines)) and not _END.search(lines[end]):
            end += 1
        found.append(Splat(kind, index + 1, "\n".join(lines[index:end]).rstrip()))
        index = end
    return found
