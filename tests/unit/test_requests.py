"""What is asked for: address, credentials, headers and parameters."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.unit.taps import KEY, URL, queries, stream_of

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

LIST: dict[str, list[object]] = {"entries": [], "data": []}


@pytest.mark.parametrize(
    ("api_url", "api_version", "address"),
    [
        (URL, None, f"{URL}/v1/customers"),
        (f"{URL}/", None, f"{URL}/v1/customers"),
        (f"{URL}/api", None, f"{URL}/api/customers"),
        (f"{URL}/api/", None, f"{URL}/api/customers"),
        (f"{URL}/api", "v2", f"{URL}/api/v2/customers"),
        (URL, "v2", f"{URL}/v2/customers"),
        (URL, "/v2/", f"{URL}/v2/customers"),
        (URL, "", f"{URL}/customers"),
        ("http://localhost:8080", None, "http://localhost:8080/v1/customers"),
    ],
)
def test_the_version_is_v1_only_where_the_address_has_no_path(
    requests_mock: Mocker, api_url: str, api_version: str | None, address: str
) -> None:
    requests_mock.get(address, json=LIST)
    stream_of("customers", api_url=api_url, api_version=api_version).fetch({})
    assert requests_mock.call_count == 1


@pytest.mark.parametrize(
    ("api", "credentials"), [("subscription", f"{KEY}:{KEY}"), ("support", "agent@example.com:the-password")]
)
def test_credentials_go_as_http_basic_and_nowhere_else(requests_mock: Mocker, api: str, credentials: str) -> None:
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers", api).fetch({})
    request = requests_mock.request_history[0]
    assert request.headers.pop("Authorization") == f"Basic {base64.b64encode(credentials.encode()).decode()}"
    assert not any(secret in f"{request.url}{request.headers}" for secret in (KEY, "the-password", "agent@"))


def test_credentials_may_hold_any_character(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers", "support", username="ä:ö@example.com", password="p:ß %{api_url}").fetch({})  # noqa: S106
    sent = requests_mock.request_history[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == "ä:ö@example.com:p:ß %{api_url}"


def test_the_netrc_file_does_not_replace_the_credentials(
    requests_mock: Mocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers").fetch({})
    expected = base64.b64encode(f"{KEY}:{KEY}".encode()).decode()
    assert requests_mock.request_history[0].headers["Authorization"] == f"Basic {expected}"


def test_the_headers_say_who_asks_and_for_what(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers").fetch({})
    stream_of("customers", user_agent="me/1 (me@example.com)").fetch({})
    default, own = (request.headers for request in requests_mock.request_history)
    assert default["Accept"] == own["Accept"] == "application/json"
    assert default["User-Agent"].startswith("tap-analytics/")
    assert own["User-Agent"] == "me/1 (me@example.com)"


@pytest.mark.parametrize(("api", "size", "param"), [("subscription", 200, "per_page"), ("support", 50, "limit")])
def test_the_page_size_is_the_apis_unless_one_is_set(requests_mock: Mocker, api: str, size: int, param: str) -> None:
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    list(stream_of("customers", api).pages({}))
    list(stream_of("customers", api, page_size=7).pages({}))
    assert [query[param] for query in queries(requests_mock)] == [[str(size)], ["7"]]


@pytest.mark.parametrize(
    ("stream", "api", "params"),
    [
        ("account", "support", {}),
        ("customers", "support", {"limit": ["50"], "order_by": ["updated_datetime:desc"]}),
        ("custom_fields", "support", {"limit": ["50"], "object_type": ["Ticket"]}),
        ("account", "subscription", {}),
        ("customers", "subscription", {"per_page": ["200"]}),
        ("activities", "subscription", {"per_page": ["200"], "order": ["date"]}),
    ],
)
def test_only_the_parameters_that_an_endpoint_takes_are_sent(
    requests_mock: Mocker, stream: str, api: str, params: dict[str, list[str]]
) -> None:
    requests_mock.get(f"{URL}/v1/{stream.replace('_', '-')}", json={**LIST, "id": "1", "domain": "d"})
    list(stream_of(stream, api, custom_field_object_types=["Ticket"]).get_records(None))
    assert queries(requests_mock) == [params]


def test_every_further_page_repeats_size_order_and_filter(requests_mock: Mocker) -> None:
    page = {"data": [], "meta": {"next_cursor": "a+B/c=%20="}}
    requests_mock.get(f"{URL}/v1/customers", [{"json": page}, {"json": {"data": []}}])
    list(stream_of("customers", "support").get_records(None))
    first, second = queries(requests_mock)
    assert second == {**first, "cursor": ["a+B/c=%20="]}


def test_custom_fields_are_asked_for_by_each_object_type(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/custom-fields", json={"data": []})
    list(stream_of("custom_fields", "support").get_records(None))
    list(stream_of("custom_fields", "support", custom_field_object_types=[]).get_records(None))
    *typed, untyped = [query.get("object_type", []) for query in queries(requests_mock)]
    # Side by side, in no order.
    assert sorted(typed) == [["Customer"], ["Ticket"]]
    assert untyped == []


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"SSL_CERT_FILE": "/system.pem"},
        {"REQUESTS_CA_BUNDLE": "/certificates.pem"},
        {"SSL_CERT_FILE": "/system.pem", "REQUESTS_CA_BUNDLE": "/certificates.pem"},
    ],
)
def test_the_certificates_of_the_environment_are_used(
    requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers").fetch({})
    assert requests_mock.request_history[0].verify == [True, *variables.values()][-1]


@pytest.mark.parametrize(("exempt", "is_used"), [("", True), ("example.com", False)])
def test_the_proxies_of_the_environment_are_used(
    requests_mock: Mocker,
    monkeypatch: pytest.MonkeyPatch,
    exempt: str,
    is_used: bool,  # noqa: FBT001
) -> None:
    for name, value in (("HTTPS_PROXY", "http://proxy.example.com:3128"), ("NO_PROXY", exempt)):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.setenv(name, value)
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers").fetch({})
    assert requests_mock.request_history[0].proxies.get("https") == (
        "http://proxy.example.com:3128" if is_used else None
    )


def test_the_time_out_is_the_users(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/customers", json=LIST)
    stream_of("customers").fetch({})
    stream_of("customers", request_timeout=7).fetch({})
    assert [request.timeout for request in requests_mock.request_history] == [60, 7]
