# SPDX-License-Identifier: MIT
"""Charts of a run of the benchmarks, as SVG by hand: lines with the quartiles around each point, a name at each end."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from steps.bench_stats import Case, Run, Spread, short

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 76, 116, 48, 52
LINE = 15  # between two names at the lines' ends

# Whoever it is has the same colour and mark in every chart.
HUES = {
    "table": 0, "table-percpu": 7, "idr-6.12": 1, "idr-7.0": 2, "idr": 3, "pidns": 4, "xarray": 5, "rhashtable": 6,
    "kernel": 8, "loop": 9, "object": 9, "object-now": 9,
}  # fmt: skip
STYLE = """
.chart { --page: #ffffff; --ink: #1d2430; --soft: #5c6675; --rule: #dfe3e9;
  --h0: #c62828; --h1: #1d2430; --h2: #7b8594; --h3: #1e88c7; --h4: #ad7a00; --h5: #3b8a37; --h6: #9c4fc4;
  --h7: #e0751b; --h8: #0f7f79; --h9: #a7b0bc; }
@media (prefers-color-scheme: dark) {
  .chart { --page: #14181f; --ink: #e4e9f0; --soft: #9aa6b6; --rule: #2c3440;
    --h0: #ff7b72; --h1: #e4e9f0; --h2: #8c98a8; --h3: #5fb8ee; --h4: #e5b348; --h5: #74c982; --h6: #c98fe8;
    --h7: #f0a262; --h8: #4fc7bf; --h9: #5d6876; }
}
.chart { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.chart .back { fill: var(--page); } .chart text { fill: var(--ink); } .chart .soft { fill: var(--soft); }
.chart .title { font-size: 15px; font-weight: 600; } .chart .rule { stroke: var(--rule); }
.chart .line { fill: none; stroke-width: 2; } .chart .whisker { stroke-width: 5; opacity: .25; }
"""
MARKS = ("circle", "square", "diamond")


@dataclass(frozen=True)
class Series:
    """A contender's points."""

    name: str
    points: list[tuple[float, Spread]]


@dataclass(frozen=True)
class Axis:
    """A scale, by logarithm or not, and where it lies on the paper."""

    low: float
    high: float
    begin: float
    end: float
    log: bool

    def place(self, value: float) -> float:
        """Where a value is."""
        low, high, here = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.begin + (self.end - self.begin) * ((here - low) / (high - low))

    def ticks(self) -> list[float]:
        """Round values along it."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 2 or 1))
        while (self.high - self.low) / step > 8:
            step *= 2
        return [step * n for n in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def axis(values: Iterable[float], begin: float, end: float, log: bool) -> Axis:
    """A scale that holds all values: whole powers of ten, or from zero on."""
    low, high = min(values := list(values)), max(values)
    if not log:
        return Axis(0, high * 1.08 or 1, begin, end, False)
    low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) - 1e-9)
    return Axis(low, high if high > low else low * 10, begin, end, True)


def fits(values: Iterable[float], begin: float, end: float) -> Axis:
    """A scale by logarithm that begins and ends close to the values."""
    low, high = min(values := list(values)), max(values)
    return Axis(low / 1.25, high * 1.25, begin, end, True)


def _mark(kind: str, x: float, y: float, colour: str) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    if kind == "square":
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'
    corners = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f} {x - 5:.1f},{y:.1f}"
    return f'<polygon points="{corners}" fill="{colour}"/>'


def _draw(series: Series, x: Axis, y: Axis) -> list[str]:
    hue = HUES.get(series.name, 9)
    colour = f"var(--h{hue})"
    placed = [(x.place(value), y.place(point.median)) for value, point in series.points]
    path = " ".join(f"{across:.1f},{down:.1f}" for across, down in placed)
    parts = [f'<polyline class="line" points="{path}" stroke="{colour}"/>']
    for (value, point), (across, down) in zip(series.points, placed):
        low, high = y.place(point.low), y.place(point.high)
        parts.append(f'<line class="whisker" x1="{across:.1f}" x2="{across:.1f}" y1="{low:.1f}" y2="{high:.1f}"'
                     f' stroke="{colour}"/>')
        parts.append(f"<g>{_mark(MARKS[hue % 3], across, down, colour)}<title>{escape(series.name)}, {short(int(value))}: "
                     f"{point.median:.3g} ({point.low:.3g} to {point.high:.3g})</title></g>")
    return parts


def spaced(wanted: list[float], least: float, limit: float) -> list[float]:
    """Places near the wanted ones, in the same order, none closer to the next than `least`, none below `limit`."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [0.0] * len(wanted)
    before = -math.inf
    for n in order:
        before = placed[n] = max(wanted[n], before + least)
    after = limit + least
    for n in reversed(order):
        after = placed[n] = min(placed[n], after - least)
    return placed


def _names(series: list[Series], x: Axis, y: Axis) -> list[str]:
    """Names beside the last points: in a column at the right, or right there for a line that ends before."""
    ends = [(one, x.place(one.points[-1][0]), y.place(one.points[-1][1].median)) for one in series]
    far = max(across for _, across, _ in ends)
    last = [end for end in ends if end[1] == far]
    parts = []
    for (one, across, down), place in zip(last, spaced([down for *_, down in last], LINE, HEIGHT - BOTTOM)):
        colour = f"var(--h{HUES.get(one.name, 9)})"
        parts.append(f'<line x1="{across + 6:.1f}" y1="{down:.1f}" x2="{x.end + 10:.1f}" y2="{place:.1f}"'
                     f' stroke="{colour}" opacity=".5"/>')
        parts.append(f'<text x="{x.end + 14:.1f}" y="{place + 4:.1f}" style="fill:{colour}">{escape(one.name)}</text>')
    for one, across, down in ends:
        if across != far:
            parts.append(f'<text x="{across + 9:.1f}" y="{down + 13:.1f}" '
                         f'style="fill:var(--h{HUES.get(one.name, 9)})">{escape(one.name)}</text>')
    return parts


def _number(value: float) -> str:
    return short(int(value)) if value >= 1000 else f"{value:g}"


@dataclass(frozen=True)
class Chart:
    """Lines over a range, and what is written around them."""

    name: str  # of its file
    title: str
    across: str
    down: str
    series: list[Series]
    log_x: bool = True
    log_y: bool = True

    def svg(self, alone: bool) -> str:
        """The drawing; one that stands alone has its own style."""
        values = sorted({value for one in self.series for value, _ in one.points})
        heights = [height for one in self.series for _, point in one.points for height in (point.low, point.high)]
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        x = fits(values, LEFT, right) if self.log_x else Axis(values[0] - 0.2, values[-1] + 0.2, LEFT, right, False)
        y = axis(heights, bottom, TOP, self.log_y)
        parts = [
            f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
            f' height="{HEIGHT}" role="img" aria-label="{escape(self.title)}">'
        ]
        parts += [f"<style>{STYLE}</style>"] if alone else []
        parts.append(f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>')
        parts.append(f'<text class="title" x="{LEFT}" y="20">{escape(self.title)}</text>')
        parts.append(f'<text class="soft" x="{LEFT}" y="37">{escape(self.down)}</text>')
        for tick in y.ticks():
            at = y.place(tick)
            parts.append(f'<line class="rule" x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
            parts.append(f'<text class="soft" x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
        for value in values:
            at = x.place(value)
            parts.append(f'<line class="rule" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{bottom}"/>')
            parts.append(f'<text class="soft" x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">'
                         f"{_number(value)}</text>")
        parts.append(f'<text class="soft" x="{(LEFT + right) / 2}" y="{bottom + 38}" text-anchor="middle">'
                     f"{escape(self.across)}</text>")
        for one in self.series:
            parts += _draw(one, x, y)
        return "\n".join([*parts, *_names(self.series, x, y), "</svg>"])


def _series(run: Run, cases: list[tuple[float, Case]], as_rate: bool = False) -> list[Series]:
    """Who took part, in the order of the colours, with a point wherever they did."""
    found: dict[str, list[tuple[float, Spread]]] = {}
    for value, case in sorted(cases, key=lambda pair: pair[0]):
        for name, result in run.cases[case].items():
            if result.costs and name != "loop":
                point = result.spread
                if as_rate:
                    point = Spread(*(1e3 / cost for cost in (point.median, point.high, point.low)))
                found.setdefault(name, []).append((value, point))
    order = sorted(found, key=lambda name: HUES.get(name, 9))
    return [Series(name, found[name]) for name in order]


def charts(run: Run) -> list[Chart]:
    """The charts that a run has the figures for."""
    made = []
    unit = "ns for one, median and quartiles" if run.unit == "ns" else "instructions for one"

    def chosen(measure: str, variant: str, **fixed: int) -> list[Case]:
        return [
            case
            for case in run.cases
            if case.measure == measure
            and case.variant == variant
            and all(getattr(case, name) == value for name, value in fixed.items())
        ]

    def add(name: str, title: str, across: str, down: str, series: list[Series], **scales: bool) -> None:
        if any(len(one.points) > 1 for one in series):
            made.append(Chart(name, title, across, down, series, **scales))

    looks = {
        "hit": "Looking up a live pid",
        "several": "Looking up live pids, several under way",
        "miss": "Looking up a free number",
        "skewed": "Looking up live pids, most often the same few",
    }
    for kind, title in looks.items():
        cases = [(case.live, case) for case in chosen("find", kind, cpus=0)]
        add(f"find-{kind}", title, "live pids", unit, _series(run, cases))
    cases = [(case.live, case) for case in chosen("alloc", "dense", cpus=1)]
    add("alloc-dense", "A pid and gone again, 15 of 16 numbers taken", "live pids", unit, _series(run, cases))
    cases = [(case.live + 1, case) for case in chosen("alloc", "full")]
    add("alloc-full", "A pid and gone again, all numbers but one taken", "numbers", unit, _series(run, cases))
    cases = [(case.depth + 1, case) for case in chosen("alloc", "empty", cpus=1)]
    add("alloc-depth", "A pid and gone again, nobody near", "numbers it has, one for each namespace", unit,
        _series(run, cases), log_x=False)  # fmt: skip
    rate = "million operations a second, all processors together"
    for kind, title in (("hit", "Looking up live pids"), ("empty", "A pid and gone again")):
        measure = "find" if kind == "hit" else "alloc"
        cases = [(case.cpus, case) for case in chosen(measure, kind, depth=0) if case.cpus]
        add(f"{measure}-cpus", f"{title}, on more processors", "processors", rate, _series(run, cases, True),
            log_x=False, log_y=False)  # fmt: skip
    cases = [(case.live, case) for case in chosen("memory", "")]
    add("memory", "Memory that leads to one live pid", "live pids, on 15 of 16 numbers", "bytes", _series(run, cases),
        log_y=False)  # fmt: skip
    return made
