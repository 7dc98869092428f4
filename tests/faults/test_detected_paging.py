"""A list whose paging nobody declares is read whole, or the user is asked; and what dlt's words for paging do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole
from tests.faults.test_answers import activates, declared, things

if TYPE_CHECKING:
    from tests.faults.server import Request, Script
    from tests.singer import Run

ROWS = [{"id": n} for n in range(7)]
ASKS = "declare its 'paginator', or 'type: single_page' for no more"


@pytest.fixture(autouse=True)
def _told_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Let the log have what is told at the level INFO, as a real run's has."""
    caplog.set_level("INFO")


def by_link(request: Request) -> list[bytes]:
    first = int(request.params.get("from", 0))
    link = f"{request.path}?from={first + 3}" if first + 3 < len(ROWS) else None
    return [whole({"data": ROWS[first : first + 3], "next": link})]


def read(script: Script, **words: Any) -> tuple[Run, list[Request]]:
    with Server(script) as server:
        return run_here(declared(server.url, things(**words)), "things"), server.requests


def ids(run: Run, stream: str = "things") -> list[int]:
    assert run.exit_code == 0, run.stderr
    return [row["id"] for row in run.records(stream)]


@pytest.mark.parametrize(
    "words", [{}, *({"paginator": word} for word in ("auto", {"type": "auto"}, None, {}))], ids=str
)
def test_every_way_to_declare_nothing_finds_the_paging_out_and_says_it_once(words: dict[str, Any]) -> None:
    run, requests = read(by_link, **words)
    assert ids(run) == list(range(7))
    assert activates(run)
    assert len(requests) == 3
    (line,) = [line for line in run.stderr.splitlines() if "is paged by" in line]
    assert """things: GET /things is paged by the address under 'next', as its first answer shows""" in line
    assert """('paginator': {"type": "json_link", "next_url_path": "next"})""" in line


def test_the_paging_of_the_lists_under_parents_is_said_once() -> None:
    def script(request: Request) -> list[bytes]:
        return [whole([{"id": 1}, {"id": 2}])] if request.path == "/things" else by_link(request)

    parts = {**things("/things/{resources.things.id}/parts"), "name": "parts"}
    with Server(script) as server:
        run = run_here(declared(server.url, things(), parts), "parts")
    assert ids(run, "parts") == list(range(7)) * 2
    assert run.stderr.count("is paged by") == 1


@pytest.mark.parametrize("beside", [{"pages": 5}, {"cursors": {"next": "x"}}, {"next_cursor": "x", "has_more": True}])
@pytest.mark.parametrize("is_refused", [True, False])
def test_a_parameter_that_is_tried_and_refused_or_ignored_asks_the_user(beside: Any, is_refused: bool) -> None:  # noqa: ANN401, FBT001
    def script(request: Request) -> list[bytes]:
        if is_refused and request.params:
            return [whole({"error": "unknown parameter"}, "400 Bad Request")]
        return [whole({"data": ROWS, **beside})]

    run, _ = read(script)
    line = failure_of(run, "things")
    assert ASKS in line
    assert next(iter(beside)) in line
    assert len(run.records("things")) == 7


@pytest.mark.parametrize("beside", [{"total": 500}, {"has_more": True}, {"meta": {"total_count": 8}}])
def test_a_sign_of_more_without_a_way_to_ask_asks_the_user(beside: dict[str, Any]) -> None:
    run, requests = read(lambda _: [whole({"data": ROWS, **beside})])
    assert ASKS in failure_of(run, "things")
    assert len(requests) == 1


def by_number(request: Request) -> list[bytes]:
    number = int(request.params.get("page", 0))
    return [whole({"data": ROWS[2 * number : 2 * number + 2], "total": 4})]


@pytest.mark.parametrize("word", ["maximum_page", "maximum_value"])
def test_a_maximum_that_cuts_rows_off_is_a_warning_and_drops_no_row(word: str) -> None:
    run, requests = read(by_number, paginator={"type": "page_number", "base_page": 0, "total_path": None, word: 2})
    assert ids(run) == [0, 1, 2, 3]
    assert len(requests) == 2
    assert not activates(run)
    (line,) = run.warnings
    assert "ended at 'maximum_page' 2, after 4 records, and there may be more" in line


@pytest.mark.parametrize(
    ("paginator", "asked"),
    [
        ("page_number", [{}, *({"page": str(n)} for n in range(1, 5))]),
        ({"type": "page_number", "base_page": 0}, [{"page": str(n)} for n in range(4)]),
        ({"type": "page_number", "base_page": 0, "total_path": None}, [{"page": str(n)} for n in range(5)]),
    ],
)
def test_the_total_is_looked_for_unless_it_is_declared_that_there_is_none(paginator: Any, asked: list[Any]) -> None:  # noqa: ANN401
    run, requests = read(by_number, paginator=paginator)
    assert ids(run) == list(range(7))
    assert [request.params for request in requests] == asked
    assert activates(run)


