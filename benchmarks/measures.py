"""What is measured: the runs that it takes, and the figures that come of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from benchmarks.contestants import BARE, CDK, COUNTS, DLT, MSDK, OURS, PLAIN, RECORDS, Contestant, Job
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.lab import Lab

PAGE = 200
LIMIT = 40
"""Requests a second that the subscription service allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is read.

    Attributes:
        small: Records of a small run.
        large: Records of a large run.
        share: How many of them are customers; the others are activities, which are half as long.
        pages: Pages of customers in the backfill; it has twice as many of activities.
        latency: Seconds that each answer of the backfill takes longer.
    """

    small: int
    large: int
    share: float
    pages: int
    latency: float

    @property
    def backfill(self) -> Job:
        """Six streams, from the beginning."""
        customers = self.pages * PAGE
        return Job(
            customers=customers,
            activities=2 * customers,
            streams=(*RECORDS, *COUNTS),
            dated=True,
            latency=self.latency,
        )

    @property
    def limited(self) -> Job:
        """The same with the service's limit."""
        return replace(self.backfill, rate=LIMIT)

    @property
    def chain(self) -> Job:
        """What of the backfill cannot be split: each page of customers is asked for by the cursor of the last."""
        return replace(self.backfill, activities=0, streams=("customers",), dated=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table.

    Attributes:
        text: What is compared.
        value: The ratio, or the number.
        target: What it should be, None where it is only told.
        at_least: Whether it should be that or more, rather than that or less.
    """

    text: str
    value: float
    target: float | None = None
    at_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether it is what it should be, None where it is only told."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


class Measure(ABC):
    """A measure."""

    title: ClassVar[str]

    def __init__(self, lab: Lab, scale: Scale) -> None:
        self.lab = lab
        self.scale = scale

    @abstractmethod
    def runs(self) -> Iterator[Run]:
        """Yield the runs that it takes."""

    @abstractmethod
    def figures(self) -> Iterator[Figure]:
        """Yield what comes of the runs that were done; of the others nothing."""

    def records(self, contestant: Contestant, records: int, *, dated: bool = False) -> Run:
        """Return the run that reads so many records."""
        return Run(contestant, Job.of(records, self.scale.share, dated=dated))


class PerRecord(Measure):
    """The slope between a small and a large run: start-up is taken off."""

    title = "CPU per record"

    @override
    def runs(self) -> Iterator[Run]:
        for contestant in (OURS, PLAIN, BARE):
            yield self.records(contestant, self.scale.small)
            yield self.records(contestant, self.scale.large)

    @override
    def figures(self) -> Iterator[Figure]:
        slopes = {}
        for contestant in (OURS, PLAIN, BARE):
            small, large = (self.records(contestant, size) for size in (self.scale.small, self.scale.large))
            if self.lab.did(small, large):
                slope = (self.lab.cpu(large) - self.lab.cpu(small)) / (self.scale.large - self.scale.small)
                slopes[contestant] = slope
                yield Figure(f"{contestant.title}, µs on this machine", 1e6 * slope)
        for peer, target in ((PLAIN, 0.30), (BARE, 2.5)):
            if OURS in slopes and peer in slopes:
                yield Figure(f"ours / {peer.title}", slopes[OURS] / slopes[peer], target)


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


class Backfill(Measure):
    """The wait for answers: what can be asked for side by side, and what cannot."""

    title = "Wall time of a backfill"

    @override
    def runs(self) -> Iterator[Run]:
        yield Run(OURS, self.scale.backfill)
        yield Run(BARE, self.scale.chain)
        yield Run(PLAIN, self.scale.backfill)
        yield Run(OURS, self.scale.limited)

    @override
    def figures(self) -> Iterator[Figure]:
        ours, chain, plain, limited = self.runs()
        pages = f"the {self.scale.pages} cursor pages alone"
        if self.lab.did(ours, chain):
            yield Figure(f"ours / {pages}", self.lab.wall(ours) / self.lab.wall(chain), 1.4)
        if self.lab.did(limited, chain):
            text = f"ours at {LIMIT} requests a second / {pages}"
            yield Figure(text, self.lab.wall(limited) / self.lab.wall(chain))
        if self.lab.did(ours, plain):
            ratio = self.lab.wall(plain) / self.lab.wall(ours)
            yield Figure(f"{PLAIN.title} / ours", ratio, 2.5, at_least=True)


class Requests(Measure):
    """What the service sees of a run."""

    title = "Requests"

    @override
    def runs(self) -> Iterator[Run]:
        yield self.records(OURS, self.scale.small)
        yield self.records(PLAIN, self.scale.small)
        yield Run(OURS, Job.of(self.scale.small, dated=True, latency=0.02))
        # Enough pages to empty a full bucket and to go on for a while.
        yield Run(OURS, Job.of(3 * LIMIT * PAGE, dated=True, rate=LIMIT))

    @override
    def figures(self) -> Iterator[Figure]:
        ours, plain, windows, limited = self.runs()
        for run, text, target in (
            (ours, "ours / pages there are", 1.0),
            (windows, "ours, in windows / pages of these windows", 1.0),
            (plain, f"{PLAIN.title} / pages there are", None),
        ):
            if self.lab.did(run):
                yield Figure(text, self.lab.most(run, "requests") / self.lab.most(run, "pages"), target)
        if self.lab.did(windows):
            allowed = self.lab.settings.get("max_parallel_requests", 8)
            yield Figure("ours, most in flight", self.lab.most(windows, "most_in_flight"), allowed)
        if limited in self.lab.seen:
            yield Figure(f"ours, refused at {LIMIT} a second", self.lab.most(limited, "refused"), 0)


class Memory(Measure):
    """The most memory that a run holds at a time."""

    title = "Peak memory"

    @override
    def runs(self) -> Iterator[Run]:
        for dated, (small, large) in self._sizes.items():
            yield self.records(OURS, small, dated=dated)
            yield self.records(OURS, large, dated=dated)
        yield self.records(PLAIN, self.scale.large)

    @property
    def _sizes(self) -> dict[bool, tuple[int, int]]:
        # Windows of a small run are less than a page; what waits of theirs grows until their queues are full.
        return {False: (self.scale.small, self.scale.large), True: (self.scale.large, 2 * self.scale.large)}

    @override
    def figures(self) -> Iterator[Figure]:
        plain = self.records(PLAIN, self.scale.large)
        for dated, (small, large) in self._sizes.items():
            less, more = (self.records(OURS, size, dated=dated) for size in (small, large))
            text = "ours in windows" if dated else "ours"
            if self.lab.did(less, more):
                yield Figure(f"{text}, {large} / {small} records", self.lab.peak(more) / self.lab.peak(less), 1.05)
            same = self.records(OURS, self.scale.large, dated=dated)
            if self.lab.did(same, plain):
                yield Figure(f"{text} / {PLAIN.title}", self.lab.peak(same) / self.lab.peak(plain), 1.25)


class PipeAndStart(Measure):
    """What stands between the tap and its first and its last record."""

    title = "Pipe and start-up"

    @override
    def runs(self) -> Iterator[Run]:
        yield self.records(OURS, self.scale.large)
        yield replace(self.records(OURS, self.scale.large), sink="pipe")
        for contestant in (OURS, PLAIN):
            yield Run(contestant, None)
            yield Run(contestant, Job(customers=1, activities=0, streams=("customers",)))

    @override
    def figures(self) -> Iterator[Figure]:
        null, pipe, *starts = self.runs()
        if self.lab.did(null, pipe):
            yield Figure("wall time into a pipe / into /dev/null", self.lab.wall(pipe) / self.lab.wall(null), 1.25)
        for text, ours, plain in (
            ("--version", starts[0], starts[2]),
            ("a sync of one record", starts[1], starts[3]),
        ):
            if self.lab.did(ours, plain):
                yield Figure(f"CPU of {text}, ours / {PLAIN.title}", self.lab.cpu(ours) / self.lab.cpu(plain), 1.1)


MEASURES: dict[int, type[Measure]] = {
    1: PerRecord,
    2: WholeRun,
    3: Backfill,
    4: Requests,
    5: Memory,
    6: PipeAndStart,
}
