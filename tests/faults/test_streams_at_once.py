"""Many streams of one run: none takes from another what that needs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.declared import settings
from tests.faults.runs import run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.server import End, Request

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "integer"}}}


def orders() -> dict[str, Any]:
    """Return a list that other lists lie under."""
    paginator = {"type": "page_number", "base_page": 1, "total_path": "pages"}
    endpoint = {"path": "/orders", "data_selector": "data", "paginator": paginator}
    return {"name": "orders", "primary_key": "id", "schema": SCHEMA, "endpoint": endpoint}


def under_orders(name: str) -> dict[str, Any]:
    """Return a list under each of the orders."""
    path = f"/orders/{{resources.orders.id}}/{name}"
    endpoint = {"path": path, "data_selector": "data", "paginator": {"type": "single_page"}}
    return {
        "name": name,
        "primary_key": ["_orders_id", "id"],
        "include_from_parent": ["id"],
        "schema": {"type": "object", "properties": {"_orders_id": {"type": "integer"}, **SCHEMA["properties"]}},
        "endpoint": endpoint,
    }


def answer(request: Request) -> Iterable[bytes | float | End]:
    """Give two pages with two orders each, and one record under each of them."""
    page = int(request.params.get("page", 1))
    data = [{"id": 2 * page}, {"id": 2 * page + 1}] if request.path == "/orders" else [{"id": 1}]
    yield whole({"data": data, "pages": 2})


@pytest.mark.parametrize("at_once", [1, 2])
def test_each_stream_under_a_parent_reads_all_parents_when_not_all_streams_are_read_at_once(at_once: int) -> None:
    names = ["lines", "notes", "events"]
    with Server(answer) as server:
        config = settings(server.url, orders(), *map(under_orders, names), max_parallel_streams=at_once)
        run = run_here(config, "orders", *names)
    assert run.exit_code == 0, run.stderr
    for name in names:
        assert [row["_orders_id"] for row in run.records(name)] == [2, 3, 4, 5]
        assert len(run.of(name, "ACTIVATE_VERSION")) == 1


def test_what_ends_the_run_does_not_wait_for_a_slow_list_before_it() -> None:
    refused, gone_on = threading.Event(), threading.Event()
    asked_since: list[int] = []

    def slow(request: Request) -> Iterable[bytes | float | End]:
        if request.path == "/orders":
            yield from answer(request)
        elif request.path == "/endless":
            page = int(request.params.get("page", 1))
            if refused.is_set():
                asked_since.append(page)
            if len(asked_since) > 300:
                gone_on.set()
            yield whole({"data": [{"id": page}], "pages": page + 1})
        elif request.path == "/orders/2/lines":
            gone_on.wait(30)
            yield whole({"data": []})
        else:
            refused.set()
            yield whole({}, "401 Unauthorized")

    with Server(slow) as server:
        endless = orders() | {"name": "endless", "endpoint": orders()["endpoint"] | {"path": "/endless"}}
        config = settings(server.url, orders(), under_orders("lines"), endless, max_parallel_requests=4)
        run = run_here(config, "orders", "lines", "endless")
        assert not gone_on.is_set()
        gone_on.set()
    assert run.exit_code == 1
    (line,) = run.errors
    assert "answered 401" in line


def test_while_the_first_request_waits_for_its_retry_other_streams_ask() -> None:
    def script(request: Request) -> Iterable[bytes | float | End]:
        # What ends the run shows that the second stream has asked meanwhile.
        yield whole({}, "500 Oh" if request.path == "/a" else "401 Unauthorized")

    streams = [{"name": name, "schema": SCHEMA, "primary_key": "id", "endpoint": {"path": f"/{name}"}} for name in "ab"]
    with Server(script) as server:
        run = run_here(settings(server.url, *streams) | {"backoff_factor": 10, "max_retries": 1}, "a", "b")
        assert [request.path for request in server.requests] == ["/a", "/b"]
    assert "answered 401" in run.errors[-1]


def test_a_slow_answer_for_one_list_keeps_no_others_from_being_asked_for() -> None:
    others = threading.Semaphore(0)

    def uneven(request: Request) -> list[bytes]:
        match request.path.split("/")[1:]:
            case ["orders"]:
                return [whole({"data": [{"id": number} for number in range(20)], "pages": 1})]
            case [_, "0", _]:
                # Two requests at a time, and seven other lists are asked for while this one waits for its answer.
                assert all(others.acquire(timeout=20) for _ in range(7))
            case _:
                others.release()
        return [whole({"data": [{"id": 1}]})]

    with Server(uneven) as server:
        run = run_here(settings(server.url, orders(), under_orders("lines"), max_parallel_requests=2), "lines")
    assert run.exit_code == 0, run.stderr
    assert [row["_orders_id"] for row in run.records("lines")] == list(range(20))
