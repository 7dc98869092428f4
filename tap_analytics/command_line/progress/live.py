"""The progress of a run as a table on the terminal, which is drawn anew several times a second."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from io import TextIOBase
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from typing_extensions import override

from tap_analytics.command_line.progress.wording import largest_first, progress_line, remarks, time_left
from tap_analytics.sync.report import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from tap_analytics.sync.report import RunReport, StreamReport

_SMALLEST: Final = 12
"""Lines of a terminal; a smaller one gets one sentence for all streams."""

_LINES_ABOVE: Final = 6
"""Lines of a terminal that are left to the log."""


class _Terminal(Console):
    """Stderr as a terminal; its cursor stays visible, since a signal may end the process at any moment."""

    @override
    def show_cursor(self, show: bool = True) -> bool:
        return False


@contextmanager
def live_progress(report: RunReport) -> Iterator[None]:
    """Show how far each stream is, below the lines of the log, and a table of all streams at the end.

    Args:
        report: The report of the run.
    """
    console = _Terminal(stderr=True)
    live = Live(
        console=console,
        get_renderable=lambda: _picture(report, console),
        refresh_per_second=4,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    tell_stop = report.on_stop

    def stop(reason: str) -> None:
        # The process ends behind this, and the block below does not.
        tell_stop(reason)
        live.stop()
        console.print(_table(list(report.streams.values()), "read"))

    report.on_stop = stop
    with _log_above(console), live:
        yield
    console.print(_table(list(report.streams.values()), "read"))


@contextmanager
def _log_above(console: Console) -> Iterator[None]:
    """Let the lines of the log appear above the table."""
    terminal = sys.stderr
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is terminal
    ]
    above = _Above(console)
    for handler in handlers:
        handler.setStream(above)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(terminal)


class _Above(TextIOBase):
    """A stream whose lines appear above what is shown live.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @override
    def write(self, text: str, /) -> int:
        self._console.print(text, end="", soft_wrap=True, markup=False, highlight=False, emoji=False)
        return len(text)


def _picture(report: RunReport, console: Console) -> RenderableType:
    line = Text(progress_line(report), style="bold")
    if console.height < _SMALLEST:
        return line
    reading = largest_first(report)
    most = console.height - _LINES_ABOVE
    shown, left = reading[:most], len(reading) - most
    return Group(_table(shown, "reading"), *([Text(f"… and {left} more", style="dim")] if left > 0 else []), line)


def _table(reports: list[StreamReport], title: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(title, no_wrap=True)
    is_reading = title == "reading"
    for name in ("records", "pages", "requests", "per second", "time", *(["time left"] if is_reading else [])):
        table.add_column(name, justify="right", no_wrap=True)
    # The one column that may be wrapped gives way to the others.
    table.add_column("waits for" if is_reading else "")
    for each in reports:
        rate = f"{each.records / each.seconds:,.0f}" if each.seconds else ""
        times = [rate, f"{each.seconds:.0f} s", *([_left(each)] if is_reading else [])]
        counts = (f"{each.records:,}", f"{each.pages:,}", f"{each.requests:,}")
        remark = each.waits_for if is_reading else _remark(each)
        table.add_row(each.name, *counts, *times, remark, style=_STYLES.get(each.status))
    return table


_STATES: Final = {Status.FAILED: "failed", Status.PENDING: "not begun", Status.READING: "not read to its end"}
"""What is said of streams that have not been read."""

_STYLES: Final = {Status.FAILED: "red", Status.PENDING: "dim"}


def _left(report: StreamReport) -> str:
    seconds = report.seconds_left
    return "" if seconds is None else time_left(seconds)


def _remark(report: StreamReport) -> str:
    return "; ".join([*filter(None, [_STATES.get(report.status)]), *remarks(report)])
