# SPDX-License-Identifier: MIT
"""The small judgements between a VM or a tool and the verdict."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from failure import Failure  # noqa: E402
from steps import guest, kunit, pairs, race, run, search, speed, torture, unit  # noqa: E402
from steps.ktap import Tally  # noqa: E402

SUITE = """
static struct kunit_case pid_cases[] = {
\tKUNIT_CASE(first_number_is_one),
\t{}
};

static struct kunit_suite pid_suite = {
\t.name = "pidlab_pid",
\t.init = pid_init,
\t.test_cases = pid_cases,
};
kunit_test_suite(pid_suite);
"""

JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="4" failures="1" disabled="0" skipped="1">
  <testcase name="Table.has_every_name" classname="x" time="0.1" status="run"/>
  <testcase name="Table.breaks" classname="x" time="0.1" status="fail">
    <failure message=""/><system-out>table_test.cpp:7: Failure</system-out>
  </testcase>
  <testcase name="Device.needs_root" classname="x" time="0.1" status="notrun">
    <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>[ RUN      ] Device.needs_root
device_test.cpp:12: Skipped
root is needed
[  SKIPPED ] Device.needs_root (0 ms)</system-out>
  </testcase>
  <testcase name="pidlab_unit_NOT_BUILT" classname="x" time="0" status="notrun">
    <skipped message="Unable to find executable"/>
  </testcase>
</testsuite>
"""


class Temporary(unittest.TestCase):
    """A case with a directory of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)


class Parts(unittest.TestCase):
    """A search in parts."""

    def test_together_they_are_all_of_it(self) -> None:
        self.assertEqual(search.parts_of(1), [""])
        self.assertEqual(search.parts_of(3), ["1/3", "2/3", "3/3"])

    def test_a_part_says_whose_word_it_is_and_keeps_its_report(self) -> None:
        one = search.Guest("1/2", [])
        with contextlib.redirect_stdout(io.StringIO()) as said:
            one.heard("# two.scn: 100 orders")
            one.heard("ok   two.scn: all orders")
        self.assertEqual(said.getvalue(), "# 1/2: two.scn: 100 orders\n")
        self.assertEqual(one.lines, ["ok   two.scn: all orders"])


class Suites(Temporary):
    """Which KUnit suites must have had their say."""

    def test_they_are_read_from_the_sources(self) -> None:
        (self.root / "pid_test.c").write_text(SUITE, encoding="utf-8")
        (self.root / "task_test.c").write_text(SUITE.replace("_pid", "_task"), encoding="utf-8")
        self.assertEqual(kunit.suites(self.root), ["pidlab_pid", "pidlab_task"])

    def test_none_at_all_is_a_mistake(self) -> None:
        with self.assertRaises(Failure):
            kunit.suites(self.root)


class Junit(Temporary):
    """The cases that ctest ran."""

    def test_each_becomes_an_outcome(self) -> None:
        file = self.root / "junit.xml"
        file.write_text(JUNIT, encoding="utf-8")
        outcomes = unit.junit_outcomes(file)
        self.assertEqual([outcome.verdict for outcome in outcomes], ["ok", "FAIL", "skip", "FAIL"])
        self.assertEqual(outcomes[1].log, ("table_test.cpp:7: Failure",))

    def test_a_skipped_one_gives_its_own_reason(self) -> None:
        file = self.root / "junit.xml"
        file.write_text(JUNIT, encoding="utf-8")
        self.assertEqual(unit.junit_outcomes(file)[2].note, "root is needed")


class Reports(unittest.TestCase):
    """The one report that is shown of many."""

    NAMES = ["s/fork.scn", "s/zombie.scn", "s/wait.scn"]
    REPORTS = ["A fork", "s/fork.scn", "forks", "A zombie", "s/zombie.scn", "pins", "A wait", "s/wait.scn"]

    def test_the_chosen_one(self) -> None:
        self.assertEqual(run.chosen(self.REPORTS, self.NAMES), ["A zombie", "s/zombie.scn", "pins"])

    def test_the_first_when_the_chosen_one_is_not_there(self) -> None:
        reports = self.REPORTS[6:] + self.REPORTS[:3]
        self.assertEqual(run.chosen(reports, self.NAMES), ["A wait", "s/wait.scn"])

    def test_all_of_a_single_one(self) -> None:
        self.assertEqual(run.chosen(self.REPORTS[:3], self.NAMES), self.REPORTS[:3])


class Verdicts(unittest.TestCase):
    """A VM's KTAP and how the VM ended, taken together."""

    def judged(self, script: str) -> Tally:
        with contextlib.redirect_stdout(io.StringIO()):
            return guest.judged(["sh", "-c", script], "VM tests", [])

    def test_a_vm_that_dies_after_its_tests_passed_fails(self) -> None:
        good = "echo KTAP version 1; echo 1..1; echo ok 1 a; "
        self.assertEqual(str(self.judged(good)), "1 passed, 0 failed, 0 skipped")
        for status in (1, guest.BROKEN, guest.BROKEN + 2):
            with self.subTest(status=status):
                self.assertEqual(self.judged(f"{good} exit {status}").failed, 1)

    def test_a_vm_without_a_word_fails(self) -> None:
        self.assertEqual(str(self.judged("exit 0")), "0 passed, 1 failed, 0 skipped")


