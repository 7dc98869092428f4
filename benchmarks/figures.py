"""What a measure is: the runs that it takes, and the figures that come of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from benchmarks.jobs import COUNTS, PAGE, RECORDS, Job
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contestants import Contestant
    from benchmarks.lab import Lab

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
        chains: How many chains there are.
        shortest: Pages of the shortest chain; the longest is ten times as long.
        latency: Seconds that each answer of the backfill, and of the chains, takes longer.
    """

    small: int
    large: int
    share: float
    pages: int
    chains: int
    shortest: int
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
    def backfill_chain(self) -> Job:
        """What of the backfill cannot be split: each page of customers is asked for by the cursor of the last."""
        return replace(self.backfill, activities=0, streams=("customers",), dated=False)

    @property
    def twelve_chains(self) -> Job:
        """Lists by cursor of very different lengths, which a reader cannot know, 8 requests in flight."""
        step = 9 * self.shortest / (self.chains - 1)
        lengths = tuple(round(self.shortest + number * step) for number in range(self.chains))
        return Job.of_chains(lengths, latency=self.latency, in_flight=8)

    @property
    def longest_chain(self) -> Job:
        """The longest of them alone."""
        chains = self.twelve_chains
        return Job.of_chains(chains.chains[-1:], latency=chains.latency)


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
