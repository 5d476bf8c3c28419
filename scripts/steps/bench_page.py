# SPDX-License-Identifier: MIT
"""A run of the benchmarks as one page that fetches nothing: tables, charts, and what was refused."""

from __future__ import annotations

from html import escape

from steps.bench_chart import STYLE, Chart
from steps.bench_stats import Run
from steps.bench_table import Table

PAGE = """
:root { color-scheme: light dark; --page: #ffffff; --panel: #f6f7f9; --ink: #1d2430; --soft: #5c6675; --rule: #d5dae1;
  --good: #1f7a34; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181f; --panel: #1c222b; --ink: #e4e9f0; --soft: #9aa6b6; --rule: #353e4b; --good: #6cc06a;
    --bad: #ff8a80; }
}
body { margin: 0 auto; max-width: 1500px; padding: 24px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7em; margin: 0 0 4px; }
h2 { font-size: 1.25em; margin: 36px 0 10px; padding-bottom: 4px; border-bottom: 1px solid var(--rule); }
.soft { color: var(--soft); } p { max-width: 90ch; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 14px 3px 0; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
.faster { color: var(--good); } .slower { color: var(--bad); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 640px), 1fr)); gap: 16px; }
.charts svg { width: 100%; height: auto; border: 1px solid var(--rule); border-radius: 6px; }
ul { font-size: 13px; color: var(--soft); columns: 2; }
"""
ABOUT = """Contenders take turns within one run. A ratio says how many times as fast (or as small) as the baseline,
whose own cost stands in the first column; it is taken round by round, and the median of the rounds is shown. A ratio whose
spread would swallow it is refused (~), and the reason stands below the table. Look-ups depend on each other, so that
one is measured at a time. Allocation takes the object, its numbers, publishing, and freeing after a grace period."""


def _cell(text: str, name: str) -> str:
    shade = ""
    if text.endswith("x") and name not in ("loop", "object", "object-now"):
        ratio = float(text[:-1])
        shade = ' class="faster"' if ratio >= 1.05 else ' class="slower"' if ratio <= 0.95 else ""
    return f"<td{shade}>{escape(text)}</td>"


def _table(table: Table) -> list[str]:
    parts = [f"<h2>{escape(table.title)}</h2>", '<div class="scroll"><table>']
    parts.append("<tr>" + "".join(f"<th>{escape(text)}</th>" for text in table.head) + "</tr>")
    parts += ["<tr>" + "".join(map(_cell, row, table.head)) + "</tr>" for row in table.rows]
    parts.append("</table></div>")
    if table.notes:
        parts.append("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in table.notes) + "</ul>")
    return parts


def page(run: Run, tables: list[Table], charts: list[Chart]) -> str:
    """The page as text."""
    said = ", ".join(f"{name} {value}" for name, value in run.about.items() if value not in ("", False))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>pidlab: benchmarks</title><style>{PAGE}{STYLE}</style></head><body>",
        "<h1>From numbers to pids, measured</h1>",
        f'<p class="soft">{escape(said)}; costs are {escape(run.unit)}</p><p>{ABOUT}</p>',
        '<h2>Charts</h2><div class="charts">',
        *(chart.svg(alone=False) for chart in charts),
        "</div>",
    ]
    for table in tables:
        parts += _table(table)
    return "\n".join([*parts, "</body></html>\n"])
