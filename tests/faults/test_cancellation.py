"""A stream that has failed sends nothing more and delays nobody; a run that has ended leaves nothing behind."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.faults.runs import failure_of, run_here, subscription
from tests.faults.server import Server, always, routes, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.server import End, Request, Script

READERS = 8
WINDOWS = 4
"""Windows that are asked for at once after the first one."""
FIRST = "2023-12-30"
"""The day with which the first window begins."""

CUSTOMERS = always(whole({"entries": [{"id": 1}], "has_more": False}))


def failing_first_window(status: str, refusal: bytes) -> Script:
    """Let the second window of the activities fail, just after all others of its round were refused otherwise."""
    all_are_there = threading.Barrier(WINDOWS, timeout=30)
    second = "2024-02-01"

    def answer(request: Request) -> Iterable[bytes | float | End]:
        if request.params["start-date"] == FIRST:
            yield whole({"entries": [], "has_more": False})
            return
        with suppress(threading.BrokenBarrierError):
            all_are_there.wait()
        if request.params["start-date"] < second:
            yield 0.3
            yield whole({"message": "not yours"}, status)
        else:
            yield refusal

    return answer


def await_end_of_readers() -> None:
    """Assert that the threads of a run end by themselves."""
    for thread in threading.enumerate():
        if thread.name.startswith("reader "):
            thread.join(10)
            assert not thread.is_alive()


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("403 Forbidden", whole({}, "503 Unavailable", Retry_After="1")),
        ("403 Forbidden", whole({}, "429 Too Many")),
        ("404 Not Found", whole({}, "500 Oh")),
    ],
)
def test_a_stream_that_has_failed_asks_for_nothing_more_and_holds_no_other(status: str, refusal: bytes) -> None:
    script = routes({"/v1/activities": failing_first_window(status, refusal), "/v1/customers": CUSTOMERS})
    with Server(script) as server:
        # Its retries would come after a minute, long after everything else.
        config = subscription(server.url, backoff_factor=60, max_parallel_requests=READERS)
        run = run_here(config, "activities", "customers")
        line = failure_of(run, "activities")
        assert f"answered {status[:3]}" in line
        assert len(run.records("customers")) == 1
        assert len(server.asked("/v1/activities")) == 1 + WINDOWS
        told = run.stderr.splitlines()
        assert not any("Trying again" in later for later in told[told.index(line) :])
        await_end_of_readers()
        assert len(server.asked("/v1/activities")) == 1 + WINDOWS


def test_what_ends_the_run_ends_all_threads_and_connections() -> None:
    script = routes(
        {
            "/v1/activities": failing_first_window("401 Unauthorized", whole({}, "503 Unavailable")),
            "/v1/customers": CUSTOMERS,
        }
    )
    with Server(script) as server:
        run = run_here(
            subscription(server.url, backoff_factor=60, max_parallel_requests=READERS), "activities", "customers"
        )
        assert run.exit_code == 1
        await_end_of_readers()
        server.await_closed_connections()


def test_a_request_that_is_under_way_when_its_stream_fails_is_neither_repeated_nor_told() -> None:
    failed = threading.Event()

    def activities(request: Request) -> Iterable[bytes | float | End]:
        if request.params["start-date"] == FIRST:
            yield whole({"entries": [], "has_more": False})
        elif request.params["start-date"] < "2024-02-01":
            yield whole({}, "403 Forbidden")
        else:
            assert failed.wait(30)
            yield whole({}, "503 Unavailable")

    def customers(_: Request) -> Iterable[bytes | float | End]:
        failed.set()
        for thread in threading.enumerate():
            if thread.name.startswith("reader ") and "start-date" in thread.name:
                thread.join(10)
        yield whole({"entries": [{"id": 1}], "has_more": False})

    with Server(routes({"/v1/activities": activities, "/v1/customers": customers})) as server:
        # Customers are asked for once activities have failed.
        config = subscription(server.url, max_parallel_requests=READERS, max_parallel_streams=1)
        run = run_here(config, "activities", "customers")
        failure_of(run, "activities")
        assert "Trying again" not in run.stderr
        assert "answered 503" not in run.stderr
        assert len(server.asked("/v1/activities")) <= READERS
        assert run.records("customers")
