"""Redirects: the API's own are followed, all others are refused before a request is sent."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import requests_mock as mocking

from tap_analytics.errors import ServiceError, StreamError
from tests.unit.taps import KEY, URL, stream_of

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

CUSTOMERS = f"{URL}/v1/customers"


def redirect(location: str) -> dict[str, object]:
    return {"status_code": 307, "headers": {"Location": location}}


@pytest.mark.parametrize(
    "location",
    [f"{URL}/v1/elsewhere", "/v1/elsewhere", "elsewhere", "//api.example.com/v1/elsewhere", f"{URL}:443/v1/elsewhere"],
)
def test_a_redirect_within_the_api_is_followed_with_the_credentials(requests_mock: Mocker, location: str) -> None:
    requests_mock.get(CUSTOMERS, [redirect(location)])
    requests_mock.get("/v1/elsewhere", json={"entries": [{"id": 1}]})
    assert stream_of("customers").fetch({}).records == [{"id": 1}]
    first, second = requests_mock.request_history
    assert first.headers["Authorization"] == second.headers["Authorization"]


def test_the_netrc_file_does_not_replace_the_credentials_after_a_redirect(
    requests_mock: Mocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    requests_mock.get(CUSTOMERS, [redirect("/v1/elsewhere")])
    requests_mock.get(f"{URL}/v1/elsewhere", json={"entries": []})
    stream_of("customers").fetch({})
    expected = f"Basic {base64.b64encode(f'{KEY}:{KEY}'.encode()).decode()}"
    assert [request.headers["Authorization"] for request in requests_mock.request_history] == [expected] * 2


@pytest.mark.parametrize(
    "location",
    [
        "https://other.example.com/v1/customers",
        "https://example.com/v1/customers",
        "https://api.example.com.evil.example/v1/customers",
        "https://api.example.com@evil.example/v1/customers",
        "https://api.example.com:8443/v1/customers",
        "http://api.example.com/v1/customers",
        "http://api.example.com:443/v1/customers",
        "//other.example.com/v1/customers",
        "ftp://api.example.com/v1/customers",
        "https://api.example.com:99999/",
        "https://[bad/",
    ],
)
def test_a_redirect_to_another_origin_is_refused_without_a_request(requests_mock: Mocker, location: str) -> None:
    requests_mock.get(mocking.ANY, json={"entries": []})
    requests_mock.get(CUSTOMERS, [redirect(location), {"json": {"entries": []}}])
    with pytest.raises(ServiceError, match=r"customers: GET /v1/customers redirects .*'api_url'"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1


def test_a_refused_redirect_cannot_forge_a_log_line(requests_mock: Mocker) -> None:
    requests_mock.get(CUSTOMERS, [redirect(f"https://evil.example/{'x' * 500}\x1b[2J")])
    with pytest.raises(ServiceError) as error:
        stream_of("customers").fetch({})
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


def test_redirects_in_a_circle_end_the_stream(requests_mock: Mocker) -> None:
    requests_mock.get(CUSTOMERS, [redirect(CUSTOMERS)])
    with pytest.raises(StreamError, match="redirects"):
        stream_of("customers").fetch({})
    assert requests_mock.call_count < 50


@pytest.mark.parametrize("status", [300, 304, 305])
def test_a_redirect_to_nowhere_ends_the_stream(requests_mock: Mocker, status: int) -> None:
    requests_mock.get(CUSTOMERS, status_code=status)
    with pytest.raises(StreamError, match=str(status)):
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
