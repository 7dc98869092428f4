"""The streams of the subscription API."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.apis.subscription.account_calendar import AccountCalendar
from tap_analytics.apis.subscription.account_facts import AccountFacts
from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.apis.subscription.periods import Interval
from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators import OverlappingPages, SinglePage
from tap_analytics.paging.placeholders import NO_VALUES
from tap_analytics.paging.selectors import WholeBody
from tap_analytics.records.datetimes import EARLIEST, parse_instant
from tap_analytics.sync.date_windows import DateFilter
from tap_analytics.sync.shared_answers import SharedAnswer

if TYPE_CHECKING:
    from collections.abc import Generator

    from singer_sdk import Tap

    from tap_analytics.http.session import ApiSession
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.placeholders import Values


class Account(SubscriptionStream):
    """The account that the key belongs to."""

    name = "account"
    path = "/account"
    primary_keys = ("id",)
    records = WholeBody()
    paginator = SinglePage()
    key_fallbacks = {"id": "name"}  # noqa: RUF012 - older answers have no id

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap, session)
        self._answer = SharedAnswer(lambda: self.fetch({}))

    def calendar(self) -> AccountCalendar:
        """Return the account's time zone and week.

        Raises:
            StreamError: The account cannot be read, for another reason than that the key may not.
        """
        try:
            account = self._answer.get().body
        except StreamError as error:
            if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                raise
            self.warn(f"the account cannot be read ({error.status}); days are UTC's, weeks begin on Monday")
            account = {}
        return AccountCalendar.of(account, self.warn)

    @override
    def pages(self, params: Params, values: Values = NO_VALUES) -> Generator[Page]:
        yield self._answer.get()


class Customers(SubscriptionStream):
    """The account's customers; the service gives neither an update time nor a date filter."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)


class Activities(SubscriptionStream):
    """What changed a customer's recurring revenue.

    The service recalculates: activities get new ids within an hour, and a late invoice makes some in the past. The
    cursor of its own answers loses a row at a page's end, so pages are asked for by a row's uuid.
    """

    name = "activities"
    path = "/activities"
    primary_keys = ("uuid",)
    replication_key = "date"
    paginator = OverlappingPages(
        cursor_param="start-after", fields=("uuid",), order_field="date", limit_param="per_page"
    )
    date_filter = DateFilter(start_param="start-date", end_param="end-date")
    lookback = timedelta(days=30)
    fixed_params = {"order": "date"}  # noqa: RUF012

    def first_date(self) -> datetime | None:
        """Return the instant of the account's first activity, None when there is none."""
        page = self.fetch({**self.params, "per_page": 1})
        if page.doubt or (not page.records and page.get("has_more") is True):
            # The account may have some: the counts must not begin, and drop all rows before, today.
            raise StreamError(self.told(page.doubt or "gave no record, but says that there is more", page.path))
        for record in page.records[:1]:
            try:
                first = parse_instant(record["date"])
            except (KeyError, TypeError, ValueError):
                first = EARLIEST
            if first <= EARLIEST:
                # Some systems write a date that they do not have as the first day of year 1.
                msg = f"{self.name}: the first activity has no date to begin with"
                raise StreamError(msg)
            return first
        return None


class CustomerCount(MetricStream):
    """How many customers the account had at the end of each period."""

    path = "/metrics/customer-count"
    schema = SchemaFile(__package__, key="customer_count")


class CustomerDailyCount(CustomerCount):
    """Customers at the end of each day."""

    name = "customer_daily_count"
    interval = Interval.DAY


class CustomerWeeklyCount(CustomerCount):
    """Customers at the end of each week."""

    name = "customer_weekly_count"
    interval = Interval.WEEK


class CustomerMonthlyCount(CustomerCount):
    """Customers at the end of each month."""

    name = "customer_monthly_count"
    interval = Interval.MONTH


class CustomerQuarterlyCount(CustomerCount):
    """Customers at the end of each quarter."""

    name = "customer_quarterly_count"
    interval = Interval.QUARTER


STREAMS = (
    Account,
    Activities,
    CustomerDailyCount,
    CustomerMonthlyCount,
    CustomerQuarterlyCount,
    CustomerWeeklyCount,
    Customers,
)


def make_streams(tap: Tap, session: ApiSession) -> list[SubscriptionStream]:
    """Make all streams of the API; the metrics get what they have to know of the account from the others.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """
    account, activities = Account(tap, session), Activities(tap, session)
    quarterly = CustomerQuarterlyCount(tap, session)
    made: dict[type, SubscriptionStream] = {type(stream): stream for stream in (account, activities, quarterly)}
    streams: list[SubscriptionStream] = [made.get(stream) or stream(tap, session) for stream in STREAMS]
    facts = AccountFacts(
        calendar=SharedAnswer(account.calendar).get,
        first_activity=SharedAnswer(activities.first_date).get,
        first_quarter=SharedAnswer(quarterly.first_quarter).get,
    )
    for stream in streams:
        if isinstance(stream, MetricStream):
            stream.facts = facts
    return streams
