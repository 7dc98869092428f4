"""The customer count of the subscription API."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

PATH = "/v1/metrics/customer-count"


@pytest.mark.parametrize(
    ("interval", "start", "end", "dates"),
    [
        ("day", "2025-02-27", "2025-03-01", ["2025-02-27", "2025-02-28", "2025-03-01"]),
        ("week", "2025-06-04", "2025-06-16", ["2025-06-08", "2025-06-15", "2025-06-16"]),
        ("month", "2024-12-15", "2025-02-01", ["2024-12-31", "2025-01-31", "2025-02-01"]),
        ("quarter", "2024-11-01", "2025-05-31", ["2024-12-31", "2025-03-31", "2025-05-31"]),
        ("month", "2025-04-01", "2025-05-31", ["2025-04-30", "2025-05-31"]),
    ],
)
def test_each_row_has_the_last_day_of_its_period_or_the_end(
    get: Get, interval: str, start: str, end: str, dates: list[str]
) -> None:
    body = get(PATH, {"interval": interval, "start-date": start, "end-date": end}).json()
    assert [row["date"] for row in body["entries"]] == dates


def test_weeks_follow_the_account_unless_told_otherwise(sandbox: Sandbox) -> None:
    def first_end() -> str:
        return str(sandbox.world.counts("week", "2025-06-02", "2025-06-30")[0]["date"])

    assert first_end() == "2025-06-08"
    sandbox.week_start_on = "sunday"
    assert first_end() == "2025-06-07"
    sandbox.metric_week_start_on = "monday"
    assert first_end() == "2025-06-08"


def test_change_is_relative_to_the_row_before(get: Get) -> None:
    body = get(PATH, {"interval": "month", "start-date": "2024-01-01", "end-date": "2025-06-15"}).json()
    rows = body["entries"]
    assert rows[0]["percentage-change"] == 0.0
    for before, row in pairwise(rows):
        expected = 100 * (row["customers"] - before["customers"]) / before["customers"]
        assert row["percentage-change"] == pytest.approx(expected, abs=0.0051)
    assert set(body["summary"]) == {"current", "previous", "percentage-change"}
    assert body["summary"]["current"] == rows[-1]["customers"]


def test_sketch_has_entries_alone(sandbox: Sandbox, get: Get) -> None:
    sandbox.style = "sketch"
    body = get(PATH, {"interval": "day", "start-date": "2025-01-01", "end-date": "2025-01-01"}).json()
    assert set(body) == {"entries"}
    assert set(body["entries"][0]) == {"date", "customers"}


def count(sandbox: Sandbox, day: str) -> Any:  # noqa: ANN401
    """How many customers there were on a day."""
    return sandbox.world.counts("day", day, day)[0]["customers"]


def test_customers_count_from_their_beginning_until_they_leave(sandbox: Sandbox) -> None:
    assert count(sandbox, "2020-01-01") == 0
    customers = sandbox.world.customers("subscription")
    staying = [row for row in customers if row["customer-since"] and row["status"] != "Cancelled"]
    assert count(sandbox, "2025-06-15") == len(staying)
    sandbox.world.update_customer("subscription", staying[0]["id"], status="Cancelled")
    assert count(sandbox, "2025-06-15") == len(staying) - 1
    assert count(sandbox, "2025-06-14") >= len(staying)
    sandbox.world.update_customer("subscription", staying[0]["id"], status="Active")
    assert count(sandbox, "2025-06-15") == len(staying)


def test_days_are_those_of_the_accounts_time_zone(sandbox: Sandbox) -> None:
    before = count(sandbox, "2025-06-09")
    key = sandbox.world.add_customers("subscription")[0]
    sandbox.world.update_customer("subscription", key, **{"customer-since": "2025-06-09T23:30:00Z"})
    assert count(sandbox, "2025-06-09") == before
    sandbox.time_zone = "UTC"
    assert count(sandbox, "2025-06-09") == before + 1


def test_history_is_restated_when_a_beginning_moves(sandbox: Sandbox) -> None:
    before = count(sandbox, "2021-01-01")
    key = sandbox.world.add_customers("subscription")[0]
    sandbox.world.update_customer("subscription", key, **{"customer-since": "2020-06-01T00:00:00"})
    assert count(sandbox, "2021-01-01") == before + 1


def test_only_a_sketch_has_counts_for_whoever_names_no_period(get: Get, sandbox: Sandbox) -> None:
    assert get(PATH).status_code == 400
    sandbox.style = "sketch"
    entries = get(PATH).json()["entries"]
    assert len(entries) == 13
    assert entries[-1]["date"] == "2025-06-15"
