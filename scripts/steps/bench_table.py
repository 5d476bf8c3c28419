# SPDX-License-Identifier: MIT
"""A run of the benchmarks as a table: what the baseline costs, and how many times as fast the others are."""

from __future__ import annotations

from dataclasses import replace

from steps.bench_stats import BASELINES, IN_BYTES, Case, Run, Spread, swallowed, times

TITLES = {
    "find": "From a number to its pid",
    "alloc": "A pid with its numbers, and gone again",
    "memory": "Bytes that lead to one live pid",
    "lab": "Whole operations of a lab",
    "ref": "From a reference to the task",
    "path": "From user space: an operation, and which part of it an ioctl that does nothing would be",
    "life": "A real process, and a lab's task with as much memory",
    "held": "Bytes that a reference to a task pins which is over and reaped",
    "idle": "Bytes of a lab with its first task, and of one more namespace besides its tasks and pids",
    "start": "From open to the first operation done",
}


def cost(value: float, unit: str) -> str:
    """A cost as it is printed."""
    digits = 1 if value < 1000 else 0
    return f"{value:,.{digits}f} {unit}"


class Table:
    """The cases of one measure; what is refused gets a mark in the table and its reason below."""

    def __init__(self, run: Run, measure: str) -> None:
        self.run = run
        self.in_bytes = measure in IN_BYTES
        self.unit = "bytes" if self.in_bytes else run.unit
        self.cases = [case for case in run.cases if case.measure == measure]
        self.baseline = BASELINES.get(measure, "")
        self.names = [name for name in run.contenders(self.cases) if name != self.baseline]
        self.title = TITLES.get(measure, measure)
        self.notes: list[str] = []
        self.rows = [self._row(case) for case in self.cases]

    def _row(self, case: Case) -> list[str]:
        base = self.run.cases[case].get(self.baseline)
        first = cost(base.spread.median, self.unit) if base and base.costs else "-"
        return [str(case), first, *(self._cell(case, name) for name in self.names)]

    def _cell(self, case: Case, name: str) -> str:
        result = self.run.cases[case].get(name)
        if not result or not result.costs:
            if result and result.absent:
                self._note(f"{name}: {result.absent}")
            return "-"
        ratio = self.run.ratio(case, name)
        if not ratio or self.in_bytes:
            return cost(result.spread.median, self.unit)
        if why := swallowed(ratio):
            self._note(f"~ {case}, {name}: {why}")
            return "~"
        return f"{100 / ratio.median:.1f}%" if case.measure == "path" else times(ratio.median)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @property
    def head(self) -> list[str]:
        """What the columns are."""
        return ["", self.baseline, *self.names]

    def text(self) -> str:
        """The table for a terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        shown = [self.title]
        for line in lines:
            cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]
            shown.append(("  " + "  ".join(cells)).rstrip())
        return "\n".join([*shown, *(f"  {note}" for note in self.notes)])


class Scaling(Table):
    """How many times as much several processors do in the same time as one of them; nobody is the baseline."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, "")
        self.title = "Several processors against one"
        self.cases = [case for case in run.cases if case.cpus > 1 and replace(case, cpus=1) in run.cases]
        self.baseline = "on one"
        self.names = [name for name in run.contenders(self.cases) if any(self._both(case, name) for case in self.cases)]
        self.rows = [[str(case), "1.00x", *(self._scaled(case, name) for name in self.names)] for case in self.cases]

    def _both(self, case: Case, name: str) -> tuple[Spread, Spread] | None:
        alone, together = (self.run.cases[one].get(name) for one in (replace(case, cpus=1), case))
        return (alone.spread, together.spread) if alone and together and alone.costs and together.costs else None

    def _scaled(self, case: Case, name: str) -> str:
        both = self._both(case, name)
        if not both:
            return "-"
        alone, together = both
        # Taken one after the other, so each end of the one goes with the other end of the other.
        ratio = Spread(alone.median / together.median, alone.low / together.high, alone.high / together.low)
        if why := swallowed(ratio):
            self._note(f"~ {case}, {name}: {why}")
            return "~"
        return times(ratio.median)


def tables(run: Run) -> list[Table]:
    """A table for each measure, in the order in which they were taken; and what more processors bring."""
    found = [Table(run, measure) for measure in dict.fromkeys(case.measure for case in run.cases)]
    scaling = Scaling(run)
    return [*found, scaling] if scaling.cases else found
