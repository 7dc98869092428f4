"""Charts of the support desk: its load, and how long customers wait."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import altair as alt

from demo.dashboard.drawing import HEIGHT, LIGHT, MIDDLE, STRONG, WARNING, data, times
from demo.dashboard.panels import Key, Panel, Table
from demo.dashboard.wording import count, duration, month

if TYPE_CHECKING:
    from datetime import date

    from demo.dashboard.marts import Marts, Row, Rows
    from demo.dashboard.panels import Shape

_WEEKS = 26
_MONTHS = 24
_TIMES: dict[str, tuple[str, str, Shape]] = {
    "median_first_response_minutes": ("First answer, half of tickets", STRONG, "line"),
    "p90_first_response_minutes": ("First answer, nine of ten", MIDDLE, "dashes"),
    "median_resolution_minutes": ("Closed, half of tickets", WARNING, "line"),
}
_DASHES: dict[Shape, list[int]] = {"line": [1, 0], "dashes": [5, 3]}
_MARKS = {10: "10 min", 60: "1 h", 360: "6 h", 1440: "1 day", 4320: "3 days", 10080: "1 week"}


def load(marts: Marts) -> Panel:
    """Draw how many tickets come, go and stay."""
    rows = _weeks(marts)[-_WEEKS:]
    finding = "There are no tickets."
    if rows:
        opened, closed = (sum(row[name] for row in rows) for name in ("opened", "closed"))
        finding = (
            f"{count(opened, 'ticket')} opened and {closed:,} closed in {len(rows)} weeks; "
            f"{rows[-1]['backlog']:,} are open now."
        )
    long = [
        {"week": row["week"], "kind": label, "tickets": row[label.lower()]}
        for row in rows
        for label in ("Opened", "Closed")
    ]
    when = alt.Tooltip("week:O", title="Week of")
    weeks = alt.X(
        "week:O",
        axis=alt.Axis(
            labelAngle=0,
            labelOverlap="greedy",
            labelSeparation=24,
            labelExpr="utcFormat(toDate(datum.value), '%d %b')",
        ),
    )
    bars = (
        alt.Chart(data(long), height=HEIGHT)
        .mark_bar(cornerRadiusEnd=1)
        .encode(
            x=weeks,
            xOffset=alt.XOffset("kind:N", sort=["Opened", "Closed"]),
            y=alt.Y("tickets:Q"),
            color=alt.Color("kind:N", scale=alt.Scale(domain=["Opened", "Closed"], range=[STRONG, LIGHT])),
            tooltip=[when, "kind:N", "tickets:Q"],
        )
    )
    line = (
        alt.Chart(data(rows))
        .mark_line(color=WARNING, strokeWidth=2, point={"filled": True, "fill": WARNING, "size": 18})
        .encode(x=weeks, y="backlog:Q", tooltip=[when, alt.Tooltip("backlog:Q", title="Open at its end")])
    )
    return Panel(
        name="tickets",
        title="Tickets in, out and waiting",
        unit="Tickets, by week",
        finding=finding,
        chart=bars + line,
        table=Table(
            ("Week of", "Opened", "Closed", "Open at its end"),
            [
                (row["week"].isoformat(), *(f"{row[name]:,}" for name in ("opened", "closed", "backlog")))
                for row in reversed(rows)
            ],
        ),
        legend=[Key("Opened", STRONG), Key("Closed", LIGHT), Key("Open at the week's end", WARNING, "line")],
    )


def _weeks(marts: Marts) -> Rows:
    """Add up the days of each week, Monday first; the backlog is that of its last day."""

    def monday(row: Row) -> date:
        day: date = row["day"]
        return day - timedelta(days=day.weekday())

    weeks = []
    for week, group in groupby(marts.rows("tickets_by_day", "day"), monday):
        days = list(group)
        last = days[-1]["day"]
        weeks.append(
            {
                "week": week,
                "opened": sum(row["opened"] for row in days),
                "closed": sum(row["closed"] for row in days),
                "backlog": sum(row["backlog"] for row in days if row["day"] == last),
            }
        )
    return weeks


def waiting(marts: Marts) -> Panel:
    """Draw how long customers wait for an answer and for the end."""
    rows = [row for row in marts.rows("response_times_by_month", "month") if row["month"] < marts.today.replace(day=1)]
    rows = rows[-_MONTHS:]
    finding = "No month with tickets is over yet."
    if rows:
        last = rows[-1]
        finding = (
            f"{month(last['month'])}: half of tickets had an answer within "
            f"{duration(last['median_first_response_minutes'] or 0)} and were closed within "
            f"{duration(last['median_resolution_minutes'] or 0)}."
        )
    long = [
        {"month": row["month"], "kind": label, "minutes": row[name], "text": duration(row[name])}
        for row in rows
        for name, (label, _, _) in _TIMES.items()
        if row[name]
    ]
    labels = [label for label, _, _ in _TIMES.values()]
    chart = (
        alt.Chart(data(long), height=HEIGHT)
        .mark_line(strokeWidth=2, point={"filled": True, "size": 22})
        .encode(
            x=times("utcyearmonth(month)"),
            y=alt.Y(
                "minutes:Q",
                scale=alt.Scale(type="log", nice=False, domain=_bounds([row["minutes"] for row in long])),
                axis=alt.Axis(
                    values=list(_MARKS),
                    labelExpr=" : ".join(f"datum.value == {value} ? '{text}'" for value, text in _MARKS.items())
                    + " : ''",
                ),
            ),
            color=alt.Color(
                "kind:N", scale=alt.Scale(domain=labels, range=[colour for _, colour, _ in _TIMES.values()])
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=labels, range=[_DASHES[shape] for _, _, shape in _TIMES.values()])
            ),
            tooltip=[
                alt.Tooltip("utcyearmonth(month):T", title="Opened in", format="%b %Y"),
                alt.Tooltip("kind:N", title="What"),
                alt.Tooltip("text:N", title="Within"),
            ],
        )
    )
    return Panel(
        name="waiting",
        title="How long customers wait",
        unit="Time since the ticket was opened, by month, on a logarithmic scale",
        finding=finding,
        chart=chart,
        table=Table(
            ("Opened in", "Tickets", *labels),
            [
                (
                    month(row["month"]),
                    f"{row['tickets']:,}",
                    *(duration(row[name]) if row[name] else "–" for name in _TIMES),
                )
                for row in reversed(rows)
            ],
        ),
        legend=[Key(label, colour, shape) for label, colour, shape in _TIMES.values()],
    )


def _bounds(minutes: list[float]) -> list[float]:
    """Return the marks around some times."""
    least, most = min(minutes, default=1), max(minutes, default=1)
    below = [mark for mark in _MARKS if mark <= least]
    above = [mark for mark in _MARKS if mark >= most]
    return [max(below, default=least), min(above, default=most)]
