"""Charts of recurring revenue: its course, its movements, who stays, and which plans bring it."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import altair as alt

from demo.dashboard.drawing import (
    BAR,
    BAR_STEP,
    GRID,
    HEAT,
    HEIGHT,
    INK,
    LIGHT,
    LIGHT_WARNING,
    MIDDLE,
    ON_HEAT,
    STRONG,
    WARNING,
    amounts,
    data,
    times,
)
from demo.dashboard.panels import Key, Panel, Table
from demo.dashboard.wording import amount, month, percent

if TYPE_CHECKING:
    from demo.dashboard.marts import Marts, Row

_MOVEMENTS = {
    "new_business": ("New business", STRONG),
    "expansion": ("Expansion", MIDDLE),
    "reactivation": ("Reactivation", LIGHT),
    "contraction": ("Contraction", LIGHT_WARNING),
    "churn": ("Churn", WARNING),
}
_MONTHS_OF_MOVEMENTS = 24
_COHORTS, _MONTHS_SINCE = 12, 12
_STEPS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.97]
_ON_STEPS = [0.8, 0.9]
_PLANS = 10
_YEAR = timedelta(days=365)


def recurring_revenue(marts: Marts) -> Panel:
    """Draw the recurring revenue by day."""
    days = marts.rows("mrr_by_day", "day")
    by_day = {row["day"]: row["mrr"] for row in days}
    now, before = by_day.get(marts.today, 0), by_day.get(marts.today - _YEAR, 0)
    finding = f"{amount(now, marts.currency)} a month now, {amount(12 * now, marts.currency)} a year"
    if before:
        finding += f"; {percent(now / before - 1, signed=True)} on a year ago"
    hover = alt.selection_point(
        name="hover", fields=["day"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    base = alt.Chart(data([{name: row[name] for name in ("day", "mrr", "customers")} for row in days]), height=HEIGHT)
    x, y = times("utcyearmonthdate(day)"), alt.Y("mrr:Q", axis=amounts())
    area = base.mark_area(color=STRONG, opacity=0.12).encode(x=x, y=y)
    line = base.mark_line(color=STRONG, strokeWidth=2).encode(x=x, y=y)
    point = (
        base.mark_point(color=STRONG, filled=True, size=60)
        .encode(
            x=x,
            y=y,
            opacity=alt.condition(hover, alt.value(1), alt.value(0)),
            tooltip=[
                alt.Tooltip("utcyearmonthdate(day):T", title="Day", format="%d %b %Y"),
                alt.Tooltip("mrr:Q", title=f"MRR, {marts.currency}", format=",.0f"),
                alt.Tooltip("customers:Q", title="Paying customers", format=","),
            ],
        )
        .add_params(hover)
    )
    rows = marts.rows("mrr_by_month", "month")
    return Panel(
        name="mrr",
        title="Monthly recurring revenue",
        unit=f"MRR in {marts.currency}, by day",
        finding=f"{finding}.",
        chart=area + line + point,
        table=Table(
            ("Month", f"MRR, {marts.currency}", "Customers", f"MRR per customer, {marts.currency}"),
            [
                (month(row["month"]), f"{row['mrr']:,.2f}", f"{row['customers']:,}", f"{row['arpa'] or 0:,.2f}")
                for row in reversed(rows)
            ],
        ),
    )


def movements(marts: Marts) -> Panel:
    """Draw why the recurring revenue changed."""
    rows = marts.rows("mrr_movements_by_month", "month")[-_MONTHS_OF_MOVEMENTS:]
    whole = [row for row in rows if row["is_complete"]]
    finding = "No month is over yet."
    if whole:
        last = whole[-1]
        gained, lost = _gained(last), last["contraction"] + last["churn"]
        finding = (
            f"{month(last['month'])}: {amount(gained, marts.currency)} gained, "
            f"{amount(-lost, marts.currency)} lost, {amount(last['net'], marts.currency, signed=True)} net."
        )
    long = [
        {"month": row["month"], "kind": label, "order": order, "movement": row[name], "is_complete": row["is_complete"]}
        for row in rows
        for order, (name, (label, _)) in enumerate(_MOVEMENTS.items())
    ]
    when = alt.Tooltip("utcyearmonth(month):T", title="Month", format="%b %Y")
    bars = (
        alt.Chart(data(long), height=HEIGHT)
        .mark_bar(cornerRadiusEnd=0, binSpacing=2)
        .encode(
            x=times("utcyearmonth(month)"),
            y=alt.Y("movement:Q", axis=amounts()),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=[label for label, _ in _MOVEMENTS.values()],
                    range=[colour for _, colour in _MOVEMENTS.values()],
                ),
            ),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.is_complete", alt.value(1), alt.value(0.5)),
            tooltip=[
                when,
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("movement:Q", title=marts.currency, format="+,.0f"),
            ],
        )
    )
    net = (
        alt.Chart(data([{name: row[name] for name in ("month", "net")} for row in rows]))
        .mark_point(filled=True, fill="var(--surface)", stroke=INK, strokeWidth=1.5, size=28, opacity=1)
        .encode(
            x=times("utcyearmonth(month)"),
            y="net:Q",
            tooltip=[when, alt.Tooltip("net:Q", title=f"Net, {marts.currency}", format="+,.0f")],
        )
    )
    return Panel(
        name="movements",
        title="Why recurring revenue changed",
        unit=f"Movements of MRR in {marts.currency}, by month; the current month is paler",
        finding=finding,
        chart=bars + net,
        table=Table(
            ("Month", *(label for label, _ in _MOVEMENTS.values()), "Net"),
            [(month(row["month"]), *(f"{row[name]:,.2f}" for name in (*_MOVEMENTS, "net"))) for row in reversed(rows)],
        ),
        legend=[*(Key(label, colour) for label, colour in _MOVEMENTS.values()), Key("Net", INK, "dot")],
    )


def retention(marts: Marts) -> Panel:
    """Draw how many of those who began together still pay."""
    rows = marts.rows("cohort_retention", "cohort_month", "months_since")
    rows = [row for row in rows if row["is_complete"] and row["months_since"] > 0]
    cohorts = [(key, list(group)) for key, group in groupby(rows, lambda row: row["cohort_month"])]
    cohorts = cohorts[-_COHORTS:]
    cells = [
        {
            "cohort": _cohort(group[0]),
            "months_since": row["months_since"],
            "percent": round(100 * row["retention"]),
            "retention": row["retention"],
            "text": f"{row['retained_customers']} of {row['customers']}",
        }
        for key, group in cohorts
        for row in group
        if row["months_since"] <= _MONTHS_SINCE
    ]
    base = alt.Chart(data(cells), height=HEIGHT + 40).encode(
        x=alt.X("months_since:O", axis=alt.Axis(labelAngle=0, orient="top", labelFlush=False)),
        y=alt.Y("cohort:O", sort=None, axis=alt.Axis(grid=False)),
        tooltip=[
            alt.Tooltip("cohort:O", title="Began in"),
            alt.Tooltip("months_since:O", title="Months later"),
            alt.Tooltip("text:N", title="Still paying"),
            alt.Tooltip("retention:Q", title="Share", format=".0%"),
        ],
    )
    squares = base.mark_rect(stroke="var(--surface)", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color("retention:Q", scale=alt.Scale(type="threshold", domain=_STEPS, range=HEAT))
    )
    texts = base.mark_text(fontSize=10.5).encode(
        text="percent:Q",
        color=alt.Color("retention:Q", scale=alt.Scale(type="threshold", domain=_ON_STEPS, range=ON_HEAT)),
    )
    return Panel(
        name="retention",
        title="How many customers stay",
        unit="Customers who still pay, in % of those who began in the month, by months since",
        finding=_retention_finding(rows),
        chart=(squares + texts).resolve_scale(color="independent"),
        table=Table(
            ("Began in", "Customers", *(f"+{since}" for since in range(1, _MONTHS_SINCE + 1))),
            [
                (
                    month(key),
                    f"{group[0]['customers']:,}",
                    *(percent(row["retention"]) for row in group[:_MONTHS_SINCE]),
                    *("" for _ in range(_MONTHS_SINCE - len(group))),
                )
                for key, group in reversed(cohorts)
            ],
        ),
    )


def _cohort(row: Row) -> str:
    return f"{month(row['cohort_month'])} ({row['customers']})"


def _retention_finding(rows: list[Row]) -> str:
    """Say how many are still there after a year, of all who began so long ago."""
    year = [row for row in rows if row["months_since"] == _MONTHS_SINCE]
    began = sum(row["customers"] for row in year)
    if not began:
        return "No customer has been there for a year yet."
    share = sum(row["retained_customers"] for row in year) / began
    return f"{percent(share)} of customers still pay {_MONTHS_SINCE} months after they began."


def plans(marts: Marts) -> Panel:
    """Draw what each plan brings, and brought three months ago."""
    found = marts.rows("plans_overview")
    # A plan that several data sources have may have its name in only one of them.
    names = {row["plan_external_id"]: row["plan_name"] for row in found if row["plan_name"]}
    sums: dict[str, Row] = {}
    for row in found:
        key = row["plan_external_id"]
        name = row["plan_name"] or names.get(key) or key or "No plan"
        plan = sums.setdefault(name, {"plan": name, "mrr": 0.0, "before": 0.0, "customers": 0})
        plan["mrr"] += row["mrr"]
        plan["before"] += row["mrr_90_days_ago"]
        plan["customers"] += row["customers"]
    rows = sorted((row for row in sums.values() if row["mrr"] > 0 or row["before"] > 0), key=lambda row: -row["mrr"])
    shown = rows[:_PLANS]
    total = sum(row["mrr"] for row in rows)
    finding = "No plan brings revenue."
    if total:
        first = shown[0]
        fastest = max(rows, key=lambda row: row["mrr"] - row["before"])
        finding = (
            f"{first['plan']} brings {percent(first['mrr'] / total)}; {fastest['plan']} grew most in 90 days, "
            f"by {amount(fastest['mrr'] - fastest['before'], marts.currency)}."
        )
    base = alt.Chart(data(shown), height=BAR_STEP * max(1, len(shown))).encode(
        y=alt.Y("plan:N", sort=None, axis=alt.Axis(grid=False, labelLimit=130, labelColor=INK)),
        tooltip=[
            alt.Tooltip("plan:N", title="Plan"),
            alt.Tooltip("mrr:Q", title=f"MRR now, {marts.currency}", format=",.0f"),
            alt.Tooltip("before:Q", title="90 days ago", format=",.0f"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
        ],
    )
    x = alt.X("mrr:Q", axis=amounts(grid=True, gridColor=GRID, tickCount=4))
    bars = base.mark_bar(color=MIDDLE, height=BAR).encode(x=x)
    ticks = base.mark_tick(color=INK, thickness=2, size=20).encode(x="before:Q")
    return Panel(
        name="plans",
        title="What each plan brings",
        unit=f"MRR in {marts.currency}"
        + (f"; the {_PLANS} largest plans of {len(rows)}" if len(rows) > _PLANS else ""),
        finding=finding,
        chart=bars + ticks,
        table=Table(
            ("Plan", "Customers", f"MRR, {marts.currency}", "Share", "90 days ago"),
            [
                (
                    row["plan"],
                    f"{row['customers']:,}",
                    f"{row['mrr']:,.2f}",
                    percent(row["mrr"] / total if total else 0),
                    f"{row['before']:,.2f}",
                )
                for row in rows
            ],
        ),
        legend=[Key("Now", MIDDLE), Key("90 days ago", INK, "line")],
    )


def _gained(row: Row) -> float:
    gained: float = row["new_business"] + row["expansion"] + row["reactivation"]
    return gained
