# SPDX-License-Identifier: MIT
"""Runs the tests that need no kernel: those of the scripts, and the client's under sanitizers."""

from __future__ import annotations

import re
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Any

from failure import Failure, run_main
from steps import client, guest
from steps.host import BUILD, ROOT, SCRIPTS, need_packages, phase, say, stream, tail
from steps.ktap import Outcome, Tally


class _Cases(unittest.TestResult):
    """Tells each case of the scripts' tests as an outcome."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally
        self._broken: set[str] = set()

    def _say(self, verdict: str, test: unittest.TestCase, note: str = "", log: str = "") -> None:
        self._tally.count(verdict)
        say(str(Outcome(verdict, f"scripts.{test.id()}", note, tuple(log.splitlines()))))

    def _fail(self, test: unittest.TestCase, log: str) -> None:
        self._broken.add(test.id())
        self._say("FAIL", test, log=log)

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A case that ended well, unless one of its parts did not."""
        if test.id() not in self._broken:
            self._say("ok", test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        """A case that did not apply here."""
        self._say("skip", test, reason)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """A case whose expectation did not hold."""
        self._fail(test, self._exc_info_to_string(err, test))

    addError = addFailure  # noqa: N815

    def addSubTest(self, test: unittest.TestCase, subtest: Any, err: Any) -> None:  # noqa: N802
        """A part of a case; only a failed one is told."""
        if err is not None:
            self._broken.add(test.id())
            self._fail(subtest, self._exc_info_to_string(err, test))


def of_scripts() -> Tally:
    """Runs the tests in scripts/tests."""
    tally = Tally()
    tests = SCRIPTS / "tests"
    suite = unittest.TestLoader().discover(str(tests), top_level_dir=str(tests))
    with phase("tests of the scripts"):
        suite.run(_Cases(tally))
    return tally


def _why_skipped(output: str) -> str:
    """What GTEST_SKIP said, which ctest keeps with the rest of the output."""
    said = re.search(r": Skipped\n(.+)", output)
    return said[1] if said else ""


def junit_outcomes(file: Path) -> list[Outcome]:
    """The cases in a JUnit file that ctest wrote."""
    outcomes = []
    for case in xml.parse(file).getroot().iter("testcase"):
        name = f"client.{case.get('name', '?')}"
        output = case.findtext("system-out") or ""
        if case.get("status") == "run":
            outcomes.append(Outcome("ok", name))
        elif (skipped := case.find("skipped")) is not None and case.get("status") != "fail":
            # A test that could not be started is told as skipped too.
            reason = skipped.get("message", "")
            chosen = reason.startswith("SKIP_") or case.get("status") == "disabled"
            outcomes.append(Outcome("skip" if chosen else "FAIL", name, _why_skipped(output) or reason))
        else:
            outcomes.append(Outcome("FAIL", name, log=tuple(output.splitlines())))
    return outcomes


def of_client() -> Tally:
    """Builds and runs the client's tests."""
    folder = client.sanitized()
    junit = BUILD / "unit.xml"
    junit.unlink(missing_ok=True)
    log = BUILD / "log" / "ctest.log"
    command = ["ctest", "--test-dir", folder, "--no-tests=error", "--output-junit", junit]
    tally = Tally()
    with phase("tests of the client"):
        status = stream([*command, "-j", "2"], log, lambda line: None)
        if not junit.is_file():
            raise Failure(f"ctest failed with status {status}:\n{tail(log)}")
        for outcome in junit_outcomes(junit):
            tally.count(outcome.verdict)
            say(str(outcome))
    if status and tally.good:
        raise Failure(f"ctest failed with status {status}:\n{tail(log)}")
    return tally


def main() -> int:
    """`make unit`, or one half of it by name."""
    halves = {"scripts": of_scripts, "client": of_client}
    need_packages("check")
    total = Tally()
    for name in sys.argv[1:] or list(halves):
        total.add(halves[name]())
    return guest.verdict(total)


if __name__ == "__main__":
    run_main("make unit", main)
