"""What is tried again, how often, and after how long; what is not."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from requests.exceptions import ChunkedEncodingError, ConnectTimeout, ContentDecodingError, ReadTimeout

from tap_analytics.errors import StreamError
from tap_analytics.http.cancellation import Scope
from tap_analytics.http.retries import LONGEST_TOTAL, Retries, RetryPolicy, retry_after
from tests.unit.taps import URL, stream_of, tap_of

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_analytics.sync.stream import AnalyticsStream

CUSTOMERS = f"{URL}/v1/customers"
NOW = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
GOOD: dict[str, Any] = {"json": {"entries": [{"id": 1}]}}
STATUSES = [429, 500, 502, 503, 504, 520, 524]
ERRORS = [requests.ConnectionError, ConnectTimeout, ReadTimeout, ChunkedEncodingError, ContentDecodingError]


def test_what_may_pass_is_tried_again_and_each_time_told_with_reason_wait_and_number(
    requests_mock: Mocker, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[dict[str, Any]] = [{"status_code": status, "text": "bad"} for status in STATUSES]
    failures += [{"exc": error} for error in ERRORS]
    requests_mock.get(CUSTOMERS, [*failures, GOOD])
    assert stream_of("customers", max_retries=20, backoff_factor=2).fetch({}).records == [{"id": 1}]
    assert requests_mock.call_count == len(failures) + 1
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    for number, (line, wait) in enumerate(zip(told, waits, strict=True), 1):
        assert line.startswith("customers: GET /v1/customers ")
        assert f"in {wait:.1f} s ({number} of 20 retries)" in line
    assert all(f"answered {status}" in line and "bad" in line for status, line in zip(STATUSES, told, strict=False))
    assert "timed out (see 'request_timeout')" in told[-3]


@pytest.mark.parametrize("status", [300, 304, 305, 400, 402, 403, 404, 409, 410, 418, 422, 451])
def test_other_refusals_end_the_stream_at_once_and_name_path_and_status(
    requests_mock: Mocker, waits: list[float], status: int
) -> None:
    requests_mock.get(CUSTOMERS, status_code=status, json={"message": "no such thing"}, headers={"Retry-After": "1"})
    with pytest.raises(StreamError, match=f"/v1/customers answered {status}.*no such thing") as error:
        stream_of("customers").fetch({})
    assert error.value.status == status
    assert requests_mock.call_count == 1
    assert not waits


def test_of_requests_that_are_refused_at_once_one_is_told_and_each_is_counted(
    requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "tap-analytics")
    streams = tap_of(backoff_factor=60).streams
    customers, plans = cast("AnalyticsStream", streams["customers"]), cast("AnalyticsStream", streams["plans"])
    waits: list[float] = []
    monkeypatch.setattr(Scope, "sleep", lambda _, seconds: waits.append(seconds))
    monkeypatch.setattr("tap_analytics.http.throttle.Throttle._left", lambda *_: 0)

    def answer_last(*_: object) -> str:
        scope = Scope()
        with scope.entered():
            customers.client.fetch({})
        scope.end()
        return ""

    requests_mock.get(CUSTOMERS, [{"status_code": 429}, GOOD])
    # In flight beside the other one, which is refused, waits and is answered before this one is refused.
    requests_mock.get(f"{URL}/v1/plans", [{"status_code": 429, "text": answer_last}, {"json": {"plans": []}}])
    plans.client.fetch({})
    told = [(record.levelname, record.getMessage()) for record in caplog.records if "Trying" in record.getMessage()]
    assert [level for level, _ in told] == ["WARNING", "DEBUG"]
    assert told[0][1].startswith("customers: GET /v1/customers answered 429")
    assert f"in {waits[0]:.1f} s (1 of 3 retries); all of them would take 180 s; all requests of the run" in told[0][1]
    assert [stream.client.tally.retries for stream in (customers, plans)] == [1, 1]


def waits_after(header: str | None, factor: float = 2, retries: int = 3) -> list[float]:
    """Return the waits of one request, all of whose answers have a header."""
    response = requests.Response()
    if header is not None:
        response.headers["Retry-After"] = header
    request = Retries(RetryPolicy(None, retries, factor))
    waits = [request.next_wait(retry_after(response)) for _ in range(retries)]
    return [wait for wait in waits if wait is not None]


def assert_about(waits: list[float], least: list[float]) -> None:
    """Assert that each wait is at most a tenth longer than the least that is right."""
    assert all(right <= wait <= 1.1 * right for wait, right in zip(waits, least, strict=True)), waits


@pytest.mark.parametrize(("factor", "expected"), [(2, [2, 4, 8]), (5, [5, 10, 20]), (0, [0, 0, 0])])
def test_each_wait_is_twice_the_one_before_with_a_little_jitter(factor: int, expected: list[float]) -> None:
    assert_about(waits_after(None, factor), expected)


def test_no_wait_is_longer_than_a_minute_and_the_first_line_tells_how_long_all_of_them_are(
    requests_mock: Mocker, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.get(CUSTOMERS, [{"status_code": 500}] * 12 + [GOOD])
    stream_of("customers", max_retries=12, backoff_factor=2).fetch({})
    assert waits[5:] == [60] * 7
    first, *others = [message for message in caplog.messages if "Trying again" in message]
    assert "(1 of 12 retries); all of them would take 482 s" in first
    assert not any("all of them" in line for line in others)


def test_all_waits_together_have_a_cap_however_many_retries_are_set(requests_mock: Mocker, waits: list[float]) -> None:
    requests_mock.get(CUSTOMERS, [{"status_code": 500, "headers": {"Retry-After": "300"}}] * 3 + [{"exc": ReadTimeout}])
    with pytest.raises(StreamError, match="all waits together take 3600 s at most"):
        stream_of("customers", max_retries=1000, backoff_factor=60).fetch({})
    assert LONGEST_TOTAL - 60 < sum(waits) <= LONGEST_TOTAL
    assert requests_mock.call_count == len(waits) + 1


@pytest.mark.parametrize("header", ["30", " 30 ", "30.0", "Mon, 01 Jan 2024 12:00:30 GMT"])
def test_the_wait_that_an_api_asks_for_is_a_floor(header: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert_about(waits_after(header, 10), [30, 30, 40])


@pytest.mark.parametrize(
    "header",
    [
        *("soon", "", "-5", "nan", "inf", "-inf", "1e999", "0", "12:00", "\xff", "-" + "9" * 400),
        *("Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT", "Mon, 99 Jan 2030 00:00:00 GMT"),
        *("Mon, 01 Jan 2030 00:00:00 +9999999999", "9" * 20 + " Jan 2030 00:00:00 GMT"),
    ],
    ids=lambda header: header[:30],
)
def test_a_wait_that_means_nothing_leaves_the_usual_one(header: str) -> None:
    assert_about(waits_after(header), [2, 4, 8])


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("301", "301 s"),
        ("1e3", "1000 s"),
        ("1e9", "1000000000 s"),
        ("9" * 400, "for ever"),
        ("9" * 5000, "for ever"),
        ("Mon, 01 Jan 2024 12:05:01 GMT", "301 s"),
        ("Fri, 31 Dec 9999 23:59:59 -2359", r"\d{12} s"),
    ],
    ids=lambda text: text[:30],
)
@pytest.mark.parametrize("status", [429, 200])
def test_a_wait_beyond_the_cap_ends_the_stream_at_once_and_is_named(
    requests_mock: Mocker, waits: list[float], status: int, header: str, wanted: str
) -> None:
    requests_mock.get(CUSTOMERS, status_code=status, text="<html>Down", headers={"Retry-After": header})
    with time_machine.travel(NOW, tick=False), pytest.raises(StreamError, match=rf"{status}.*wait {wanted}: try"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert not waits


def test_a_wait_at_the_cap_is_waited(requests_mock: Mocker, waits: list[float]) -> None:
    requests_mock.get(CUSTOMERS, [{"status_code": 503, "headers": {"Retry-After": "300"}}, GOOD])
    stream_of("customers").fetch({})
    assert_about(waits, [300])


@given(
    st.one_of(st.text(), st.integers().map(str), st.floats().map(str), st.datetimes().map(format_datetime)),
    st.floats(0, 1e300),
)
def test_no_header_and_no_factor_make_a_negative_or_endless_wait(header: str, factor: float) -> None:
    assert all(math.isfinite(wait) and wait >= 0 for wait in waits_after(header, factor))
