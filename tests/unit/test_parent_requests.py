"""What is asked for under the records of another list, whatever values they have."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.request_template import RequestTemplate, fill
from tests.faults.server import Server, whole
from tests.unit.parents import CUSTOMERS, FIELD, PATH, customers_with, found_partitions, partitions, tap_for
from tests.unit.taps import URL
from tests.unit.test_streams import Message, of, written

AWAY = [".", "..", "../admin", "a/..", "a/../b", "../..", "..\\admin", "/.."]
HARMLESS = ["...", "..;", "%2e%2e", "..%2fadmin", "..%00", " ..", ".. ", "．．", "a//b", "//evil.example/x"]  # noqa: RUF001


def requests_for(*values: Any, path: str = PATH, **params: Any) -> list[RequestTemplate]:
    """Return the requests for the lists of customers with these values."""
    template = RequestTemplate(path=path, params=params)
    found = partitions(CUSTOMERS, [{"uuid": value} for value in values], path, params)
    return [fill(template, partition.values) for partition in found]


@given(st.text(min_size=1) | st.integers())
def test_any_value_becomes_one_segment_that_decodes_back_to_it(value: str | int) -> None:
    assume(not {".", ".."} & set(str(value).replace("\\", "/").split("/")))
    [request] = requests_for(value)
    # As it goes over the wire: what sends it rewrites paths, too.
    sent = urlsplit(str(requests.Request("GET", f"{URL}/v1{request.path}").prepare().url))
    assert (sent.netloc, sent.query, sent.fragment) == ("api.example.com", "", "")
    *before, segment, last = sent.path.split("/")
    assert [*before, last] == ["", "v1", "customers", "notes"]
    assert unquote(segment, errors="strict") == str(value)


@given(st.text(min_size=1) | st.integers() | st.sampled_from(AWAY))
def test_query_parameters_take_any_value_as_it_is(value: str | int) -> None:
    params = {"of": f"id:{FIELD}", "limit": 7, "fixed": '{"a": 1}', "tags": ["a", "b"]}
    [request] = requests_for(value, path="/notes", **params)
    assert (request.path, request.params) == ("/notes", {**params, "of": f"id:{value}"})


@pytest.mark.parametrize("value", [True, False, {}, {"id": 1}, ["a"], "\ud800"])
@pytest.mark.parametrize(("path", "params"), [(PATH, {}), ("/notes", {"of": FIELD})])
def test_what_no_list_can_be_asked_for_with_is_an_error_that_names_the_record(
    value: object, path: str, params: dict[str, str]
) -> None:
    with pytest.raises(StreamError, match=r"record 2 of 'customers' .* 'resources\.customers\.uuid'"):
        requests_for("a", 1, value, "b", path=path, **params)


@pytest.mark.parametrize("record", [{}, {"account": None}, {"account": "a"}])
def test_a_record_without_the_field_is_an_error_that_names_it(record: Message) -> None:
    with pytest.raises(StreamError, match=r"record 0 of 'customers' .*account\.id"):
        partitions(CUSTOMERS, [record], "/{resources.customers.account.id}", {})


@pytest.mark.parametrize("value", AWAY)
def test_a_value_that_may_lead_to_another_path_is_an_error_that_names_the_record(value: str) -> None:
    """Some servers decode a slash before they resolve dots."""
    with pytest.raises(StreamError, match="record 1 of 'customers' may lead to another path: /"):
        requests_for("a", value)


def test_values_that_only_together_lead_to_another_path_are_an_error_too() -> None:
    path = "/{resources.customers.a}{resources.customers.b}/notes"
    with pytest.raises(StreamError, match=r"may lead to another path: /\.\./notes"):
        partitions(CUSTOMERS, [{"a": ".", "b": "."}], path, {})


def test_all_placeholders_are_filled_dotted_ones_too() -> None:
    path = "/{resources.customers.account.id}/{resources.customers.uuid}.json"
    params = {"of": f"{FIELD},{FIELD}"}
    [partition] = partitions(CUSTOMERS, [{"uuid": "u/", "account": {"id": 7}}], path, params)
    request = fill(RequestTemplate(path=path, params=params), partition.values)
    assert (request.path, request.params) == ("/7/u%2F.json", {"of": "u/,u/"})
    assert partition.key == "/7/u%2F.json?of=u%2F%2Cu%2F"


def test_a_list_that_is_asked_for_by_headers_or_a_body_is_told_from_others_by_their_values() -> None:
    template = RequestTemplate(path="/notes", headers={"X-Of": FIELD}, json={"of": [FIELD]}, params={"all": "1"})
    found, told = found_partitions(CUSTOMERS, [{"uuid": uuid} for uuid in ("a&b", "c", "c")], template)
    assert [partition.key for partition in found] == [
        "/notes#resources.customers.uuid=a%26b",
        "/notes#resources.customers.uuid=c",
    ]
    assert not told


def test_a_body_takes_any_value_as_it_is_and_a_number_as_one() -> None:
    template = RequestTemplate(path="/notes", json={"of": FIELD, "text": f"is {FIELD}"})
    values: list[Any] = [7, Decimal("1.25"), True, ["a", Decimal(2)], {"a": None}]
    found, told = found_partitions(CUSTOMERS, [{"uuid": value} for value in values], template)
    assert not told
    bodies = [fill(template, partition.values).json["of"] for partition in found]
    assert json.loads(json.dumps(bodies)) == [7, 1.25, True, ["a", 2], {"a": None}]
    assert len({partition.key for partition in found}) == len(values)


def test_fields_are_found_by_jsonpath_the_first_that_matches() -> None:
    path = "/{resources.customers.tags[*].id}/{resources.customers.$.owner['full name']}/{resources.customers.a.b}"
    record = {"tags": [{"id": 1}, {"id": 2}], "owner": {"full name": "x y"}, "a": {"b": 3}, "a.b": 4}
    [partition] = partitions(CUSTOMERS, [record], path, {})
    assert partition.key == "/1/x%20y/4"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Decimal("1.50"), "/customers/1.50/notes"),
        (10**30, f"/customers/{10**30}/notes"),
    ],
)
def test_numbers_of_any_kind_keep_their_digits(value: object, path: str) -> None:
    assert [partition.key for partition in partitions(CUSTOMERS, [{"uuid": value}], PATH, {})] == [path]


@pytest.mark.parametrize("template", ["{resources.p.url}", "/{resources.p.url}"])
@pytest.mark.parametrize(
    ("value", "path", "params"),
    [
        ("https://api.example.com/api/p/1/", "https://api.example.com/api/p/1/", {}),
        ("HTTP://api.example.com/p?a=1&b=x%20y&b=z#top", "HTTP://api.example.com/p", {"a": "1", "b": ["x y", "z"]}),
        ("/p/7?deep=true", "/p/7", {"deep": "true"}),
        ("//evil.example/x", "/evil.example/x", {}),
        ("p/7", "p%2F7", {}),
        ("ftp://evil.example/x", "ftp%3A%2F%2Fevil.example%2Fx", {}),
    ],
)
def test_a_path_may_begin_with_an_address_that_a_parent_gives(
    template: str, value: str, path: str, params: Message
) -> None:
    request = fill(
        RequestTemplate(path=template, params={"b": "own"} if "b=" in value else {}), {"resources.p.url": value}
    )
    assert request.path.lstrip("/") == path.lstrip("/")
    assert request.params == ({**params, "b": "own"} if "b=" in value else params)


def test_behind_an_address_that_a_parent_gives_the_path_may_go_on() -> None:
    values = {"resources.p.url": "https://api.example.com/p/1?x=1", "resources.p.id": "/a"}
    request = fill(RequestTemplate(path="/{resources.p.url}/items/{resources.p.id}"), values)
    assert (request.path, request.params) == ("https://api.example.com/p/1/items/%2Fa", {"x": "1"})


def test_what_else_is_to_be_filled_in_does_not_change_what_a_list_is_known_by() -> None:
    params = {"of": f"{FIELD}:{{incremental.start_value}}", "since": "{incremental.start_value}"}
    [partition] = partitions(CUSTOMERS, [{"uuid": "{incremental.start_value}"}], "/notes", params)
    assert partition.values == {"resources.customers.uuid": "{incremental.start_value}"}
    assert partition.key == "/notes?of=%7Bincremental.start_value%7D%3A%7Bincremental.start_value%7D"


@given(st.lists(st.sampled_from(["a", "b", "c", 1, "1"])))
def test_each_list_is_asked_for_once_in_the_order_of_the_parents(values: list[object]) -> None:
    expected = [*dict.fromkeys(map(str, values))]
    assert [request.path for request in requests_for(*values)] == [f"/customers/{value}/notes" for value in expected]
    assert [str(request.params["of"]) for request in requests_for(*values, path="/notes", of=FIELD)] == expected


def test_on_the_wire_no_value_leads_to_another_path(capsys: pytest.CaptureFixture[str]) -> None:
    values = [*HARMLESS, "a?b=c", "a#b", "é東", "\r\nHost: evil", "%", "a&b;c=d", "@", "~", ":80"]
    with Server(customers_with(values, lambda _: whole({"entries": [{"id": 1}]}))) as server:
        messages = written(tap_for(server.url, max_parallel_requests=1), capsys)
        sent = [[unquote(part) for part in request.target.split("/")] for request in server.requests[1:]]
    assert [message["record"]["_customers_uuid"] for message in of(messages, "RECORD")] == values
    assert sent == [["", "customers", value, "notes"] for value in values]
    for value in AWAY:
        with Server(customers_with([value], lambda _: whole({"entries": []}))) as server:
            assert not of(written(tap_for(server.url), capsys), "ACTIVATE_VERSION")
            assert [request.path for request in server.requests] == ["/v1/customers"]
