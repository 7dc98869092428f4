"""Redirects: the API's own are followed, all others are refused before a request is sent.

That credentials go along, that a circle has an end, and whatever needs a socket, is tested elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests_mock as mocking

from tap_analytics.errors import ServiceError
from tests.unit.taps import URL, stream_of

if TYPE_CHECKING:
    from requests_mock import Mocker

CUSTOMERS = f"{URL}/v1/customers"


def redirect(location: str) -> dict[str, object]:
    return {"status_code": 307, "headers": {"Location": location}}


@pytest.mark.parametrize(
    "location",
    [f"{URL}/v1/elsewhere", "/v1/elsewhere", "elsewhere", "//api.example.com/v1/elsewhere", f"{URL}:443/v1/elsewhere"],
)
def test_a_redirect_within_the_api_is_followed(requests_mock: Mocker, location: str) -> None:
    requests_mock.get(CUSTOMERS, [redirect(location)])
    requests_mock.get("/v1/elsewhere", json={"entries": [{"id": 1}]})
    assert stream_of("customers").fetch({}).records == [{"id": 1}]


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
        f"https://evil.example/{'x' * 500}\x1b[2J",
    ],
)
def test_a_redirect_to_another_origin_is_refused_in_one_line_without_a_request(
    requests_mock: Mocker, location: str
) -> None:
    requests_mock.get(mocking.ANY, json={"entries": []})
    requests_mock.get(CUSTOMERS, [redirect(location), {"json": {"entries": []}}])
    with pytest.raises(ServiceError, match=r"customers: GET /v1/customers redirects .*'api_url'") as error:
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500
