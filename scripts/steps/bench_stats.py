# SPDX-License-Identifier: MIT
"""What the samples of a benchmark say, and what they do not.

Contenders take turns, so the samples of one round belong together: a ratio is taken round by round, and its spread is
that of the rounds. A ratio whose spread is too wide is refused with the reason.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from failure import Failure

WIDE = 1.5  # upper quartile over lower: beyond this a ratio says nothing
CLOSE = 1.1  # and this close, one that may be 1 is 1
NOTABLE = 1.05  # what counts as a change between two runs

BASELINES = {
    "find": "idr-6.12",
    "alloc": "idr-6.12",
    "memory": "idr-6.12",
    "lab": "idr",
    "ref": "idr",
    "path": "operation",
    "life": "process",
    "held": "idr",
    "idle": "idr",
    "start": "idr",
}
IN_BYTES = ("memory", "held", "idle")


@dataclass(frozen=True)
class Spread:
    """The middle of some values, and the quartiles around it."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Case:
    """What was measured, whoever did it."""

    measure: str
    variant: str
    live: int
    depth: int
    cpus: int

    def __str__(self) -> str:
        if self.measure == "path":
            return f"{self.variant}, {self.live} at a time"
        words = [self.measure, self.variant]
        if self.measure in ("find", "memory") or self.variant in ("dense", "full"):
            words.append(f"of {short(self.live)}")
        if self.depth:
            words.append(f"depth {self.depth}")
        if self.cpus > 1:
            words.append(f"on {self.cpus} CPUs")
        return " ".join(word for word in words if word)


@dataclass
class Result:
    """One contender in one case: its samples, its memory, or why it has none."""

    contender: str
    costs: list[float] = field(default_factory=list)  # an operation's, sample by sample
    absent: str = ""

    @property
    def spread(self) -> Spread:
        """Of what an operation costs."""
        return spread(self.costs)


def short(number: int) -> str:
    """A number as people say it: 1K, 32K, 3.9M."""
    for size, letter in ((1_000_000, "M"), (1000, "K")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return str(number)


def spread(values: list[float]) -> Spread:
    """Median and quartiles."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(middle, low, high)


class Run:
    """All that one run of the benchmarks has measured."""

    def __init__(self, unit: str, about: dict[str, Any] | None = None) -> None:
        self.unit = unit  # ns or instructions
        self.about = about or {}
        self.cases: dict[Case, dict[str, Result]] = {}

    def take(self, line: str) -> None:
        """Reads a line of the guest's."""
        try:
            said = json.loads(line)
            case = Case(said["measure"], said["variant"], said["live"], said["depth"], said["cpus"])
            result = Result(said["contender"], absent=said.get("absent", ""))
            if "ns" in said:
                result.costs = [ns / ops for ns, ops in zip(said["ns"], said["ops"], strict=True)]
            elif "bytes" in said:
                result.costs = [said["bytes"] / said["of"]]
        except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            raise Failure(f"the guest said `{line[:80]}', which is no result: {error}") from None
        self.cases.setdefault(case, {})[result.contender] = result

    def ratio(self, case: Case, contender: str) -> Spread | None:
        """How many times as fast (or as small) as the baseline; None where one of them did not run."""
        base = self.cases[case].get(BASELINES[case.measure])
        other = self.cases[case].get(contender)
        if not base or not other or not base.costs or len(base.costs) != len(other.costs):
            return None
        return spread([mine / yours for mine, yours in zip(base.costs, other.costs)])

    def contenders(self, cases: Iterable[Case]) -> list[str]:
        """Who took part, baselines first, then in the order of their first word."""
        names = dict.fromkeys(BASELINES[case.measure] for case in cases)
        for case in cases:
            names |= dict.fromkeys(name for name, result in self.cases[case].items() if result.costs)
        return list(names)

    def save(self, path: Path) -> None:
        """Writes all of it."""
        rows = [
            vars(case) | {"contender": result.contender, "costs": result.costs, "absent": result.absent}
            for case, results in self.cases.items()
            for result in results.values()
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"unit": self.unit, "about": self.about, "results": rows}, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


def load(path: Path) -> Run:
    """Reads a run back."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        run = Run(kept["unit"], kept["about"])
        for row in kept["results"]:
            result = Result(row.pop("contender"), row.pop("costs"), row.pop("absent"))
            run.cases.setdefault(Case(**row), {})[result.contender] = result
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", 2) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{path} is no result of `make bench': {error}", 2) from None
    return run


def swallowed(ratio: Spread) -> str:
    """Why a ratio cannot be told, or nothing."""
    wide = ratio.high / ratio.low
    if wide > WIDE:
        return f"half of the rounds lie between {times(ratio.low)} and {times(ratio.high)}"
    if ratio.low < 1 < ratio.high and wide > CLOSE:
        return f"it may be either: {times(ratio.low)} to {times(ratio.high)}"
    return ""


def times(ratio: float) -> str:
    """A ratio as it is printed."""
    if ratio < 0.095:
        return f"{ratio:.1g}x"
    return f"{ratio:.2f}x" if ratio < 9.95 else f"{ratio:.1f}x" if ratio < 99.5 else f"{ratio:.0f}x"


def changes(old: Run, new: Run) -> list[str]:
    """What differs between two runs by more than either spreads.

    Times depend on what else a machine does, so there it is the ratios to the baseline that are compared;
    instructions and bytes are compared themselves.
    """
    if old.unit != new.unit:
        raise Failure(f"one run counted {old.unit}, the other {new.unit}", 2)
    lines = []
    for case, results in new.cases.items():
        for name in results:
            before, after = _comparable(old, case, name), _comparable(new, case, name)
            if not before or not after:
                continue
            apart = after.low > before.high or after.high < before.low
            factor = after.median / before.median
            if apart and not 1 / NOTABLE < factor < NOTABLE:
                lines.append(f"{case}, {name}: {_figure(new, case, before)} -> {_figure(new, case, after)}")
    return lines


def _is_ratio(run: Run, case: Case) -> bool:
    return run.unit == "ns" and case.measure not in IN_BYTES


def _comparable(run: Run, case: Case, name: str) -> Spread | None:
    result = run.cases.get(case, {}).get(name)
    if not result or not result.costs:
        return None
    if not _is_ratio(run, case):
        return result.spread
    return None if name == BASELINES[case.measure] else run.ratio(case, name)


def _figure(run: Run, case: Case, value: Spread) -> str:
    if _is_ratio(run, case):
        return times(value.median)
    return f"{value.median:.1f} {'bytes' if case.measure in IN_BYTES else run.unit}"
