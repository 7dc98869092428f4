"""What a declared request carries: a body, headers, placeholders in each of them; and what becomes of all rows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, in_turn, routes, whole

if TYPE_CHECKING:
    from tests.faults.server import Request, Script
    from tests.singer import Run

ROWS = [{"id": number} for number in range(5)]
OWNERS = [{"id": 7, "name": "a b/c"}, {"id": 8, "name": "d{e}"}]
OF_OWNER = "{resources.owners.id}"


def read(script: Script, *resources: dict[str, Any], **more: Any) -> tuple[Run, list[Request]]:
    """Read all resources from a server."""
    with Server(script) as server:
        config = {"client": {"base_url": f"{server.url}/v1"}, "resources": [*resources], "backoff_factor": 0, **more}
        run = run_here(config)
    return run, server.requests


def found(**endpoint: Any) -> dict[str, Any]:
    """Return a resource that is asked for with POST."""
    words = {"path": "search", "method": "POST", "data_selector": "rows", "paginator": "single_page", **endpoint}
    return {"name": "found", "primary_key": "id", "endpoint": words}


def ids(run: Run, stream: str = "found") -> list[int]:
    assert run.exit_code == 0, run.stderr
    return [record["id"] for record in run.records(stream)]


ALL = whole({"rows": ROWS})


@pytest.mark.parametrize("method", ["POST", "post", "GET"])
def test_a_body_of_json_is_sent_as_it_is_declared(method: str) -> None:
    body = {"filter": {"state": ["a", None], "min": 1.5, "is_open": True}, "empty": {}, "text": 'q {"a": 1}'}
    run, requests = read(lambda _: [ALL], found(method=method, json=body))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {request.method for request in requests} == {method.upper()}
    assert {request.headers["content-type"] for request in requests} == {"application/json"}
    assert [request.json for request in requests] == [body] * len(requests)


def test_a_body_without_fields_is_a_body_and_no_body_is_none() -> None:
    run, requests = read(lambda _: [ALL], found(json={}))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {request.body for request in requests} == {b"{}"}
    run, requests = read(lambda _: [ALL], found())
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {(request.method, request.body) for request in requests} == {("POST", b"")}


def test_fields_of_a_form_and_a_raw_text_are_bodies_too() -> None:
    run, requests = read(lambda _: [ALL], found(data={"q": "a b&c", "n": 5, "is_open": True, "none": None}))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {request.body for request in requests} == {b"q=a+b%26c&n=5&is_open=true"}
    assert {request.headers["content-type"] for request in requests} == {"application/x-www-form-urlencoded"}
    words = found(data="<q>ä</q>", headers={"Content-Type": "text/xml"})
    run, requests = read(lambda _: [ALL], words)
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {(request.body.decode(), request.headers["content-type"]) for request in requests} == {
        ("<q>ä</q>", "text/xml")
    }


def test_bodies_of_all_resources_are_added_to() -> None:
    defaults = {"endpoint": {"method": "POST", "json": {"size": 5, "sort": "id"}}}
    words = found(json={"sort": "name"})
    del words["endpoint"]["method"]
    run, requests = read(lambda _: [ALL], words, resource_defaults=defaults)
    assert ids(run) == [0, 1, 2, 3, 4]
    assert [request.json for request in requests] == [{"size": 5, "sort": "name"}] * len(requests)


@pytest.mark.parametrize(
    ("paginator", "asked"),
    [
        (
            {"type": "offset", "limit": 2, "offset_body_path": "page.from", "limit_body_path": "page.size"},
            [{"page": {"sort": "id", "from": at, "size": 2}} for at in (0, 2, 4, 5)],
        ),
        (
            {"type": "page_number", "base_page": 1, "page_body_path": "page.number", "total_path": "pages"},
            [{"page": {"sort": "id", "number": number}} for number in (1, 2, 3)],
        ),
        (
            {"type": "cursor", "cursor_path": "next", "cursor_body_path": "after"},
            [{"page": {"sort": "id"}, **after} for after in ({}, {"after": 2}, {"after": 4})],
        ),
        # Where it stands is found out.
        (
            {"type": "cursor", "cursor_body_path": "after"},
            [{"page": {"sort": "id"}, **after} for after in ({}, {"after": 2}, {"after": 4})],
        ),
    ],
)
def test_what_a_page_changes_goes_into_the_body(paginator: dict[str, Any], asked: list[object]) -> None:
    def script(request: Request) -> list[bytes]:
        page = request.json["page"]
        at = page.get("from", request.json.get("after", 2 * page.get("number", 1) - 2))
        return [whole({"rows": ROWS[at : at + 2], "pages": 3, "next": at + 2 if at < 4 else None})]

    schema = {"properties": {"id": {"type": "integer"}}}
    run, requests = read(script, {**found(json={"page": {"sort": "id"}}, paginator=paginator), "schema": schema})
    assert ids(run) == [0, 1, 2, 3, 4]
    assert [request.json for request in requests] == asked
    assert {request.target for request in requests} == {"/v1/search"}


@pytest.mark.parametrize(
    ("paginator", "header", "param"),
    [
        ("header_cursor", "next", "cursor"),
        ({"type": "header_cursor", "cursor_key": "X-Next-Token", "cursor_param": "t"}, "x-next-token", "t"),
    ],
)
def test_a_cursor_in_a_header_goes_into_the_query(paginator: object, header: str, param: str) -> None:
    def script(request: Request) -> list[bytes]:
        at = int(request.params.get(param, "c0")[1:])
        cursor = {header: f"c{at + 2}"} if at < 4 else {}
        return [whole({"rows": ROWS[at : at + 2]}, **cursor)]

    run, requests = read(script, found(method="GET", paginator=paginator, params={"all": 1}))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert [request.params for request in requests[-3:]] == [
        {"all": "1"},
        {"all": "1", param: "c2"},
        {"all": "1", param: "c4"},
    ]


def test_a_declared_user_agent_is_sent() -> None:
    run, requests = read(lambda _: [ALL], found(headers={"user-agent": "me/1.0"}))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {request.headers["user-agent"] for request in requests} == {"me/1.0"}


def test_a_search_is_tried_again_with_its_body() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    answers = in_turn([whole({}, "503 Busy")], [whole({}, "429 Busy", Retry_After="0")], [ALL])
    run, requests = read(answers, {**found(json={"q": "x"}), "schema": schema})
    assert ids(run) == [0, 1, 2, 3, 4]
    assert [request.json for request in requests] == [{"q": "x"}] * 3


def test_a_search_that_fails_names_its_method_and_shows_nothing_of_its_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = {**found(json={"q": "bod1-value"}), "schema": {"properties": {"id": {"type": "integer"}}}}
    run, _ = read(lambda _: [whole({"error": "no such field"}, "400 Bad Request")], words)
    assert run.exit_code == 1
    assert "found: POST /v1/search answered 400 Bad Request: no such field" in run.stderr
    assert "urllib3" in run.stderr
    assert "bod1" not in run.stderr


def owners_with(script: Script) -> Script:
    return routes({"/v1/owners": lambda _: [whole(OWNERS)], "/v1/search": script, "/v1/a{b}": script})


OWNERS_LIST = {"name": "owners", "primary_key": "id", "endpoint": {"path": "owners", "paginator": "single_page"}}


def test_placeholders_are_filled_in_every_part_of_a_request() -> None:
    words = found(
        json={"of": OF_OWNER, "name": ["{resources.owners.name}", "x"], "{{literal}}": "is {{{resources.owners.id}}}"},
        headers={"X-Owner": f"owner {OF_OWNER}"},
        params={"tags": ["all", f"of-{OF_OWNER}"], "filter": '{"of": {"id": "{resources.owners.id}"}}'},
    )
    words |= {"include_from_parent": ["id"], "primary_key": ["_owners_id", "id"]}
    run, requests = read(owners_with(lambda _: [ALL]), OWNERS_LIST, words)
    assert ids(run) == [0, 1, 2, 3, 4] * 2
    assert {record["_owners_id"] for record in run.records("found")} == {7, 8}
    searches = {request.headers["x-owner"]: request for request in requests if request.path == "/v1/search"}
    assert searches.keys() == {"owner 7", "owner 8"}
    for owner in OWNERS:
        request = searches[f"owner {owner['id']}"]
        # A value is not read as a placeholder again.
        assert request.json == {"of": owner["id"], "name": [owner["name"], "x"], "{literal}": f"is {{{owner['id']}}}"}
        assert request.params["filter"] == f'{{"of": {{"id": "{owner["id"]}"}}}}'
        assert f"tags=all&tags=of-{owner['id']}" in request.target


def test_doubled_braces_are_braces_in_a_path_too() -> None:
    run, requests = read(lambda _: [ALL], found(path="a{{b}}", method="GET"))
    assert ids(run) == [0, 1, 2, 3, 4]
    assert {request.target for request in requests} == {"/v1/a%7Bb%7D"}


def test_each_parents_list_has_a_bookmark_where_only_the_body_tells_them_apart() -> None:
    def script(request: Request) -> list[bytes]:
        return [whole({"rows": [{"id": request.json["of"] * 10, "at": f"2024-05-0{request.json['of']}T00:00:00Z"}]})]

    words = found(json={"of": OF_OWNER}, incremental={"cursor_path": "at"})
    run, _ = read(owners_with(script), OWNERS_LIST, words)
    assert ids(run) == [70, 80]
    assert run.state["bookmarks"]["found"]["parents"] == {
        "/search#resources.owners.id=7": "2024-05-07T00:00:00.000000+00:00",
        "/search#resources.owners.id=8": "2024-05-08T00:00:00.000000+00:00",
    }


def test_a_value_that_no_header_can_hold_ends_the_list_of_its_parent_only() -> None:
    owners = [{"id": 1, "name": "a\r\nX-Evil: b"}, {"id": 2, "name": "b"}]
    script = routes({"/v1/owners": lambda _: [whole(owners)], "/v1/search": lambda _: [ALL]})
    schema = {"properties": {"id": {"type": "integer"}}}
    words = {**found(headers={"X-Name": "{resources.owners.name}"}), "schema": schema}
    run, requests = read(script, OWNERS_LIST, words)
    assert "the header 'X-Name' cannot hold the value of a placeholder" in failure_of(run, "found")
    assert [record["id"] for record in run.records("found")] == [0, 1, 2, 3, 4]
    assert {request.headers["x-name"] for request in requests if request.path == "/v1/search"} == {"b"}
    assert "x-evil" not in requests[-1].headers
