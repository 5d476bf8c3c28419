# SPDX-License-Identifier: MIT
"""What the samples of a benchmark are made to say."""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from failure import Failure  # noqa: E402
from steps import bench, bench_chart, bench_page, bench_stats, bench_table  # noqa: E402
from steps.bench_stats import Case, Run, Spread  # noqa: E402

FIND = Case("find", "hit", 1000, 0, 0)


def line(contender: str, costs: list[float], case: Case = FIND, **more: object) -> str:
    """A line as the guest writes it: costs in ns, of a hundred operations."""
    said: dict[str, object] = {**vars(case), "contender": contender}
    said |= {"ns": [round(cost * 100) for cost in costs], "ops": [100] * len(costs)} if costs else {}
    return json.dumps(said | more)


def run_of(*lines: str, unit: str = "ns") -> Run:
    """A run that has read these lines."""
    run = Run(unit)
    for text in lines:
        run.take(text)
    return run


class Statistics(unittest.TestCase):
    """The middle, and what is around it."""

    def test_quartiles_are_those_of_the_samples(self) -> None:
        self.assertEqual(bench_stats.spread([5, 1, 3, 2, 4]), Spread(3, 2, 4))

    def test_one_sample_has_no_spread(self) -> None:
        self.assertEqual(bench_stats.spread([7.0]), Spread(7, 7, 7))

    def test_a_sample_is_the_cost_of_one_operation(self) -> None:
        run = run_of(line("idr-6.12", [20, 30]))
        self.assertEqual(run.cases[FIND]["idr-6.12"].costs, [20, 30])

    def test_a_ratio_is_taken_round_by_round(self) -> None:
        # The machine gets ten times as slow in the middle: the ratio is the same in each round.
        run = run_of(line("idr-6.12", [40, 400, 40]), line("table", [10, 100, 10]))
        self.assertEqual(run.ratio(FIND, "table"), Spread(4, 4, 4))

    def test_without_the_baseline_there_is_no_ratio(self) -> None:
        self.assertIsNone(run_of(line("table", [10, 10])).ratio(FIND, "table"))

    def test_bytes_are_those_of_one_pid(self) -> None:
        memory = Case("memory", "", 1000, 0, 0)
        run = run_of(line("idr-6.12", [], memory, bytes=9800, of=1000))
        self.assertEqual(run.cases[memory]["idr-6.12"].costs, [9.8])

    def test_a_line_that_is_no_result_is_refused(self) -> None:
        for text in ("", "[]", '{"measure":"find"}', line("a", [1]).replace("100]", "0]"), line("a", [1])[:-9]):
            with self.subTest(text), self.assertRaises(Failure):
                run_of(text)


