# SPDX-License-Identifier: MIT
"""Rows, the tests that are for them, and what those said last."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from failure import Failure  # noqa: E402
from steps import rows  # noqa: E402

LIST = """\
# The kernel
a1  a reference is small

b1  a pid is smaller
b2  a pid is found at once
x2  all generations agree
"""

KUNIT = """\
static struct kunit_case cases[] = {
\tKUNIT_CASE(a1_four_words),
\tLAB_CASE(b1_b2_of_all_depths),
\tKUNIT_CASE(helpers_do_what_they_say),
\t{}
};
"""

VM = """\
TEST_P(Programs, x2_give_the_same_results) {
}
"""

RESULTS = """\
KTAP version 1
1..1
    KTAP version 1
    # Subtest: pidlab_pid
    1..2
    ok 1 a1_four_words
        KTAP version 1
        # Subtest: b1_b2_of_all_depths
        {flat} 1 pidhash
        ok 2 pidns
    {flat} 2 b1_b2_of_all_depths
{flat} 1 pidlab_pid
"""


class Temporary(unittest.TestCase):
    """A tree of its own with three tests, and no results."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("kunit/rows.txt", LIST)
        self.write("kunit/pid_test.c", KUNIT)
        self.write("userspace/tests/vm/programs_test.cpp", VM)

    def write(self, name: str, text: str, age: int = 0) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if age:
            os.utime(path, (10_000_000 - age,) * 2)

    def results(self, kernel: str, age: int, flat: str = "ok") -> None:
        self.write(f"build/vm/kunit-{kernel}/results", RESULTS.format(flat=flat), age)

    def gathered(self) -> dict[str, rows.Row]:
        found = rows.gather(self.root, self.root / "build", self.root / "kunit" / "rows.txt")
        return {row.name: row for row in found}

    def verdicts(self) -> str:
        return " ".join(row.verdict for row in self.gathered().values())


class Gathering(Temporary):
    """Which tests a row has, and what they said."""

    def test_a_test_is_for_every_row_that_its_name_begins_with(self) -> None:
        tests = {name: [test.name for test in row.tests] for name, row in self.gathered().items()}
        both = ["b1_b2_of_all_depths"]
        vm = ["x2_give_the_same_results"]
        self.assertEqual(tests, {"a1": ["a1_four_words"], "b1": both, "b2": both, "x2": vm})

    def test_a_test_has_a_place(self) -> None:
        self.assertEqual(self.gathered()["b1"].tests[0].place, "kunit/pid_test.c:3")

    def test_without_a_run_there_is_no_result(self) -> None:
        self.assertEqual(self.verdicts(), "not run not run not run not run")

    def test_the_last_run_counts(self) -> None:
        self.results("uml", age=50, flat="not ok")
        self.assertEqual(self.verdicts(), "ok FAIL FAIL not run")
        self.results("debug", age=20)
        self.assertEqual(self.verdicts(), "ok ok ok not run")
        self.assertEqual(self.gathered()["a1"].tests[0].kernel, "debug")

    def test_results_of_the_vm_tests_are_for_theirs(self) -> None:
        text = "KTAP version 1\n1..1\nok 1 Each/Programs.x2_give_the_same_results/idr\n"
        self.write("build/vm/vmtest-stock/results", text)
        self.assertEqual(self.gathered()["x2"].verdict, "ok")

    def test_a_run_that_broke_off_has_no_result_for_the_rest(self) -> None:
        self.write("build/vm/kunit-uml/results", RESULTS.format(flat="ok").partition("    ok 1")[0])
        self.assertEqual(self.gathered()["a1"].verdict, "not run")

    def test_a_row_without_a_test(self) -> None:
        self.write("userspace/tests/vm/programs_test.cpp", "")
        self.assertEqual(self.gathered()["x2"].verdict, "NO TEST")

    def test_a_test_for_a_row_that_is_not_listed_is_a_mistake(self) -> None:
        self.write("kunit/more_test.c", "\tKUNIT_CASE(b9_pages),\n")
        with self.assertRaisesRegex(Failure, "kunit/more_test.c:1: .* b9"):
            self.gathered()

    def test_a_row_is_listed_once(self) -> None:
        self.write("kunit/rows.txt", LIST + "a1 again\n")
        with self.assertRaises(Failure):
            self.gathered()


class Telling(Temporary):
    """What `make rows' prints and how it ends."""

    def run_main(self, *words: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.ExitStack() as stack:
            rows_now = list(self.gathered().values())
            stack.enter_context(mock.patch.object(rows, "gather", lambda: rows_now))
            stack.enter_context(mock.patch.object(sys, "argv", ["rows", *words]))
            stack.enter_context(contextlib.redirect_stdout(said))
            return rows.main(), said.getvalue()

    def test_a_row_without_a_test_fails(self) -> None:
        self.write("kunit/pid_test.c", KUNIT.replace("a1_", ""))
        self.results("uml", age=5)
        status, text = self.run_main()
        self.assertEqual(status, 1)
        self.assertIn("FAIL a1  (no test)\n", text)
        self.assertTrue(text.endswith("2 passed, 1 failed, 1 skipped\n"), text)

    def test_a_failure_names_its_tests(self) -> None:
        self.results("uml", age=5, flat="not ok")
        status, text = self.run_main()
        self.assertEqual(status, 1)
        self.assertIn("FAIL b2  (b1_b2_of_all_depths)\n", text)

    def test_what_has_not_run_fails_only_where_all_must_have(self) -> None:
        self.results("uml", age=5)
        self.assertEqual(self.run_main()[0], 0)
        status, text = self.run_main("--complete")
        self.assertEqual(status, 1)
        self.assertIn("FAIL x2  (x2_give_the_same_results)\n", text)

    def test_one_row_has_its_tests_told(self) -> None:
        self.results("uml", age=5)
        text = self.run_main("--row", "b2")[1]
        self.assertIn("b2  a pid is found at once\n", text)
        self.assertIn("  ok on uml  KUnit: b1_b2_of_all_depths\n       kunit/pid_test.c:3\n", text)
        with self.assertRaises(Failure):
            self.run_main("--row", "z1")

    def test_json_has_rows_and_tests(self) -> None:
        self.results("uml", age=5)
        told = json.loads(self.run_main("--json")[1])
        self.assertEqual([row["row"] for row in told], ["a1", "b1", "b2", "x2"])
        self.assertEqual(told[1]["tests"][0]["kernel"], "uml")


if __name__ == "__main__":
    unittest.main()
