"""Pagination: no list is read for ever, none is cut short, and cursors go back as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import bookmark, failure_of, run_here, subscription, support
from tests.faults.server import Server, whole
from tests.singer import Run, Tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import Request, Script


def answering(body: Callable[[Request], object]) -> Script:
    """Answer every request with what a function makes of it."""
    return lambda request: [whole(body(request))]


def rows(first: int, count: int = 3) -> list[dict[str, Any]]:
    """Return rows that fit every stream."""
    return [
        {"id": n, "uuid": f"u{n}", "date": "2024-02-01T00:00:00Z", "updated_datetime": "2024-02-01T00:00:00Z"}
        for n in range(first, first + count)
    ]


def assert_ended(run: Run, server: Server, stream: str, requests: int, told: str) -> None:
    """Assert that a stream failed after so many requests, and said why."""
    assert told in failure_of(run, stream)
    assert len(server.requests) == requests
    assert "replication_key_value" not in run.stdout


@pytest.mark.parametrize("length", [1, 2, 3, 50])
@pytest.mark.parametrize("api", ["subscription", "support"])
def test_cursors_that_lead_in_a_circle_of_any_length_are_an_error_after_one_round(api: str, length: int) -> None:
    def body(request: Request) -> object:
        at = int(request.params.get("cursor", "0"))
        following = str(at % length + 1)
        page = {"entries": rows(at), "data": rows(at), "cursor": following, "meta": {"next_cursor": following}}
        return page if api == "support" else {**page, "has_more": True}

    with Server(answering(body)) as server:
        config = subscription(server.url) if api == "subscription" else support(server.url)
        run = run_here(config, "customers")
    assert_ended(run, server, "customers", length + 1, "leads in a circle")


def test_a_server_that_ignores_the_page_number_is_an_error_after_one_repeat() -> None:
    with Server(answering(lambda _: {"entries": rows(0), "has_more": True})) as server:
        run = run_here(subscription(server.url), "customers")
    assert_ended(run, server, "customers", 2, "seems to ignore 'page'")


def test_a_server_that_ignores_start_after_is_an_error_after_one_repeat() -> None:
    with Server(answering(lambda _: {"entries": rows(0), "has_more": True})) as server:
        run = run_here(subscription(server.url, start_date=None), "activities")
    assert_ended(run, server, "activities", 2, "seems to ignore 'start-after'")


@pytest.mark.parametrize("stream", ["customers", "activities"])
@pytest.mark.parametrize("cursor", [{}, {"cursor": None}, {"cursor": ""}])
def test_an_empty_page_that_says_there_is_more_without_a_way_to_ask_is_an_error(
    stream: str, cursor: dict[str, Any]
) -> None:
    with Server(answering(lambda _: {"entries": [], "has_more": True, **cursor})) as server:
        run = run_here(subscription(server.url, start_date=None), stream)
    assert_ended(run, server, stream, 1, "says that there is more")


@pytest.mark.parametrize("stream", ["customers", "activities"])
def test_without_has_more_a_list_is_read_to_its_empty_page(stream: str) -> None:
    def body(request: Request) -> object:
        read = 3 * int(request.params.get("page", "1")) - 3
        if after := request.params.get("start-after"):
            read = int(after[1:]) + 1
        return {"entries": [row for row in (*rows(read), *rows(read + 3)) if row["id"] < 9][:3]}

    with Server(answering(body)) as server:
        run = run_here(subscription(server.url, start_date=None), stream)
        last = server.requests[-1]
    assert last.params.get("start-after" if stream == "activities" else "page") in {"u7", "u8", "4"}
    assert run.exit_code == 0, run.stderr
    assert [row["uuid"] for row in run.records(stream)] == [f"u{n}" for n in range(9)]


@pytest.mark.parametrize(
    "cursor", [0, 7, "0", " ", "a+b/c==&d=e", "%2B%20 +", "Zoë 東京", "x" * 2000, '{"a": [1]}', "\u2028;#?", 2**80]
)
@pytest.mark.parametrize("api", ["subscription", "support"])
def test_any_cursor_goes_back_byte_for_byte(api: str, cursor: str | int) -> None:
    def body(request: Request) -> object:
        if "cursor" in request.params:
            return {"data": rows(3), "entries": rows(3), "has_more": False, "meta": {}}
        return {
            "data": rows(0),
            "entries": rows(0),
            "has_more": True,
            "cursor": cursor,
            "meta": {"next_cursor": cursor},
        }

    with Server(answering(body)) as server:
        config = subscription(server.url) if api == "subscription" else support(server.url)
        run = run_here(config, "customers")
        second = server.requests[1]
    assert run.exit_code == 0, run.stderr
    # A list that comes newest first is read again at its front before its version is activated.
    assert [row["id"] for row in run.records("customers")] == list(range(6)) * (1 + (api == "support"))
    (sent,) = [part for part in urlsplit(second.target).query.split("&") if part.startswith("cursor=")]
    assert unquote_to_bytes(sent.removeprefix("cursor=").replace("+", " ")).decode() == str(cursor)


def test_a_cursor_that_expires_is_an_error_and_the_next_run_adds_up() -> None:
    with Sandbox(size=60) as sandbox:
        config = sandbox.support_config | {"page_size": 20, "backoff_factor": 0}
        state = {"bookmarks": {"customers": bookmark("updated_datetime", "2020-01-01T00:00:00+00:00")}}
        sandbox.faults.add(path="/api/customers", after=2, status=400, body={"error": {"msg": "cursor expired"}})
        first = run_here(config, "customers", state=state)
        line = failure_of(first, "customers")
        assert "GET /api/customers answered 400" in line
        assert "cursor expired" in line
        assert len(first.records("customers")) == 40
        assert first.state["bookmarks"]["customers"] == state["bookmarks"]["customers"]
        second = run_here(config, "customers", state=first.state)
        assert second.exit_code == 0
        tables = Tables()
        for run in (first, second):
            tables.load(run.messages)
        ids = sorted(customer["id"] for customer in sandbox.world.customers("support"))
        assert [row["id"] for row in tables.rows("customers")] == ids


def test_a_row_that_moves_between_pages_is_read_twice_rather_than_never() -> None:
    """A list that grows at its front while it is read gives its rows again; the target keys them."""
    pages = [[4, 3], [3, 2], [2, 1]]

    def body(request: Request) -> object:
        at = int(request.params.get("cursor", "0"))
        ids = [{"id": n, "updated_datetime": f"2024-02-0{n}T00:00:00Z"} for n in pages[at]]
        return {"data": ids, "meta": {"next_cursor": str(at + 1) if at < 2 else None}}

    with Server(answering(body)) as server:
        run = run_here(support(server.url), "customers")
    assert run.exit_code == 0, run.stderr
    assert {row["id"] for row in run.records("customers")} == {1, 2, 3, 4}
