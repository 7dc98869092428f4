"""Where in a request an incremental value stands, and of which list it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.incremental_api import Api, bookmark_of, ids
from tests.faults.runs import KEY, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from tests.faults.server import Request


def test_a_list_that_comes_newest_first_is_read_until_the_number_of_the_bookmark() -> None:
    numbers = range(100, 0, -1)
    asked: list[int] = []

    def answer(request: Request) -> list[bytes]:
        page = int(request.params.get("page", 1))
        asked.append(page)
        return [whole([{"id": n} for n in numbers[(page - 1) * 10 : page * 10]])]

    paging = {"type": "page_number", "base_page": 1, "total_path": None}
    stream = {
        "name": "rows",
        "primary_key": "id",
        "schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
        "endpoint": {"path": "/rows", "paginator": paging, "incremental": {"cursor_path": "id", "row_order": "desc"}},
    }
    state = {"bookmarks": {"rows": {"replication_key": "id", "replication_key_value": 85}}}
    with Server(answer) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [stream]}
        run = run_here(config, state=state)
    assert ids(run) == list(range(100, 84, -1))
    assert asked == [1, 2, 3], "one page more, which proves that nothing newer follows"
    assert bookmark_of(run) == 100


@pytest.mark.parametrize("placed", ["placeholder", "param", "client"])
def test_each_parent_has_a_number_of_its_own_so_that_no_row_of_a_new_one_is_lost(placed: str) -> None:
    lists: dict[str, list[int]] = {"a": [1, 5], "b": [3]}
    asked: list[tuple[str, str | None]] = []

    def answer(request: Request) -> list[bytes]:
        if request.path == "/parents":
            return [whole([{"id": name} for name in lists])]
        name, since = request.path.split("/")[2], request.params.get("since")
        asked.append((name, since))
        return [whole([{"id": n} for n in lists[name] if since is None or n >= int(since)])]

    words: dict[str, Any] = {"cursor_path": "id", "initial_value": 1}
    params: dict[str, Any] = {"since": "{incremental.start_value}"} if placed == "placeholder" else {}
    words |= {"start_param": "since"} if placed == "param" else {}
    child = {
        "name": "rows",
        "primary_key": ["_parents_id", "id"],
        "include_from_parent": ["id"],
        "endpoint": {"path": "/parents/{resources.parents.id}/rows", "params": params, "incremental": words},
    }
    with Server(answer) as server:
        config = {
            "api": "declared",
            "api_url": server.url,
            "api_key": KEY,
            "resources": [{"name": "parents", "primary_key": "id", "endpoint": {"path": "/parents"}}, child],
        }
        first = run_here(config, "rows")
        lists |= {"a": [1, 5, 6], "new": [2]}
        asked.clear()
        second = run_here(config, "rows", state=first.state)
    assert sorted((row["_parents_id"], row["id"]) for row in first.records("rows")) == [("a", 1), ("a", 5), ("b", 3)]
    read = [(row["_parents_id"], row["id"]) for row in second.records("rows")]
    assert sorted(read) == [("a", 5), ("a", 6), ("b", 3), ("new", 2)]
    places = {f"/parents/{name}/rows": newest for name, newest in (("a", 6), ("b", 3), ("new", 2))}
    assert second.state["bookmarks"]["rows"]["parents"] == places, "the place of a list does not change with its rows"
    if placed == "placeholder":
        assert {("a", "5"), ("b", "3"), ("new", "1")} <= set(asked)


def test_an_incremental_value_goes_anywhere_in_a_request() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> list[bytes]:
        asked.append(request)
        return [whole([{"id": 1, "at": "2024-01-26T08:00:00Z"}])]

    endpoint = {
        "path": "/since/{incremental.initial_value}/{incremental.end_value}",
        "params": {
            "q": "at ge '{incremental.start_value}' and at lt '{incremental.end_value}'",
            "from": "{incremental.last_value}",
            "braces": "{{kept}}",
        },
        "headers": {"X-Since": "{incremental.start_value}"},
        "incremental": {
            "cursor_path": "at",
            "initial_value": "2024-01-25T00:00:00.50+02:00",
            "end_value": "2024-02-01",
        },
    }
    with Server(answer) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY}
        run = run_here({**config, "resources": [{"name": "rows", "primary_key": "id", "endpoint": endpoint}]})
    assert ids(run) == [1]
    request = asked[-1]
    start, end = "2024-01-25T00:00:00.50+02:00", "2024-02-01T02:00:00.00+02:00"
    assert request.path == f"/since/{start}/{end}".replace(":", "%3A").replace("+", "%2B")
    assert request.params == {"q": f"at ge '{start}' and at lt '{end}'", "from": start, "braces": "{kept}"}
    assert request.headers["x-since"] == start


def test_without_an_initial_value_what_needs_one_is_left_out_of_the_first_request() -> None:
    api = Api({"id": 1, "at": 7})
    params = {"q": "at >= {incremental.start_value}", "a": "b"}
    first = api.run(params=params, cursor_path="at")
    assert ids(first) == [1]
    assert [request.params for request in api.requests] == [{"a": "b"}]
    assert ids(api.run(first.state, params=params, cursor_path="at")) == [1]
    assert [request.params for request in api.requests] == [{"a": "b", "q": "at >= 7"}]
