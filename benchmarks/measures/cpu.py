"""CPU: of a record, of a whole run, and of its start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from benchmarks.contestants import BARE, BY_CURSOR, BY_NUMBER, CDK, DLT, MAPPED, MSDK, OURS, PLAIN
from benchmarks.figures import Figure, Measure
from benchmarks.jobs import Job
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contestants import Contestant

STREAMS = 46
"""How many streams the tap is to have."""


class PerRecord(Measure):
    """The slope between a small and a large run: start-up is taken off."""

    title = "CPU per record"
    contestants: ClassVar[tuple[Contestant, ...]] = (OURS, PLAIN, BARE)
    ratios: ClassVar[tuple[tuple[Contestant, Contestant, float], ...]] = ((OURS, PLAIN, 0.22), (OURS, BARE, 1.5))

    @override
    def runs(self) -> Iterator[Run]:
        for contestant in self.contestants:
            yield from self.pair(contestant)

    @override
    def figures(self) -> Iterator[Figure]:
        slopes = {}
        for contestant in self.contestants:
            small, large = self.pair(contestant)
            if self.lab.did(small, large):
                slope = (self.lab.cpu(large) - self.lab.cpu(small)) / (self.scale.large - self.scale.small)
                slopes[contestant] = slope
                yield Figure(f"{contestant.title}, µs on this machine", 1e6 * slope)
        for one, other, target in self.ratios:
            if one in slopes and other in slopes:
                yield Figure(f"{one.title} / {other.title}", slopes[one] / slopes[other], target)

    def pair(self, contestant: Contestant) -> tuple[Run, Run]:
        """Return the small and the large run."""
        return self.records(contestant, self.scale.small), self.records(contestant, self.scale.large)


class Variants(PerRecord):
    """What else a record can cost: stream maps, and customers by page number that have a field too many."""

    title = "CPU per record, by what is done"
    contestants: ClassVar[tuple[Contestant, ...]] = (OURS, MAPPED, BY_CURSOR, BY_NUMBER)
    ratios: ClassVar[tuple[tuple[Contestant, Contestant, float], ...]] = (
        (MAPPED, OURS, 1.3),
        (BY_NUMBER, BY_CURSOR, 1.25),
    )

    @override
    def pair(self, contestant: Contestant) -> tuple[Run, Run]:
        if contestant in {OURS, MAPPED}:
            return super().pair(contestant)
        small, large = (
            Run(contestant, Job(customers=records, streams=("customers",)))
            for records in (self.scale.small, self.scale.large)
        )
        return small, large


class WholeRun(Measure):
    """What a run costs from its start to its end."""

    title = "CPU of a whole run"
    targets: ClassVar[dict[Contestant, float]] = {PLAIN: 0.38, MSDK: 0.25, CDK: 0.25}

    @override
    def runs(self) -> Iterator[Run]:
        for contestant in (OURS, *self.targets):
            yield self.records(contestant, self.scale.small)
        for contestant in (OURS, DLT):
            yield self.records(contestant, self.scale.large)

    @override
    def figures(self) -> Iterator[Figure]:
        ours = self.records(OURS, self.scale.small)
        for peer, target in self.targets.items():
            theirs = self.records(peer, self.scale.small)
            if self.lab.did(ours, theirs):
                text = f"ours / {peer.title}, {self.scale.small} records"
                yield Figure(text, self.lab.cpu(ours) / self.lab.cpu(theirs), target)
        ours, theirs = (self.records(contestant, self.scale.large) for contestant in (OURS, DLT))
        if self.lab.did(ours, theirs):
            text = f"{DLT.title} / ours, {self.scale.large} records"
            yield Figure(text, self.lab.cpu(theirs) / self.lab.cpu(ours), 3.0, at_least=True)


class PipeAndStart(Measure):
    """What stands between the tap and its first and its last record."""

    title = "Pipe and start-up"
    starts: ClassVar[dict[str, Job | None]] = {
        "--version": None,
        "a sync of one record": Job(customers=1, streams=("customers",)),
        f"a sync of {STREAMS} streams with one record each": Job.of_chains((1,) * STREAMS, chain_rows=1),
    }

    @override
    def runs(self) -> Iterator[Run]:
        yield self.records(OURS, self.scale.large)
        yield replace(self.records(OURS, self.scale.large), sink="pipe")
        for job in self.starts.values():
            yield Run(OURS, job)
            yield Run(PLAIN, job)

    @override
    def figures(self) -> Iterator[Figure]:
        null, pipe, *_ = self.runs()
        if self.lab.did(null, pipe):
            yield Figure("wall time into a pipe / into /dev/null", self.lab.wall(pipe) / self.lab.wall(null), 1.25)
        for text, job in self.starts.items():
            ours, plain = Run(OURS, job), Run(PLAIN, job)
            if self.lab.did(ours, plain):
                yield Figure(f"CPU of {text}, ours / {PLAIN.title}", self.lab.cpu(ours) / self.lab.cpu(plain), 0.8)
