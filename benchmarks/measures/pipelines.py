"""End to end, from the API to rows in tables: what a user waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from benchmarks.contestants import DLT_JSON, DLT_TABLES, OURS, PLAIN
from benchmarks.figures import Figure, Measure
from benchmarks.jobs import Job
from benchmarks.lab import Run
from benchmarks.targets import DUCKDB, JSONL, POSTGRES, POSTGRES_CHECKING, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contestants import Contestant


class Pipelines(Measure):
    """CPU of all programs of a pipeline, without that of the database."""

    title = "CPU of a pipeline, seconds"
    pairs: ClassVar[tuple[tuple[Contestant, Target], ...]] = (
        (OURS, POSTGRES),
        (OURS, POSTGRES_CHECKING),
        (OURS, DUCKDB),
        (OURS, JSONL),
        (PLAIN, POSTGRES_CHECKING),
    )

    @override
    def runs(self) -> Iterator[Run]:
        job = Job.of(self.scale.small, self.scale.share)
        for contestant, target in self.pairs:
            yield Run(contestant, job, target)
        yield Run(DLT_TABLES, job)
        yield Run(DLT_JSON, job)

    @override
    def figures(self) -> Iterator[Figure]:
        runs = list(self.runs())
        for run in runs:
            if not self.lab.did(run):
                continue
            cpu, target_cpu = self.lab.cpu(run), self.lab.target_cpu(run)
            if isinstance(run.sink, Target):
                text = f"{run.contestant.title} → {run.sink.title} ({cpu:.1f} + {target_cpu:.1f})"
            else:
                text = run.contestant.title
            yield Figure(text, cpu + target_cpu)
        default, checking, *_ = runs
        if self.lab.did(default, checking):
            ratio = self._cpu(default) / self._cpu(checking)
            yield Figure("ours, target-postgres without / with its check of records", ratio, 0.7)

    def _cpu(self, run: Run) -> float:
        return self.lab.cpu(run) + self.lab.target_cpu(run)
