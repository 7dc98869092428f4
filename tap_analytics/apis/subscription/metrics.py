"""Metrics by period: one row for each day, week, month, quarter or year, always asked for from the beginning.

The service restates the past at any depth, and writes a row's change relative to the row before it in the same answer,
so only a whole answer is right. It is one request.
"""

from __future__ import annotations

from abc import ABC
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from typing_extensions import override

from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.apis.subscription.period_walks import Periods, PeriodWalk, day_of
from tap_analytics.apis.subscription.periods import Interval
from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.sync.list_stream import CUT_OFF
from tap_analytics.sync.walks import Bounds, Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tap_analytics.apis.subscription.account_calendar import AccountCalendar
    from tap_analytics.apis.subscription.account_facts import AccountFacts
    from tap_analytics.records.replication_values import ReplicationValue

_LONG_AGO: Final = date(1970, 1, 1)
"""Before any customer."""


class MetricStream(SubscriptionStream, ABC):
    """A metric, with one row for each period."""

    primary_keys = ("date",)
    paginator = SinglePage()
    # The account's calendar says what a day is, and the first activity where to begin.
    walks_take_requests = True

    interval: ClassVar[Interval]

    fields_without_values: ClassVar[Collection[str]] = ()
    """Fields that the service has for other intervals only, and gives as 0 for this one."""

    facts: AccountFacts
    """What is known of the account; see `make_streams`."""

    @property
    @override
    def bounds(self) -> Bounds:
        return Bounds(self.start_date, self.end_date)

    @override
    def walks(self, since: ReplicationValue | None) -> Iterator[Walk]:
        calendar = self._calendar
        today = self._today
        end = today
        if self.end_date is not None:
            end = min(today, self.interval.last_day(self.end_date.date(), calendar.week_start))
            if end < today:
                # The account's day may be another one than that of `cut_by_dates`.
                self.withhold_version(CUT_OFF)
        start = self.interval.first_day(self._first_day, calendar.week_start)
        if start <= end:
            periods = Periods(self.interval, start, end, today, calendar.week_start)
            yield PeriodWalk(self.path, periods, self.warn, self.withhold_version, self.fields_without_values)

    @property
    def _calendar(self) -> AccountCalendar:
        try:
            return self.facts.calendar()
        except StreamError as error:
            failed = f"{self.name}: cannot be asked for without the account's calendar"
            msg = f"{failed}: {error}"
            raise StreamError(msg, error.status, f"{failed}: {error.reason}") from error

    @property
    def _today(self) -> date:
        return self.run_start.astimezone(self._calendar.time_zone).date()

    @cached_property
    def _first_day(self) -> date:
        if self.start_date is not None:
            return self.start_date.date()
        try:
            first_activity = self.facts.first_activity()
        except StreamError:
            return self._first_quarter_day()
        return self._today if first_activity is None else first_activity.astimezone(self._calendar.time_zone).date()

    def _first_quarter_day(self) -> date:
        """Ask the metric itself for its first day, where the activities do not tell."""
        try:
            day = self.facts.first_quarter()
        except StreamError as error:
            failed = f"{self.name}: without 'start_date' the first day has to be looked for, which failed"
            msg = f"{failed}: {error}"
            raise StreamError(msg, error.status, f"{failed}: {error.reason}") from error
        return self._today if day is None else day

    def first_quarter(self) -> date | None:
        """Return the first day of the first quarter with a customer, None when there is none.

        It is asked for once in a run, and only where the first activity cannot be read: that is warned of here.
        """
        today = self._today
        periods = Periods(Interval.QUARTER, _LONG_AGO, today, today, 0)
        walk = PeriodWalk(self.path, periods, warn=lambda _: None, withhold=lambda _: None)
        rows = self.fetch({**self.params, **walk.params}).records
        days = [day_of(row, self.path) for row in rows if row.get("customers") not in {None, 0}]
        try:
            self.facts.first_activity()
        except StreamError as why:
            self.logger.warning(
                "The metrics begin with the first quarter that has a customer, since the first activity cannot be read "
                "(%s). Set 'start_date' for another day",
                why.reason,
            )
        return Interval.QUARTER.first_day(min(days)) if days else None
