"""How many customers there were at the end of each period."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analytics_sandbox.manners import Interval, WeekStart
    from analytics_sandbox.wire import Row

_DAY = timedelta(days=1)
_DECEMBER = 12
_MONTHS_IN_A_QUARTER = 3
_SUNDAY = 6


class Headcount:
    """Who came and who went, by day.

    Args:
        came: For each customer the day on which it became one.
        went: For each customer that left the day on which it did.
    """

    def __init__(self, came: Iterable[date], went: Iterable[date]) -> None:
        self._came = sorted(came)
        self._went = sorted(went)

    def on(self, day: date) -> int:
        """How many customers there were at the end of `day`."""
        return bisect_right(self._came, day) - bisect_right(self._went, day)

    def entries(self, interval: Interval, start: date, end: date, week_start_on: WeekStart) -> list[Row]:
        """The rows of the metric: one for each period that has a day between `start` and `end`, both included.

        Args:
            interval: How long a period is.
            start: The first day.
            end: The last day.
            week_start_on: With which day a week begins.

        Returns:
            Each period's `date` (its last day, but never later than `end`), `customers` on that day and
            `percentage-change` against the row before.
        """
        rows: list[Row] = []
        for day in last_days(interval, start, end, week_start_on):
            customers = self.on(day)
            before = rows[-1]["customers"] if rows else 0
            rows.append(
                {"date": day.isoformat(), "customers": customers, "percentage-change": change(before, customers)}
            )
        return rows

    def summary(self, today: date) -> Row:
        """The object that stands beside the rows: today against thirty days ago."""
        current, previous = self.on(today), self.on(today - timedelta(days=30))
        return {"current": current, "previous": previous, "percentage-change": change(previous, current)}


def change(before: float, after: float) -> float:
    """The change in per cent, 0.0 where there was nothing before."""
    return round(100 * (after - before) / before, 2) if before else 0.0


def last_days(interval: Interval, start: date, end: date, week_start_on: WeekStart) -> Iterator[date]:
    """The last day of each period from `start` to `end`; the open period ends at `end`."""
    day = start
    while day <= end:
        last = min(_last_day(interval, day, week_start_on), end)
        yield last
        day = last + _DAY


def _last_day(interval: Interval, day: date, week_start_on: WeekStart) -> date:
    if interval == "day":
        return day
    if interval == "week":
        last = _SUNDAY if week_start_on == "monday" else _SUNDAY - 1
        return day + ((last - day.weekday()) % 7) * _DAY
    month = day.month
    if interval == "quarter":
        month += -month % _MONTHS_IN_A_QUARTER
    if interval == "year":
        month = _DECEMBER
    first_of_next = date(day.year + 1, 1, 1) if month == _DECEMBER else date(day.year, month + 1, 1)
    return first_of_next - _DAY
