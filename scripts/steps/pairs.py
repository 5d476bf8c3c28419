# SPDX-License-Identifier: MIT
"""Runs all pairs of operations in several guests at once, each with a part of them.

On uml, where a guest is a process at the machine's own speed and has one processor.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

from failure import Failure
from steps import client, guest, ktap
from steps.host import BUILD, ROOT, phase, say

PAIRS = ROOT / "userspace" / "pairs"
KERNEL = "uml"
GUESTS = 4 * (os.cpu_count() or 1)  # one waits for its kernel's grace periods most of the time
_SUM = re.compile(r"(\d+) pairs, (\d+) of them on the model too, (\d+) orders")


class Shard(threading.Thread):
    """One guest, and what it said."""

    def __init__(self, module: Path, program: Path, part: str, every: int, timeout: str) -> None:
        super().__init__(daemon=True)
        self.part = part
        self.lines: list[str] = []
        self.pairs = self.modelled = self.orders = 0
        self.failure = ""
        out = BUILD / "vm" / f"pairs-{KERNEL}-{part.replace('/', '-of-')}"
        out.parent.mkdir(parents=True, exist_ok=True)
        words = out.with_suffix(".words")
        inside = {f"/scenarios/{path.name}": path for path in sorted(PAIRS.glob("*.scn"))}
        words.write_text("\n".join(["pairs", "--progress", "--shard", part, "--every", str(every), *inside]) + "\n",
                         encoding="utf-8")
        self.command = guest.vm_command(KERNEL, "search.sh", out, {"/pidlab.ko": module, "/search": words, **inside},
                                        {"/bin/pidlab": program}, "--timeout", timeout)

    def run(self) -> None:
        """Boots it."""
        try:
            status = guest.boot(self.command, self.heard)
            if status:
                self.failure = f"it ended with status {status}"
        except Failure as failure:
            self.failure = str(failure)

    def heard(self, line: str) -> None:
        """Keeps the sums; hands on the rest."""
        self.lines.append(line)
        if match := _SUM.fullmatch(line):
            self.pairs, self.modelled, self.orders = (int(number) for number in match.groups())
        elif not line.endswith(" failed"):
            say(f"   {self.part}: {line.removeprefix('# ')}")

    def outcomes(self) -> list[ktap.Outcome]:
        """One for each list of operations in each generation, and one for the guest itself if it failed."""
        found = [ktap.Outcome("FAIL" if line.startswith("FAIL") else "ok", line) for line in self.lines
                 if line.startswith(("ok ", "FAIL"))]
        if self.failure and not any(outcome.verdict == "FAIL" for outcome in found):
            found.append(ktap.Outcome("FAIL", f"pairs.{self.part}", self.failure))
        return found


def run_all(every: int, timeout: str) -> ktap.Tally:
    """All of them, or every n-th; prints the sums."""
    program = client.release()
    with phase(f"building pidlab.ko for {KERNEL}, with footprints"):
        module = guest.module(KERNEL, "--footprints") / "module" / "pidlab.ko"
    shards = [Shard(module, program, f"{part}/{GUESTS}", every, timeout) for part in range(1, GUESTS + 1)]
    say(f"-- all pairs on {KERNEL}, {GUESTS} guests at once")
    for shard in shards:
        shard.start()
    tally = ktap.Tally()
    for shard in shards:
        shard.join()
        for outcome in shard.outcomes():
            tally.count(outcome.verdict)
    say(f"{sum(shard.pairs for shard in shards)} pairs, {sum(shard.modelled for shard in shards)} of them on the "
        f"model too, {sum(shard.orders for shard in shards)} orders")
    return tally
