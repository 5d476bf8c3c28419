# SPDX-License-Identifier: MIT
"""Runs every test there is, in one go, and sums them up in the last line.

Two steps run at a time, since an emulated guest keeps one processor busy. The
kernels that tests run on take many minutes to build when the cache is empty, so
that goes on in the background, one after the other, the one that most wait for
first, while the steps that do without them run. It takes its share like them: what
waits for a kernel takes long itself, so a build that gave way would be waited for.
A step that fails does not keep the others from running.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from failure import run_main
from progress import duration
from steps.host import BUILD, ROOT, SCRIPTS, need_packages, say, tail
from steps.ktap import Tally

LOGS = BUILD / "check"
SUM = LOGS / "sum"  # the last line once more, for whoever prints after us
HEARTBEAT = 60.0  # seconds between two words about a step that takes long
MOST_SHOWN = 60  # lines of a failed step
MOST_REPEATED = 15  # of those, once more at the end
AT_A_TIME = 2

_SUM = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """Something to run; what it prints is summed up by its last `N passed' line, if it has one."""

    name: str
    command: tuple[str, ...]
    counts: bool = True  # has a sum line; a step without one is one test
    kernel: str = ""  # waits until this kernel has been built
    place: str = ""  # what it has for itself: of those that name the same, one runs at a time
    after: str = ""  # the step that must have ended, well or not: what both build is built then
    last: bool = False  # waits for all others: it looks at what they have left


@dataclass
class Outcome:
    """What became of a step."""

    step: Step
    tally: Tally
    spent: float
    note: str = ""


def _script(*words: str) -> tuple[str, ...]:
    return (str(SCRIPTS / words[0]), *words[1:])


def _module(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"steps.{words[0]}", *words[1:])


STRICT = ("--w1", "--sparse")
STEPS = (  # what takes long comes early, that it does not stay to the last
    Step("build for 6.12", _script("kbuild", "stock", *STRICT), counts=False),
    Step("tests of the scripts", _module("unit", "scripts"), True, "debug"),  # one reads the kernel's source
    Step("tests of the client", _module("unit", "client")),
    Step("build for debug", _script("kbuild", "debug", "--kunit", *STRICT), False, "debug"),
    Step("KUnit on debug", _module("kunit", "--kernel", "debug"), True, "debug", after="build for debug"),
    Step("VM tests on debug", _module("vmtest", "--kernel", "debug"), True, "debug", after="build for debug"),
    Step("pairs", _module("search", "pairs", "--every", "60"), place="search"),
    Step("VM tests on 6.12", _module("vmtest", "--kernel", "stock")),
    Step("a million operations", _module("race"), True, "kcsan"),
    Step("build for 6.1", _script("kbuild", "6.1", *STRICT), counts=False),
    Step("scenarios on 6.1", _module("run", "--kernel", "6.1"), place="scenarios"),
    Step("scenarios on 6.12", _module("run", "--kernel", "stock"), place="scenarios"),
    Step("all generations", _module("run", "--generations", "all"), place="scenarios"),
    Step("catalogue", _module("search", "catalogue"), place="search"),
    Step("what is installed", _module("install_test")),
    Step("style", _script("style")),
    Step("what points cost", _module("speed", "--kernel", "stock", "--instructions", "--builds", "ordinary",
                                     "no-points"), counts=False),
    Step("one seed, one guest", _module("seed", "--pair")),
    Step("rows", _script("rows", "--complete"), last=True),
)


def log_of(name: str) -> Path:
    """The log of a step."""
    return LOGS / (re.sub(r"[^a-z0-9.]+", "-", name.lower()) + ".log")


def start(command: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
    """Starts a command with its output in a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )


def last_line(log: Path) -> str:
    """What a log said last."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def wait(process: subprocess.Popen[bytes], log: Path, name: str) -> int:
    """Waits for a command, with a word now and then about how far it is; returns its status."""
    begun = time.monotonic()
    while True:
        try:
            return process.wait(HEARTBEAT)
        except subprocess.TimeoutExpired:
            say(f"   {name}, {duration(time.monotonic() - begun)}: {last_line(log)}")


def count(step: Step, status: int, text: str) -> tuple[Tally, str]:
    """The tests of a step that has ended, and what there is to say about how it ended."""
    sums = _SUM.findall(text) if step.counts else []
    if not sums:
        missing = step.counts and status == 0
        note = "no sum: it ran nothing" if missing else f"status {status}" if status else ""
        return Tally(failed=1) if note else Tally(passed=1), note
    passed, failed, skipped = (int(number or 0) for number in sums[-1])
    tally = Tally(passed, failed, skipped)
    if (status or not tally.total) and not failed:
        tally.failed += 1
        return tally, f"status {status}" if status else "it ran nothing"
    return tally, ""


def explain(log: Path) -> str:
    """Why a step failed: the cases that did, or else the end of its log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    shown: list[str] = []
    inside = False
    for line in lines:
        inside = line.startswith("FAIL") or (inside and line.lstrip().startswith("|"))
        if inside:
            shown.append(f"   | {line}")
    return "\n".join(shown[:MOST_SHOWN]) if shown else tail(log)


def run_step(step: Step) -> Outcome:
    """Runs a step to its end."""
    log = log_of(step.name)
    begun = time.monotonic()
    status = wait(start(step.command, log), log, step.name)
    tally, note = count(step, status, log.read_text(encoding="utf-8", errors="replace"))
    return Outcome(step, tally, time.monotonic() - begun, note)


def result(outcome: Outcome) -> str:
    """An outcome in a few words."""
    if outcome.note:
        return f"FAILED ({outcome.note})"
    if outcome.step.counts:
        return str(outcome.tally)
    return "ok" if outcome.tally.good else "FAILED"


class Kernels:
    """The kernels that are being built in the background, in turn; each counts as a test of its own."""

    def __init__(self, names: list[str], changed: threading.Condition) -> None:
        self._changed = changed
        self._building: subprocess.Popen[bytes] | None = None  # under `changed'
        self._stopped = False  # under `changed'
        self.outcomes: dict[str, Outcome] = {}  # of those that have been built, or not; under `changed'
        self._builder = threading.Thread(target=self._build, args=(names,), daemon=True)
        self._builder.start()

    def _build(self, names: list[str]) -> None:
        for name in names:
            step = Step(f"kernel {name}", (), counts=False)
            begun = time.monotonic()
            with self._changed:
                if self._stopped:
                    return
                process = start(_script("kernel", "build", name), log_of(step.name))
                self._building = process
            tally, note = count(step, process.wait(), "")
            with self._changed:
                self.outcomes[name] = Outcome(step, tally, time.monotonic() - begun, note)
                tell(self.outcomes[name])
                self._changed.notify_all()

    def stop(self) -> None:
        """Ends the build that still goes on, and begins no other: nobody waits for them any more."""
        with self._changed:
            self._stopped = True
            if self._building and self._building.poll() is None:
                self._building.terminate()
        self._builder.join()


