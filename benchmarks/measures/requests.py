"""What the service sees of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from benchmarks.contestants import OURS, PLAIN
from benchmarks.figures import LIMIT, Figure, Measure
from benchmarks.jobs import PAGE, Job
from benchmarks.lab import Run

if TYPE_CHECKING:
    from collections.abc import Iterator


class Requests(Measure):
    """How many requests there are, at a time and in a second."""

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