@pytest.mark.parametrize("name", ["json_link", "json_response"])
def test_a_link_by_its_bare_name_is_looked_for_under_next(name: str) -> None:
    for paginator in (name, {"type": name}):
        run, requests = read(by_link, paginator=paginator)
        assert ids(run) == list(range(7))
        assert len(requests) == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("['@next']", lambda cursor: {"@next": cursor}),
        ("$.meta['next page'].cursor", lambda cursor: {"meta": {"next page": {"cursor": cursor}}}),
        ("links[?(@.rel=='next')].cursor", lambda cursor: {"links": [{"rel": "next", "cursor": cursor}]}),
        ("links[*].cursor", lambda cursor: {"links": [{"cursor": cursor}, {"cursor": "other"}]}),
        ("cursors.next", lambda cursor: {"cursors": {"next": cursor}}),
    ],
)
def test_a_cursor_may_stand_under_any_path(path: str, body: Any) -> None:  # noqa: ANN401
    def script(request: Request) -> list[bytes]:
        first = int(request.params.get("cursor", 0))
        return [whole({"data": ROWS[first : first + 3], **body(str(first + 3) if first < 6 else None)})]

    run, requests = read(script, data_selector="data", paginator={"type": "cursor", "cursor_path": path})
    assert ids(run) == list(range(7))
    assert len(requests) == 3


@pytest.mark.parametrize("status", ["404 Not Found", "400 Bad Request"])
@pytest.mark.parametrize("is_needed", [True, False])
def test_numbers_of_pages_that_begin_with_0_are_found_out_of_a_strict_server(status: str, is_needed: bool) -> None:  # noqa: FBT001
    """It refuses a page behind the last one, and may refuse a request without a number."""

    def script(request: Request) -> list[bytes]:
        number = request.params.get("page", "none" if is_needed else "0")
        if number == "none":
            return [whole({"error": "page is missing"}, "400 Bad Request")]
        return by_number(request) if int(number) < 4 else [whole({"error": "no such page"}, status)]

    run, requests = read(script, paginator={"type": "page_number", "total_path": "total"})
    assert ids(run) == list(range(7))
    assert activates(run)
    assert len(requests) == 5 + is_needed


def test_a_page_that_is_refused_before_the_last_one_is_an_error() -> None:
    def script(request: Request) -> list[bytes]:
        return by_number(request) if request.params.get("page") != "3" else [whole({}, "404 Not Found")]

    run, _ = read(script, paginator={"type": "page_number", "total_path": "total"})
    assert "answered 404" in failure_of(run, "things")


@pytest.mark.parametrize("paginator", [{"type": "page_number", "base_page": 0}, {"type": "offset", "limit": 2}])
def test_a_condition_of_the_selector_ends_no_list_where_a_page_has_nothing_that_meets_it(paginator: Any) -> None:  # noqa: ANN401
    kinds = ("book", "pen", "pen", "pen", "pen", "pen", "book")
    rows = [{"id": n, "kind": kind} for n, kind in enumerate(kinds)]

    def script(request: Request) -> list[bytes]:
        first = int(request.params.get("offset", 2 * int(request.params.get("page", 0))))
        return [whole({"items": rows[first : first + 2]})]

    run, requests = read(script, data_selector="items[?(@.kind=='book')]", paginator=paginator)
    assert ids(run) == [0, 6]
    assert len(requests) == 5
    assert activates(run)


def test_a_parent_without_rows_does_not_say_how_the_lists_of_others_are_paged() -> None:
    def script(request: Request) -> list[bytes]:
        if request.path == "/things":
            return [whole([{"id": 1}, {"id": 2}])]
        first = int(request.params.get("from", 0))
        cursor = str(first + 3) if first < 6 else None
        rows = {"data": ROWS[first : first + 3], "cursors": {"next": cursor}}
        return [whole(rows if request.path == "/things/2/parts" else {"data": []})]

    words = {"paginator": {"type": "cursor", "cursor_param": "from"}, "data_selector": "data"}
    parts = {**things("/things/{resources.things.id}/parts", **words), "name": "parts"}
    with Server(script) as server:
        run = run_here({**declared(server.url, things(), parts), "max_parallel_requests": 1}, "parts")
    assert ids(run, "parts") == list(range(7))
