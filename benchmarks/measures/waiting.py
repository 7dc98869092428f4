"""Wall time where answers take their time: what can be asked for side by side, and what cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.contestants import BARE, DLT, OURS, PLAIN, THREADS
from benchmarks.figures import LIMIT, Figure, Measure
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.jobs import Job

_OUR_RATE: Final = 0.9 * LIMIT
"""Requests a second that the tap sends where the service allows `LIMIT`."""


class TwelveChains(Measure):
    """Many streams, each a chain of cursors: the longest cannot be read faster, and the others fit beside it."""

    title = "Wall time of twelve chains"

    @override
    def runs(self) -> Iterator[Run]:
        yield Run(BARE, self.scale.longest_chain)
        for contestant in (OURS, THREADS, DLT):
            yield Run(contestant, self.scale.twelve_chains)
        yield Run(OURS, replace(self.scale.twelve_chains, rate=LIMIT))

    @override
    def figures(self) -> Iterator[Figure]:
        longest, ours, threads, dlt, limited = self.runs()
        if not self.lab.did(longest):
            return
        least = self.lab.wall(longest)
        yield Figure("the longest chain alone, seconds", least)
        for run, target in ((ours, 1.10), (threads, None), (dlt, None)):
            if self.lab.did(run):
                yield Figure(f"{run.contestant.title} / the longest chain", self.lab.wall(run) / least, target)
        if self.lab.did(limited):
            least = max(least, self.scale.twelve_chains.pages / _OUR_RATE)
            text = f"ours at {LIMIT} requests a second / the longest chain, or {_OUR_RATE:g} requests a second"
            yield Figure(text, self.lab.wall(limited) / least, 1.12)


class Backfill(Measure):
    """Six streams from the beginning: one chain of cursors, date windows, and four counts."""

    title = "Wall time of a backfill"

    @override
    def runs(self) -> Iterator[Run]:
        yield Run(OURS, self.scale.backfill)
        yield Run(BARE, self.scale.backfill_chain)
        yield Run(PLAIN, self.scale.backfill)
        yield Run(OURS, replace(self.scale.backfill, rate=LIMIT))
        yield Run(OURS, self._windows)

    @override
    def figures(self) -> Iterator[Figure]:
        ours, chain, plain, limited, windows = self.runs()
        pages = f"the {self.scale.pages} cursor pages alone"
        if self.lab.did(ours, chain):
            yield Figure(f"ours / {pages}", self.lab.wall(ours) / self.lab.wall(chain), 1.15)
        if self.lab.did(limited, chain):
            text = f"ours at {LIMIT} requests a second / {pages}"
            yield Figure(text, self.lab.wall(limited) / self.lab.wall(chain))
        if self.lab.did(ours, plain):
            ratio = self.lab.wall(plain) / self.lab.wall(ours)
            yield Figure(f"{PLAIN.title} / ours", ratio, 2.5, at_least=True)
        if self.lab.did(ours):
            text = "requests of ours / pages that the lists have"
            yield Figure(text, self.lab.most(ours, "requests") / self.scale.backfill.pages, 1.1)
        if self.lab.did(windows):
            at_once = self.lab.settings.get("max_parallel_requests", 8)
            text = f"ours, the activities alone / their pages, {at_once} at a time"
            yield Figure(text, self.lab.wall(windows) / (self._windows.pages * self.scale.latency / at_once))

    @property
    def _windows(self) -> Job:
        """What of the backfill can be read side by side."""
        return replace(self.scale.backfill, customers=0, streams=("activities",))
