"""Answers of a good status: nothing, null, one record, errors; what is in doubt is said and drops no row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import KEY, bookmark, failure_of, run_here, subscription, support
from tests.faults.server import Server, always, head, in_turn, routes, whole

if TYPE_CHECKING:
    from tests.faults.server import Script
    from tests.singer import Run

NOTHING = [head("204 No Content"), head("205 Reset Content", Content_Length="0")]
NULLS: list[Any] = [None, {"data": None, "meta": {"next_cursor": None}}]
NONE: dict[str, Any] = {}
BODY: list[dict[str, Any]] = [{}, {"data_selector": []}, {"data_selector": "$"}]
SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}


def declared(url: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """Return settings with declared streams."""
    return {"api": "declared", "api_url": url, "api_key": KEY, "backoff_factor": 0, "resources": [*resources]}


def things(path: str = "/things", schema: Any = SCHEMA, **words: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a declared stream; without a schema if that is None."""
    given = {} if schema is None else {"schema": schema}
    return {"name": path.partition("/")[2].partition("/")[0], **given, "endpoint": {"path": path, **words}}


def read(answer: object, *, schema: Any = SCHEMA, **words: Any) -> Run:  # noqa: ANN401 - any JSON
    """Read a declared stream whose every answer is the same."""
    with Server(always(answer if isinstance(answer, bytes) else whole(answer))) as server:
        return run_here(declared(server.url, things("/things", schema, **words)), "things")


def activates(run: Run, stream: str = "things") -> bool:
    assert run.exit_code == 0, run.stderr
    return bool(run.of(stream, "ACTIVATE_VERSION"))


@pytest.mark.parametrize("answer", NOTHING)
def test_no_content_is_an_empty_list_and_no_doubt_about_it(answer: bytes) -> None:
    for words in (NONE, {"data_selector": "data"}, {"data_selector": "$.data[*].x"}, {"data_selector": "data.*"}):
        run = read(answer, **words)
        assert not run.records("things")
        assert activates(run)
    with Server(always(answer)) as server:
        run = run_here(support(server.url, custom_field_object_types=["Ticket"]), "custom_fields", "customers")
    assert activates(run, "custom_fields")
    assert activates(run, "customers")


@pytest.mark.parametrize("body", NULLS)
def test_null_for_a_list_ends_the_walk_and_drops_no_row(body: object) -> None:
    for words in (NONE, {"data_selector": "data"}, {"data_selector": "data.rows"}, {"data_selector": "$.data[*].rows"}):
        run = read(body, **words)
        assert not run.records("things")
        assert not activates(run)
    with Server(always(whole(body))) as server:
        run = run_here(support(server.url, custom_field_object_types=["Ticket"]), "custom_fields", "customers")
    assert not activates(run, "custom_fields")
    assert not activates(run, "customers")


@pytest.mark.parametrize(
    ("selector", "body"),
    [("data", {"data": {}}), ("$.data", {"data": {}}), ("$.data[0]", {"data": [{}]}), ("$", {}), ([], {})],
)
def test_an_empty_object_for_a_list_ends_the_walk_and_drops_no_row(selector: object, body: object) -> None:
    run = read(body, data_selector=selector)
    assert not run.records("things")
    assert not activates(run)
    assert "gave an empty object for a list" in run.stderr


def test_null_in_the_middle_of_a_walk_that_has_a_cursor_does_not_end_it() -> None:
    pages = (
        {"data": [{"id": 1}], "meta": {"next_cursor": "b"}},
        {"data": None, "meta": {"next_cursor": "c"}},
        {"data": [{"id": 3}], "meta": {"next_cursor": None}},
    )
    with Server(in_turn(*([whole(page)] for page in pages))) as server:
        run = run_here(support(server.url, custom_field_object_types=["Ticket"]), "custom_fields")
    assert {record["id"] for record in run.records("custom_fields")} == {1, 3}
    assert not activates(run, "custom_fields")


@pytest.mark.parametrize(("gap", "exit_code"), [(None, 0), ({"data": None}, 0), ({"data": {}}, 0), ({}, 1)])
def test_a_walk_that_null_ends_on_its_way_moves_no_bookmark(gap: object, exit_code: int) -> None:
    first = {"data": [{"id": 1, "updated_datetime": "2024-02-01T00:00:00Z"}], "meta": {"next_cursor": "b"}}
    state = {"bookmarks": {"customers": bookmark("updated_datetime", "2024-01-01T00:00:00.000000+00:00")}}
    with Server(in_turn([whole(first)], [whole(gap)])) as server:
        run = run_here(support(server.url), "customers", state=state)
    assert run.exit_code == exit_code, run.stderr
    assert len(run.records("customers")) == 1
    assert run.state == state, "the rows between the first page and the old bookmark have not been read"


def test_no_content_for_the_one_record_of_a_stream_is_an_error_and_never_an_empty_table() -> None:
    with Server(always(NOTHING[0])) as server:
        run = run_here(support(server.url), "account")
    assert "null as record 0 of the body" in failure_of(run, "account")


