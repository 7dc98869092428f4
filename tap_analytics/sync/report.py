"""What a run has done so far: counts by stream, for what shows the run and for the summary at its end."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_analytics.sync.time_left import TimeLeft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tap_analytics.http.tally import Cause
    from tap_analytics.sync.list_stream import ListStream


class Status(Enum):
    """How far a stream is."""

    PENDING = "pending"
    READING = "reading"
    FINISHED = "finished"
    FAILED = "failed"


class StreamReport:
    """What has become of one stream so far.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: ListStream) -> None:
        self._stream = stream
        self.name = stream.name
        self.status = Status.PENDING
        self.error = ""
        """Why it failed, in one line."""
        self.bookmark_before = self._bookmark
        self._began = self._ended = 0.0
        self._time_left = TimeLeft()

    def begin(self) -> None:
        """Take in that the stream is read from now on."""
        self._began = time.monotonic()
        self.status = Status.READING

    def end(self, error: str = "") -> None:
        """Take in that the stream is not read any further.

        Args:
            error: Why it failed; empty if it was read to its end.
        """
        self._ended = time.monotonic()
        self.status, self.error = (Status.FAILED if error else Status.FINISHED), error

    @property
    def seconds(self) -> float:
        """How long the stream has been read."""
        return (self._ended or time.monotonic()) - self._began if self._began else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take to read the rest; None if that is not known."""
        if self.status is not Status.READING:
            return None
        return self._time_left.seconds(self.seconds, self._stream.share_read)

    @property
    def records(self) -> int:
        """How many records were written; those that a stream map filters out are among them."""
        return self._stream.records_written

    @property
    def pages(self) -> int:
        """How many pages were taken."""
        return self._stream.pages_taken

    @property
    def requests(self) -> int:
        """How many requests were sent, those that were sent again included."""
        return self._stream.client.tally.requests

    @property
    def retries(self) -> int:
        """How many requests were sent again."""
        return self._stream.client.tally.retries

    @property
    def waited(self) -> Mapping[Cause, float]:
        """Seconds that its requests waited, by cause; those of requests side by side are added up."""
        return self._stream.client.tally.seconds

    @property
    def rescued(self) -> int:
        """How many values had no column, or did not fit it."""
        return self._stream.rescued_count

    @property
    def ignored(self) -> Mapping[int, int]:
        """How many answers were ignored, as the stream's response rules say, by their statuses."""
        return self._stream.client.ignored.counts

    @property
    def keeps_deleted_rows(self) -> bool:
        """Whether it was read whole, and rows that the source no longer has are left in the table all the same."""
        return self._stream.has_version and self._stream.is_doubtful

    @property
    def waits_for(self) -> str:
        """What most of its requests wait for now; empty if none is under way."""
        cause = self._stream.client.tally.cause if self.status is Status.READING else None
        return cause.value if cause else ""

    @property
    def _bookmark(self) -> Any:  # noqa: ANN401 - as it stands in the state
        # Streams under other records have a bookmark for each of these.
        return None if self._stream.is_child else self._stream.stream_state.get("replication_key_value")

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object; times are in seconds."""
        stream = self._stream
        return {
            "stream": self.name,
            "status": self.status.value,
            "replication_method": stream.replication_method,
            "records": self.records,
            "pages": self.pages,
            "requests": self.requests,
            "retries": self.retries,
            "seconds": round(self.seconds, 3),
            "seconds_left": _rounded(self.seconds_left),
            "seconds_waited": {cause.name.lower(): round(seconds, 3) for cause, seconds in self.waited.items()},
            "ignored_answers": {str(status): count for status, count in sorted(self.ignored.items())},
            "rescued_values": self.rescued,
            "bookmark_before": self.bookmark_before,
            "bookmark_after": self._bookmark,
            "version": stream.version_outcome,
            "error": self.error or None,
        }


class RunReport:
    """What has become of a run so far.

    Args:
        streams: The streams that it is to read.
        target_seconds: Returns the seconds for which the target has kept the tap waiting.
        is_target_awaited: Says whether the tap is waiting for the target now.
    """

    def __init__(
        self,
        streams: Sequence[ListStream],
        target_seconds: Callable[[], float],
        is_target_awaited: Callable[[], bool],
    ) -> None:
        self.streams = {stream.name: StreamReport(stream) for stream in streams}
        self._target_seconds = target_seconds
        self._is_target_awaited = is_target_awaited
        self._began = time.monotonic()
        self.on_end: Callable[[StreamReport], None] = _ignore
        """Called when a stream has been read, or has failed."""
        self.on_stop: Callable[[str], None] = _ignore
        """Called with what stops the run, before the process ends."""

    def end(self, name: str, error: str = "") -> None:
        """Take in that a stream is not read any further.

        Args:
            name: Its name.
            error: Why it failed; empty if it was read to its end.
        """
        report = self.streams[name]
        report.end(error)
        self.on_end(report)

    def of(self, *statuses: Status) -> list[StreamReport]:
        """Return the reports of the streams that are so far."""
        return [report for report in self.streams.values() if report.status in statuses]

    @property
    def target_seconds(self) -> float:
        """Seconds for which the target has kept the tap waiting."""
        return self._target_seconds()

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self._began

    @property
    def seconds_left(self) -> float | None:
        """How long the run will take from now on; None unless that is known of every stream that is not yet read."""
        left = [report.seconds_left for report in self.of(Status.PENDING, Status.READING)]
        known = [seconds for seconds in left if seconds is not None]
        return max(known) if left and len(known) == len(left) else None

    @property
    def waits_for(self) -> str:
        """What the run waits for now; empty if for nothing, or for several things."""
        if self._is_target_awaited():
            return "the target"
        causes = {report.waits_for for report in self.of(Status.READING)} - {""}
        return causes.pop() if len(causes) == 1 else ""

    def total(self, count: Callable[[StreamReport], int]) -> int:
        """Return the sum of a count over all streams."""
        return sum(map(count, self.streams.values()))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object; times are in seconds."""
        return {
            "records": self.total(lambda each: each.records),
            "requests": self.total(lambda each: each.requests),
            "retries": self.total(lambda each: each.retries),
            "seconds": round(self.seconds, 3),
            "seconds_left": _rounded(self.seconds_left),
            "seconds_waited_for_target": round(self.target_seconds, 3),
            "finished": _names(self.of(Status.FINISHED)),
            "failed": _names(self.of(Status.FAILED)),
            "not_read": _names(self.of(Status.PENDING, Status.READING)),
            "streams": [report.as_dict() for report in self.streams.values()],
        }


def _names(reports: Iterable[StreamReport]) -> list[str]:
    return [report.name for report in reports]


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _ignore(_: object) -> None:
    """Do nothing with a report, or a reason."""
