"""The answer of a metric: one row for each period, and under which date each row goes out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from typing_extensions import override

from tap_analytics.apis.subscription.periods import Interval
from tap_analytics.errors import StreamError
from tap_analytics.records.datetimes import parse_date
from tap_analytics.sync.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date


class Periods(Struct, frozen=True):
    """The periods that are asked for.

    Attributes:
        interval: Their length.
        start: The first day of the first one.
        end: The last day that is asked for.
        today: The account's today.
        week_start: The weekday on which the account's weeks begin, Monday being 0.
    """

    interval: Interval
    start: date
    end: date
    today: date
    week_start: int


class PeriodWalk(Walk):
    """One answer with a row for each period.

    The service dates a row with the last day of its period, but an open period with the last day that was asked for. A
    table keyed on that date would keep a stale row for every day on which it was filled, so the last row is moved to
    the end of its period.

    Args:
        path: The path of the metric.
        periods: What is asked for.
        warn: Called with what is odd about the answer.
        withhold: Called with why the answer may not hold all rows.
        without_values: Fields in which 0 stands for no value.
    """

    def __init__(
        self,
        path: str,
        periods: Periods,
        warn: Callable[[str], None],
        withhold: Callable[[str], None],
        without_values: Collection[str] = (),
    ) -> None:
        super().__init__(
            {
                "start-date": periods.start.isoformat(),
                "end-date": periods.end.isoformat(),
                "interval": periods.interval.value,
            }
        )
        self._path = path
        self._periods = periods
        self._warn = warn
        self._withhold = withhold
        self._without_values = without_values

    @override
    def objects(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not records:
            # The service gives a row for each period, so an answer without rows is not trusted.
            self._withhold("gave no row for any period")
            return []
        days = [day_of(record, self._path) for record in records]
        week_start = self._week_start(sorted(set(days)))
        last = max(days)
        return [
            self._closed(record, day, week_start, is_last=day == last)
            for record, day in zip(records, days, strict=True)
        ]

    def _closed(self, record: dict[str, Any], day: date, week_start: int, *, is_last: bool) -> dict[str, Any]:
        periods = self._periods
        period_end = periods.interval.last_day(day, week_start)
        return {
            **record,
            **{name: None for name in self._without_values if record.get(name) == 0},
            "date": (period_end if is_last else day).isoformat(),
            "is_complete": period_end < periods.today and period_end <= periods.end,
        }

    def _week_start(self, days: list[date]) -> int:
        """Return the weekday that weeks begin with: the one of the answer, where most of its closed rows agree.

        The first row may be dated otherwise if its week began before the first day that was asked for, and the last
        one has the last day that was asked for. So one closed row proves nothing, and the account's setting decides.
        """
        claimed = self._periods.week_start
        if self._periods.interval is not Interval.WEEK:
            return claimed
        counted = Counter((day.weekday() + 1) % 7 for day in days[:-1]).most_common(2)
        if not counted or counted[0][1] == 1 or (len(counted) > 1 and counted[0][1] == counted[1][1]):
            return claimed
        found = counted[0][0]
        if found != claimed:
            self._warn("the answer's weeks do not begin on the account's 'week_start_on'; the answer is followed")
        return found


def day_of(record: dict[str, Any], path: str) -> date:
    """Return the date of a row.

    Args:
        record: The row.
        path: The path that it came from.

    Raises:
        StreamError: It has none.
    """
    try:
        return parse_date(record["date"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"a row of {path} has no 'date' like 2024-01-31"
        raise StreamError(msg) from error
