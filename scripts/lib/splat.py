# SPDX-License-Identifier: MIT
"""Find a kernel's complaints in a console log.

A test can pass while lockdep reports a deadlock that has not happened yet, so each guest's console is read, and what
the kernel itself calls a bug fails the run.  The patterns are the first lines of reports, anchored where the kernel
prints them: the word WARNING in a message that mentions a mitigation is no report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The start of a line as the kernel prints it: an optional time, an optional caller (CONFIG_PRINTK_CALLER).
_START = r"^(?:<\d>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?"

KINDS = (
    ("panic", r"Kernel panic - not syncing: (?!No working init found\.)"),
    ("KASAN", r"BUG: KASAN: "),
    ("KCSAN", r"BUG: KCSAN: "),
    ("KFENCE", r"BUG: KFENCE: "),
    ("UBSAN", r"UBSAN: \S+ in "),
    ("sleeping in atomic", r"BUG: sleeping function called from invalid context"),
    ("scheduling in atomic", r"BUG: scheduling while atomic"),
    ("BUG", r"BUG: (?!KASAN|KCSAN|KFENCE|sleeping|scheduling|workqueue lockup)"),
    ("BUG", r"kernel BUG at "),
    ("BUG", r"BUG \S+ \((?:Not tainted|Tainted)"),  # slab: red zone, poison, objects remaining
    ("workqueue lockup", r"BUG: workqueue lockup"),
    ("lockdep", r"(?:WARNING|INFO): (?:possible (?:circular|recursive|irq lock inversion)|suspicious RCU usage"
                r"|inconsistent lock state|bad unlock balance|held lock freed|lock held when returning"
                r"|trying to register non-static key)|WARNING: (?:possible|suspicious|inconsistent|bad unlock|held lock"
                r"|lock held|nested lock|\S+-safe -> \S+-unsafe|HARDIRQ-safe|SOFTIRQ-safe|Nested lock|Invalid wait)"),
    ("lockdep", r"BUG: (?:Invalid wait context|MAX_LOCK\w+ too low)|\[ BUG: "),
    ("WARNING", r"WARNING: CPU: \d+ PID: \d+ at "),
    ("WARNING", r"WARNING: \S+/\S+\.[ch]:\d+ at "),
    ("refcount", r"refcount_t: "),
    ("list corruption", r"(?:list_add|list_del) corruption"),
    ("debug objects", r"ODEBUG: "),
    ("RCU stall", r"rcu: INFO: \S+ (?:self-detected stall|detected (?:expedited )?stalls?)|INFO: rcu_\S+ .*stall"),
    ("hung task", r"INFO: task \S+:\d+ blocked for more than "),
    ("lockup", r"watchdog: BUG: (?:soft|hard) lockup|watchdog: Watchdog detected hard LOCKUP"),
    ("oops", r"(?:Oops: |Oops\[|general protection fault|Unable to handle kernel|double fault: |stack segment: )"),
    ("kmemleak", r"kmemleak: [1-9]\d* new suspected memory leaks"),
    ("leaked objects", r"(?:=+ )?BUG .*Objects remaining"),
    ("not syncing", r"---\[ end Kernel panic"),
)
_PATTERN = re.compile("|".join(f"(?P<k{index}>{_START}{regex})" for index, (_, regex) in enumerate(KINDS)))
_CONTEXT_AFTER = 25


@dataclass(frozen=True)
class Splat:
    """One report: what kind, where in the log, and its first lines."""

    kind: str
    line: int  # from 1
    text: str


def scan(log: str) -> list[Splat]:
    """All reports in a console log; lines that follow within the same report are its text."""
    lines = [line.rstrip("\r") for line in log.split("\n")]
    found: list[Splat] = []
    skip_until = -1
    for index, line in enumerate(lines):
        match = _PATTERN.match(line)
        if not match or index < skip_until:
            continue
        kind = KINDS[int((match.lastgroup or "k0")[1:])][0]
        block = lines[index:index + _CONTEXT_AFTER]
        found.append(Splat(kind, index + 1, "\n".join(block).rstrip()))
        skip_until = index + _CONTEXT_AFTER
    return found
