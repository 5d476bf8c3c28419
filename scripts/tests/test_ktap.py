# SPDX-License-Identifier: MIT
"""A judge of test results must not be fooled by results that are missing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

from steps import ktap  # noqa: E402

KUNIT = """
    KTAP version 1

    1..1
        KTAP version 1
        # Subtest: pid
        # module: pidlab_kunit
        1..3
        # first_number_is_one: initializing
        ok 1 first_number_is_one
        ok 2 needs_two_cpus # SKIP one CPU only
            KTAP version 1
            # Subtest: every_depth
            ok 1 depth 0
            ok 2 depth 1
        # every_depth: pass:2 fail:0 skip:0 total:2
        ok 3 every_depth
    # pid: pass:2 fail:0 skip:1 total:3
    # Totals: pass:3 fail:0 skip:1 total:4
    ok 1 pid
    """


def judge(text: str, expected: tuple[str, ...] = ()) -> tuple[str, list[ktap.Outcome]]:
    """The sum and the outcomes of a stream."""
    outcomes: list[ktap.Outcome] = []
    lines = textwrap.dedent(text).splitlines()
    tally = ktap.read(lines, outcomes.append, expected=expected)
    return str(tally), outcomes


class Counting(unittest.TestCase):
    """What a sound stream is worth."""

    def test_kunit_results_with_parameters_and_skips(self) -> None:
        total, outcomes = judge(KUNIT)
        self.assertEqual(total, "3 passed, 0 failed, 1 skipped")
        self.assertEqual(
            [str(outcome) for outcome in outcomes],
            [
                "ok   pid.first_number_is_one",
                "skip pid.needs_two_cpus  (one CPU only)",
                "ok   pid.every_depth.depth 0",
                "ok   pid.every_depth.depth 1",
            ],
        )

    def test_flat_stream_with_dashes(self) -> None:
        total, outcomes = judge("KTAP version 1\n1..2\nok 1 - Device.opens\nok 2 Device.closes\n")
        self.assertEqual(total, "2 passed, 0 failed, 0 skipped")
        self.assertEqual(outcomes[0].name, "Device.opens")

    def test_several_documents_in_one_stream(self) -> None:
        total, _ = judge(textwrap.dedent(KUNIT) + textwrap.dedent(KUNIT).replace("pid", "task"))
        self.assertEqual(total, "6 passed, 0 failed, 2 skipped")

    def test_plan_at_the_end_is_a_plan(self) -> None:
        self.assertEqual(judge("TAP version 14\nok 1 a\n1..1\n")[0], "1 passed, 0 failed, 0 skipped")

    def test_a_skipped_suite_is_one_skip(self) -> None:
        text = "KTAP version 1\n1..1\n    KTAP version 1\n    1..0 # SKIP no module\nok 1 uml\n"
        self.assertEqual(judge(text)[0], "0 passed, 0 failed, 1 skipped")

    def test_expected_failures_count_as_skipped(self) -> None:
        text = "KTAP version 1\n1..1\nnot ok 1 a # XFAIL known\n"
        self.assertEqual(judge(text)[0], "0 passed, 0 failed, 1 skipped")


class Failing(unittest.TestCase):
    """What must not pass for a success."""

    def only_failure(self, text: str, expected: tuple[str, ...] = ()) -> ktap.Outcome:
        _, outcomes = judge(text, expected)
        failures = [outcome for outcome in outcomes if outcome.verdict == "FAIL"]
        self.assertEqual(len(failures), 1, failures)
        return failures[0]

    def test_a_failed_case_shows_its_log_and_only_its_own(self) -> None:
        text = KUNIT.replace(
            "    ok 2 needs_two_cpus # SKIP one CPU only",
            "    # x: EXPECTATION FAILED at pid.c:7\n        not ok 2 needs_two_cpus",
        )
        failure = self.only_failure(text)
        self.assertEqual(failure.name, "pid.needs_two_cpus")
        self.assertEqual(failure.log, ("# x: EXPECTATION FAILED at pid.c:7",))

    def test_an_empty_stream(self) -> None:
        self.assertIn("no results", self.only_failure("").note)
        self.assertIn("no results", self.only_failure("[    0.0] booting\n").note)

    def test_a_header_alone(self) -> None:
        self.assertIn("no plan", self.only_failure("KTAP version 1\n").note)

    def test_a_plan_and_nothing_else(self) -> None:
        self.assertIn("no results", self.only_failure("KTAP version 1\n1..4\n").note)

    def test_fewer_results_than_planned(self) -> None:
        failure = self.only_failure("KTAP version 1\n1..3\nok 1 a\nok 2 b\n")
        self.assertEqual(failure.note, "planned 3 results, saw 2")

    def test_more_results_than_planned(self) -> None:
        failure = self.only_failure("KTAP version 1\n1..1\nok 1 a\nok 2 b\n")
        self.assertEqual(failure.note, "planned 1 results, saw 2")

    def test_a_nested_plan_that_is_not_kept(self) -> None:
        self.assertIn("planned 4", self.only_failure(KUNIT.replace("1..3", "1..4")).note)

    def test_a_gap_in_the_numbers(self) -> None:
        _, outcomes = judge("KTAP version 1\n1..2\nok 1 a\nok 3 c\n")
        self.assertIn("has number 3, 2 was due", [outcome.note for outcome in outcomes])

    def test_a_suite_without_cases(self) -> None:
        text = "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: pid\n  1..0\nok 1 pid\n"
        self.assertEqual(self.only_failure(text).note, "has no cases")

    def test_a_stream_that_stops_inside_a_suite(self) -> None:
        lines = textwrap.dedent(KUNIT).splitlines()
        cut = next(number for number, line in enumerate(lines) if "ok 2" in line)
        total, outcomes = judge("\n".join(lines[:cut]))
        self.assertTrue(total.startswith("1 passed"))
        self.assertTrue(any("broke off" in outcome.note for outcome in outcomes))
        self.assertTrue(any("planned 3" in outcome.note for outcome in outcomes))

    def test_every_cut_of_a_sound_stream_fails(self) -> None:
        lines = textwrap.dedent(KUNIT).strip().splitlines()
        for length in range(len(lines)):
            with self.subTest(length=length):
                self.assertNotIn(" 0 failed", judge("\n".join(lines[:length]))[0])

    def test_a_suite_that_fails_although_its_cases_pass(self) -> None:
        text = textwrap.dedent(KUNIT).replace("\nok 1 pid", "\nnot ok 1 pid")
        self.assertEqual(self.only_failure(text).note, "failed as a whole")

    def test_cases_of_a_failed_suite_are_not_counted_twice(self) -> None:
        text = textwrap.dedent(KUNIT).replace("\nok 1 pid", "\nnot ok 1 pid")
        text = text.replace("    ok 1 first", "    not ok 1 first")
        self.assertEqual(self.only_failure(text).name, "pid.first_number_is_one")

    def test_a_missing_suite(self) -> None:
        self.assertEqual(self.only_failure(KUNIT, ("pid", "task")).name, "task")

    def test_no_header(self) -> None:
        self.assertIn("does not open with", self.only_failure("1..1\nok 1 a\n").note)

    def test_giving_up(self) -> None:
        _, outcomes = judge("KTAP version 1\n1..1\nBail out! no device\n")
        self.assertTrue(any("no device" in outcome.note for outcome in outcomes))

    def test_a_time_out(self) -> None:
        failure = self.only_failure("KTAP version 1\n1..1\nnot ok 1 a # TIMEOUT 300 seconds\n")
        self.assertEqual(failure.note, "timeout 300 seconds")


class Command(unittest.TestCase):
    """scripts/ktap as a person or a script calls it."""

    def ktap(self, *args: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, SCRIPTS / "ktap", *args], input=text, capture_output=True, text=True
        )

    def test_exit_status_and_sum(self) -> None:
        done = self.ktap(text=textwrap.dedent(KUNIT))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines()[-1], "3 passed, 0 failed, 1 skipped")
        done = self.ktap("--expect", "task", text=textwrap.dedent(KUNIT))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines()[-1], "3 passed, 1 failed, 1 skipped")

    def test_only_skipped_cases_pass_and_none_at_all_fail(self) -> None:
        self.assertEqual(self.ktap(text="KTAP version 1\n1..1\nok 1 a # SKIP\n").returncode, 0)
        self.assertEqual(self.ktap(text="").returncode, 1)

    def test_a_file_that_is_not_there(self) -> None:
        done = self.ktap("/nonexistent")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonexistent: No such file", done.stderr)


if __name__ == "__main__":
    unittest.main()
