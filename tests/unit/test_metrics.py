"""Metrics by period: what is asked for."""

from __future__ import annotations

from calendar import MONDAY, SUNDAY
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tap_analytics.apis.subscription.account_calendar import AccountCalendar
from tap_analytics.errors import AnalyticsError, StreamError
from tests.singer import select
from tests.unit.taps import URL, queries, stream_of, tap_of

if TYPE_CHECKING:
    from requests_mock import Mocker

Row = dict[str, Any]
ROWS: list[Row] = [{}, *({"date": date} for date in (None, "soon", 7, "0001-01-01T00:00:00Z"))]
NOON = datetime(2024, 5, 15, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("account", "expected", "warned"),
    [
        ({}, ("UTC", MONDAY), 0),
        ({"time_zone": None, "week_start_on": None}, ("UTC", MONDAY), 0),
        ({"time_zone": "Pacific/Kiritimati", "week_start_on": "sunday"}, ("Pacific/Kiritimati", SUNDAY), 0),
        ({"time_zone": "UTC", "week_start_on": "monday"}, ("UTC", MONDAY), 0),
        ({"time_zone": "Mars/Olympus", "week_start_on": "sunday"}, ("UTC", SUNDAY), 1),
        ({"time_zone": "../../etc/passwd", "week_start_on": "friday"}, ("UTC", MONDAY), 2),
        ({"time_zone": "", "week_start_on": ""}, ("UTC", MONDAY), 1),
        ({"time_zone": 3, "week_start_on": ["sunday"]}, ("UTC", MONDAY), 2),
    ],
)
def test_an_account_says_what_today_and_a_week_are(
    account: dict[str, Any], expected: tuple[str, int], warned: int
) -> None:
    warnings: list[str] = []
    calendar = AccountCalendar.of(account, warnings.append)
    assert (str(calendar.time_zone), calendar.week_start) == expected
    assert len(warnings) == warned