class Agenda:
    """The steps that are still to run, for those who run them."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._changed = threading.Condition()
        self._waiting = list(steps)
        self._all = len(steps)
        self._taken: set[str] = set()  # places
        kernels = dict.fromkeys(step.kernel for step in steps if step.kernel)
        self.kernels = Kernels(list(kernels), self._changed)
        self.outcomes: dict[str, Outcome] = {}

    def _can_run(self, step: Step) -> bool:
        if step.last and len(self.outcomes) < self._all - 1:
            return False
        if step.after and step.after not in self.outcomes:
            return False
        return step.place not in self._taken and (not step.kernel or step.kernel in self.kernels.outcomes)

    def _next(self) -> Step | None:
        return next((step for step in self._waiting if self._can_run(step)), None)

    def take(self) -> Step | None:
        """The next step that can run; None when there is none left."""
        with self._changed:
            while (step := self._next()) is None and self._waiting:
                self._changed.wait()
            if step:
                self._waiting.remove(step)
                self._taken |= {step.place} - {""}
                say(f"-- [{self._all - len(self._waiting)}/{self._all}] {step.name}")
            return step

    def done(self, outcome: Outcome) -> None:
        """A step that was taken has ended."""
        with self._changed:
            self.outcomes[outcome.step.name] = outcome
            self._taken.discard(outcome.step.place)
            tell(outcome)
            self._changed.notify_all()

    def drop(self) -> None:
        """Nothing more is to begin."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def run(self) -> None:
        """Runs steps for as long as there are any."""
        while step := self.take():
            kernel = self.kernels.outcomes[step.kernel] if step.kernel else None
            if kernel and not kernel.tally.good:
                self.done(Outcome(step, Tally(failed=1), 0.0, f"there is no kernel {step.kernel}"))
            else:
                self.done(run_step(step))


def tell(outcome: Outcome) -> None:
    """Says what became of a step, and why if it failed."""
    log = log_of(outcome.step.name)
    lines = [f"   {outcome.step.name}: {result(outcome)}, {duration(outcome.spent)}"]
    if outcome.tally.failed and log.is_file():
        lines += [explain(log), f"   the whole log: {log.relative_to(ROOT)}"]
    say("\n".join(lines))


def run_all(steps: tuple[Step, ...]) -> list[Outcome]:
    """Runs the steps, some at a time, as the kernels that they need become ready."""
    agenda = Agenda(steps)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        try:
            for runner in [pool.submit(agenda.run) for _ in range(AT_A_TIME)]:
                runner.result()
        finally:
            agenda.drop()
            agenda.kernels.stop()
    return [*agenda.kernels.outcomes.values(), *(agenda.outcomes[step.name] for step in steps)]


def failures(outcomes: list[Outcome]) -> list[str]:
    """Why steps failed, in few lines: who looks at a build server sees the end of it first."""
    lines: list[str] = []
    for outcome in outcomes:
        if outcome.tally.failed:
            log = log_of(outcome.step.name)
            why = explain(log).splitlines() if log.is_file() else [f"   | {outcome.note}"]
            lines += ["", f"-- {outcome.step.name}", *why[:MOST_REPEATED]]
    return lines


def main() -> int:
    """`make check`."""
    need_packages("check")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    begun = time.monotonic()
    SUM.unlink(missing_ok=True)
    outcomes = run_all(STEPS)
    total = Tally()
    say("")
    for outcome in outcomes:
        total.add(outcome.tally)
        say(f"{outcome.step.name:<24}{result(outcome):<44}{duration(outcome.spent):>12}")
    say(f"{'all':<68}{duration(time.monotonic() - begun):>12}")
    for line in failures(outcomes):
        say(line)
    SUM.write_text(f"{total}\n", encoding="utf-8")
    say(str(total))
    return 0 if total.good else 1


if __name__ == "__main__":
    run_main("make check", main)
