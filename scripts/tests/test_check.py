# SPDX-License-Identifier: MIT
"""The sum in the last line must not be better than what happened."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from steps import check, race  # noqa: E402

COUNTING = check.Step("tests", ())
PLAIN = check.Step("build", (), counts=False)


def counted(step: check.Step, status: int, text: str) -> str:
    """The sum of a step."""
    return str(check.count(step, status, text)[0])


class Counting(unittest.TestCase):
    """What a step that has ended is worth."""

    def test_a_step_without_results_is_one_test(self) -> None:
        self.assertEqual(counted(PLAIN, 0, ""), "1 passed, 0 failed, 0 skipped")
        self.assertEqual(counted(PLAIN, 2, "9 passed, 0 failed"), "0 passed, 1 failed, 0 skipped")

    def test_the_last_sum_counts(self) -> None:
        text = "1 passed, 0 failed\nok\n7 passed, 1 failed, 2 skipped\nmore\n"
        self.assertEqual(counted(COUNTING, 1, text), "7 passed, 1 failed, 2 skipped")

    def test_a_sum_without_skipped_ones(self) -> None:
        self.assertEqual(counted(COUNTING, 0, "17 passed, 0 failed\n"), "17 passed, 0 failed, 0 skipped")

    def test_a_step_that_breaks_after_its_tests_passed_fails(self) -> None:
        text = "7 passed, 0 failed, 0 skipped\n"
        self.assertEqual(counted(COUNTING, 102, text), "7 passed, 1 failed, 0 skipped")

    def test_no_tests_at_all_fail(self) -> None:
        self.assertEqual(counted(COUNTING, 0, ""), "0 passed, 1 failed, 0 skipped")
        text = "0 passed, 0 failed, 0 skipped\n"
        self.assertEqual(counted(COUNTING, 0, text), "0 passed, 1 failed, 0 skipped")

    def test_a_sum_inside_a_line_is_none(self) -> None:
        self.assertEqual(counted(COUNTING, 0, "x 9 passed, 0 failed\n"), "0 passed, 1 failed, 0 skipped")


class Running(unittest.TestCase):
    """Steps one after the other."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        for name, value in (("LOGS", root), ("ROOT", root), ("SCRIPTS", root)):
            self.enterContext(mock.patch.object(check, name, value))
        self.said = io.StringIO()
        self.enterContext(contextlib.redirect_stdout(self.said))

    def test_a_failed_step_does_not_stop_the_next(self) -> None:
        fail = check.Step("one", ("sh", "-c", "echo FAIL a.b; echo '0 passed, 1 failed'; exit 1"))
        fine = check.Step("two", ("sh", "-c", "echo '3 passed, 0 failed, 1 skipped'"))
        outcomes = check.run_all((fail, fine))
        self.assertEqual([outcome.tally.passed for outcome in outcomes], [0, 3])
        self.assertIn("| FAIL a.b", self.said.getvalue())
        self.assertEqual(check.failures(outcomes), ["", "-- one", "   | FAIL a.b"])

    def test_two_steps_run_at_a_time(self) -> None:
        meet = "mkfifo {0} 2>/dev/null; test -p {0}; echo x {1} {0}; echo '1 passed, 0 failed'"
        pipe = check.ROOT / "pipe"
        one = check.Step("one", ("sh", "-c", meet.format(pipe, ">")))
        two = check.Step("two", ("sh", "-c", f"until test -p {pipe}; do :; done; cat {pipe}; echo '2 passed, 0 failed'"))
        self.assertEqual([outcome.tally.passed for outcome in check.run_all((one, two))], [1, 2])

    def test_of_those_that_share_a_place_one_runs_at_a_time(self) -> None:
        linger = "i=0; while test $i -lt 20000; do i=$((i+1)); done"
        place = check.ROOT / "place"
        alone = f"mkdir {place} || exit 1; {linger}; rmdir {place}; echo '1 passed, 0 failed'"
        steps = tuple(check.Step(name, ("sh", "-c", alone), place="here") for name in ("one", "two", "three"))
        self.assertEqual([str(outcome.tally) for outcome in check.run_all(steps)], ["1 passed, 0 failed, 0 skipped"] * 3)

    def test_what_comes_after_a_step_waits_for_it_and_not_for_its_like(self) -> None:
        linger = "i=0; while test $i -lt 20000; do i=$((i+1)); done"
        built, pipe = check.ROOT / "built", check.ROOT / "pipe"
        steps = (
            check.Step("build", ("sh", "-c", f"{linger}; mkfifo {pipe}; echo >{built}; false"), False),
            check.Step("one", ("sh", "-c", f"test -e {built} && echo x >{pipe}"), False, after="build"),
            check.Step("two", ("sh", "-c", f"test -e {built} && cat {pipe}"), False, after="build"),
        )
        self.assertEqual([outcome.tally.failed for outcome in check.run_all(steps)], [1, 0, 0])

    def test_what_a_step_comes_after_is_a_step(self) -> None:
        names = {step.name for step in check.STEPS}
        self.assertLessEqual({step.after for step in check.STEPS} - {""}, names)

    def test_without_its_kernel_a_step_fails_and_others_run(self) -> None:
        self.kernels_by("echo no compiler; exit 1")
        fine = check.Step("one", ("true",), counts=False)
        needs = check.Step("two", ("sh", "-c", "echo '5 passed, 0 failed'"), kernel="debug")
        outcomes = check.run_all((fine, needs))
        sums = [str(outcome.tally) for outcome in outcomes]
        one, none = "1 passed, 0 failed, 0 skipped", "0 passed, 1 failed, 0 skipped"
        self.assertEqual(sums, [none, one, none])  # the kernel's first
        self.assertIn("no compiler", self.said.getvalue())

    def kernels_by(self, script: str) -> None:
        """Has kernels built by this."""
        kernel = check.SCRIPTS / "kernel"
        kernel.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        kernel.chmod(0o755)

    def test_kernels_are_built_one_at_a_time_in_the_order_of_the_steps(self) -> None:
        linger = "i=0; while test $i -lt 20000; do i=$((i+1)); done"
        built = check.ROOT / "built"
        self.kernels_by(f"mkdir {check.ROOT}/alone || exit 1; {linger}; rmdir {check.ROOT}/alone; echo $2 >>{built}")
        steps = tuple(check.Step(f"on {name}", ("true",), False, name) for name in ("one", "two", "three"))
        outcomes = check.run_all(steps)
        self.assertEqual([str(outcome.tally) for outcome in outcomes], ["1 passed, 0 failed, 0 skipped"] * 6)
        self.assertEqual(built.read_text(encoding="utf-8"), "one\ntwo\nthree\n")

    def test_what_looks_at_the_others_results_waits_for_all_of_them(self) -> None:
        left = check.ROOT / "left"
        linger = "i=0; while test $i -lt 20000; do i=$((i+1)); done"
        self.kernels_by(linger)
        steps = (
            check.Step("slow", ("sh", "-c", f"{linger}; echo slow >>{left}"), False),
            check.Step("look", ("sh", "-c", f"cat {left} && test $(wc -l <{left}) = 2"), False, last=True),
            check.Step("late", ("sh", "-c", f"echo late >>{left}"), False, "debug"),
        )
        self.assertEqual([outcome.tally.failed for outcome in check.run_all(steps)], [0] * 4)

    def test_after_a_kernel_that_does_not_build_the_next_one_does(self) -> None:
        self.kernels_by("test $2 != broken")
        steps = tuple(check.Step(f"on {name}", ("true",), False, name) for name in ("broken", "fine"))
        failed = [outcome.tally.failed for outcome in check.run_all(steps)]
        self.assertEqual(failed, [1, 0, 1, 0])

    def test_a_million_operations_are_watched_for_races(self) -> None:
        step = next(step for step in check.STEPS if step.kernel == "kcsan")
        self.assertEqual(step.command[-2:], ("-m", "steps.race"))
        self.assertEqual(race.OPS, 1_000_000)


if __name__ == "__main__":
    unittest.main()