def asked(requests_mock: Mocker, stream: str, account: Any = None, **settings: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Return what a stream of counts asks for at noon of a Wednesday."""
    if account is None:
        account = {"json": {"id": "a", "time_zone": "UTC", "week_start_on": "monday"}}
    requests_mock.get(f"{URL}/v1/account", [account])
    requests_mock.get(f"{URL}/v1/metrics/customer-count", json={"entries": [], "summary": {}})
    with time_machine.travel(NOON, tick=False):
        list(stream_of(stream, **settings).get_records(None))
    history = zip(requests_mock.request_history, queries(requests_mock), strict=True)
    return [{k: v for k, [v] in query.items()} for request, query in history if "metrics" in str(request.url)]


@pytest.mark.parametrize(
    ("stream", "interval", "first"),
    [
        ("customer_daily_count", "day", "2024-02-14"),
        ("customer_weekly_count", "week", "2024-02-12"),
        ("customer_monthly_count", "month", "2024-02-01"),
        ("customer_quarterly_count", "quarter", "2024-01-01"),
    ],
)
def test_a_count_is_one_request_from_the_first_day_of_the_first_period_to_today(
    requests_mock: Mocker, stream: str, interval: str, first: str
) -> None:
    [query] = asked(requests_mock, stream, start_date="2024-02-14")
    assert query == {"start-date": first, "end-date": "2024-05-15", "interval": interval}


@pytest.mark.parametrize(
    ("zone", "today"),
    [("UTC", "2024-05-15"), ("Pacific/Kiritimati", "2024-05-16"), ("Pacific/Pago_Pago", "2024-05-15")],
)
def test_today_is_the_accounts(requests_mock: Mocker, zone: str, today: str) -> None:
    [query] = asked(requests_mock, "customer_daily_count", {"json": {"time_zone": zone}}, start_date="2024-05-01")
    assert query["end-date"] == today


@pytest.mark.parametrize(
    ("end_date", "expected"), [("2024-03-10", "2024-03-31"), ("2024-05-20", "2024-05-15"), ("2030-01-01", "2024-05-15")]
)
def test_the_end_is_that_of_the_period_that_holds_end_date_but_not_after_today(
    requests_mock: Mocker, end_date: str, expected: str
) -> None:
    [query] = asked(requests_mock, "customer_monthly_count", start_date="2024-01-01", end_date=end_date)
    assert query["end-date"] == expected


def test_weeks_begin_on_the_accounts_weekday(requests_mock: Mocker) -> None:
    account = {"json": {"week_start_on": "sunday"}}
    [query] = asked(requests_mock, "customer_weekly_count", account, start_date="2024-02-14")
    assert query["start-date"] == "2024-02-11"


@pytest.mark.parametrize(
    ("activities", "first"),
    [
        ([{"uuid": "a", "date": "2023-11-20T10:00:00Z"}], "2023-11-01"),
        ([{"uuid": "a", "date": "2023-10-31T23:30:00Z"}], "2023-11-01"),  # November in the account's time zone.
        ([], "2024-05-01"),
    ],
)
def test_without_a_start_date_counts_begin_with_the_first_activity(
    requests_mock: Mocker, activities: list[Row], first: str
) -> None:
    requests_mock.get(f"{URL}/v1/activities", json={"entries": activities, "has_more": bool(activities)})
    [query] = asked(requests_mock, "customer_monthly_count", {"json": {"time_zone": "Europe/Berlin"}})
    assert query["start-date"] == first
    [one] = [query for query in queries(requests_mock) if "order" in query]
    assert one == {"per_page": ["1"], "order": ["date"]}


QUARTERS = {"entries": [{"date": "2023-09-30", "customers": 0}, {"date": "2023-12-31", "customers": 3}]}


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    "failure",
    [
        {"status_code": 403},
        {"status_code": 404},
        {"status_code": 500},
        {"text": "null"},
        {"json": {"entries": None, "has_more": False}},
        {"json": {"entries": {}, "has_more": False}},
        {"json": {"entries": [], "has_more": True}},
        *({"json": {"entries": [row]}} for row in ROWS),
    ],
    ids=str,
)
def test_where_the_first_activity_cannot_be_read_the_counts_ask_the_metric_once(
    requests_mock: Mocker,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    failure: dict[str, Any],
) -> None:
    requests_mock.get(f"{URL}/v1/account", json={"id": "a"})
    activities = requests_mock.get(f"{URL}/v1/activities", [failure])
    metric = requests_mock.get(f"{URL}/v1/metrics/customer-count", json=QUARTERS)
    names = [f"customer_{period}_count" for period in ("daily", "weekly", "monthly", "quarterly")]
    with time_machine.travel(NOON, tick=False):
        tap_of(catalog=select(tap_of().catalog_dict, *names), max_retries=2).sync_all()
    asked_for = [(query["interval"], query["start-date"]) for query in queries(requests_mock) if "interval" in query]
    assert (["quarter"], ["1970-01-01"]) in asked_for
    assert sorted(start for _, [start] in asked_for[1:]) == ["2023-09-25", *["2023-10-01"] * 3]
    assert metric.call_count == 5
    assert activities.call_count == (3 if failure.get("status_code") == 500 else 1)
    assert capsys.readouterr().out.count("ACTIVATE_VERSION") == 4
    assert caplog.text.count("The metrics begin with the first quarter") == 1


def test_where_neither_tells_the_first_day_the_counts_say_what_to_set(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/activities", status_code=403)
    requests_mock.get(f"{URL}/v1/metrics/customer-count", status_code=403, json={"message": "Not yours"})
    requests_mock.get(f"{URL}/v1/account", json={"id": "a"})
    with pytest.raises(StreamError, match=r"customer_daily_count: without 'start_date' the first day.*Not yours"):
        list(stream_of("customer_daily_count").get_records(None))


def test_an_account_without_a_customer_begins_today(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/activities", status_code=403)
    query = asked(requests_mock, "customer_daily_count")[-1]
    assert query["start-date"] == "2024-05-15"


@pytest.mark.usefixtures("waits")
def test_an_account_that_fails_is_asked_for_by_one_stream_for_all(requests_mock: Mocker) -> None:
    account = requests_mock.get(f"{URL}/v1/account", status_code=500)
    requests_mock.get(f"{URL}/v1/activities", json={"entries": []})
    names = ["account", *(f"customer_{period}_count" for period in ("daily", "weekly", "monthly", "quarterly"))]
    with pytest.raises(AnalyticsError, match="5 of 5 streams failed"):
        tap_of(catalog=select(tap_of().catalog_dict, *names), max_retries=3).sync_all()
    assert account.call_count == 4


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_may_not_be_asked_means_utc_and_monday_with_one_warning(
    requests_mock: Mocker, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    [query] = asked(requests_mock, "customer_weekly_count", {"status_code": status}, start_date="2024-05-12")
    assert query == {"start-date": "2024-05-06", "end-date": "2024-05-15", "interval": "week"}
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    "failure", [{"status_code": 400}, {"status_code": 500}, {"text": "busy"}, {"json": []}], ids=str
)
def test_any_other_failure_of_the_account_ends_the_stream(requests_mock: Mocker, failure: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match="/v1/account"):
        asked(requests_mock, "customer_weekly_count", failure, start_date="2024-05-12")


def test_a_span_that_lies_in_the_future_asks_for_nothing(requests_mock: Mocker) -> None:
    assert asked(requests_mock, "customer_daily_count", start_date="2024-05-16") == []


@pytest.mark.parametrize("end_date", ["9999-12-31", "9999-12-31T23:59:59Z", "8999-12-31"])
def test_an_end_for_ever_is_today(requests_mock: Mocker, end_date: str) -> None:
    [query] = asked(requests_mock, "customer_quarterly_count", start_date="2024-05-01", end_date=end_date)
    assert query["end-date"] == "2024-05-15"


@pytest.mark.parametrize("entries", [[], [{"date": "2024-05-31", "customers": 0}]], ids=["no row", "a row of zeros"])
def test_a_metric_without_a_row_for_any_period_drops_no_rows(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, entries: list[Row]
) -> None:
    requests_mock.get(f"{URL}/v1/account", json={"id": "a"})
    requests_mock.get(f"{URL}/v1/metrics/customer-count", json={"entries": entries})
    caplog.set_level("INFO")
    catalog = select(tap_of().catalog_dict, "customer_monthly_count")
    tap_of(catalog=catalog, start_date="2024-01-01").sync_all()
    assert ("ACTIVATE_VERSION" in capsys.readouterr().out) == bool(entries)
    assert ("gave no row for any period" in caplog.text) == (not entries)
