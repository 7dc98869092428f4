"""Runs that count: each is checked before its figures are taken."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from benchmarks.contestants import OURS
from benchmarks.processes import FailedRunError, measure, output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.contestants import Contestant, Job
    from benchmarks.processes import Server, Sink, Usage


@dataclass(frozen=True, slots=True)
class Run:
    """A job for someone.

    Attributes:
        contestant: Who does it.
        job: What there is to do; None is to say one's version.
        sink: Where the output goes.
    """

    contestant: Contestant
    job: Job | None
    sink: Sink = "null"

    @property
    def times(self) -> int:
        """How often it is done in a round: a start is so short that anything disturbs it."""
        return 3 if self.job is None or sum(self.job.counts.values()) <= 1 else 1

    @override
    def __str__(self) -> str:
        job = "--version" if self.job is None else str(self.job)
        return f"{self.contestant.title}, {job}{' into a pipe' if self.sink == 'pipe' else ''}"


@dataclass(slots=True)
class Lab:
    """Checks and measures runs.

    Attributes:
        server: The server of the pages.
        settings: Further settings of the tap.
        usages: What each run used, once for each time.
        seen: What the server saw of each run, once for each time.
    """

    server: Server
    settings: Mapping[str, Any]
    usages: dict[Run, list[Usage]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[Run, list[dict[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _requests: dict[tuple[Contestant, Job], int] = field(default_factory=dict)

    def check(self, contestant: Contestant, job: Job) -> int:
        """Read what someone writes.

        Args:
            contestant: Who.
            job: The job.

        Returns:
            How many requests it takes.

        Raises:
            FailedRunError: Records are missing, or are there twice.
        """
        with self._begun(contestant, job) as command:
            # In a process of its own: what this one holds counts as memory of all that it starts.
            told = output([sys.executable, "-m", "benchmarks.tally", *command], {"HOME": str(Path(command[-1]).parent)})
        counts, distinct = json.loads(told)
        counts, distinct = ({stream: found.get(stream, 0) for stream in job.counts} for found in (counts, distinct))
        if counts != job.counts or (contestant is OURS and distinct != job.counts):
            msg = f"{contestant.title} gave {counts} records, {distinct} of them distinct; there are {job.counts}"
            raise FailedRunError(msg)
        return self.server.seen()["requests"]

    def measure(self, run: Run) -> None:
        """Do a run once more and keep what it used.

        Args:
            run: The run.

        Raises:
            FailedRunError: It failed, or did not do what it did when it was checked.
        """
        if run.job is None:
            self.usages[run].append(measure(run.contestant.command("--version"), run.sink))
            return
        # Nothing is gained by waiting for answers whose time is not taken.
        checked = run.contestant, replace(run.job, latency=0, rate=0)
        if checked not in self._requests:
            self._requests[checked] = self.check(*checked)
        with self._begun(run.contestant, run.job) as command:
            try:
                usage = measure(command, run.sink, {"HOME": str(Path(command[-1]).parent)})
            finally:
                self.seen[run].append(seen := self.server.seen())
        # What was refused is asked for again, of which there is a figure.
        if seen["requests"] - seen["refused"] != self._requests[checked]:
            msg = f"{run.contestant.title} sent {seen['requests']} requests, and {self._requests[checked]} before"
            raise FailedRunError(msg)
        self.usages[run].append(usage)

    def did(self, *runs: Run) -> bool:
        """Say whether there are figures of all these runs."""
        return all(run in self.usages for run in runs)

    def cpu(self, run: Run) -> float:
        """Return the median seconds of CPU of a run."""
        return statistics.median(usage.cpu for usage in self.usages[run])

    def wall(self, run: Run) -> float:
        """Return the median seconds of a run."""
        return statistics.median(usage.wall for usage in self.usages[run])

    def peak(self, run: Run) -> float:
        """Return the median of a run's peak memory, in bytes."""
        return statistics.median(usage.peak for usage in self.usages[run])

    def most(self, run: Run, name: str) -> int:
        """Return the highest of the numbers that the server saw in a run's rounds; see `server.Desk.seen`."""
        return max(seen[name] for seen in self.seen[run])

    @contextmanager
    def _begun(self, contestant: Contestant, job: Job) -> Iterator[list[str]]:
        """Set the server up for a job, and give the command that does it, the last argument a file in its folder."""
        with tempfile.TemporaryDirectory() as folder:
            # First, because the catalog takes a moment.
            command = contestant.job_command(Path(folder), self.server.url, job, self.settings)
            self.server.begin(customers=job.customers, activities=job.activities, latency=job.latency, rate=job.rate)
            yield command
