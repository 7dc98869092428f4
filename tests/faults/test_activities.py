"""Activities that change while they are read: no row is left out unnoticed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import failure_of, run_here, subscription
from tests.faults.server import Request, Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.singer import Run


class Service:
    """A list of activities in the order of their dates, on which changes happen between two requests.

    Args:
        count: How many rows it has.
        cap: How many of them it gives at once.
        changes: What happens after an answer, by its number from 1.
        says_more: Whether answers have `has_more`.
        refuses: Whether it refuses to go on from a row that it does not have; else nothing follows such a row.
    """

    def __init__(
        self,
        count: int,
        cap: int,
        changes: dict[int, Callable[[Service], None]],
        *,
        says_more: bool = True,
        refuses: bool = True,
    ) -> None:
        self.dates = {f"u{n}": n for n in range(count)}
        self._cap = cap
        self._changes = changes
        self._says_more = says_more
        self._refuses = refuses
        self.asked = 0

    def __call__(self, request: Request) -> Iterable[bytes]:
        """Answer a request."""
        order = sorted(self.dates, key=lambda uuid: (self.dates[uuid], uuid))
        after = request.params.get("start-after")
        self.asked += 1
        is_unknown = after is not None and after not in self.dates
        if is_unknown and self._refuses:
            answer = whole({"message": "Parameter start-after is invalid"}, "400 Bad Request")
        else:
            rest = [] if is_unknown else order[order.index(after) + 1 :] if after else order
            cap = min(self._cap, int(request.params["per_page"]))
            entries = [
                {"uuid": uuid, "date": f"2024-01-01T00:00:{self.dates[uuid]:02}Z", "activity-mrr": self.dates[uuid]}
                for uuid in rest[:cap]
            ]
            more = {"has_more": len(rest) > cap} if self._says_more else {}
            answer = whole({"entries": entries, **more})
        if change := self._changes.get(self.asked):
            change(self)
        return [answer]

    def read(self, **settings: Any) -> Run:
        """Read the activities."""
        with Server(self) as server:
            return run_here(subscription(server.url, start_date=None, **settings), "activities")

    def is_in(self, run: Run) -> bool:
        """Say whether a run has every row, with what is true of it last."""
        last = {row["uuid"]: row["activity_mrr"] for row in run.records("activities")}
        return last == self.dates


def to(date: int, *uuids: str) -> Callable[[Service], None]:
    """Return a change that gives rows another date."""
    return lambda service: service.dates.update(dict.fromkeys(uuids, date))


def reissued(*uuids: str) -> Callable[[Service], None]:
    """Return a change that gives rows another uuid."""

    def change(service: Service) -> None:
        for uuid in uuids:
            service.dates[f"{uuid}-new"] = service.dates.pop(uuid)

    return change


def without(*uuids: str) -> Callable[[Service], None]:
    """Return a change that takes rows away."""

    def change(service: Service) -> None:
        for uuid in uuids:
            service.dates.pop(uuid, None)

    return change


@pytest.mark.parametrize("says_more", [True, False])
@pytest.mark.parametrize("cap", [2, 3, 5])
@pytest.mark.parametrize(
    "change",
    [lambda last: [last], lambda last: [last - 1], lambda last: [last - 1, last]],
    ids=["the last row", "the row before it", "both"],
)
def test_a_row_that_is_dated_anew_while_the_walk_stands_on_it_takes_no_other_row_with_it(
    change: Callable[[int], list[int]], cap: int, *, says_more: bool
) -> None:
    service = Service(12, cap, {1: to(59, *(f"u{n}" for n in change(cap - 1)))}, says_more=says_more)
    run = service.read()
    assert run.exit_code == 0, run.stderr
    assert service.is_in(run)
    assert run.of("activities", "ACTIVATE_VERSION")


@pytest.mark.parametrize("uuids", [("u2",), ("u1",), ("u1", "u2")], ids=str)
def test_rows_that_are_issued_anew_while_the_walk_stands_on_them_begin_the_list_again(uuids: tuple[str, ...]) -> None:
    service = Service(8, 3, {1: reissued(*uuids)})
    run = service.read()
    assert run.exit_code == 0, run.stderr
    held = {row["uuid"] for row in run.records("activities")}
    assert set(service.dates) <= held


@pytest.mark.parametrize("says_more", [True, False])
@pytest.mark.parametrize("number", [1, 2])
def test_rows_that_go_where_the_walk_stands_take_no_other_row_with_them(number: int, *, says_more: bool) -> None:
    gone = {1: ("u1", "u2"), 2: ("u3", "u4")}[number]
    service = Service(8, 3, {number: without(*gone)}, says_more=says_more, refuses=False)
    run = service.read()
    assert run.exit_code == 0, run.stderr
    assert set(service.dates) <= {row["uuid"] for row in run.records("activities")}
    assert run.of("activities", "ACTIVATE_VERSION")


@pytest.mark.parametrize("says_more", [True, False])
@pytest.mark.parametrize(
    "change", [to(59, "u2"), without("u2"), reissued("u2")], ids=["dated anew", "gone", "reissued"]
)
def test_a_row_that_changes_while_the_walk_stands_on_it_is_noticed_where_answers_have_one_row(
    change: Callable[[Service], None], *, says_more: bool
) -> None:
    # Each further row is asked for, and then the row before it once more.
    service = Service(8, 1, {4: change}, says_more=says_more, refuses=False)
    run = service.read()
    assert run.exit_code == 0, run.stderr
    assert set(service.dates) <= {row["uuid"] for row in run.records("activities")}


def test_a_list_that_changes_faster_than_it_is_read_fails_in_one_line() -> None:
    def restless(service: Service) -> None:
        first, *_ = sorted(service.dates, key=service.dates.__getitem__)[1:2]
        service.dates[first] = 59
        service.dates[f"more-{service.asked}"] = 1

    service = Service(6, 2, dict.fromkeys(range(1, 99), restless))
    run = service.read()
    line = failure_of(run, "activities")
    assert "records have changed their place while they were read" in line
    assert service.asked < 20


@pytest.mark.parametrize(
    ("count", "cap", "requests"), [(0, 3, 1), (1, 3, 1), (3, 3, 1), (4, 3, 2), (7, 3, 3), (9, 5, 2)]
)
def test_it_costs_one_row_for_each_page(count: int, cap: int, requests: int) -> None:
    service = Service(count, cap, {})
    run = service.read()
    assert run.exit_code == 0, run.stderr
    uuids = [row["uuid"] for row in run.records("activities")]
    assert sorted(uuids) == sorted(service.dates)
    assert service.asked == requests


@pytest.mark.parametrize("says_more", [True, False])
@pytest.mark.parametrize("cap", [1, 2])
def test_the_smallest_pages_come_to_the_end_too(cap: int, *, says_more: bool) -> None:
    service = Service(5, cap, {}, says_more=says_more)
    run = service.read(page_size=1)
    assert run.exit_code == 0, run.stderr
    assert [row["uuid"] for row in run.records("activities")] == list(service.dates)


@pytest.mark.parametrize("has_more", [{}, {"has_more": False}])
def test_nothing_after_either_of_the_last_two_rows_is_the_end(has_more: dict[str, bool]) -> None:
    rows = [{"uuid": f"u{n}", "date": "2024-01-01T00:00:00Z"} for n in range(3)]

    def script(request: Request) -> Iterable[bytes]:
        return [whole({"entries": [], **has_more} if "start-after" in request.params else {"entries": rows})]

    with Server(script) as server:
        run = run_here(subscription(server.url, start_date=None), "activities")
        asked = [request.params.get("start-after") for request in server.requests]
    assert run.exit_code == 0, run.stderr
    assert asked == [None, "u1", "u2", None], "the last request asks whether the last row is still there"
    assert len(run.records("activities")) == 3


@pytest.mark.parametrize(("size", "years"), [(283, 4), (60, 8)])
def test_a_first_day_long_ago_costs_few_requests_more(size: int, years: int) -> None:
    start = datetime.now(timezone.utc) - timedelta(days=365 * years)
    with Sandbox(size=size) as sandbox:
        run = run_here({**sandbox.subscription_config, "start_date": f"{start.date()}"}, "activities")
        rows, requests = sandbox.world.activities(), len(sandbox.requests)
    assert len(run.records("activities")) == len({row["uuid"] for row in rows}) == len(rows)
    assert requests <= 1.2 * ceil(len(rows) / 200) + 8


def test_many_rows_keep_all_readers_busy() -> None:
    lock, under_way, most = Lock(), 0, 0

    def script(request: Request) -> Iterable[bytes | float]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        yield 0.02
        first = int(request.params.get("start-after", "-0").rpartition("-")[2]) + ("start-after" in request.params)
        name = request.params["start-date"]
        rows = [{"uuid": f"{name}-{n}", "date": f"{name}T00:00:00Z"} for n in range(first, 18)][:4]
        with lock:
            under_way -= 1
        yield whole({"entries": rows, "has_more": first + 4 < 18})

    with Server(script) as server:
        config = subscription(server.url, start_date="2024-01-01", end_date="2024-12-31", page_size=4)
        run = run_here(config, "activities")
    assert run.exit_code == 0, run.stderr
    assert most == 8
