# SPDX-License-Identifier: MIT
"""Boots a test VM with what a step needs in it, and hands back what it said."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import kernels
from failure import Failure
from steps import ktap
from steps.host import BUILD, ROOT, SCRIPTS, say

GUEST = SCRIPTS / "guest"
BROKEN = 100  # scripts/vm: from here on it was not the guest that failed


def module(kernel: str, *options: str) -> Path:
    """Builds the module for a kernel; returns the folder of its kbuild output."""
    status = subprocess.run([SCRIPTS / "kbuild", kernel, *options], cwd=ROOT, check=False)
    if status.returncode:
        raise Failure(f"the module does not build for {kernel}", status.returncode)
    flavour = "".join(option[1:] for option in options if option in ("--footprints", "--no-points"))
    return BUILD / "ko" / (kernels.canonical(kernel) + flavour)


def is_built_for_tests(kernel: str) -> bool:
    """Whether it is one of those that are built from source, rather than a distribution's."""
    return bool(kernels.RECIPES[kernels.canonical(kernel)].fragments)


def packages(kernel: str) -> str:
    """The group of packages it takes to use a kernel: those built from source take more."""
    return "check" if is_built_for_tests(kernel) else "run"


def vm_command(
    kernel: str,
    script: str,
    out: Path,
    files: Mapping[str, Path],
    binaries: Mapping[str, Path],
    *options: str,
) -> list[str]:
    """The command that boots `kernel` and runs a guest script; files are {place in guest: file}."""
    command = [str(SCRIPTS / "vm"), "run", "--kernel", kernel, "--out", str(out)]
    command += ["--guest", str(GUEST / script), "--file", f"{GUEST / 'lib.sh'}:/lib.sh"]
    for place, path in files.items():
        command += ["--file", f"{path}:{place}"]
    for place, path in binaries.items():
        command += ["--binary", f"{path}:{place}"]
    return command + list(options)


def boot(command: list[str], line_seen: Callable[[str], None]) -> int:
    """Boots a VM, its results line by line to `line_seen`; returns the guest's exit status."""
    with subprocess.Popen(
        [*command, "--stream"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            line_seen(line.rstrip("\n"))
    if process.returncode >= BROKEN:
        raise Failure("the VM did not end well (see above)", process.returncode)
    return process.returncode


def judged(
    command: list[str],
    source: str,
    expected: list[str],
    line_seen: Callable[[str], None] = lambda line: None,
) -> ktap.Tally:
    """Boots a VM whose results are KTAP; prints a line a case, and counts them; `line_seen` hears all lines."""

    def report(outcome: ktap.Outcome) -> None:
        say(str(outcome))

    reader = ktap.Reader(report, source)
    why = ""

    def feed(line: str) -> None:
        line_seen(line)
        reader.feed(line)

    try:
        status = boot(command, feed)
        if status:
            why = f"the guest ended with status {status}"
    except Failure as failure:
        why = str(failure)
    tally = reader.finish(expected)
    if why and tally.good:
        report(ktap.Outcome("FAIL", source, why))
        tally.count("FAIL")
    return tally


def verdict(tally: ktap.Tally) -> int:
    """Prints the sum line; returns the exit status that goes with it."""
    say(str(tally))
    return 0 if tally.good else 1
