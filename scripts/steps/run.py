# SPDX-License-Identifier: MIT
"""Drives the scenarios in a VM that runs a distribution's kernel, and reports.

The main job: the module is built and loaded as a user would do it, and every
scenario goes through the client. The VM tells the lines first, as scenarios
end, and then the reports; all of them are kept, one is shown.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from pathlib import Path

from failure import Failure, run_main
from steps import client, guest
from steps.host import BUILD, ROOT, need_packages, phase, say

SCENARIOS = ROOT / "userspace" / "scenarios"
REPORT = BUILD / "report.txt"
HOSTILE = SCENARIOS / "hostile"
SHOWN = "zombie"  # the report shown of many: the first whose name has this in it
NEEDS = re.compile(r"^# Needs a machine with (\d+[MG]) of memory\.$", re.MULTILINE)
DOOMED = re.compile(r"^# Ends with its client killed\.$", re.MULTILINE)  # by the kernel, which is what it shows
REPORTS_FOLLOW = "@reports"  # what guest/run.sh says between the lines and the reports


def all_scenarios() -> list[Path]:
    """Every scenario of the project, folder by folder; those for a machine that may break are not for all."""
    found = (path for path in SCENARIOS.rglob("*.scn") if path.parent != HOSTILE)
    return sorted(found, key=lambda path: (path.parent, path.name))


def name_in_guest(scenario: Path) -> str:
    """What the guest, in /, calls a scenario: its path on the host, from the top of the tree if in it."""
    try:
        return str(scenario.relative_to(ROOT))
    except ValueError:
        return str(scenario)


def memory_wanted(scenarios: list[Path]) -> str:
    """What a machine needs for the scenarios, as they say in their comments; empty: nothing of note."""
    sizes = [size for path in scenarios for size in re.findall(NEEDS, path.read_text(encoding="utf-8"))]
    return max(sizes, key=lambda size: int(size[:-1]) << (30 if size[-1] == "G" else 20), default="")


def chosen(reports: list[str], names: list[str]) -> list[str]:
    """The lines of the one report to show; a report's second line is the name of its scenario."""
    starts = [number - 1 for number, line in enumerate(reports) if line in names]
    if len(starts) < 2:
        return reports
    ends = [*starts[1:], len(reports)]
    shown = next((n for n, start in enumerate(starts) if SHOWN in reports[start + 1]), 0)
    return reports[starts[shown] : ends[shown]]


def drive(
    kernel: str, command: Path, scenarios: list[Path], timeout: str, all_reports: bool, everywhere: bool
) -> int:
    """Runs scenarios on a kernel, in every generation or in their own; returns the client's status.

    Prints their lines; then one report or all, or none where the lines are the generations' table.
    """
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    names = BUILD / "vm" / "scenarios"
    names.parent.mkdir(parents=True, exist_ok=True)
    inside = {name_in_guest(path): path for path in scenarios}
    doomed = BUILD / "vm" / "doomed"
    ends = {name: DOOMED.search(path.read_text(encoding="utf-8")) for name, path in inside.items()}
    names.write_text("".join(f"{name}\n" for name in inside if not ends[name]), encoding="utf-8")
    doomed.write_text("".join(f"{name}\n" for name in inside if ends[name]), encoding="utf-8")
    extra = BUILD / "vm" / "options"
    extra.write_text("--all-generations\n" if everywhere else "", encoding="utf-8")
    files = {"/pidlab.ko": built / "module" / "pidlab.ko", "/scenarios": names, "/doomed": doomed}
    files["/options"] = extra
    files |= {f"/{name.lstrip('/')}": path for name, path in inside.items()}
    binaries = {"/bin/pidlab": command}
    out = BUILD / "vm" / f"run-{kernel}"
    options = ["--timeout", timeout]
    if memory := memory_wanted(scenarios):
        options += ["--mem", memory]
    booting = guest.vm_command(kernel, "run.sh", out, files, binaries, *options)

    reports: list[str] | None = None

    def line_seen(line: str) -> None:
        nonlocal reports
        if reports is not None:
            reports.append(line)
        elif line == REPORTS_FOLLOW:
            reports = []
        else:
            say(line)

    say(f"-- {len(scenarios)} scenario{'s'[: len(scenarios) != 1]} on {kernel}")
    status = guest.boot(booting, line_seen)
    if not reports:
        raise Failure("the VM sent no report", status or 1)
    REPORT.write_text("\n".join(reports) + "\n", encoding="utf-8")
    say("")
    if not everywhere:
        say("\n".join(reports if all_reports else chosen(reports, list(inside))).rstrip())
        say("")
    say(f"All reports: {REPORT.relative_to(ROOT)}")
    return status


def refuse_mistakes(command: Path, scenarios: list[Path]) -> None:
    """Reads the scenarios before a VM is booted for them."""
    names = [os.path.relpath(path, ROOT) for path in scenarios]
    done = subprocess.run(
        [command, "check", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failure(f"not every scenario can be read:\n{done.stdout}{done.stderr}".rstrip(), 2)


def main() -> int:
    """`make run`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="stock")
    parser.add_argument("--scenario", type=Path, help="only this one, or those of this folder")
    parser.add_argument("--generations", choices=["all"], help="each in every generation, and where they differ")
    parser.add_argument("--timeout", default="900")
    options = parser.parse_args()

    scenarios = all_scenarios()
    if options.scenario:
        asked = Path(os.path.abspath(options.scenario))
        scenarios = sorted(asked.glob("*.scn")) if asked.is_dir() else [asked]
        if not all(path.is_file() for path in scenarios):
            raise Failure(f"no scenario {options.scenario}; there are some in userspace/scenarios/", 2)
    if not scenarios:
        raise Failure("there is no scenario in userspace/scenarios/")
    need_packages(guest.packages(options.kernel))
    command = client.release()
    refuse_mistakes(command, scenarios)
    every = bool(options.generations)
    return drive(options.kernel, command, scenarios, options.timeout, bool(options.scenario), every)


if __name__ == "__main__":
    run_main("make run", main)
