"""The most memory that a run holds at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from benchmarks.contestants import OURS, PLAIN
from benchmarks.figures import Figure, Measure
from benchmarks.jobs import PAGE, Job
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEBIBYTE: Final = 2**20
_IN_FLIGHT: Final = 20
_HEAVY: Final = 8_500
"""Bytes of a text with which a page of 200 records weighs 1.7 MB."""


class Memory(Measure):
    """Many records, by cursor and in windows, into a target that takes what comes."""

    title = "Peak memory"

    @override
    def runs(self) -> Iterator[Run]:
        for dated in (False, True):
            yield self.records(OURS, self.scale.small, dated=dated)
            yield self.records(OURS, self.scale.large, dated=dated)
        yield self.records(PLAIN, self.scale.large)

    @override
    def figures(self) -> Iterator[Figure]:
        plain = self.records(PLAIN, self.scale.large)
        for dated, text in ((False, "ours"), (True, "ours in windows")):
            small, large = (self.records(OURS, size, dated=dated) for size in (self.scale.small, self.scale.large))
            if self.lab.did(small, large):
                ratio = self.lab.peak(large) / self.lab.peak(small)
                yield Figure(f"{text}, {self.scale.large} / {self.scale.small} records", ratio, 1.05)
            if self.lab.did(large, plain):
                yield Figure(f"{text} / {PLAIN.title}", self.lab.peak(large) / self.lab.peak(plain), 1.25)


class StalledTarget(Measure):
    """Heavy pages, and a target that reads nothing: what the tap holds more than at its start."""

    title = "Memory with a stalled target"

    @override
    def runs(self) -> Iterator[Run]:
        for job in self._jobs().values():
            yield Run(OURS, job, sink="stalled")
            yield Run(OURS, self._least(job))

    @override
    def figures(self) -> Iterator[Figure]:
        for text, job in self._jobs().items():
            stalled, start = Run(OURS, job, sink="stalled"), Run(OURS, self._least(job))
            if self.lab.did(stalled, start):
                more = (self.lab.peak(stalled) - self.lab.peak(start)) / _MEBIBYTE
                yield Figure(f"{_IN_FLIGHT} in flight, {text}: MiB above the start", more, 64)

    @staticmethod
    def _jobs() -> dict[str, Job]:
        # Without a latency the server would have answered before the next request comes.
        heavy: dict[str, Any] = {"weight": _HEAVY, "in_flight": _IN_FLIGHT, "latency": 0.1}
        return {
            "one stream in windows": Job(activities=400 * PAGE, streams=("activities",), dated=True, **heavy),
            f"{_IN_FLIGHT} streams": Job.of_chains((20,) * _IN_FLIGHT, chain_rows=PAGE, **heavy),
        }

    @staticmethod
    def _least(job: Job) -> Job:
        """Return the same with a record or so in each list."""
        if job.chains:
            return replace(job, chains=(1,) * len(job.chains), chain_rows=1, weight=0, latency=0)
        return replace(job, activities=1, weight=0, latency=0)
