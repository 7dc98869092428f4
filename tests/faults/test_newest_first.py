"""Whole reads of lists that come newest first, while their rows change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import KEY, run_here, support
from tests.faults.server import Request, Server, whole
from tests.singer import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.singer import Run

START = datetime(2024, 1, 1, tzinfo=timezone.utc)


class Desk:
    """A list of customers, newest first, on which changes happen between two requests.

    Args:
        count: How many rows it has.
        changes: What happens after an answer, by its number from 1.
        ascending: Whether it ignores the order that it is asked for.
        undated_first: Whether rows without a date come first, not last.
    """

    def __init__(
        self,
        count: int,
        changes: dict[int, Callable[[Desk], None]] | None = None,
        *,
        ascending: bool = False,
        undated_first: bool = False,
    ) -> None:
        self.dates: dict[int, datetime | None] = {n: START + timedelta(hours=n) for n in range(count)}
        self.changes = changes or {}
        self._ascending = ascending
        self._undated = datetime.max.replace(tzinfo=timezone.utc) if undated_first else START - timedelta(days=9)
        self.asked = 0

    def touch(self, row: int) -> None:
        """Change a row, which makes it the newest."""
        self.dates[row] = max(at for at in self.dates.values() if at) + timedelta(seconds=1)

    def __call__(self, request: Request) -> Iterable[bytes]:
        """Answer a request for three rows."""
        places = sorted(((at or self._undated, n) for n, at in self.dates.items()), reverse=True)
        if self._ascending:
            places.reverse()
        if cursor := request.params.get("cursor"):
            day, _, row = cursor.partition("|")
            after = (datetime.fromisoformat(day), int(row))
            places = [place for place in places if (place > after if self._ascending else place < after)]
        if not request.path.endswith("/customers"):
            return [whole({"data": [{"id": request.path}]})]
        self.asked += 1
        rows = [{"id": n, "updated_datetime": at.isoformat() if (at := self.dates[n]) else None} for _, n in places[:3]]
        following = f"{places[2][0].isoformat()}|{places[2][1]}" if len(places) > 3 else None
        if change := self.changes.get(self.asked):
            change(self)
        return [whole({"data": rows, "meta": {"next_cursor": following}})]

    def read(self, **settings: Any) -> Run:
        """Read the customers."""
        with Server(self) as server:
            return run_here(support(server.url, **settings), "customers")

    def read_declared(self, stream: str = "customers") -> Run:
        """Read them as a declared stream."""
        columns = {"id": {"type": "integer"}, "updated_datetime": {"type": "string", "format": "date-time"}}
        resource = {
            "name": "customers",
            "primary_key": "id",
            "schema": {"type": "object", "properties": columns},
            "endpoint": {
                "path": "customers",
                "data_selector": "data",
                "paginator": {"type": "cursor", "cursor_path": "meta.next_cursor", "cursor_param": "cursor"},
                "incremental": {"cursor_path": "updated_datetime", "row_order": "desc"},
            },
        }
        child = {
            "name": "notes",
            "primary_key": "id",
            "schema": {"type": "object", "properties": {"id": {"type": "string"}}},
            "endpoint": {
                "path": "notes/{resources.customers.id}",
                "data_selector": "data",
                "paginator": {"type": "single_page"},
            },
        }
        with Server(self) as server:
            config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [resource, child]}
            return run_here(config, stream)


def touching(*rows: int) -> Callable[[Desk], None]:
    """Return a change of some rows."""

    def change(desk: Desk) -> None:
        for row in rows:
            desk.touch(row)

    return change


def held(run: Run) -> dict[int, Any]:
    """Return what a target that honours ACTIVATE_VERSION holds."""
    assert run.exit_code == 0, run.stderr
    tables = Tables()
    tables.load(run.messages)
    return {row["id"]: row["updated_datetime"] for row in tables.rows("customers")}


@pytest.mark.parametrize("read", [Desk.read, Desk.read_declared, lambda desk: desk.read(lookback_days=0)])
@pytest.mark.parametrize("row", [0, 5])
@pytest.mark.parametrize("answer", [1, 2])
def test_a_row_that_jumps_over_the_walk_is_read_before_the_version_is_activated(
    read: Callable[[Desk], Run], row: int, answer: int
) -> None:
    desk = Desk(9, {answer: touching(row)})
    run = read(desk)
    assert set(held(run)) == set(range(9))
    assert run.of("customers", "ACTIVATE_VERSION")


def test_a_parent_that_jumps_over_the_walk_is_read_too() -> None:
    run = Desk(9, {1: touching(0)}).read_declared("notes")
    assert run.exit_code == 0, run.stderr
    assert {row["id"] for row in run.records("notes")} == {f"/notes/{n}" for n in range(9)}


def test_rows_that_jump_while_the_front_is_read_again_are_read_too() -> None:
    changes = {1: touching(0), 2: touching(1, 2, 3), 4: touching(0)}
    run = Desk(12, changes).read()
    assert set(held(run)) == set(range(12))
    assert run.of("customers", "ACTIVATE_VERSION")


def test_a_list_that_never_rests_is_not_activated() -> None:
    desk = Desk(9, dict.fromkeys(range(1, 99), touching(*range(9))))
    run = desk.read()
    assert run.exit_code == 0, run.stderr
    assert not run.of("customers", "ACTIVATE_VERSION")


def test_a_list_that_rests_costs_one_request_more_and_a_single_page_none() -> None:
    desk, small = Desk(9), Desk(3)
    assert desk.read().of("customers", "ACTIVATE_VERSION")
    assert small.read().of("customers", "ACTIVATE_VERSION")
    assert (desk.asked, small.asked) == (4, 1)


def test_rows_without_a_date_do_not_keep_a_version_back() -> None:
    for undated in (range(3), range(9)):
        desk = Desk(9)
        desk.dates |= dict.fromkeys(undated)
        run = desk.read()
        assert run.of("customers", "ACTIVATE_VERSION")
        assert set(held(run)) == set(range(9))


def test_an_order_that_was_not_asked_for_is_read_once() -> None:
    desk = Desk(9, {1: touching(8)}, ascending=True)
    run = desk.read()
    assert set(held(run)) == set(range(9))
    assert desk.asked == 3


@pytest.mark.parametrize("ahead", [None, datetime(2999, 1, 1, tzinfo=timezone.utc)])
def test_a_row_that_jumps_behind_a_first_page_of_rows_without_a_past_date_is_read_too(ahead: datetime | None) -> None:
    desk = Desk(12, undated_first=True)
    desk.dates.update(dict.fromkeys(range(100, 104), ahead))

    def change(desk: Desk) -> None:
        desk.dates[0] = START + timedelta(days=1)

    desk.changes[3] = change
    assert held(desk.read()).keys() == desk.dates.keys()
