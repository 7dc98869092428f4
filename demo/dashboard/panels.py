"""What stands on the page: headline figures, and charts with their tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import altair as alt

Shape: TypeAlias = Literal["block", "line", "dashes", "dot"]


@dataclass(frozen=True)
class Headline:
    """A figure at the top of the page.

    Attributes:
        label: What it counts.
        value: The figure, with its unit.
        note: What it is to be compared with.
        is_good: Whether the comparison is good news; None where it is neither.
    """

    label: str
    value: str
    note: str
    is_good: bool | None = None


@dataclass(frozen=True)
class Key:
    """A line of a chart's legend.

    Attributes:
        label: What the colour stands for.
        colour: The colour, as a CSS value.
        shape: The shape of what has the colour.
    """

    label: str
    colour: str
    shape: Shape = "block"


@dataclass(frozen=True)
class Table:
    """The figures of a chart, as texts.

    Attributes:
        columns: The headings; the first column names its row.
        rows: A text for each column.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Panel:
    """A chart, and what is told of it.

    Attributes:
        name: A short name, which is its address on the page.
        title: What it is about.
        unit: What its axes measure.
        finding: What it shows, in a sentence.
        chart: The chart.
        table: The same figures for who reads rather than looks.
        legend: What its colours stand for.
    """

    name: str
    title: str
    unit: str
    finding: str
    chart: alt.Chart | alt.LayerChart
    table: Table
    legend: list[Key] = field(default_factory=list)
