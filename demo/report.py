"""What the demo shows at the end: a table of tables, and a chart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import plotext
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

_WIDEST, _HEIGHT, _MARKS = 110, 18, 4


@dataclass
class Line:
    """One table of the database, as the two runs left it.

    Attributes:
        schema: The schema that it stands in.
        table: Its name, which is the stream's.
        before: Its rows after the first run.
        after: Its rows after the second run.
        first: Records that the first run read.
        second: Records that the second run read.
    """

    schema: str
    table: str
    before: int
    after: int
    first: int
    second: int


def summary(lines: Iterable[Line]) -> Table:
    """Lay out what the runs did, a line for each table."""
    table = Table(title="Tables in PostgreSQL", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("schema and table", no_wrap=True)
    for heading in ("1st run\nread", "\nrows", "2nd run\nread", "\nrows", "\nchange"):
        table.add_column(heading, justify="right", no_wrap=True)
    for schema, group in groupby(lines, lambda line: line.schema):
        table.add_row(schema, style="bold")
        for line in group:
            change = line.after - line.before
            counts = (f"{count:,}" for count in (line.first, line.before, line.second, line.after))
            table.add_row(f"  {line.table}", *counts, f"{change:+,}" if change else "")
    return table


def chart(title: str, values: Mapping[date, float], width: int) -> Text:
    """Draw values over time.

    Args:
        title: What stands above it.
        values: A value for each day.
        width: Columns of the terminal.

    Returns:
        The drawing, ready to print.
    """
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(min(width, _WIDEST), _HEIGHT)
    plotext.date_form("Y-m-d")
    plotext.title(title)
    marks = [round(max(values.values(), default=0) * step / _MARKS) for step in range(_MARKS + 1)]
    plotext.yticks(marks, [f"{mark:,}" for mark in marks])
    plotext.plot([day.isoformat() for day in values], list(values.values()), marker="braille")
    return Text.from_ansi(plotext.build())
