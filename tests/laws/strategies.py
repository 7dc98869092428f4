"""What chance may choose: how a service behaves, how the tap is set, what a run is asked to do, and what goes wrong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.laws.changes import MEANWHILE
from tests.laws.declared import Words
from tests.laws.maps import StreamMap
from tests.laws.runs import Kill

if TYPE_CHECKING:
    from analytics_sandbox.manners import Api

STREAMS: dict[Api, tuple[str, ...]] = {
    # Some of every kind: a row for each of a thousand days is much to read and proves nothing that weeks do not. Lists
    # under parents are among those of the support API.
    "subscription": (
        "account",
        "activities",
        "customers",
        "customer_weekly_count",
        "customer_quarterly_count",
        "invoices",
        "key_metrics_quarterly",
        "mrr_yearly",
    ),
    "support": (
        "account",
        "customers",
        "customer_custom_fields",
        "custom_fields",
        "tickets",
        "messages",
        "events",
        "views_items",
    ),
}
PATHS = {
    "subscription": [
        "*",
        "/v1/account",
        "/v1/customers",
        "/v1/activities",
        "/v1/metrics/*",
        "/v1/invoices",
    ],
    "support": [
        "*",
        "/api/account",
        "/api/customers*",
        "/api/custom-fields",
        "/api/tickets",
        "/api/events",
        "/api/views*",
    ],
}

# None: the streams are the built-in ones.
WORDS = st.none() | st.builds(Words, st.sampled_from([None, "days", "instants"]), st.booleans())
LEFT_OUT = st.sampled_from(["some", "some", "all", "stream"])
SOME_DAY = st.none() | st.dates(date(2022, 1, 1), date(2024, 8, 1))


def _in_order(days: tuple[date | None, date | None]) -> bool:
    """Say whether the settings may have these as their first and last day."""
    start, end = days
    return start is None or end is None or start <= end


# The clock begins on 2024-06-15.
STARTS = [
    None,
    None,
    date(2021, 11, 1),
    date(2024, 1, 10),
    date(2024, 6, 14),
    date(2024, 6, 16),
    date(2099, 1, 1),
]
ENDS = [None, None, None, None, date(2024, 5, 1), date(2024, 6, 15), date(2024, 7, 20)]
DAYS = st.tuples(st.sampled_from(STARTS), st.sampled_from(ENDS)).filter(_in_order)
OTHER_DAYS = st.tuples(SOME_DAY, SOME_DAY).filter(_in_order)
SETTINGS = st.fixed_dictionaries(
    {
        "lookback_days": st.sampled_from([None, None, 0, 3, 200]),
        "max_retries": st.sampled_from([0, 1]),
        "backoff_factor": st.just(0),
        "max_parallel_requests": st.sampled_from([1, 3]),
        "max_parallel_streams": st.sampled_from([None, None, 1, 2]),
        # The clock stands still, so whoever is too fast now is too fast for ever.
        "requests_per_second": st.just(100_000),
    }
)
MAPPED = {
    "subscription": st.builds(StreamMap, st.sampled_from(["activities", "customers"]), LEFT_OUT),
    "support": st.builds(StreamMap, st.sampled_from(["customers", "custom_fields"]), LEFT_OUT),
}
MANNERS = st.fixed_dictionaries(
    {},
    optional={
        "style": st.sampled_from(["today", "page", "sketch"]),
        "page_cap": st.sampled_from([None, 1, 2, 3]),
        "has_more": st.booleans(),
        "total_pages": st.sampled_from(["known", "null", "zero"]),
        "empty_pages": st.booleans(),
        "inclusive_dates": st.booleans(),
        "week_start_on": st.sampled_from(["monday", "sunday"]),
        "time_zone": st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"]),
    },
)
ORDERS = st.fixed_dictionaries(
    {
        "page_size": st.integers(1, 5),
        "streams": st.none() | st.sets(st.integers(0, 9), min_size=1),
        "refresh": st.sampled_from([False, False, False, True]),
        "full_table": st.sampled_from([False, False, False, True]),
        "meanwhile": st.just([]) | st.lists(st.tuples(st.integers(0, 40), MEANWHILE), max_size=3),
        "between": st.just([]) | st.lists(st.tuples(st.integers(0, 12), MEANWHILE), max_size=3),
    }
)
KILLS = st.builds(Kill, st.integers(0, 60), st.integers(0, 2000), st.integers(0, 2))
FAULTS = st.fixed_dictionaries(
    {
        "path": st.integers(0, 6),
        "after": st.integers(0, 12),
        "times": st.sampled_from([1, 2, None]),
        # Nothing that is wrong and looks right: an empty list that hides rows, or what some services send for one,
        # cannot be told from the truth.
        "wrong": st.one_of(
            st.sampled_from(["cut", "close", "reset"]).map(lambda kind: {"kind": kind}),
            st.sampled_from([401, 403, 404, 429, 500, 503]).map(lambda status: {"status": status}),
            st.sampled_from(["", "<html>", {"error": 1}, '{"entries": [', {"data": 5}, [1]]).map(
                lambda body: {"body": body}
            ),
        ),
    }
)
