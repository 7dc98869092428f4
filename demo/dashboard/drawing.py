"""What the charts have in common: colours, axes and the look of the whole."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import altair as alt

if TYPE_CHECKING:
    from demo.dashboard.marts import Rows

INK, MUTED = "var(--ink)", "var(--muted)"
STRONG, MIDDLE, LIGHT = "var(--blue-1)", "var(--blue-2)", "var(--blue-3)"
WARNING, LIGHT_WARNING = "var(--orange-1)", "var(--orange-2)"
NEUTRAL, GRID = "var(--neutral)", "var(--grid)"
HEAT = [f"var(--heat-{step})" for step in range(1, 8)]
ON_HEAT = [f"var(--on-heat-{step})" for step in ("low", "middle", "high")]
"""Colours are CSS variables, so that the page's style sheet has them for light and dark."""

FONT = 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'

_LOOK: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "padding": {"left": 2, "right": 4, "top": 6, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "grid": False,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "labelPadding": 6,
        "ticks": False,
        "title": None,
    },
    "axisY": {"grid": True, "gridColor": GRID, "tickCount": 5},
    "axisX": {"labelFlush": True},
    "legend": {"disable": True},
    "text": {"fontSize": 11, "fill": INK},
    "bar": {"cornerRadiusEnd": 2},
}

HEIGHT = 240
BAR, BAR_STEP = 14, 24
"""How thick the bars of a list are, and how far apart."""


def data(rows: Rows) -> alt.InlineData:
    """Return rows as the data of a chart, with days as texts."""
    plain = [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} for row in rows
    ]
    return alt.InlineData(values=plain)


def times(field: str) -> alt.X:
    """Return a horizontal axis of times, labelled by months.

    Args:
        field: The field with the unit of time that it is cut to, such as `utcyearmonth(month)`.
    """
    step = alt.TimeIntervalStep(interval="month", step=6)
    axis = alt.Axis(format="%b %y", tickCount=step, labelOverlap="greedy")
    # A line's points stand in the middle of a month, as bars do.
    return alt.X(f"{field}:T", axis=axis, bandPosition=0.5)


def amounts(**settings: Any) -> alt.Axis:
    """Return an axis of amounts: 0, 500, 10k."""
    return alt.Axis(labelExpr="format(datum.value, '~s')", **settings)


def dress(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """Return the specification of a chart as it is drawn: as wide as its place, and in the page's look."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    spec: dict[str, Any] = chart.properties(width="container", autosize=fit).to_dict()
    return {**spec, "config": _LOOK}
