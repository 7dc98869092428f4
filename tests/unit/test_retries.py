"""What is tried again, how often, and after how long; what is not."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from requests.exceptions import ChunkedEncodingError, ConnectTimeout, ContentDecodingError, ReadTimeout, SSLError

from tap_analytics.errors import ServiceError, StreamError
from tap_analytics.http.retries import retry_after
from tests.unit.taps import URL, stream_of

if TYPE_CHECKING:
    from requests_mock import Mocker

CUSTOMERS = f"{URL}/v1/customers"
NOW = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
GOOD: dict[str, Any] = {"json": {"entries": [{"id": 1}], "data": [{"id": 1}]}}
PASSING: list[dict[str, Any]] = [
    *({"status_code": status} for status in (429, 500, 502, 503, 504, 520, 524)),
    *({"exc": error} for error in (requests.ConnectionError, ConnectTimeout, ReadTimeout)),
    *({"exc": error} for error in (ChunkedEncodingError, ContentDecodingError)),
    *({"content": body} for body in (b"", b"<html>busy</html>", b'{"entries": [{"id": 1}', b'{"entries": NaN}')),
]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("api", ["subscription", "support"])
@pytest.mark.parametrize("failure", PASSING, ids=str)
def test_what_may_pass_is_tried_again(requests_mock: Mocker, api: str, failure: dict[str, Any]) -> None:
    requests_mock.get(CUSTOMERS, [failure, failure, failure, GOOD])
    assert stream_of("customers", api).fetch({}).records == [{"id": 1}]
    assert requests_mock.call_count == 4


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("retries", [0, 1, 5])
@pytest.mark.parametrize("failure", PASSING, ids=str)
def test_what_does_not_pass_ends_the_stream_after_the_last_retry(
    requests_mock: Mocker, retries: int, failure: dict[str, Any]
) -> None:
    requests_mock.get(CUSTOMERS, [failure])
    with pytest.raises(StreamError, match=rf"customers: GET /v1/customers .*gave up after {retries + 1} attempt"):
        stream_of("customers", max_retries=retries).fetch({})
    assert requests_mock.call_count == retries + 1


@pytest.mark.usefixtures("waits")
def test_the_last_error_tells_the_status_and_the_apis_own_words(requests_mock: Mocker) -> None:
    requests_mock.get(
        CUSTOMERS, status_code=503, reason="Unavailable", json={"error": {"msg": "too many\nconnections"}}
    )
    with pytest.raises(StreamError, match=r"answered 503 Unavailable: too many\\nconnections"):
        stream_of("customers").fetch({})


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 410, 418, 422, 451])
def test_other_refusals_end_the_stream_at_once_and_name_path_and_status(
    requests_mock: Mocker, waits: list[float], status: int
) -> None:
    requests_mock.get(CUSTOMERS, status_code=status, json={"message": "no such thing"}, headers={"Retry-After": "1"})
    with pytest.raises(StreamError, match=f"/v1/customers answered {status}.*no such thing") as error:
        stream_of("customers").fetch({})
    assert error.value.status == status
    assert requests_mock.call_count == 1
    assert not waits


@pytest.mark.parametrize(("api", "names"), [("subscription", ["'api_key'"]), ("support", ["'username'", "'password'"])])
def test_refused_credentials_end_the_run_at_once_and_name_the_settings(
    requests_mock: Mocker, waits: list[float], api: str, names: list[str]
) -> None:
    requests_mock.get(CUSTOMERS, status_code=401, json={"message": "invalid key"})
    with pytest.raises(ServiceError, match=r"/v1/customers answered 401.*invalid key") as error:
        stream_of("customers", api).fetch({})
    assert all(str(error.value).count(name) == 1 for name in names)
    assert requests_mock.call_count == 1
    assert not waits


def test_a_certificate_that_does_not_fit_ends_the_run_at_once(requests_mock: Mocker, waits: list[float]) -> None:
    requests_mock.get(CUSTOMERS, exc=SSLError("certificate verify failed"))
    with pytest.raises(ServiceError, match=r"certificate verify failed.*'api_url'"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert not waits


@pytest.mark.parametrize("body", [{"items": []}, {"entries": 0}, {"entries": [1]}, "text"])
def test_an_answer_of_another_shape_ends_the_stream_at_once(
    requests_mock: Mocker, waits: list[float], body: object
) -> None:
    requests_mock.get(CUSTOMERS, json=body)
    with pytest.raises(StreamError, match=r"customers: GET /v1/customers .*entries"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert not waits


def test_a_time_out_names_its_setting(requests_mock: Mocker) -> None:
    requests_mock.get(CUSTOMERS, exc=ReadTimeout("x" * 1000))
    with pytest.raises(StreamError, match=r"timed out \(see 'request_timeout'\)"):
        stream_of("customers", max_retries=0).fetch({})


def waits_after(requests_mock: Mocker, waits: list[float], header: str | None, **settings: int) -> list[float]:
    """Return what was waited for while an API answered 429 three times."""
    headers = {} if header is None else {"Retry-After": header}
    requests_mock.get(CUSTOMERS, [{"status_code": 429, "headers": headers}] * 3 + [GOOD])
    stream_of("customers", "support", **settings).fetch({})
    return waits


@pytest.mark.parametrize(("factor", "expected"), [(2, [2, 4, 8]), (5, [5, 10, 20]), (0, [0, 0, 0])])
def test_each_wait_is_twice_the_one_before_with_a_little_jitter(
    requests_mock: Mocker, waits: list[float], factor: int, expected: list[float]
) -> None:
    waited = waits_after(requests_mock, waits, None, backoff_factor=factor)
    assert all(least <= wait <= 1.1 * least for wait, least in zip(waited, expected, strict=True))


def test_no_wait_is_longer_than_a_minute_and_the_first_line_tells_how_long_all_of_them_are(
    requests_mock: Mocker, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.get(CUSTOMERS, [{"status_code": 500}] * 12 + [GOOD])
    stream_of("customers", max_retries=12, backoff_factor=2).fetch({})
    assert len(waits) == 12
    assert waits[5:] == [60] * 7
    assert sum(waits) < 500
    told = [message for message in caplog.messages if "Trying again" in message]
    assert "(1 of 12 retries); all of them would take 482 s" in told[0]
    assert not any("all of them" in line for line in told[1:])


@pytest.mark.parametrize("header", ["30", " 30 ", "30.0"])
def test_the_wait_that_an_api_asks_for_is_a_floor(requests_mock: Mocker, waits: list[float], header: str) -> None:
    waited = waits_after(requests_mock, waits, header, backoff_factor=10)
    assert all(least <= wait <= 1.1 * least for wait, least in zip(waited, [30, 30, 40], strict=True))


def test_the_wait_may_be_asked_for_as_a_date(requests_mock: Mocker, waits: list[float]) -> None:
    with time_machine.travel(NOW, tick=False):
        waited = waits_after(requests_mock, waits, format_datetime(NOW.replace(minute=2), usegmt=True))
    assert all(120 <= wait <= 132 for wait in waited)
    assert len(waited) == 3


@pytest.mark.parametrize(
    "header",
    [
        *("soon", "", "-5", "nan", "inf", "-inf", "1e999", "0", "12:00", "\xff", "-" + "9" * 400),
        *("Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT", "Mon, 99 Jan 2030 00:00:00 GMT"),
        *("Mon, 01 Jan 2030 00:00:00 +9999999999", "9" * 20 + " Jan 2030 00:00:00 GMT"),
    ],
    ids=lambda header: header[:30],
)
def test_a_wait_that_means_nothing_leaves_the_usual_one(requests_mock: Mocker, waits: list[float], header: str) -> None:
    waited = waits_after(requests_mock, waits, header, backoff_factor=2)
    assert all(least <= wait <= 1.1 * least for wait, least in zip(waited, [2, 4, 8], strict=True))


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
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_beyond_the_cap_ends_the_stream_at_once_and_is_named(
    requests_mock: Mocker, waits: list[float], status: int, header: str, wanted: str
) -> None:
    requests_mock.get(CUSTOMERS, status_code=status, headers={"Retry-After": header})
    with time_machine.travel(NOW, tick=False), pytest.raises(StreamError, match=rf"{status}.*wait {wanted}: try"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert not waits


def test_a_wait_at_the_cap_is_waited(requests_mock: Mocker, waits: list[float]) -> None:
    assert all(wait >= 300 for wait in waits_after(requests_mock, waits, "300"))
    assert len(waits) == 3


@given(st.text() | st.integers().map(str) | st.floats().map(str) | st.datetimes().map(format_datetime))
def test_no_header_asks_for_a_negative_or_endless_wait(header: str) -> None:
    response = requests.Response()
    response.headers["Retry-After"] = header
    seconds = retry_after(response)
    assert math.isfinite(seconds)
    assert seconds >= 0


def test_every_retry_is_told_with_its_reason_its_wait_and_its_number(
    requests_mock: Mocker, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.get(CUSTOMERS, [{"status_code": 502, "text": "bad"}, {"exc": ReadTimeout}, GOOD])
    stream_of("customers", backoff_factor=2).fetch({})
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == len(waits) == 2
    assert "answered 502" in told[0]
    assert "bad" in told[0]
    assert "timed out" in told[1]
    assert all(f"in {wait:.1f} s ({number} of 3 retries)" in told[number - 1] for number, wait in enumerate(waits, 1))


def test_nothing_that_is_unreadable_is_parsed_in_part(requests_mock: Mocker) -> None:
    requests_mock.get(CUSTOMERS, content=b'{"entries": [{"id": 1}], "has_more": fal')
    with pytest.raises(StreamError, match="answered 200 with no readable JSON"):
        stream_of("customers", max_retries=0).fetch({})
