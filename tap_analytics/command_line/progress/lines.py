"""The progress of a run as lines in the log: for a pipe, Meltano, or whatever else is no terminal."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from tap_analytics.command_line.progress.wording import count, reading_line, stream_line
from tap_analytics.sync.report import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.sync.report import RunReport, StreamReport

_LOGGER: Final = logging.getLogger("tap-analytics")

SECONDS_BETWEEN_LINES: Final = 60
"""Seconds between two lines that tell how far the run is."""


@contextmanager
def progress_lines(report: RunReport) -> Iterator[None]:
    """Log a line at the start, one for each stream that ends, and one a minute.

    Args:
        report: The report of the run.
    """
    _LOGGER.info("Reading %s", count(len(report.streams), "stream"))
    report.on_end = _tell_end
    has_ended = Event()
    # A daemon, so that it does not hold the process when it ends.
    Thread(target=_tell_progress, args=[report, has_ended], name="progress", daemon=True).start()
    try:
        yield
    finally:
        has_ended.set()


@contextmanager
def connection_test_lines(report: RunReport) -> Iterator[None]:
    """Log a line for each stream that was tested, and one at the end if all could be read.

    Args:
        report: The report of the test.
    """
    report.on_end = _tell_test
    yield
    if not report.of(Status.FAILED):
        _LOGGER.info("All is well: %s can be read", count(len(report.streams), "stream"))


def _tell_test(report: StreamReport) -> None:
    if report.status is Status.FINISHED:
        found = "it has records" if report.records else "no record in the part that was asked for"
        _LOGGER.info("%s: ok (%s)", report.name, found)


def _tell_end(report: StreamReport) -> None:
    _LOGGER.info("%s", stream_line(report), extra={"stream_name": report.name})


def _tell_progress(report: RunReport, has_ended: Event) -> None:
    while not has_ended.wait(SECONDS_BETWEEN_LINES):
        _LOGGER.info("%s", reading_line(report))
