"""Reads many streams at once, and writes what they give from one thread."""

from __future__ import annotations

from collections import deque
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Final

from tap_analytics.errors import AnalyticsError, OutputError
from tap_analytics.sync.parent_reading import subscribe
from tap_analytics.sync.reading import Reading
from tap_analytics.sync.run import Run
from tap_analytics.sync.shared_pages import SharedPages
from tap_analytics.sync.waits import PAUSE, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from tap_analytics.singer.writer import LineWriter
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.report import RunReport
    from tap_analytics.sync.stream_failures import StreamFailures

_SECONDS_BETWEEN_STATES: Final = 5
"""Seconds that pass at least between two STATE messages, but for the last one."""


class Checkpoints:
    """Sends the state to the target from time to time: each message repeats the bookmarks of all streams.

    Args:
        write: Writes a STATE message.
    """

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._is_new = False
        self._written_at = monotonic()

    def note(self, *, is_new: bool) -> None:
        """Send the state if it has changed, now or before, and it is time for a message.

        Args:
            is_new: Whether it has changed now.
        """
        self._is_new |= is_new
        if monotonic() - self._written_at >= _SECONDS_BETWEEN_STATES:
            self.flush()

    def flush(self) -> None:
        """Send the state if it has changed."""
        if self._is_new:
            self._write()
            self._is_new = False
            self._written_at = monotonic()


class Task:
    """A stream that is being read.

    Args:
        stream: The stream.
        run: The run.
    """

    def __init__(self, stream: ListStream, run: Run) -> None:
        self.stream = stream
        self.waits_for: Wait = PAUSE
        self._messages = self._write_all(stream, run)

    @staticmethod
    def _write_all(stream: ListStream, run: Run) -> Generator[Wait]:
        # The reading ends with the writing, whatever ends that.
        try:
            with closing(Reading(stream, run).items()) as items:
                yield from stream.messages(items)
        finally:
            run.leave(stream.name)

    def go_on(self) -> bool:
        """Write what is there, a page at most, and say whether there is more to come."""
        wait = next(self._messages, None)
        self.waits_for = wait or PAUSE
        return wait is not None

    def close(self) -> None:
        """Read no further."""
        self._messages.close()


class Scheduler:
    """Reads the streams of a run, many at once; the thread that calls it is the only one that writes.

    Args:
        writer: What writes the messages.
        write_state: Writes a STATE message.
        failures: Takes note of streams that fail.
        report: Takes note of what becomes of each stream.
        at_once: How many streams are read at once; None for all.
    """

    def __init__(
        self,
        writer: LineWriter,
        write_state: Callable[[], None],
        failures: StreamFailures,
        report: RunReport,
        at_once: int | None = None,
    ) -> None:
        self._writer = writer
        self._failures = failures
        self._report = report
        self._checkpoints = Checkpoints(write_state)
        self._at_once = at_once

    def read(self, streams: Sequence[ListStream]) -> None:
        """Read some streams to their end; one that fails ends nothing but itself.

        Args:
            streams: The streams.

        Raises:
            AnalyticsError: Something ended the run.
        """
        run = _run_of(streams, share=self._at_once is None or self._at_once >= len(streams))
        try:
            with closing(run):
                self._read(run, deque(Task(stream, run) for stream in streams))
        except AnalyticsError as error:
            if not isinstance(error, OutputError):
                self._finish()
            raise
        self._finish()

    def _finish(self) -> None:
        """Write what is left; what was read before a failure is worth having, too."""
        self._writer.flush()
        self._checkpoints.flush()

    def _read(self, run: Run, to_come: deque[Task]) -> None:
        tasks: list[Task] = []
        most = self._at_once or len(to_come)
        try:
            while tasks or to_come:
                while to_come and len(tasks) < most:
                    tasks.append(to_come.popleft())
                    self._report.streams[tasks[-1].stream.name].begin()
                ready = [task for task in tasks if task.waits_for.is_ready]
                if not ready:
                    # What has been read must not wait for what is still to come.
                    self._writer.flush()
                    run.pool.wait_for_any(task.waits_for for task in tasks)
                for task in ready:
                    if not self._go_on(task):
                        tasks.remove(task)
        finally:
            for task in tasks:
                task.close()

    def _go_on(self, task: Task) -> bool:
        goes_on = False
        with self._failures.recorded(task.stream):
            goes_on = task.go_on()
        self._checkpoints.note(is_new=task.stream.take_new_state())
        if not goes_on:
            self._report.end(task.stream.name, self._failures.reason(task.stream.name))
        return goes_on


def _run_of(streams: Sequence[ListStream], *, share: bool) -> Run:
    """Return the run in which streams are read.

    Args:
        streams: The streams.
        share: Whether the list of a parent is read once, for its own stream and for all streams under it. That takes
            all of them at once.
    """
    selected = {stream.name: stream for stream in streams}
    run = Run(names=selected.keys(), shares_lists=share)
    for stream in streams if share else ():
        if stream.parent is not None:
            subscribe(stream, run)
    for name in run.parents:
        if name in selected and selected[name].shares_pages:
            run.shared_pages[name] = SharedPages()
    return run
