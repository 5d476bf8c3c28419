# SPDX-License-Identifier: MIT
"""Reads KTAP, the kernel's text format for test results, and judges it.

A test that silently did not run looks just like one that passed, so whatever a
stream announces and does not deliver counts as a failure: a plan with too few
results, a suite without cases, a stream that stops in the middle, no stream.
Reading is incremental, so that a person can watch cases as they finish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Iterable

_VERSION = re.compile(r"K?TAP version \d+$")
_SUBTEST = re.compile(r"# Subtest: (.+)$")
_PLAN = re.compile(r"1\.\.(\d+)(?:\s+#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)
_RESULT = re.compile(r"(not )?ok\b(?:\s+(\d+))?(?:\s+(.*))?$")
_DIRECTIVE = re.compile(r"(?:^|\s)#\s*(SKIP|XFAIL|TIMEOUT|ERROR)\b\s*(.*)$", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """One line of the verdict: a case, or something wrong with the stream itself."""

    verdict: str  # "ok", "skip" or "FAIL"
    name: str
    note: str = ""
    log: tuple[str, ...] = ()

    def __str__(self) -> str:
        note = f"  ({self.note})" if self.note else ""
        lines = [f"{self.verdict:<5}{self.name}{note}"]
        return "\n".join(lines + [f"       | {line}" for line in self.log])


@dataclass
class Tally:
    """How many cases passed, failed and were skipped; prints as the sum line."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, verdict: str) -> None:
        """Adds one case with this verdict."""
        if verdict == "ok":
            self.passed += 1
        elif verdict == "skip":
            self.skipped += 1
        else:
            self.failed += 1

    def add(self, other: Tally) -> None:
        """Adds the counts of another tally."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def total(self) -> int:
        """All cases, whatever became of them."""
        return self.passed + self.failed + self.skipped

    @property
    def good(self) -> bool:
        """Something ran and nothing failed."""
        return self.failed == 0 and self.total > 0

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass
class _Level:
    """The results at one indentation, between its header and its parent's result line."""

    indent: int
    name: str = ""
    planned: int | None = None
    skip_reason: str | None = None
    seen: int = 0
    failures: int = 0
    log: list[str] = field(default_factory=list)


