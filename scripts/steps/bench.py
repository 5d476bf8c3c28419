# SPDX-License-Identifier: MIT
"""Measures the module's ways from numbers to pids against what kernels have, all in one run and in turn.

On uml at native speed, one processor; on plain under QEMU, several; with --instructions on a guest whose clock counts
them, so that figures are exact. The results are build/bench/KERNEL.json, a table of ratios, charts, and all of them
on one page, build/bench/report.html.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from failure import Failure, run_main
from steps import bench_chart, bench_page, bench_stats, bench_table, guest
from steps.host import BUILD, ROOT, need_packages, phase, say

OUT = BUILD / "bench"
PATH = ROOT / "userspace" / "tests" / "speed" / "path.c"
FILLED = (1000, 32_000, 1_000_000, 3_900_000)  # with the free numbers between, the last is all 4,194,304


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    live: tuple[int, ...]
    rounds: int
    find_ns: int  # a sample's length; instructions where those are counted
    alloc_ns: int
    memory: str
    cpus: int = 1


SIZES = {
    "uml": Size(FILLED, 15, 1_000_000, 40_000_000, "6G"),
    "plain": Size(FILLED[:3], 15, 5_000_000, 100_000_000, "4G", 2),
    "instructions": Size(FILLED[:3], 3, 500_000, 20_000_000, "4G"),
    "quick": Size(FILLED[:2], 5, 300_000, 10_000_000, "1G"),
}


def measures(size: Size) -> list[str]:
    """The lines that the guest writes into the benchmark's file, in order."""
    finding = f"rounds={size.rounds} sample_ns={size.find_ns}"
    # With deferred frees while it goes on, as they come: it takes long samples to have a fair share of them.
    making = f"rounds={size.rounds} sample_ns={size.alloc_ns} cpus=1"
    lines = [f"find {kind} live={live} {finding}" for live in size.live for kind in ("hit", "several", "miss", "skewed")]
    lines += [f"alloc empty depth={depth} {making}" for depth in (0, 1, 4) if depth or size.cpus == 1]
    lines += [f"alloc dense live={live} {making}" for live in size.live[1 if size.cpus == 1 else 2 :]]
    lines += [f"alloc full live={live} {making}" for live in (32767, 4194303)]
    lines += [f"lab {kind} {making}" for kind in ("task", "pid")]
    lines += [f"lab {kind} {finding}" for kind in ("attach", "transfer")]
    lines += [f"ref {kind} {finding}" for kind in ("find", "first", "deref", "take")]
    for cpus in range(1, size.cpus + 1) if size.cpus > 1 else ():
        lines += [f"find hit live={size.live[1]} {making[:-1]}{cpus}"]
    # Right behind each other, as one is held against the other.
    for kind in ("empty", f"dense live={size.live[1]}") if size.cpus > 1 else ():
        lines += [f"alloc {kind} {making[:-1]}{cpus}" for cpus in range(1, size.cpus + 1)]
    return lines + [f"memory live={live}" for live in size.live]


@contextlib.contextmanager
def undisturbed(wanted: bool) -> Iterator[None]:
    """Before all else on the machine while it lasts, where that is permitted: other work goes on on other processors."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):
        if wanted:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    yield
    os.sched_setscheduler(0, *before)


def start_of_run(kernel: str, instructions: bool) -> dict[str, object]:
    """What a reader of the results wants to know about how they came about."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "kernel": kernel,
        "instructions": instructions,
        "commit": commit.stdout.strip(),
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": round(os.getloadavg()[0], 1),
        "processors": os.cpu_count(),
    }


def measure(kernel: str, size: Size, instructions: bool, timeout: str) -> bench_stats.Run:
    """Boots the guest and takes all measures."""
    with phase(f"building pidlab.ko and pidlab_bench.ko for {kernel}"):
        built = guest.module(kernel, "--bench")
    out = BUILD / "vm" / f"bench-{kernel}"
    out.mkdir(parents=True, exist_ok=True)
    lines = measures(size)
    (out / "measures").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = {
        "/pidlab.ko": built / "module" / "pidlab.ko",
        "/pidlab_bench.ko": built / "kunit" / "bench" / "pidlab_bench.ko",
        "/measures": out / "measures",
    }
    (out / "rounds").write_text(f"{size.rounds}\n", encoding="utf-8")
    files["/rounds"] = out / "rounds"
    program = out / "path"
    compiled = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'uapi'}", "-o", str(program), str(PATH)]
    if subprocess.run(compiled, check=False).returncode:
        raise Failure("path.c does not compile")
    options = ["--mem", size.memory, "--timeout", timeout, "--cpus", str(size.cpus)]
    if instructions:
        options += ["--seed", "1", "--shift", "0"]
    command = guest.vm_command(kernel, "bench.sh", out, files, {"/bin/path": program}, *options)
    run = bench_stats.Run("instructions" if instructions else "ns", start_of_run(kernel, instructions))
    begun = 0

    def line_seen(line: str) -> None:
        nonlocal begun
        if line.startswith("# "):
            begun += 1
            say(f"   [{begun}/{len(lines) + 1}] {line[2:]}")
        else:
            run.take(line)

    # A guest of one thread leaves the machine's other processors to others.
    with phase(f"{len(lines)} measures on {kernel}"), undisturbed(kernel == "uml"):
        if status := guest.boot(command, line_seen):
            raise Failure(f"the guest ended with status {status} (see {(out / 'console').relative_to(ROOT)})")
    return run


def draw(run: bench_stats.Run, name: str) -> None:
    """Writes each chart, and the page with everything on it."""
    charts = bench_chart.charts(run)
    for chart in charts:
        (OUT / f"{name}-{chart.name}.svg").write_text(chart.svg(alone=True) + "\n", encoding="utf-8")
    text = bench_page.page(run, bench_table.tables(run), charts)
    (OUT / "report.html").write_text(text, encoding="utf-8")
    say(f"\nCharts: {(OUT / name).relative_to(ROOT)}-*.svg; all of it: {(OUT / 'report.html').relative_to(ROOT)}")


def main() -> int:
    """`make bench`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="uml", choices=["uml", "plain"])
    parser.add_argument("--instructions", action="store_true", help="count them, on plain; exact, and slow to get")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter, to see whether it works")
    parser.add_argument("--show", type=Path, metavar="RUN.json", help="measure nothing: table and charts of that run")
    parser.add_argument("--against", type=Path, metavar="OLD.json", help="say what has changed since")
    parser.add_argument("--timeout", default="7200")
    options = parser.parse_args()
    kernel = "plain" if options.instructions else options.kernel
    name = kernel + ("-instructions" if options.instructions else "")
    old = bench_stats.load(options.against) if options.against else None
    path = OUT / f"{name}.json"
    if options.show:
        path = options.show.resolve()
        run, name = bench_stats.load(path), path.stem
        OUT.mkdir(parents=True, exist_ok=True)
    else:
        need_packages("check")
        size = SIZES["instructions" if options.instructions else kernel]
        size = replace(SIZES["quick"], cpus=size.cpus) if options.quick else size
        run = measure(kernel, size, options.instructions, options.timeout)
        run.save(path)
    for table in bench_table.tables(run):
        say(f"\n{table.text()}")
    if old:
        found = bench_stats.changes(old, run)
        say(f"\nSince {options.against}: " + ("\n  ".join(["", *found]) if found else "nothing beyond the noise"))
    draw(run, name)
    say(f"The samples: {os.path.relpath(path, ROOT)}")
    return 0


if __name__ == "__main__":
    run_main("make bench", main)
