"""The revenue metrics: what activities add up to, by period."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from analytics_sandbox.counts import change, last_days

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from analytics_sandbox.counts import Headcount
    from analytics_sandbox.manners import Interval, WeekStart
    from analytics_sandbox.wire import Row

KINDS = {
    "new_biz": "mrr-new-business",
    "expansion": "mrr-expansion",
    "contraction": "mrr-contraction",
    "churn": "mrr-churn",
    "reactivation": "mrr-reactivation",
}
"""For each type of activity the part of the metric that it goes into."""

_WITHOUT_ASP = {"day", "week"}


class _Total:
    """A running total, by day."""

    def __init__(self, movements: Iterable[tuple[date, int]]) -> None:
        ordered = sorted(movements)
        self._days = [day for day, _ in ordered]
        self._totals = [0, *accumulate(movement for _, movement in ordered)]

    def until(self, day: date) -> int:
        """The total at the end of `day`."""
        return self._totals[bisect_right(self._days, day)]

    def count(self, after: date, day: date) -> int:
        """How many movements there were later than the end of `after`, until the end of `day`."""
        return bisect_right(self._days, day) - bisect_right(self._days, after)


class Revenue:
    """What the recurring revenue was, by day.

    Args:
        movements: The day, the type and the movement of each activity.
        headcount: Who came and who went.
    """

    def __init__(self, movements: Iterable[tuple[date, str, int]], headcount: Headcount) -> None:
        by_kind: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for day, kind, movement in movements:
            by_kind[kind].append((day, movement))
        self._parts = {name: _Total(by_kind[kind]) for kind, name in KINDS.items()}
        self._headcount = headcount

    def mrr(self, day: date) -> int:
        """The monthly recurring revenue at the end of `day`."""
        return sum(part.until(day) for part in self._parts.values())

    def entries(self, interval: Interval, start: date, end: date, week_start_on: WeekStart) -> list[Row]:
        """The rows of the metric "mrr": the revenue at the end of each period, and what of it moved."""
        rows: list[Row] = []
        after = start - timedelta(days=1)
        for day in last_days(interval, start, end, week_start_on):
            mrr = self.mrr(day)
            moved = {name: part.until(day) - part.until(after) for name, part in self._parts.items()}
            before = rows[-1]["mrr"] if rows else 0
            rows.append({"date": day.isoformat(), "mrr": mrr, "percentage-change": change(before, mrr), **moved})
            after = day
        return rows

    def key_entries(self, interval: Interval, start: date, end: date, week_start_on: WeekStart) -> list[Row]:
        """The rows of "all metrics", each with its change against the row before."""
        rows: list[Row] = []
        after = start - timedelta(days=1)
        for day in last_days(interval, start, end, week_start_on):
            values = self._key_metrics(interval, after, day)
            before = rows[-1] if rows else {}
            changes = {f"{name}-percentage-change": change(before.get(name, 0), now) for name, now in values.items()}
            rows.append({"date": day.isoformat(), **values, **changes})
            after = day
        return rows

    def _key_metrics(self, interval: Interval, after: date, day: date) -> dict[str, int | float]:
        mrr, mrr_before = self.mrr(day), self.mrr(after)
        customers, customers_before = self._headcount.on(day), self._headcount.on(after)
        moved = {name: part.until(day) - part.until(after) for name, part in self._parts.items()}
        sales = self._parts["mrr-new-business"].count(after, day)
        lost = self._parts["mrr-churn"].count(after, day)
        # Below zero where those who stay pay more than is lost.
        gone = -(moved["mrr-churn"] + moved["mrr-contraction"] + moved["mrr-expansion"] + moved["mrr-reactivation"])
        churn_rate = round(100 * lost / customers_before, 2) if customers_before else 0.0
        arpa = mrr // customers if customers else 0
        return {
            "mrr": mrr,
            "arr": 12 * mrr,
            "customer-churn-rate": churn_rate,
            "mrr-churn-rate": round(100 * gone / mrr_before, 2) if mrr_before else 0.0,
            "ltv": round(100 * arpa / churn_rate, 2) if churn_rate else 0,
            "customers": customers,
            # The service has no such value for days and weeks, and says 0.
            "asp": moved["mrr-new-business"] // sales if sales and interval not in _WITHOUT_ASP else 0,
            "arpa": arpa,
        }
