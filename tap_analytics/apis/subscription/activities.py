"""What changed the account's recurring revenue."""

from __future__ import annotations

from datetime import datetime, timedelta

from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators import OverlappingPages
from tap_analytics.records.datetimes import EARLIEST, parse_instant
from tap_analytics.sync.date_windows import DateFilter


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
            raise StreamError(self.message(page.doubt or "gave no record, but says that there is more", page.path))
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