@pytest.mark.parametrize("nothing", [head("204 No Content"), whole(None), whole({"data": None})])
def test_nothing_under_one_parent_does_not_end_the_others(nothing: bytes) -> None:
    scripts: dict[str, Script] = {
        "/things": always(whole([{"id": 1}, {"id": 2}, {"id": 3}])),
        "/things/1/parts": always(whole({"data": [{"id": 10}]})),
        "/things/2/parts": always(nothing),
        "/things/3/parts": always(whole({"data": [{"id": 30}]})),
    }
    parts = {**things("/things/{resources.things.id}/parts", data_selector="data"), "name": "parts"}
    with Server(routes(scripts)) as server:
        run = run_here(declared(server.url, things(), parts), "parts")
    assert [record["id"] for record in run.records("parts")] == [10, 30]
    assert activates(run, "parts") == nothing.startswith(b"HTTP/1.1 204")


def test_a_path_that_ends_in_a_placeholder_asks_for_one_record() -> None:
    order = {"id": 1, "customer": "c", "lines": [{"sku": "x", "id": 7}]}
    scripts: dict[str, Script] = {"/orders": always(whole([{"id": 1}])), "/orders/1": always(whole(order))}
    details = {"name": "details", "endpoint": {"path": "orders/{resources.orders.id}"}}
    with Server(routes(scripts)) as server:
        run = run_here(declared(server.url, things("/orders"), details), "details")
    assert run.exit_code == 0, run.stderr
    (record,) = run.records("details")
    assert (record["id"], record["customer"], record["lines"]) == (1, "c", [{"sku": "x", "id": 7}])


def test_a_record_with_an_empty_list_is_a_record() -> None:
    run = read({"id": 1, "name": "x", "features": []}, paginator={"type": "single_page"})
    assert [(record["id"], record["name"]) for record in run.records("things")] == [(1, "x")]


def test_an_empty_list_of_an_unknown_name_is_an_error_that_says_what_to_set() -> None:
    line = failure_of(read({"widgets": [], "summary": {"a": 1}}), "things")
    assert "an empty list ('widgets')" in line
    assert "data_selector" in line
    assert activates(read({"widgets": [], "summary": {"a": 1}}, data_selector="widgets"))
    assert activates(read({"things": [], "summary": {"a": 1}}))


def test_one_object_where_a_list_belongs_is_one_record() -> None:
    run = read({"data": {"id": 1}}, data_selector="data")
    assert [record["id"] for record in run.records("things")] == [1]
    assert activates(run)


def test_a_key_of_an_object_of_records_is_a_field_or_rescued() -> None:
    body = {"data": {"2022-01-01": {"name": "a"}, "2022-01-02": {"name": "b"}}}
    run = read(body, schema=None, data_selector="data.*")
    assert [(r["_key"], r["name"]) for r in run.records("things")] == [("2022-01-01", "a"), ("2022-01-02", "b")]
    run = read(body, data_selector="data.*")
    assert [record["_rescued_data"] for record in run.records("things")] == [{"_key": day} for day in body["data"]]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": 1}], "additional_data": {"next_cursor": "b"}},
        whole([{"id": 1}], X_Next_Page="2"),
    ],
)
def test_undeclared_an_answer_that_says_that_there_is_more_ends_the_stream(body: object) -> None:
    line = failure_of(read(body), "things")
    assert "says that there is more" in line
    assert "declare its 'paginator', or 'type: single_page'" in line


@pytest.mark.parametrize("body", [[{"id": n} for n in range(50)], {"data": [{"id": n} for n in range(50)]}])
def test_a_full_page_without_the_place_of_its_cursor_is_warned_of_and_drops_no_row(body: object) -> None:
    """Some endpoints have no `meta`: nobody can know whether there is more."""
    with Server(always(whole(body))) as server:
        run = run_here(support(server.url, custom_field_object_types=["Ticket", "Customer"]), "custom_fields")
        fewer = run_here(support(server.url, custom_field_object_types=["Ticket"], page_size=49), "custom_fields")
    assert len(run.records("custom_fields")) == 200
    assert not activates(run, "custom_fields")
    (line,) = run.warnings
    assert "custom_fields: GET /api/custom-fields gave exactly the 50 records" in line
    assert "'meta.next_cursor'" in line
    assert activates(fewer, "custom_fields")


@pytest.mark.parametrize(
    "paginator",
    [
        *({"type": "cursor", "cursor_path": "meta.next", "limit": 2}, {"type": "json_link", "limit": 2}),
        *({"type": "cursor", "cursor_path": "meta.next"}, {"type": "json_link"}),
    ],
)
def test_a_full_page_of_a_declared_list_is_in_doubt_unless_its_place_says_that_it_is_the_last(
    paginator: dict[str, Any],
) -> None:
    rows = [{"id": 1}, {"id": 2}]
    words = {"paginator": paginator, "params": {} if "limit" in paginator else {"per_page": 2}}
    bodies: list[Any] = [rows, {"data": rows}, {"data": rows, "meta": {}}]
    for body in bodies:
        assert not activates(read(body, **words))
    ended: Any = {"data": rows, "meta": {"next": None}, "paging": {"next": None}}
    bodies = [rows[:1], ended, {"data": rows, "has_more": False}]
    for body in bodies:
        assert activates(read(body, **words))