class Reader:
    """Takes a KTAP stream line by line; tells `report` of each outcome as soon as it is sure."""

    def __init__(self, report: Callable[[Outcome], None], source: str = "results") -> None:
        self.tally = Tally()
        self.suites: list[str] = []  # names of the top-level results, in order
        self._report = report
        self._source = source
        self._stack: list[_Level] = []
        self._documents = 0

    def feed(self, line: str) -> None:
        """Takes the next line of the stream."""
        text = line.expandtabs().rstrip()
        body = text.lstrip()
        if not body:
            return
        indent = len(text) - len(body)
        if _VERSION.match(body):
            self._open(indent)
        elif match := _SUBTEST.match(body):
            self._name_level(indent, match[1])
        elif match := _PLAN.match(body):
            self._plan(indent, int(match[1]), match[2])
        elif match := _RESULT.match(body):
            self._result(indent, match)
        elif body.lower().startswith("bail out!"):
            self._fail(self._path(), f"the run gave up: {body}")
        elif self._stack:
            self._stack[-1].log.append(body)

    def finish(self, expected: Iterable[str] = ()) -> Tally:
        """Ends the stream; `expected` names suites that must have had a result."""
        self._close_down_to(-1)
        if self._documents == 0:
            self._fail(self._source, "no results: the run said nothing")
        for name in expected:
            if name not in self.suites:
                self._fail(name, "expected, but there is no result of it")
        return self.tally

    def _open(self, indent: int) -> None:
        self._close_down_to(indent - 1)
        self._push(indent)

    def _push(self, indent: int) -> _Level:
        if not self._stack:
            self._documents += 1
        level = _Level(indent)
        self._stack.append(level)
        return level

    def _level(self, indent: int) -> _Level:
        """The level that a line with this indentation belongs to, opened if it has no header."""
        self._close_down_to(indent)
        if self._stack and self._stack[-1].indent == indent:
            return self._stack[-1]
        level = self._push(indent)
        if len(self._stack) == 1:
            self._fail(self._source, "the stream does not open with `KTAP version'", level)
        return level

    def _name_level(self, indent: int, name: str) -> None:
        level = self._level(indent)
        if not level.seen and level.planned is None:
            level.name = name

    def _plan(self, indent: int, count: int, skip_reason: str | None) -> None:
        level = self._level(indent)
        if level.planned is not None:
            self._fail(self._path(), "two plans for one list of results", level)
        level.planned = count
        level.skip_reason = skip_reason

    def _result(self, indent: int, match: re.Match[str]) -> None:
        child = self._pop_child(indent)
        level = self._level(indent)
        level.seen += 1
        passed, rest = not match[1], match[3] or ""
        directive = _DIRECTIVE.search(rest)
        name = (rest[: directive.start()] if directive else rest).strip().removeprefix("- ").strip()
        name = name or (child.name if child else "") or f"case {level.seen}"
        if match[2] and int(match[2]) != level.seen:
            self._fail(self._path(name), f"has number {match[2]}, {level.seen} was due", level)
        if len(self._stack) == 1:
            self.suites.append(name)
        if child and (child.seen or child.failures):
            if not passed and not child.failures:
                self._fail(self._path(name), "failed as a whole", level, level.log + child.log)
            level.failures += child.failures
        elif child and not directive and child.skip_reason is None:
            self._fail(self._path(name), "has no cases", level, child.log)
        else:
            log = level.log + (child.log if child else [])
            reason = child.skip_reason if child else None
            self._case(level, name, passed, directive, reason, log)
        level.log = []

    def _case(
        self,
        level: _Level,
        name: str,
        passed: bool,
        directive: re.Match[str] | None,
        skip_reason: str | None,
        log: list[str],
    ) -> None:
        word = directive[1].upper() if directive else ("SKIP" if skip_reason is not None else "")
        note = (directive[2] if directive else skip_reason or "").strip()
        if word == "SKIP":
            self._emit(Outcome("skip", self._path(name), note))
        elif word == "XFAIL":
            self._emit(Outcome("skip", self._path(name), f"known to fail: {note}".rstrip(": ")))
        elif passed and not word:
            self._emit(Outcome("ok", self._path(name)))
        else:
            self._fail(self._path(name), f"{word.lower()} {note}".strip(), level, log)

    def _pop_child(self, indent: int) -> _Level | None:
        """Closes what lies deeper than a result line: the nested list that it sums up."""
        while len(self._stack) > 1 and self._stack[-1].indent > indent:
            deepest = self._stack[-1]
            below = self._stack[-2]
            if below.indent > indent:
                self._fail(self._path(), "has cases and no result of its own", below)
                self._check_plan(deepest)
                self._stack.pop()
                continue
            self._check_plan(deepest)
            self._stack.pop()
            return deepest
        return None

    def _close_down_to(self, indent: int) -> None:
        """Closes lists deeper than `indent` that no result line has summed up."""
        while self._stack and self._stack[-1].indent > indent:
            level = self._stack[-1]
            if len(self._stack) > 1:
                self._fail(self._path(), "stops without a result: the run broke off", level)
            elif level.planned is None:
                self._fail(self._source, "has no plan, so nobody knows what is missing", level)
            elif not level.seen and level.skip_reason is None:
                self._fail(self._source, "no results: the run broke off or ran nothing", level)
            self._check_plan(level)
            self._stack.pop()
            if self._stack:
                self._stack[-1].failures += level.failures

    def _check_plan(self, level: _Level) -> None:
        if level.planned is not None and level.seen and level.planned != level.seen:
            note = f"planned {level.planned} results, saw {level.seen}"
            self._fail(self._path(), note, level)

    def _path(self, name: str = "") -> str:
        parts = [level.name for level in self._stack if level.name]
        return ".".join(parts + [name] if name else parts) or self._source

    def _fail(
        self, name: str, note: str, level: _Level | None = None, log: Iterable[str] = ()
    ) -> None:
        if level:
            level.failures += 1
        self._emit(Outcome("FAIL", name, note, tuple(log)))

    def _emit(self, outcome: Outcome) -> None:
        self.tally.count(outcome.verdict)
        self._report(outcome)


def read(
    lines: Iterable[str],
    report: Callable[[Outcome], None],
    source: str = "results",
    expected: Iterable[str] = (),
) -> Tally:
    """Reads a whole stream."""
    reader = Reader(report, source)
    for line in lines:
        reader.feed(line)
    return reader.finish(expected)
