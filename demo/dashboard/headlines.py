"""The figures at the top of the page."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.dashboard.panels import Headline
from demo.dashboard.wording import amount, count, duration, month, percent

if TYPE_CHECKING:
    from datetime import date

    from demo.dashboard.marts import Marts

_MONTH = timedelta(days=30)
_QUARTER = timedelta(days=90)


def headlines(marts: Marts) -> list[Headline]:
    """Return the figures, those of revenue first."""
    return [*_revenue(marts), *_lost(marts), _overdue(marts), *_support(marts), _satisfaction(marts), _risk(marts)]


def _revenue(marts: Marts) -> list[Headline]:
    days = {row["day"]: row for row in marts.rows("mrr_by_day")}
    now = days[marts.today]
    before = days.get(marts.today - _MONTH, {"mrr": 0, "customers": 0})
    more = now["customers"] - before["customers"]
    change = now["mrr"] - before["mrr"]
    return [
        Headline(
            "Monthly recurring revenue",
            amount(now["mrr"], marts.currency),
            f"{amount(change, marts.currency, signed=True)} in 30 days",
            change >= 0,
        ),
        Headline("Paying customers", f"{now['customers']:,}", f"{more:+,} in 30 days", more >= 0),
    ]


def _lost(marts: Marts) -> list[Headline]:
    rows = [row for row in marts.rows("mrr_movements_by_month", "month") if row["is_complete"] and row["opening_mrr"]]
    shares = [-(row["churn"] + row["contraction"]) / row["opening_mrr"] for row in rows[-13:]]
    if not shares:
        return []
    *earlier, last = shares
    mean = sum(earlier) / len(earlier) if earlier else last
    return [
        Headline(
            f"Revenue lost in {month(rows[-1]['month'])}",
            percent(last, digits=1),
            f"{percent(mean, digits=1)} a month in the year before",
            last <= mean,
        )
    ]


def _overdue(marts: Marts) -> Headline:
    rows = [row for row in marts.rows("invoices_open") if row["is_overdue"]]
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["currency"]] += row["amount_due"]
    texts = [amount(value, currency) for currency, value in sums.most_common(2)]
    return Headline("Overdue", " + ".join(texts) or amount(0, marts.currency), count(len(rows), "invoice"))


def _support(marts: Marts) -> list[Headline]:
    def backlog(day: date) -> int:
        return sum(row["backlog"] for row in marts.rows("tickets_by_day") if row["day"] == day)

    now = max(row["day"] for row in marts.rows("tickets_by_day"))
    change = backlog(now) - backlog(now - _MONTH)
    found = [Headline("Open tickets", f"{backlog(now):,}", f"{change:+,} in 30 days", change <= 0)]
    months = [row for row in marts.rows("response_times_by_month", "month") if row["median_first_response_minutes"]]
    whole = [row for row in months if row["month"] < marts.today.replace(day=1)]
    if whole:
        last = whole[-1]
        found.append(
            Headline(
                "Median first answer",
                duration(last["median_first_response_minutes"]),
                f"tickets of {month(last['month'])}",
            )
        )
    return found


def _satisfaction(marts: Marts) -> Headline:
    rows = [row for row in marts.rows("satisfaction_by_agent_and_month") if row["month"] >= marts.today - _QUARTER]
    ratings, good = (sum(row[name] for row in rows) for name in ("ratings", "good_ratings"))
    return Headline(
        "Good ratings", percent(good / ratings) if ratings else "–", f"{count(ratings, 'rating')} in 3 months"
    )


def _risk(marts: Marts) -> Headline:
    rows = marts.rows("revenue_at_risk")
    return Headline(
        "Revenue at risk", amount(sum(row["mrr"] for row in rows), marts.currency), count(len(rows), "customer")
    )
