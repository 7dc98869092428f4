"""Runs that count: each is checked before its figures are taken."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import Self, override

from benchmarks.contestants import Loader, Tap
from benchmarks.processes import FailedRunError, measure, measure_load, measure_stalled, output
from benchmarks.targets import Place, Target
from demo.database import Database, postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Literal, TypeAlias

    from benchmarks.contestants import Contestant
    from benchmarks.jobs import Job
    from benchmarks.processes import Usage
    from benchmarks.service import Server

    Sink: TypeAlias = Literal["null", "pipe", "stalled"] | Target

_READ_FIRST = 100_000_000
"""Bytes after which a target stalls: by then the tap knows how many rows a window has."""

_QUIET = 3
"""Seconds without a request after which a reader whose output is no longer read is believed to do no more."""


@dataclass(frozen=True, slots=True)
class Run:
    """A job for someone.

    Attributes:
        contestant: Who does it.
        job: What there is to do; None is to say one's version.
        sink: Where the output goes: to `/dev/null`, into a pipe, into one that is soon read no more, or to a target.
    """

    contestant: Contestant
    job: Job | None
    sink: Sink = "null"

    @property
    def times(self) -> int:
        """How often it is done in a round: a start is so short that anything disturbs it."""
        return 3 if self.job is None or self.job.pages == 1 else 1

    @override
    def __str__(self) -> str:
        sinks = {"null": "", "pipe": " into a pipe", "stalled": " into a pipe that is soon read no more"}
        sink = f" into {self.sink.title}" if isinstance(self.sink, Target) else sinks[self.sink]
        return f"{self.contestant.title}, {'--version' if self.job is None else self.job}{sink}"


@dataclass
class Lab:
    """Checks and measures runs, between the beginning and the end of a `with`.

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
    _open: ExitStack = field(default_factory=ExitStack)
    _numbers: Iterator[int] = field(default_factory=count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def database(self) -> Database:
        """A PostgreSQL, started at the first call."""
        return self._open.enter_context(postgres(Path(self._open.enter_context(tempfile.TemporaryDirectory()))))

    def measure(self, run: Run) -> None:
        """Do a run once more and keep what it used.

        Args:
            run: The run.

        Raises:
            FailedRunError: It failed, or did not do what it did when it was checked.
        """
        if run.job is None:
            self.usages[run].append(measure(run.contestant.command("--version")))
        elif run.sink == "stalled":
            with self._begun(run.contestant, run.job) as (command, environment):
                self.usages[run].append(measure_stalled(command, _READ_FIRST, self._is_busy, environment))
                self.seen[run].append(self.server.seen())
        elif isinstance(run.sink, Target) or isinstance(run.contestant, Loader):
            self._load(run, run.job)
        else:
            self._read(run, run.job)

    def _read(self, run: Run, job: Job) -> None:
        # Nothing is gained by waiting for answers whose time is not taken.
        checked = run.contestant, replace(job, latency=0, rate=0)
        if checked not in self._requests:
            self._requests[checked] = self.check(*checked)
        with self._begun(run.contestant, job) as (command, environment):
            try:
                usage = measure(command, environment, into_pipe=run.sink == "pipe")
            finally:
                self.seen[run].append(seen := self.server.seen())
        # What was refused is asked for again, of which there is a figure.
        if seen["requests"] - seen["refused"] != self._requests[checked]:
            msg = f"{run.contestant.title} sent {seen['requests']} requests, and {self._requests[checked]} before"
            raise FailedRunError(msg)
        self.usages[run].append(usage)

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
        with self._begun(contestant, job) as (command, environment):
            # In a process of its own: what this one holds counts as memory of all that it starts.
            told = output([sys.executable, "-m", "benchmarks.tally", *command], environment)
        counts, distinct = json.loads(told)
        counts, distinct = ({stream: found.get(stream, 0) for stream in job.counts} for found in (counts, distinct))
        if isinstance(contestant, Tap):
            # The newest days of several windows are read again; what comes twice has the same key.
            is_right = distinct == job.counts and (counts == distinct or job.dated)
        else:
            is_right = counts == job.counts
        if not is_right:
            msg = f"{contestant.title} gave {counts} records, {distinct} of them distinct; there are {job.counts}"
            raise FailedRunError(msg)
        return self.server.seen()["requests"]

    def _load(self, run: Run, job: Job) -> None:
        """Load into tables of the run's own, and count their rows."""
        schema = f"run_{next(self._numbers)}"
        settings: dict[str, Any] = {}
        if isinstance(run.contestant, Loader):
            settings = {"database": self.database.url.replace("+psycopg", ""), "schema": schema}
        with self._begun(run.contestant, job, settings) as (command, environment):
            place = Place(Path(environment["HOME"]), self.database, schema)
            if isinstance(run.sink, Target):
                usage = measure_load(command, run.sink.command(place), environment)
                rows = run.sink.rows(place, job.counts)
            else:
                usage = measure(command, environment)
                rows = place.rows(job.counts)
        if rows != job.counts:
            msg = f"{run.contestant.title} left {rows} rows; there are {job.counts}"
            raise FailedRunError(msg)
        self.usages[run].append(usage)

    def _is_busy(self) -> bool:
        before = self.server.seen()["requests"]
        time.sleep(_QUIET)
        return self.server.seen()["requests"] > before

    def did(self, *runs: Run) -> bool:
        """Say whether there are figures of all these runs."""
        return all(run in self.usages for run in runs)

    def cpu(self, run: Run) -> float:
        """Return the median seconds of CPU of a run."""
        return statistics.median(usage.cpu for usage in self.usages[run])

    def target_cpu(self, run: Run) -> float:
        """Return the median seconds of CPU of the target that a run's output went to."""
        return statistics.median(usage.target_cpu for usage in self.usages[run])

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
    def _begun(
        self, contestant: Contestant, job: Job, settings: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[list[str], dict[str, str]]]:
        """Set the server up for a job, and give the command that does it and the variables of its environment."""
        with tempfile.TemporaryDirectory() as folder:
            if isinstance(contestant, Tap):
                settings = self.settings
            # First, because the catalog takes a moment.
            command = contestant.job_command(Path(folder), self.server.url, job, settings or {})
            self.server.begin(job.data)
            yield command, {"HOME": folder}