def test_what_can_go_on_beyond_a_full_page_is_in_no_doubt() -> None:
    paginator = {"type": "page_number", "base_page": 1, "limit": 2}
    with Server(in_turn([whole([{"id": 1}, {"id": 2}])], [whole([])])) as server:
        assert activates(run_here(declared(server.url, things(paginator=paginator)), "things"))
    assert activates(read([{"id": 1}, {"id": 2}], paginator={"type": "header_link", "limit": 2}))
    assert activates(read([{"id": n} for n in range(100)], paginator={"type": "single_page"}))


@pytest.mark.parametrize(("count", "params"), [(100, {}), (25, {}), (7, {"limit": 7}), (7, {"per_page": "7"})])
def test_undeclared_what_looks_like_a_full_page_is_warned_of_and_drops_no_row(count: int, params: Any) -> None:  # noqa: ANN401
    run = read([{"id": n} for n in range(count)], params=params)
    assert len(run.records("things")) == count
    assert not activates(run)
    (line,) = run.warnings
    assert f"gave {count} records, which looks like a full page" in line
    assert "single_page" in line
    assert activates(read([{"id": n} for n in range(count + 1)], params=params))


def test_a_full_page_that_says_that_there_is_more_is_an_error_and_no_warning() -> None:
    run = read({"things": [{"id": n} for n in range(100)], "has_more": True})
    assert run.exit_code == 1
    assert not run.warnings
    assert "says that there is more (has_more)" in run.errors[0]


FAILURES: list[Any] = [
    {"error": {"msg": "the search index is being rebuilt"}},
    {"errors": [{"message": "the search index is being rebuilt"}], "data": None},
    {"success": False, "message": "the search index is being rebuilt"},
    {"success": False, "message": "the search index is being rebuilt", "data": []},
    {"ok": False, "error": "the search index is being rebuilt"},
    {"ok": False, "error": "the search index is being rebuilt", "data": []},
    {"status": "error", "message": "the search index is being rebuilt", "data": None},
    {"code": 503, "msg": "the search index is being rebuilt", "data": []},
    {"error": True, "reason": "the search index is being rebuilt"},
    {"message": "the search index is being rebuilt"},
    {"data": {"error": "the search index is being rebuilt"}},
    {"data": {"errors": [{"message": "the search index is being rebuilt"}], "data": None}},
    {"success": 0, "message": "the search index is being rebuilt", "data": []},
]


@pytest.mark.parametrize("body", FAILURES, ids=str)
def test_an_error_in_an_answer_of_status_200_is_a_failure_in_the_services_own_words(body: dict[str, Any]) -> None:
    assert "the search index is being rebuilt" in failure_of(read(body, data_selector="data"), "things")
    with Server(always(whole({**body, "entries": body.get("data", "none")} if "data" in body else body))) as server:
        run = run_here(subscription(server.url), "customers")
    assert "the search index is being rebuilt" in failure_of(run, "customers")


@pytest.mark.parametrize("body", [body for body in FAILURES if not isinstance(body.get("data"), dict)], ids=str)
def test_an_error_is_no_record_where_nobody_said_where_the_records_stand(body: dict[str, Any]) -> None:
    for words in BODY:
        assert "the search index is being rebuilt" in failure_of(read(body, **words), "things")


def test_the_words_of_failure_may_be_fields_of_a_record() -> None:
    job = {"id": 1, "name": "import", "success": False, "error": "no such file"}
    for words in BODY[:2]:
        assert [record["id"] for record in read(job, **words).records("things")] == [1]
    assert activates(read({"data": [job], "success": True, "error": None, "errors": [], "status": "ok"}))


def test_errors_beside_records_are_told_and_no_row_is_dropped_by_it() -> None:
    run = read({"data": [{"id": 1}], "errors": [{"message": "shard 2 timed out"}]}, data_selector="data")
    assert [record["id"] for record in run.records("things")] == [1]
    assert not activates(run)
    assert "shard 2 timed out" in run.stderr


@pytest.mark.parametrize("body", [{"entries": [], "has_more": False}, []])
def test_an_empty_list_that_is_only_accepted_drops_no_row(body: object) -> None:
    with Server(always(whole(body, "202 Accepted"))) as server:
        run = run_here(subscription(server.url), "customers")
    assert run.exit_code == 0
    assert any("answered 202 Accepted without records" in line for line in run.warnings)
    assert not activates(run, "customers")


def test_records_that_come_with_202_are_a_list_like_any_other() -> None:
    with Server(always(whole({"entries": [{"id": 1}], "has_more": False}, "202 Accepted"))) as server:
        run = run_here(subscription(server.url), "customers")
    assert not run.warnings
    assert activates(run, "customers")
