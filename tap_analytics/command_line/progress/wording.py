"""Numbers, durations and reports in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_analytics.http.tally import Cause
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.sync.report import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_analytics.sync.report import RunReport, StreamReport

_MINUTE: Final = 60
_HOUR: Final = 3600
_A_FEW: Final = 10
_MANY_MINUTES: Final = 10
_MOST_NAMES: Final = 4
_SHORTEST_WAIT: Final = 1.0
"""Seconds; shorter waits for the limit and for retries are not worth telling."""

_SHORTEST_MEAN: Final = 0.05
"""Seconds; a shorter one would be told as 0.0 s."""


def duration(seconds: float) -> str:
    """Return a duration in words, like "3.2 s", "4 min 12 s" or "1 h 3 min"."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min"


def time_left(seconds: float) -> str:
    """Return an estimate in words, like "about 40 s" or "about 3 min": no more exact than an estimate can be."""
    if seconds < _A_FEW:
        return "a few seconds"
    if seconds < _MINUTE:
        return f"about {_rounded(seconds, 10)} s"
    minutes = _rounded(seconds / _MINUTE)
    if minutes < _MANY_MINUTES:
        return f"about {minutes} min"
    hours, minutes = divmod(_rounded(minutes, 5), _MINUTE)
    return f"about {f'{hours} h ' * (hours > 0)}{f'{minutes} min' * (minutes > 0)}".rstrip()


def _rounded(number: float, step: int = 1) -> int:
    return max(1, round(number / step)) * step


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, like "1 record" or "1,234 records"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def names(all_names: Sequence[str]) -> str:
    """Return some names, and how many there are besides."""
    shown = ", ".join(all_names[:_MOST_NAMES])
    more = len(all_names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def remarks(report: StreamReport) -> list[str]:
    """Return what is unusual about a stream that has been read."""
    told = []
    # Requests wait side by side: the sum of their waits may be longer than the run, and would look wrong.
    if report.retries:
        after = f" after {_mean(report.waited[Cause.RETRY], report.retries)}"
        told.append(count(report.retries, "retry", "retries") + after * _is_worth_telling(report.waited[Cause.RETRY]))
    limit = report.waited[Cause.LIMIT]
    if _is_worth_telling(limit) and limit >= _SHORTEST_MEAN * report.requests:
        told.append(f"{count(report.requests, 'request')} waited {_mean(limit, report.requests)} for the limit")
    if ignored := sum(report.ignored.values()):
        told.append(f"{count(ignored, 'answer')} ignored")
    if report.rescued:
        told.append(f"{count(report.rescued, 'value')} in {RESCUED_DATA}")
    if report.keeps_deleted_rows:
        told.append("deleted rows are kept")
    return told


def _is_worth_telling(seconds: float) -> bool:
    return seconds >= _SHORTEST_WAIT


def _mean(seconds: float, requests: int) -> str:
    return f"{duration(seconds / max(1, requests))}{' on average' * (requests > 1)}"


def stream_line(report: StreamReport) -> str:
    """Return the line that tells that a stream has been read, or how far it came."""
    parts = [
        f"{count(report.records, 'record')} on {count(report.pages, 'page')} in {duration(report.seconds)}",
        *remarks(report),
    ]
    stopped = "failed after " * (report.status is Status.FAILED)
    return f"{report.name}: {stopped}{'; '.join(parts)}"


def reading_line(report: RunReport) -> str:
    """Return the line that tells which streams are being read, and how far they are."""
    reports, of_run = largest_first(report), _left(report)
    # Of a stream that is the last one to be read, the line has said it already.
    left = {each.name: text for each in reports if (text := _left(each)) and text != of_run}
    reading = [
        f"{each.name} ({each.records:,}{f', {left[each.name]}' if each.name in left else ''})" for each in reports
    ]
    return f"{progress_line(report)}; reading {names(reading)}" if reading else progress_line(report)


def largest_first(report: RunReport) -> list[StreamReport]:
    """Return the reports of the streams that are being read, those with the most records first."""
    return sorted(report.of(Status.READING), key=lambda each: each.records, reverse=True)


def progress_line(report: RunReport) -> str:
    """Return the line that tells how far a run is."""
    failed = len(report.of(Status.FAILED))
    ended = f"{len(report.of(Status.FINISHED))} of {count(len(report.streams), 'stream')} read"
    parts = [f"{ended}{f', {failed} failed' if failed else ''}, {_totals(report)}"]
    if left := _left(report):
        parts.append(left)
    if report.waits_for:
        parts.append(f"waiting for {report.waits_for}")
    return "; ".join(parts)


def _left(report: RunReport | StreamReport) -> str:
    seconds = report.seconds_left
    return "" if seconds is None else f"{time_left(seconds)} left"


def failures_line(report: RunReport) -> str:
    """Return which streams failed, and why if it is one; empty if none did."""
    failed = report.of(Status.FAILED)
    if len(failed) == 1:
        return failed[0].error
    told = f"{len(failed)} of {len(report.streams)} streams failed: {', '.join(each.name for each in failed)}"
    return told if failed else ""


def total_line(report: RunReport) -> str:
    """Return the line that sums up a run."""
    finished, failed = report.of(Status.FINISHED), report.of(Status.FAILED)
    not_read = report.of(Status.PENDING, Status.READING)
    parts = [f"Read {len(finished)} of {count(len(report.streams), 'stream')}: {_totals(report)}"]
    if failed:
        parts.append(f"failed: {names([each.name for each in failed])}")
    if not_read:
        parts.append(f"not read to the end: {names([each.name for each in not_read])}")
    if report.target_seconds >= _SHORTEST_WAIT:
        parts.append(f"{duration(report.target_seconds)} of waiting for the target")
    return "; ".join(parts)


def _totals(report: RunReport) -> str:
    records = count(report.total(lambda each: each.records), "record")
    requests = count(report.total(lambda each: each.requests), "request")
    return f"{records}, {requests} in {duration(report.seconds)}"
