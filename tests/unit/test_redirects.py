"""Redirects: the API's own are followed, all others are refused before a request is sent.

That credentials go along, that a circle has an end, and whatever needs a socket, is tested elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests_mock as mocking

from tap_analytics.errors import StreamError
from tap_analytics.paging.request_template import RequestTemplate
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
    with pytest.raises(StreamError, match=r"customers: GET /v1/customers redirects .*'api_url'") as error:
        stream_of("customers").fetch({})
    assert requests_mock.call_count == 1
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("status", [301, 302])
def test_a_body_is_not_left_out_on_the_way(requests_mock: Mocker, status: int) -> None:
    requests_mock.post(CUSTOMERS, status_code=status, headers={"Location": "/v1/elsewhere"})
    requests_mock.get("/v1/elsewhere", json={"entries": [{"id": 1}]})
    template = RequestTemplate(path="/customers", method="POST", json={"q": "x"})
    with pytest.raises(StreamError, match=rf"answered {status}: the list has moved to /v1/elsewhere; .* 'path'"):
        stream_of("customers").client.fetch({}, template)
    assert requests_mock.call_count == 1


@pytest.mark.parametrize(("status", "method"), [(303, "GET"), (307, "POST"), (308, "POST")])
def test_other_redirects_of_a_search_are_followed(requests_mock: Mocker, status: int, method: str) -> None:
    requests_mock.post(CUSTOMERS, status_code=status, headers={"Location": "/v1/elsewhere"})
    requests_mock.register_uri(method, "/v1/elsewhere", json={"entries": [{"id": 1}]})
    template = RequestTemplate(path="/customers", method="POST", json={"q": "x"})
    assert stream_of("customers").client.fetch({}, template).records == [{"id": 1}]
    assert requests_mock.request_history[1].text == ('{"q": "x"}' if method == "POST" else None)