class Refusals(unittest.TestCase):
    """A ratio that the samples do not bear out is not told."""

    def test_a_wide_spread_swallows_a_ratio(self) -> None:
        self.assertIn("between 2.00x and 4.00x", bench_stats.swallowed(Spread(3, 2, 4)))

    def test_a_spread_around_one_swallows_it(self) -> None:
        self.assertIn("either: 0.90x to 1.20x", bench_stats.swallowed(Spread(1.05, 0.9, 1.2)))

    def test_a_narrow_spread_around_one_says_that_they_are_equal(self) -> None:
        self.assertEqual(bench_stats.swallowed(Spread(1, 0.98, 1.02)), "")

    def test_a_spread_narrower_than_the_ratio_is_borne_out(self) -> None:
        self.assertEqual(bench_stats.swallowed(Spread(1.3, 1.2, 1.4)), "")

    def test_the_table_shows_a_mark_and_the_reason_below(self) -> None:
        run = run_of(line("idr-6.12", [10, 20, 90, 10]), line("table", [10, 10, 10, 10]))
        table = bench_table.Table(run, "find")
        self.assertEqual(table.rows, [["find hit of 1K", "15.0 ns", "~"]])
        self.assertEqual(len(table.notes), 1)
        self.assertIn("~ find hit of 1K, table: half of the rounds", table.notes[0])
        self.assertIn(table.notes[0], table.text())

    def test_the_table_shows_a_ratio_that_holds(self) -> None:
        run = run_of(line("idr-6.12", [30, 31, 30]), line("table", [10, 10, 10]))
        self.assertEqual(bench_table.Table(run, "find").rows, [["find hit of 1K", "30.0 ns", "3.00x"]])

    def test_more_processors_are_held_against_one(self) -> None:
        one, two = (Case("alloc", "empty", 1000, 0, cpus) for cpus in (1, 2))
        run = run_of(line("table", [100, 101], one), line("table", [50, 50.5], two), line("idr-6.12", [90, 90], one))
        table = bench_table.tables(run)[-1]
        self.assertEqual(table.head, ["", "on one", "table"])
        self.assertEqual(table.rows, [["alloc empty on 2 CPUs", "1.00x", "2.00x"]])

    def test_one_processor_is_held_against_none(self) -> None:
        run = run_of(line("table", [100, 101], Case("alloc", "empty", 1000, 0, 1)))
        self.assertEqual(len(bench_table.tables(run)), 1)

    def test_bytes_are_shown_themselves(self) -> None:
        memory = Case("memory", "", 1000, 0, 0)
        run = run_of(
            line("idr-6.12", [], memory, bytes=9800, of=1000), line("table", [], memory, bytes=9100, of=1000)
        )
        self.assertEqual(bench_table.Table(run, "memory").rows, [["memory of 1K", "9.8 bytes", "9.1 bytes"]])

    def test_the_way_from_user_space_is_a_part_of_the_operation(self) -> None:
        path = Case("path", "nr", 256, 0, 0)
        run = run_of(line("operation", [50, 50, 50], path), line("ioctl", [2, 2, 2], path))
        self.assertEqual(bench_table.Table(run, "path").rows, [["nr, 256 at a time", "50.0 ns", "4.0%"]])

    def test_who_does_not_take_part_says_why(self) -> None:
        other = Case("find", "hit", 32000, 0, 0)
        run = run_of(
            line("idr-6.12", [3, 3]),
            line("kernel", [3, 3]),
            line("idr-6.12", [3, 3], other),
            line("kernel", [], other, absent="too many"),
        )
        table = bench_table.Table(run, "find")
        self.assertEqual([row[2] for row in table.rows], ["1.00x", "-"])
        self.assertEqual(table.notes, ["kernel: too many"])


