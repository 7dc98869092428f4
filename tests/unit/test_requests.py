"""What is asked for: address, headers and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.taps import URL, queries, stream_of

if TYPE_CHECKING:
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


ACCOUNT_SETTINGS = [
    "churn_recognition",
    "churn_when_zero_mrr",
    "auto_churn_subscription",
    "refund_handling",
    "proximate_movement_reclassification",
]


@pytest.mark.parametrize(
    ("stream", "api", "params"),
    [
        ("account", "support", {}),
        ("customers", "support", {"limit": ["50"], "order_by": ["updated_datetime:desc"]}),
        ("account", "subscription", {"include": [",".join(ACCOUNT_SETTINGS)]}),
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


def test_custom_fields_are_asked_for_by_each_object_type_the_archived_ones_too(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/custom-fields", json={"data": []})
    list(stream_of("custom_fields", "support").get_records(None))
    list(stream_of("custom_fields", "support", custom_field_object_types=[]).get_records(None))
    asked = [(query.get("object_type", [""])[0], query["archived"][0]) for query in queries(requests_mock)]
    # Side by side, in no order.
    assert sorted(asked[:4]) == [("Customer", "false"), ("Customer", "true"), ("Ticket", "false"), ("Ticket", "true")]
    assert sorted(asked[4:]) == [("", "false"), ("", "true")]
