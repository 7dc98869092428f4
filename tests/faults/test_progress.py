"""What a run tells of itself while it goes on, in lines of the log."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.customers import customers
from tests.faults.runs import run_here, subscription
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.faults.server import End, Request


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """The level at which the command logs."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    yield
    root.setLevel(before)


def told(stderr: str) -> list[str]:
    """Return the messages of a log's lines."""
    return [line.rpartition(" | ")[2].strip() for line in stderr.splitlines() if " | " in line]


def test_a_run_without_a_terminal_tells_its_start_each_stream_s_end_and_its_sum() -> None:
    with Server(customers) as server:
        run = run_here(subscription(server.url), "customers", "activities")
    lines = [line.partition(" in ")[0] for line in told(run.stderr) if not line.startswith("activities")]
    lines[-1] = lines[-1].partition(" answered ")[0]
    assert lines == [
        "Reading 2 streams",
        "customers: 3 records on 2 pages",
        "Read 1 of 2 streams: 3 records, 3 requests",
        "1 of 2 streams failed: activities: GET /v1/activities",
    ]
    assert "; failed: activities" in run.stderr


def test_a_run_tells_once_in_a_while_how_far_it_is_and_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(request: Request) -> Iterable[bytes | float | End]:
        if "cursor" in request.params:
            yield 0.5
        yield from customers(request)

    monkeypatch.setattr("tap_analytics.command_line.progress.lines.SECONDS_BETWEEN_LINES", 0.05)
    with Server(slow) as server:
        run = run_here(subscription(server.url), "customers")
    lines = [line for line in told(run.stderr) if line.startswith("0 of 1 stream read")]
    waiting = "; waiting for the service; reading customers (2)"
    assert any("2 records, 2 requests in" in line and line.endswith(waiting) for line in lines)


def numbered(request: Request) -> Iterable[bytes | float | End]:
    """Give four pages of customers, the first of which says that there are four, and two subscriptions of each."""
    yield 0.08
    number = int(request.params.get("cursor", 1))
    if request.path.endswith("subscriptions"):
        yield whole({"entries": [{"id": row} for row in range(2)], "has_more": False})
    else:
        more = {"cursor": str(number + 1), "has_more": number < 4, **({"total_pages": 4} if number == 1 else {})}
        yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], **more})


def dated(request: Request) -> Iterable[bytes | float | End]:
    """Give an activity a day."""
    yield 0.05
    first, last = (date.fromisoformat(request.params[name]) for name in ("start-date", "end-date"))
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    yield whole({"entries": [{"uuid": str(day), "date": f"{day}T00:00:00Z"} for day in days], "has_more": False})


def unnumbered(request: Request) -> Iterable[bytes | float | End]:
    """Give some pages of customers with nothing but cursors."""
    yield 0.1
    number = int(request.params.get("cursor", 1))
    yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], "cursor": str(number + 1), "has_more": number < 4})


@pytest.mark.parametrize(
    ("answer", "stream", "is_known"),
    [
        (numbered, "customers", True),
        (numbered, "customer_subscriptions", True),
        (dated, "activities", True),
        (unnumbered, "customers", False),
    ],
)
def test_the_time_left_is_told_where_pages_days_or_parents_are_numbered_and_nowhere_else(
    answer: Callable[[Request], Iterable[bytes | float | End]],
    stream: str,
    is_known: bool,  # noqa: FBT001 - of the table above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_analytics.command_line.progress.lines.SECONDS_BETWEEN_LINES", 0.04)
    monkeypatch.setattr("tap_analytics.sync.time_left._EARLIEST", 0)
    with Server(answer) as server:
        settings = {"end_date": "2024-12-31", "page_size": 30, "max_parallel_requests": 1}
        run = run_here(subscription(server.url, **settings), stream)
    assert run.exit_code == 0
    lines = [line for line in told(run.stderr) if line.startswith("0 of 1 stream read") and f"{stream} (" in line]
    assert lines
    assert any("; a few seconds left; waiting" in line for line in lines) == is_known
    assert any("left" in line for line in lines) == is_known


@pytest.mark.parametrize(
    ("total", "headers"),
    [
        ({"total_pages": 10**400}, {}),
        ({}, {"Content_Range": f"items 0-0/{'9' * 5000}"}),
    ],
)
def test_a_total_that_is_no_number_of_rows_changes_nothing_of_what_is_read(
    total: dict[str, Any], headers: dict[str, str]
) -> None:
    def answer(request: Request) -> Iterable[bytes | float | End]:
        number = int(request.params.get("cursor", 1))
        if request.path.endswith("subscriptions"):
            yield whole({"entries": [{"id": number}, {"id": number + 1}], "has_more": False})
        else:
            more = {"cursor": str(number + 1), "has_more": number < 4, **total}
            yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], **more}, **headers)

    with Server(answer) as server:
        run = run_here(subscription(server.url), "customers", "customer_subscriptions")
    assert run.exit_code == 0, run.stderr
    assert (len(run.records("customers")), len(run.records("customer_subscriptions"))) == (4, 8)


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_metric_lines_are_for_those_who_ask_for_them(level: int) -> None:
    logging.getLogger().setLevel(level)
    with Server(customers) as server:
        run = run_here(subscription(server.url), "customers")
    assert ("METRIC" in run.stderr) == (level == logging.DEBUG)


def test_waits_for_the_limit_are_told_as_those_of_one_request_on_average(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_analytics.command_line.progress.wording._SHORTEST_WAIT", 0.1)
    with Server(unnumbered) as server:
        run = run_here(subscription(server.url, requests_per_second=5, backoff_factor=0), "customers")
    (line,) = [line for line in told(run.stderr) if line.startswith("customers: ")]
    assert re.search(r"; 4 requests waited 0\.\d s on average for the limit$", line), line