class Comparison(unittest.TestCase):
    """What has changed between two runs."""

    def test_a_slower_machine_is_no_change(self) -> None:
        old = run_of(line("idr-6.12", [30, 31, 32]), line("table", [10, 10, 11]))
        new = run_of(line("idr-6.12", [60, 62, 64]), line("table", [20, 20, 22]))
        self.assertEqual(bench_stats.changes(old, new), [])

    def test_a_slower_contender_is_one(self) -> None:
        old = run_of(line("idr-6.12", [30, 30, 30]), line("table", [10, 10, 10]))
        new = run_of(line("idr-6.12", [30, 30, 30]), line("table", [15, 15, 15]))
        self.assertEqual(bench_stats.changes(old, new), ["find hit of 1K, table: 3.00x -> 2.00x"])

    def test_within_the_spread_nothing_has_changed(self) -> None:
        old = run_of(line("idr-6.12", [30, 30, 30, 30]), line("table", [10, 12, 14, 16]))
        new = run_of(line("idr-6.12", [30, 30, 30, 30]), line("table", [12, 14, 16, 18]))
        self.assertEqual(bench_stats.changes(old, new), [])

    def test_instructions_are_compared_themselves(self) -> None:
        old = run_of(line("idr-6.12", [100, 100]), unit="instructions")
        new = run_of(line("idr-6.12", [110, 110]), unit="instructions")
        self.assertEqual(
            bench_stats.changes(old, new),
            ["find hit of 1K, idr-6.12: 100.0 instructions -> 110.0 instructions"],
        )

    def test_bytes_are_compared_themselves(self) -> None:
        memory = Case("memory", "", 1000, 0, 0)
        old = run_of(line("table", [], memory, bytes=9000, of=1000))
        new = run_of(line("table", [], memory, bytes=12000, of=1000))
        self.assertEqual(
            bench_stats.changes(old, new), ["memory of 1K, table: 9.0 bytes -> 12.0 bytes"]
        )

    def test_time_and_instructions_are_not_compared(self) -> None:
        with self.assertRaises(Failure):
            bench_stats.changes(Run("ns"), Run("instructions"))

    def test_a_run_is_read_back_as_it_was(self) -> None:
        run = run_of(line("idr-6.12", [30, 31]), line("kernel", [], absent="why"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sub" / "run.json"
            run.save(path)
            again = bench_stats.load(path)
        self.assertEqual(again.cases, run.cases)
        self.assertEqual(again.unit, "ns")

    def test_a_file_that_is_no_run_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.json"
            with self.assertRaises(Failure):
                bench_stats.load(path)
            path.write_text("{}", encoding="utf-8")
            with self.assertRaises(Failure):
                bench_stats.load(path)


def grown() -> Run:
    """A run with two sizes, and one contender that has the smaller only."""
    larger = Case("find", "hit", 32000, 0, 0)
    return run_of(
        line("idr-6.12", [20, 21, 22]),
        line("table", [5, 5, 6]),
        line("kernel", [20, 20, 20]),
        line("idr-6.12", [200, 210, 220], larger),
        line("table", [10, 10, 11], larger),
    )


class Charts(unittest.TestCase):
    """What is drawn."""

    def test_a_chart_is_xml_with_a_line_a_contender(self) -> None:
        (chart,) = bench_chart.charts(grown())
        drawn = xml.fromstring(chart.svg(alone=True))
        lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
        self.assertEqual(len(lines), 3)
        self.assertIn("table", chart.svg(alone=True))

    def test_by_logarithm_ten_times_as_much_is_as_far_anywhere(self) -> None:
        axis = bench_chart.axis([1, 1000], 0, 300, log=True)
        self.assertAlmostEqual(axis.place(10) - axis.place(1), axis.place(1000) - axis.place(100))
        self.assertEqual(axis.ticks(), [1, 10, 100, 1000])

    def test_an_axis_that_is_not_begins_at_zero(self) -> None:
        axis = bench_chart.axis([40, 50], 0, 100, log=False)
        self.assertEqual(axis.place(0), 0)
        self.assertEqual(axis.ticks()[0], 0)

    def test_names_do_not_lie_on_each_other(self) -> None:
        for wanted in ([10, 10, 10], [100, 98, 99], [0, 50, 100]):
            with self.subTest(wanted):
                placed = sorted(bench_chart.spaced([float(at) for at in wanted], 15, 100))
                self.assertTrue(all(b - a >= 15 for a, b in zip(placed, placed[1:])))
                self.assertLessEqual(placed[-1], 100)

    def test_one_size_makes_no_chart(self) -> None:
        self.assertEqual(bench_chart.charts(run_of(line("idr-6.12", [1, 2, 3]))), [])

    def test_throughput_rises_as_cost_falls(self) -> None:
        cases = [Case("alloc", "empty", 1000, 0, cpus) for cpus in (1, 2)]
        run = run_of(line("idr-6.12", [100, 100], cases[0]), line("idr-6.12", [50, 50], cases[1]))
        (chart,) = (one for one in bench_chart.charts(run) if one.name == "alloc-cpus")
        self.assertEqual([point.median for _, point in chart.series[0].points], [10, 20])

    def test_the_page_fetches_nothing_and_has_it_all(self) -> None:
        run = grown()
        text = bench_page.page(run, bench_table.tables(run), bench_chart.charts(run))
        self.assertNotIn("src=", text)
        self.assertNotIn("href=", text)
        self.assertIn("<svg", text)
        self.assertIn('<td class="faster">4.00x</td>', text)
        self.assertIn("prefers-color-scheme: dark", text)


class Measures(unittest.TestCase):
    """What the guest is asked for."""

    def test_each_measure_is_asked_for_once(self) -> None:
        for size in bench.SIZES.values():
            lines = bench.measures(size)
            self.assertEqual(len(lines), len(set(lines)))

    def test_more_processors_are_measured_where_there_are_more(self) -> None:
        self.assertFalse(any("cpus=2" in text for text in bench.measures(bench.SIZES["uml"])))
        self.assertTrue(any("alloc" in text and "cpus=2" in text for text in bench.measures(bench.SIZES["plain"])))

    def test_a_ratio_is_said_with_the_digits_that_it_has(self) -> None:
        self.assertEqual([bench_stats.times(ratio) for ratio in (0.0042, 0.5, 9.94, 12.34, 356.2)],
                         ["0.004x", "0.50x", "9.94x", "12.3x", "356x"])

    def test_numbers_are_said_in_short(self) -> None:
        self.assertEqual([bench_stats.short(number) for number in (999, 1000, 32_000, 3_900_000)],
                         ["999", "1K", "32K", "3.9M"])


if __name__ == "__main__":
    unittest.main()
