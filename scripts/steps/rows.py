# SPDX-License-Identifier: MIT
"""Prints each promise of the project with the tests that hold it to it, and their last results.

The promises are the rows of kunit/rows.txt. A test belongs to the rows that its
name begins with: `a5_the_loser_frees_its_own' to a5, `b3_b7_...' to both. Tests
are found in the sources, results in what the last runs in VMs left in build/.
A row without a test fails, and so does one with a test that failed last time.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from failure import Failure, run_main
from steps import ktap
from steps.host import BUILD, ROOT, say

LIST = ROOT / "kunit" / "rows.txt"
NOT_RUN = "not run"
NO_TEST = "NO TEST"

_ROW = re.compile(r"([a-z]\d+)\s+(\S.*)$")
_CASE = re.compile(r"\b[A-Z_]*CASE[A-Z_]*\(\s*([a-z]\w*)")
_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*\w+,\s*(\w+)", re.MULTILINE)
_FOR_ROWS = re.compile(r"(?:[a-z]\d+_)+")


@dataclass(frozen=True)
class Kind:
    """A kind of tests: where its sources are, and the folders of build/vm that have its results."""

    name: str
    sources: str
    pattern: re.Pattern[str]
    results: str


KINDS = (
    Kind("KUnit", "kunit/*.c", _CASE, "kunit-*"),
    Kind("VM", "userspace/tests/vm/*.cpp", _TEST, "vmtest-*"),
)


@dataclass
class Test:
    """A test and its last result."""

    kind: str
    name: str
    place: str
    verdict: str = NOT_RUN
    kernel: str = ""
    note: str = ""


@dataclass
class Row:
    """A promise and its tests."""

    name: str
    words: str
    tests: list[Test] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """The worst of the tests' results."""
        found = {test.verdict for test in self.tests}
        if not found:
            return NO_TEST
        return next(verdict for verdict in ("FAIL", NOT_RUN, "ok", "skip") if verdict in found)


def read_rows(file: Path = LIST) -> list[Row]:
    """The rows of the list."""
    rows: list[Row] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ROW.match(line)
        if not match:
            raise Failure(f"{file}:{number}: a row is a name and what must hold")
        if any(row.name == match[1] for row in rows):
            raise Failure(f"{file}:{number}: there is a row {match[1]} already")
        rows.append(Row(match[1], match[2]))
    return rows


def rows_of(test: str) -> list[str]:
    """The rows that a test's name begins with."""
    match = _FOR_ROWS.match(test)
    return match[0].rstrip("_").split("_") if match else []


def find_tests(root: Path, kind: Kind) -> list[Test]:
    """The tests of a kind that are for some row, in the order of their files."""
    tests: list[Test] = []
    for path in sorted(root.glob(kind.sources)):
        source = path.read_text(encoding="utf-8")
        for match in kind.pattern.finditer(source):
            if rows_of(match[1]):
                line = source.count("\n", 0, match.start(1)) + 1
                tests.append(Test(kind.name, match[1], f"{path.relative_to(root)}:{line}"))
    return tests


def case_of(outcome: str) -> str:
    """The test that a line of results is about: the part of its path that names rows."""
    return next((part for part in re.split(r"[./]", outcome) if rows_of(part)), "")


def worse(one: ktap.Outcome | None, other: ktap.Outcome) -> ktap.Outcome:
    """What counts of two results of one test: a failure, or else one that ran."""
    order = ("skip", "ok", "FAIL")
    return max(one, other, key=lambda outcome: order.index(outcome.verdict)) if one else other


def read_results(file: Path) -> dict[str, ktap.Outcome]:
    """What a run said about each test; a test with parameters is as good as its worst one."""
    found: dict[str, ktap.Outcome] = {}

    def take(outcome: ktap.Outcome) -> None:
        if name := case_of(outcome.name):
            found[name] = worse(found.get(name), outcome)

    with open(file, encoding="utf-8", errors="replace") as stream:
        ktap.read(stream, take, str(file))
    return found


