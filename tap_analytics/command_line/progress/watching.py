"""Shows a run until it ends: on a terminal as a table, else as lines in the log; and sums it up then."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from singer_sdk.logging import ConsoleFormatter

from tap_analytics.command_line.progress.lines import progress_lines
from tap_analytics.command_line.progress.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tap_analytics.sync.report import RunReport

_LOGGER: Final = logging.getLogger("tap-analytics")


@contextmanager
def watched(report: RunReport, summary_file: str | None = None) -> Iterator[None]:
    """Show how far a run is until the block ends, and sum it up then.

    Args:
        report: The report of the run.
        summary_file: The path of a file for the summary.

    Raises:
        SettingsError: The file cannot be written.
    """
    summary = Summary(report, summary_file)
    summary.begin()
    try:
        with _display(report):
            yield
    except Exception as error:
        summary.end(str(error))
        raise
    summary.end()


def _display(report: RunReport) -> AbstractContextManager[None]:
    if not _has_terminal():
        return progress_lines(report)
    # Only who watches a terminal pays for the import.
    from tap_analytics.command_line.progress.live import live_progress  # noqa: PLC0415

    return live_progress(report)


def _has_terminal() -> bool:
    """Say whether the log goes to a terminal that can be drawn upon, and nothing else does."""
    terminal, handlers = sys.stderr, logging.getLogger().handlers
    logs_there = (
        len(handlers) == 1
        and isinstance(handlers[0].formatter, ConsoleFormatter)
        and getattr(handlers[0], "stream", None) is terminal
        and _LOGGER.getEffectiveLevel() == logging.INFO
    )
    can_draw = terminal is not None and terminal.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return logs_there and can_draw and not (sys.stdout and sys.stdout.isatty())
