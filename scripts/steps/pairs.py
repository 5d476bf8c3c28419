# SPDX-License-Identifier: MIT
"""Runs all pairs of operations in several guests at once, each with a part of them.

On uml, where a guest is a process at the machine's own speed and has one processor.
"""

from __future__ import annotations

import os
import re

from steps import ktap, search
from steps.host import say

KERNEL = "uml"
GUESTS = 4 * (os.cpu_count() or 1)  # one waits for its kernel's grace periods most of the time
_SUM = re.compile(r"(\d+) pairs, (\d+) of them on the model too, (\d+) orders")


class Shard(search.Guest):
    """One guest, whose results are counted and said as they come."""

    def __init__(self, part: str, command: list[str]) -> None:
        super().__init__(part, command)
        self.pairs = self.modelled = self.orders = 0

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
        if self.status and not any(outcome.verdict == "FAIL" for outcome in found):
            found.append(ktap.Outcome("FAIL", f"pairs.{self.part}", f"it ended with status {self.status}"))
        return found


def run_all(every: int, timeout: str) -> ktap.Tally:
    """All of them, or every n-th; prints the sums."""
    pairs = search.built(KERNEL, "pairs", search.files_of("pairs", None), ["--every", str(every)], timeout)
    shards = [Shard(part, pairs.command(part)) for part in search.parts_of(GUESTS)]
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