class AllPairs(unittest.TestCase):
    """What a guest says of its part of the pairs."""

    def shard(self, *lines: str) -> pairs.Shard:
        shard = pairs.Shard("1/2", [])
        with contextlib.redirect_stdout(io.StringIO()):
            for line in lines:
                shard.heard(line)
        return shard

    def test_sums_and_lists_are_counted(self) -> None:
        shard = self.shard("# 3 pairs, 9 orders; now in idr: a | b", "ok   f.scn in idr: 4 pairs, 20 orders",
                           "FAIL f.scn in pidns: 5 pairs, 30 orders", "9 pairs, 8 of them on the model too, 50 orders",
                           "1 passed, 1 failed")
        self.assertEqual((shard.pairs, shard.modelled, shard.orders), (9, 8, 50))
        self.assertEqual([outcome.verdict for outcome in shard.outcomes()], ["ok", "FAIL"])

    def test_a_guest_that_dies_fails(self) -> None:
        shard = self.shard("ok   f.scn in idr: 4 pairs, 20 orders")
        shard.status = guest.BROKEN + 2
        self.assertEqual([outcome.verdict for outcome in shard.outcomes()], ["ok", "FAIL"])


class Parts(unittest.TestCase):
    """Parts of the long tests."""

    def test_they_are_named_with_commas(self) -> None:
        self.assertEqual(torture.parts_of("pairs,seeds"), ("pairs", "seeds"))

    def test_another_is_a_mistake(self) -> None:
        with self.assertRaises(Failure):
            torture.parts_of("pears")


class Costs(unittest.TestCase):
    """What points cost, from figures with them and without."""

    def test_little_is_good(self) -> None:
        words, good = speed.cost({("ordinary", "task"): 1010, ("no-points", "task"): 1000})
        self.assertEqual(words, ["points cost 10 of 1010 instructions a task, 1.0 %"])
        self.assertTrue(good)

    def test_much_is_not(self) -> None:
        self.assertFalse(speed.cost({("ordinary", "task"): 1100, ("no-points", "task"): 1000})[1])

    def test_one_build_alone_says_nothing(self) -> None:
        self.assertEqual(speed.cost({("ordinary", "task"): 1000}), ([], True))


class Loads(unittest.TestCase):
    """How many operations a race makes."""

    def test_as_many_as_were_asked_for_or_a_few_more(self) -> None:
        self.assertEqual(race.loads(1_000_000), (250_000, 2))
        self.assertEqual(race.loads(1), (1, 1))
        self.assertEqual(race.loads(100_001), (50_001, 1))
        self.assertEqual(race.loads(500_001), (250_000, 2))

    def test_none_is_a_mistake(self) -> None:
        self.assertRaises(Failure, race.loads, 0)


class Names(unittest.TestCase):
    """Files have the names in the guest that they have in the tree, for messages that help."""

    def test_in_the_tree_and_outside(self) -> None:
        inside = run.SCENARIOS / "zombie.scn"
        self.assertEqual(run.name_in_guest(inside), "userspace/scenarios/zombie.scn")
        self.assertEqual(run.name_in_guest(Path("/tmp/my.scn")), "/tmp/my.scn")


if __name__ == "__main__":
    unittest.main()
