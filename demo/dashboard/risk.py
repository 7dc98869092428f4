"""A chart of both APIs together: revenue of customers who have reason to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from demo.dashboard.drawing import BAR, BAR_STEP, GRID, INK, LIGHT_WARNING, MIDDLE, WARNING, amounts, data
from demo.dashboard.panels import Key, Panel, Table
from demo.dashboard.wording import amount, count, percent

if TYPE_CHECKING:
    from demo.dashboard.marts import Marts, Row

_REASONS = {"Open ticket": MIDDLE, "Bad rating": LIGHT_WARNING, "Both": WARNING}
_CUSTOMERS = 10


def at_risk(marts: Marts) -> Panel:
    """Draw the largest customers with open tickets or bad ratings."""
    rows = [{**row, "reason": _reason(row)} for row in marts.rows("revenue_at_risk")]
    rows.sort(key=lambda row: -row["mrr"])
    shown = rows[:_CUSTOMERS]
    total = sum(row["mrr"] for row in rows)
    whole = sum(row["mrr"] for row in marts.rows("mrr_by_day") if row["day"] == marts.today)
    names = ("customer_name", "mrr", "reason", "open_tickets", "bad_ratings")
    chart = (
        alt.Chart(data([{name: row[name] for name in names} for row in shown]), height=BAR_STEP * max(1, len(shown)))
        .mark_bar(height=BAR)
        .encode(
            y=alt.Y("customer_name:N", sort=None, axis=alt.Axis(grid=False, labelLimit=150, labelColor=INK)),
            x=alt.X("mrr:Q", axis=amounts(grid=True, gridColor=GRID, tickCount=4)),
            color=alt.Color("reason:N", scale=alt.Scale(domain=list(_REASONS), range=list(_REASONS.values()))),
            tooltip=[
                alt.Tooltip("customer_name:N", title="Customer"),
                alt.Tooltip("mrr:Q", title=f"MRR, {marts.currency}", format=",.0f"),
                alt.Tooltip("open_tickets:Q", title="Open tickets"),
                alt.Tooltip("bad_ratings:Q", title="Bad ratings"),
            ],
        )
    )
    return Panel(
        name="risk",
        title="Revenue at risk",
        unit=f"MRR in {marts.currency} of paying customers with an open ticket or a bad rating"
        + (f"; the {_CUSTOMERS} largest of {len(rows)}" if len(rows) > _CUSTOMERS else ""),
        finding=(
            f"{count(len(rows), 'customer')} with {amount(total, marts.currency)} a month, "
            f"{percent(total / whole)} of the whole."
            if rows and whole
            else "No paying customer has an open ticket or a bad rating."
        ),
        chart=chart,
        table=Table(
            ("Customer", f"MRR, {marts.currency}", "Open tickets", "Bad ratings"),
            [
                (row["customer_name"], f"{row['mrr']:,.2f}", f"{row['open_tickets']:,}", f"{row['bad_ratings']:,}")
                for row in rows
            ],
        ),
        legend=[
            Key(label, colour) for label, colour in _REASONS.items() if any(row["reason"] == label for row in shown)
        ],
    )


def _reason(row: Row) -> str:
    if row["open_tickets"] and row["bad_ratings"]:
        return "Both"
    return "Open ticket" if row["open_tickets"] else "Bad rating"