def add_results(tests: Iterable[Test], kind: Kind, build: Path) -> None:
    """Gives tests the result of the last run that had them, whatever the kernel was."""
    by_name: dict[str, list[Test]] = {}
    for test in tests:
        by_name.setdefault(test.name, []).append(test)
    files = sorted(build.glob(f"vm/{kind.results}/results"), key=lambda file: file.stat().st_mtime)
    for file in files:
        for name, outcome in read_results(file).items():
            for test in by_name.get(name, []):
                test.verdict, test.note = outcome.verdict, outcome.note
                test.kernel = file.parent.name.partition("-")[2]


def gather(root: Path = ROOT, build: Path = BUILD, listed: Path = LIST) -> list[Row]:
    """All rows with their tests and results; a test of a row that is not listed is a mistake."""
    rows = {row.name: row for row in read_rows(listed)}
    for kind in KINDS:
        tests = find_tests(root, kind)
        add_results(tests, kind, build)
        for test in tests:
            for name in rows_of(test.name):
                if name not in rows:
                    raise Failure(f"{test.place}: {test.name} is for row {name}, which is not listed")
                rows[name].tests.append(test)
    return list(rows.values())


def tally(rows: list[Row], complete: bool) -> ktap.Tally:
    """How many rows hold; one whose tests have not all run fails where all must have."""
    sums = ktap.Tally()
    for row in rows:
        if row.verdict == NOT_RUN and not complete:
            sums.count("skip")
        else:
            sums.count(row.verdict)
    return sums


def table(rows: list[Row]) -> str:
    """A line for each row."""
    lines = [f"{'row':<5}{'tests':>5}  {'last time':<10}what must hold"]
    lines += [f"{row.name:<5}{len(row.tests):>5}  {row.verdict:<10}{row.words}" for row in rows]
    return "\n".join(lines)


def detail(row: Row) -> str:
    """A row and each of its tests."""
    lines = [f"{row.name}  {row.words}", ""]
    for test in row.tests:
        where = f" on {test.kernel}" if test.kernel else ""
        note = f" ({test.note})" if test.note else ""
        lines.append(f"  {test.verdict}{where}{note}  {test.kind}: {test.name}")
        lines.append(f"       {test.place}")
    return "\n".join(lines if row.tests else lines + ["  no test"]) + "\n"


def as_json(rows: list[Row]) -> str:
    """The same for programs."""
    return json.dumps(
        [
            {
                "row": row.name,
                "words": row.words,
                "result": row.verdict,
                "tests": [vars(test) for test in row.tests],
            }
            for row in rows
        ],
        indent=2,
    )


def complaints(rows: list[Row], complete: bool) -> list[str]:
    """A FAIL line for each row that does, in the words that `make check` shows."""
    bad = [NO_TEST, "FAIL"] + ([NOT_RUN] if complete else [])
    lines = []
    for row in rows:
        if row.verdict in bad:
            names = [test.name for test in row.tests if test.verdict in bad]
            lines.append(f"FAIL {row.name}  ({', '.join(names) or 'no test'})")
    return lines


def main() -> int:
    """`make rows`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--row", metavar="NAME", help="only this row, with each of its tests")
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    parser.add_argument("--complete", action="store_true", help="a test that has not run fails too")
    options = parser.parse_args()
    rows = gather()
    if options.row:
        rows = [row for row in rows if row.name == options.row]
        if not rows:
            raise Failure(f"no row {options.row}; `make rows' lists them", 2)
    sums = tally(rows, options.complete)
    if options.json:
        print(as_json(rows))
    else:
        say(detail(rows[0]) if options.row else table(rows))
        for line in complaints(rows, options.complete):
            say(line)
        say(str(sums))
    return 1 if sums.failed else 0


if __name__ == "__main__":
    run_main("make rows", main)
