"""Body: what is no list of records is an error, and every character and digit of one comes through."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import bookmark, catalog_of, failure_of, run_here, subscription, support
from tests.faults.server import End, Server, always, head, in_turn, routes, whole

if TYPE_CHECKING:
    from tests.faults.server import Script
    from tests.singer import Run, Tap

LAST = {"has_more": False, "cursor": None}


def customers_of(body: object, **headers: str) -> tuple[Run, Server]:
    """Read the customers from a server that always answers so."""
    with Server(always(whole(body, **headers))) as server:
        return run_here(subscription(server.url, max_retries=1), "customers"), server


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"items": [], "total": 0}, "no list 'entries': the body has the keys items, total"),
        ({}, "no list 'entries': the body has the keys (none)"),
        ({"entries": {"1": {}}}, "an object of objects under 'entries'"),
        ({"entries": "none"}, "a text under 'entries'"),
        ({"entries": False}, "a boolean under 'entries'"),
        ("none", "no list 'entries': the body is a text"),
        ({"entries": [{"id": 1}, "x"]}, "a text as record 1 of entries"),
        ({"entries": [{"id": 1}, {"id": 2}, None]}, "null as record 2 of entries"),
        ({"entries": [[]]}, "a list as record 0 of entries"),
    ],
)
def test_a_body_of_another_shape_is_an_error_at_once_and_never_zero_records(body: object, told: str) -> None:
    run, server = customers_of(body)
    line = failure_of(run, "customers")
    assert "GET /v1/customers" in line
    assert told in line
    assert not run.records("customers")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "an empty body"),
        (b" \r\n", "an empty body"),
        (b"<html><h1>Down for maintenance</h1></html>", "no readable JSON"),
        (b'{"entries": [{"id": 1}], "has_more": fal', "no readable JSON"),
        (b'{"entries": [{"id": 1}]}{"entries": []}', "no readable JSON"),
        ('{"entries": [{"id": 1, "name": "Zoë"}]}'.encode("latin-1"), "no readable JSON"),
        ('{"entries": [{"id": 1}]}'.encode("utf-16"), "no readable JSON"),
        (b"[" * 20_000, "no readable JSON"),
        (b'{"entries": [{"id": 1, "attributes": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_002, "no readable JSON"),
        (b'{"entries": [{"id": ' + b"9" * 5_000 + b"}]}", "no readable JSON"),
    ],
)
def test_a_body_that_is_not_wholly_json_is_asked_for_again_and_then_an_error_that_says_so(
    body: bytes, told: str
) -> None:
    run, server = customers_of(body, Content_Type="application/json; charset=latin-1")
    line = failure_of(run, "customers")
    assert "GET /v1/customers answered 200 with" in line
    assert told in line
    assert "2 attempts" in line
    assert len(line) < 700
    assert len(server.requests) == 2
    assert not run.records("customers")


def test_a_nan_is_rescued_and_the_rows_beside_it_are_read() -> None:
    rows = b'{"id": 1, "mrr": 5}, {"id": 2, "mrr": NaN, "arr": -Infinity}, {"id": 3, "mrr": 7}'
    run, server = customers_of(b'{"entries": [%b], "has_more": false}' % rows)
    assert run.exit_code == 0
    assert [record["mrr"] for record in run.records("customers")] == [5, None, 7]
    assert run.records("customers")[1]["_rescued_data"] == {"mrr": "NaN", "arr": "-Infinity"}
    assert run.of("customers", "ACTIVATE_VERSION")
    assert len(server.requests) == 1


def test_a_page_of_html_in_the_middle_of_a_list_fails_it_and_keeps_its_bookmark() -> None:
    first = {"data": [{"id": 1, "updated_datetime": "2024-02-01T00:00:00Z"}], "meta": {"next_cursor": "n"}}
    state = {"bookmarks": {"customers": bookmark("updated_datetime", "2024-01-01T00:00:00+00:00")}}
    with Server(in_turn([whole(first)], [whole(b"<html>busy</html>")])) as server:
        run = run_here(support(server.url), "customers", state=state)
    assert "<html>busy" in failure_of(run, "customers")
    assert [record["id"] for record in run.records("customers")] == [1]
    assert run.state["bookmarks"]["customers"] == state["bookmarks"]["customers"]


def test_null_on_a_last_page_is_an_empty_page_that_drops_no_row() -> None:
    first = {"data": [{"id": 1}], "meta": {"next_cursor": "n"}}
    last = {"data": None, "meta": {"next_cursor": None}}
    with Server(in_turn([whole(first)], [whole(last)])) as server:
        run = run_here(support(server.url, custom_field_object_types=["Ticket"]), "custom_fields")
    assert run.exit_code == 0
    assert [record["id"] for record in run.records("custom_fields")] == [1]
    assert not run.of("custom_fields", "ACTIVATE_VERSION")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=iso-8859-1", "text/plain; charset=utf-16", "application/json; charset=no-such"]
)
def test_json_is_utf_8_whatever_the_header_says_and_a_byte_order_mark_is_fine(kind: str) -> None:
    body = "\ufeff" + json.dumps({"entries": [{"id": 1, "name": "Zoë 東京 🦊"}], **LAST}, ensure_ascii=False)
    run, _ = customers_of(body.encode(), Content_Type=kind)
    assert run.exit_code == 0, run.stderr
    assert [record["name"] for record in run.records("customers")] == ["Zoë 東京 🦊"]


def nested(depth: int) -> Any:  # noqa: ANN401 - any JSON
    """Return an object in an object in an object."""
    value: Any = "deep"
    for _ in range(depth):
        value = {"a": value}
    return value


def test_odd_but_good_values_come_through_as_utf_8_under_any_locale(tap: Tap) -> None:
    name = "Zoë\x00東京 🦊\u2028" + "x" * 8_000_000
    written = json.dumps(
        {"entries": [{"id": 1, "name": name, "external_id": "\ud800|\udfff", "attributes": nested(300)}], **LAST}
    )
    numbers = '"big": 36893488147419103232, "long": 3.141592653589793238462643383279, "wide": 1e400'
    body = written.replace('{"id": 1,', f'{{"id": 1, "numbers": {{{numbers}}},').encode()
    with Server(always(whole(body))) as server:
        config = subscription(server.url)
        run = tap.run(
            config, catalog=catalog_of(config, "customers"), LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
        )
    assert run.exit_code == 0, run.stderr
    (record,) = run.records("customers")
    assert record["name"] == name
    assert record["external_id"] == "\ud800|\udfff"
    assert record["attributes"] == nested(300) or record["_rescued_data"]["attributes.a"] == nested(299)
    rescued = record["_rescued_data"]["numbers"]
    assert rescued["big"] == 2**65
    assert rescued["long"] == Decimal("3.141592653589793238462643383279")
    assert rescued["wide"] == Decimal("1e400")


@pytest.mark.parametrize("depth", [500, 900, 960, 990, 1000, 1500])
def test_nesting_of_any_depth_comes_through_or_is_one_line_about_its_stream(depth: int) -> None:
    value = b'{"a":' * depth + b"1" + b"}" * depth
    deep: Script = always(whole(b'{"entries": [{"id": 1, "x": %s}], "has_more": false}' % value))
    account = always(whole({"id": "a"}))
    with Server(routes({"/v1/customers": deep, "/v1/account": account})) as server:
        run = run_here(subscription(server.url, max_retries=0), "account", "customers")
    if run.exit_code == 0:
        assert len(run.records("customers")) == 1
    else:
        assert "/v1/customers" in failure_of(run, "customers")
    assert run.of("account", "ACTIVATE_VERSION")


def test_a_body_without_a_length_that_ends_with_the_connection_is_whole() -> None:
    body = json.dumps({"entries": [{"id": 1}], **LAST}).encode()
    with Server(always(head(Connection="close") + body, End.CLOSE)) as server:
        run = run_here(subscription(server.url), "customers")
    assert run.exit_code == 0
    assert [record["id"] for record in run.records("customers")] == [1]
