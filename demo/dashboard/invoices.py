"""A chart of the invoices that are not paid."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import altair as alt

from demo.dashboard.drawing import HEIGHT, LIGHT, NEUTRAL, STRONG, amounts, data
from demo.dashboard.panels import Key, Panel, Table
from demo.dashboard.wording import amount, count

if TYPE_CHECKING:
    from demo.dashboard.marts import Marts, Row

_AGES = {0: "Not due", 30: "1–30", 60: "31–60", 90: "61–90"}
_OLDEST = "Over 90"
_COLOURS = (STRONG, LIGHT, NEUTRAL)


def unpaid(marts: Marts) -> Panel:
    """Draw what customers owe, by how long it has been due."""
    invoices = marts.rows("invoices_open", "due_day")
    currencies = [currency for currency, _ in Counter(row["currency"] for row in invoices).most_common(len(_COLOURS))]
    bars = [
        {"age": age, "currency": currency, "amount": sum(row["amount_due"] for row in found), "invoices": len(found)}
        for age in (*_AGES.values(), _OLDEST)
        for currency in currencies
        for found in [[row for row in invoices if row["currency"] == currency and _age(row) == age]]
    ]
    chart = (
        alt.Chart(data(bars), height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X("age:O", sort=None, axis=alt.Axis(labelAngle=0, labelFlush=False)),
            xOffset=alt.XOffset("currency:N", sort=currencies),
            y=alt.Y("amount:Q", axis=amounts()),
            color=alt.Color("currency:N", scale=alt.Scale(domain=currencies, range=list(_COLOURS))),
            tooltip=[
                alt.Tooltip("age:O", title="Days overdue"),
                alt.Tooltip("amount:Q", title="Amount", format=",.2f"),
                alt.Tooltip("currency:N", title="Currency"),
                alt.Tooltip("invoices:Q", title="Invoices"),
            ],
        )
    )
    overdue = [row for row in invoices if row["is_overdue"]]
    sums = [amount(sum(row["amount_due"] for row in overdue if row["currency"] == name), name) for name in currencies]
    return Panel(
        name="invoices",
        title="What customers owe",
        unit="Unpaid amounts in each invoice's own currency, by days overdue",
        finding=(
            f"{count(len(overdue), 'invoice')} of {len(invoices)} unpaid "
            f"{'is' if len(overdue) == 1 else 'are'} overdue: {' and '.join(sums)}."
            if overdue
            else f"{count(len(invoices), 'invoice')} unpaid, none overdue."
        ),
        chart=chart,
        table=Table(
            ("Days overdue", "Currency", "Invoices", "Amount"),
            [(row["age"], row["currency"], f"{row['invoices']:,}", f"{row['amount']:,.2f}") for row in bars],
        ),
        legend=[Key(currency, colour) for currency, colour in zip(currencies, _COLOURS, strict=False)],
    )


def _age(row: Row) -> str:
    days = row["days_overdue"] if row["is_overdue"] else 0
    return next((label for most, label in _AGES.items() if days <= most), _OLDEST)
