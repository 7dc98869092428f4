"""How well-known services end their lists, leave lists out and report failures, declared as a user would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole
from tests.faults.test_answers import SCHEMA, activates, declared, read, things

if TYPE_CHECKING:
    from tests.faults.server import Request
    from tests.singer import Run

ROWS = [{"id": n} for n in (1, 2, 3)]


def ids(run: Run, stream: str = "things") -> list[int]:
    return [row["id"] for row in run.records(stream)]


def walk(pages: dict[str, Any], path: str = "/things", **words: Any) -> Run:
    """Read a declared stream whose answers are given by path and query; a second item holds headers."""

    def script(request: Request) -> list[bytes]:
        answer = pages[request.target]
        body, headers = answer if isinstance(answer, tuple) else (answer, {})
        return [whole(body, **headers)]

    with Server(script) as server:
        endpoint = {"path": path, **words}
        return run_here(declared(server.url, {"name": "things", "schema": SCHEMA, "endpoint": endpoint}))


NO_ROWS_YET: list[dict[str, Any]] = [
    {"message": "Rate limit exceeded", "data": []},
    {"Message": "Throttled", "data": []},
    {"retcode": -1, "data": []},
    {"header": {"resultCode": "99", "resultMsg": "LIMITED"}, "data": []},
    {"status": "PROCESSING", "data": []},
    {"jobComplete": False, "data": []},
]

NO_ROWS: list[dict[str, Any]] = [
    {"message": "No records found", "data": []},
    {"msg": "success", "data": []},
    {"code": 200, "message": "Request processed", "data": []},
    {"code": "0", "message": "done", "data": []},
    {"success": True, "message": "Fetched", "data": []},
    {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE"}, "data": []},
    {"status": "active", "data": []},
    {"jobComplete": True, "data": []},
    {"title": "Feed", "description": "x", "data": []},
]


@pytest.mark.parametrize("body", NO_ROWS_YET, ids=str)
def test_an_empty_list_beside_what_may_be_a_failure_drops_no_rows(body: dict[str, Any]) -> None:
    run = read(body, data_selector="data")
    assert not activates(run)
    assert any("gave no records, and says: " in line for line in run.warnings)


@pytest.mark.parametrize("body", NO_ROWS, ids=str)
def test_an_empty_list_beside_a_word_of_success_is_empty(body: dict[str, Any]) -> None:
    assert activates(read(body, data_selector="data"))


# Where the records stand


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ({"data": ROWS, "links": [{"url": None, "label": "1"}], "total": 3, "last_page": 1}, ROWS),
        ({"data": [], "links": [{"url": None, "label": "1"}], "total": 0, "last_page": 1}, []),
        ({"things": ROWS, "total_items": 3, "_links": [{"rel": "self", "href": "/things"}]}, ROWS),
        ({"data": {"id": 1}, "links": [{"rel": "self", "href": "/things"}]}, ROWS[:1]),
        ({"id": 1, "links": [{"rel": "self", "href": "/things"}]}, ROWS[:1]),
        ({"links": ROWS, "pagination": {"total": 3, "next": ""}}, ROWS),
    ],
    ids=str,
)
def test_links_are_not_the_records_that_they_stand_beside(body: dict[str, Any], rows: list[Any]) -> None:
    for schema in (SCHEMA, None):
        run = read(body, schema=schema)
        assert run.exit_code == 0, run.stderr
        assert ids(run) == [row["id"] for row in rows]


@pytest.mark.parametrize("name", ["included", "groups"])
def test_what_stands_beside_one_record_is_not_taken_for_the_list_in_silence(name: str) -> None:
    run = read({"data": {"id": 1}, name: [{"id": 9, "type": "people"}]})
    assert "say in 'data_selector' which one holds the records" in failure_of(run, "things")


@pytest.mark.parametrize(("pages", "word"), [(1, None), (6, None), (6, "declared")])
def test_what_stands_beside_the_list_in_a_list_says_whether_there_is_more(pages: int, word: str | None) -> None:
    def script(request: Request) -> list[bytes]:
        page = int(request.params.get("page", 1))
        return [whole([{"page": page, "pages": pages, "total": 3 * pages}, [{"id": 3 * page + n} for n in range(3)]])]

    paginator = {"type": "page_number", "base_page": 1, "total_path": "$[0].pages"} if word else None
    with Server(script) as server:
        run = run_here(declared(server.url, things(data_selector="$[1]", paginator=paginator)), "things")
    if pages > 1 and not word:
        assert "says that there is more ([0].pages)" in failure_of(run, "things")
    else:
        assert activates(run)
        assert len(ids(run)) == 3 * pages


@pytest.mark.parametrize("end", [{}, {"next": None}, {"next": {}}, {"next": {"href": None}}], ids=str)
def test_the_address_in_a_link_that_is_an_object_is_followed(end: dict[str, Any]) -> None:
    link = {"next": {"href": "/things?page=2", "title": "next"}}
    run = walk(
        {"/things": {"data": ROWS[:2], "links": link}, "/things?page=2": {"data": ROWS[2:], "links": end}},
        paginator={"type": "json_link", "next_url_path": "links.next"},
    )
    assert activates(run)
    assert ids(run) == [1, 2, 3]


def test_a_next_address_that_is_relative_to_that_of_the_list_is_followed() -> None:
    run = walk(
        {
            "/odata/things": {"value": ROWS[:2], "@odata.nextLink": "things?$skip=2"},
            "/odata/things?%24skip=2": {"value": ROWS[2:]},
            "/odata/things?$skip=2": {"value": ROWS[2:]},
        },
        "/odata/things",
    )
    assert activates(run)
    assert ids(run) == [1, 2, 3]


def test_the_address_of_a_list_is_no_cursor_and_the_flag_of_more_is_what_is_told() -> None:
    run = read({"object": "list", "url": "/v1/things", "has_more": True, "data": ROWS})
    assert "says that there is more (has_more)" in failure_of(run, "things")


@pytest.mark.parametrize("path", ["/Messages.json", "/list"])
def test_a_list_named_for_messages_is_the_list_where_its_items_are_records(path: str) -> None:
    first = {"messages": ROWS[:2], "previous_uri": None, "next_uri": f"{path}?page=1"}
    last = {"messages": ROWS[2:], "previous_uri": path, "next_uri": None}
    run = walk(
        {path: first, f"{path}?page=1": last}, path, paginator={"type": "json_link", "next_url_path": "next_uri"}
    )
    assert activates(run)
    assert ids(run) == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [
        {"next": None, "owner": None, "data": {"results": ROWS}},
        {"payload": {"rows": ROWS}, "extra": None},
        {"next_url": None, "messages": [{"text": "x"}]},
    ],
)
def test_a_null_beside_a_list_that_stands_deeper_is_no_empty_list(body: dict[str, Any]) -> None:
    run = read(body, paginator={"type": "json_link", "next_url_path": "next"})
    assert "data_selector" in failure_of(run, "things")


def test_an_empty_page_is_known_by_the_key_of_the_pages_before_it() -> None:
    def page(rows: list[Any], start: int) -> dict[str, Any]:
        return {"expand": "names", "issues": rows, "startAt": start}

    run = walk(
        {"/things?offset=0&limit=2": page(ROWS[:2], 0), "/things?offset=2&limit=2": page(ROWS[2:], 2)}
        | {"/things?limit=2&offset=0": page(ROWS[:2], 0), "/things?limit=2&offset=2": page(ROWS[2:], 2)}
        | {"/things?offset=3&limit=2": page([], 3), "/things?limit=2&offset=3": page([], 3)},
        paginator={"type": "offset", "limit": 2},
    )
    assert activates(run)
    assert ids(run) == [1, 2, 3]


@pytest.mark.parametrize("body", [{}, {"resultSizeEstimate": 0}, {"_links": {}, "page": {"totalElements": 0}}])
def test_a_list_that_is_left_out_where_nothing_is_there_is_an_empty_one_and_drops_no_row(body: dict[str, Any]) -> None:
    run = read(body, data_selector="messages.items")
    assert not activates(run)
    assert ids(run) == []


@pytest.mark.parametrize("body", [{"items": [], "total": 0}, {"total": 3}, {"x": {}}])
def test_a_selector_that_finds_nothing_is_an_error_where_the_answer_does_not_say_that_there_is_nothing(
    body: dict[str, Any],
) -> None:
    assert "gave no list 'messages'" in failure_of(read(body, data_selector="messages"), "things")


@pytest.mark.parametrize("path", ["/orders/{resources.things.id}", "/orders/{resources.things.id}.json"])
def test_a_path_that_ends_in_a_placeholder_leads_to_one_record(path: str) -> None:
    def script(request: Request) -> list[bytes]:
        if request.target == "/things":
            return [whole([{"id": 1}])]
        return [whole({"id": 1, "name": "order", "lines": [{"id": 7}]})]

    with Server(script) as server:
        orders = {"name": "orders", "schema": SCHEMA, "endpoint": {"path": path}}
        run = run_here(declared(server.url, things(), orders))
    assert run.exit_code == 0, run.stderr
    assert ids(run, "orders") == [1]


# Where lists end


def test_a_link_beside_which_stands_that_it_has_no_results_is_none() -> None:
    def link(cursor: int, results: str) -> dict[str, str]:
        return {"Link": f'</things?cursor={cursor}>; rel="next"; results="{results}"; cursor="0:{cursor}:0"'}

    run = walk(
        {"/things": (ROWS[:2], link(1, "true")), "/things?cursor=1": (ROWS[2:], link(2, "false"))},
        paginator={"type": "header_link"},
    )
    assert activates(run)
    assert ids(run) == [1, 2, 3]


@pytest.mark.parametrize(
    "beside", [{"last": True}, {"next": None}, {"total": 20}, {"meta": {"total_pages": 1}}, {"has_more": False}]
)
def test_a_full_page_that_says_that_it_is_all_is_no_reason_for_doubt(beside: dict[str, Any]) -> None:
    run = read({"data": [{"id": n} for n in range(20)], **beside})
    assert activates(run)
    assert "looks like a full page" not in run.stderr
    assert "looks like a full page" in read({"data": [{"id": n} for n in range(20)], "count": 20}).stderr


# Failures in answers of status 200


@pytest.mark.parametrize(
    "body",
    [
        {"status": {"error_code": 1001, "error_message": "no such key"}, "data": []},
        {"data": [], "errcode": 40013, "errmsg": "no such key"},
        {"data": None, "error_code": 7, "error_msg": "no such key"},
        {"meta": {"code": 400, "errorDetail": "no such key"}, "response": {}},
        {"stat": "fail", "code": 100, "message": "no such key"},
        {"Response": "False", "Error": "no such key"},
        {"cod": "404", "message": "no such key"},
    ],
)
@pytest.mark.parametrize("selector", [{}, {"data_selector": "data"}])
def test_an_error_is_told_in_the_words_of_the_service(body: dict[str, Any], selector: dict[str, Any]) -> None:
    assert "no such key" in failure_of(read(body, **selector), "things")


def test_a_code_that_only_the_service_knows_drops_no_row() -> None:
    run = read({"code": 40001, "message": "the token has expired", "data": []})
    assert not activates(run)
    assert "gave no records, and says: the token has expired" in run.stderr.replace("code: 40001; ", "")
    assert activates(read({"code": 200, "message": "no records", "data": []}))
    assert activates(read({"code": 0, "error_code": 0, "error_message": None, "data": ROWS}))


@pytest.mark.parametrize("rows", [ROWS, []])
@pytest.mark.parametrize(
    "beside",
    [
        {"errcode": 0, "errmsg": "ok"},
        {"error_code": "0", "error_msg": "Success"},
        {"errorCode": "OK", "errorMessage": ""},
        {"error_code": "none"},
        {"code": 1000, "message": "success"},
    ],
)
def test_a_report_that_there_is_no_error_is_none(beside: dict[str, Any], rows: list[Any]) -> None:
    run = read({"data": rows, **beside})
    assert activates(run)
    assert not run.errors


# Lists under parents


def under(parents: list[Any], rows: list[list[Any]], **words: Any) -> Run:
    """Read the parts of some things."""
    lists = iter([*rows, *rows])

    def script(request: Request) -> list[bytes]:
        return [whole(parents if request.target == "/things" else next(lists))]

    with Server(script) as server:
        parts = {"name": "parts", "endpoint": {"path": "/parts/{resources.things.ref}/all"}, **words}
        thing = things(schema={"type": "object", "properties": {"ref": {"type": "string"}}})
        return run_here({**declared(server.url, thing, parts), "max_parallel_requests": 1})


def test_a_parent_that_refers_to_nothing_is_left_out_with_a_warning() -> None:
    run = under([{"ref": "a"}, {"ref": None}, {}, {"ref": ""}, {"ref": "b"}], [[{"id": 1}], [{"id": 2}]], schema=SCHEMA)
    assert run.exit_code == 0, run.stderr
    assert ids(run, "parts") == [1, 2]
    assert "record 1 of 'things' has nothing as 'resources.things.ref' to ask with (3 parents left out)" in run.stderr


def test_parents_of_which_none_refers_to_anything_are_an_error() -> None:
    run = under([{"ref": None}, {}], [[]], schema=SCHEMA)
    assert "record 0 of 'things' has nothing as 'resources.things.ref' to ask with" in failure_of(run, "parts")
