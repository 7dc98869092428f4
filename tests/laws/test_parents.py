"""Lists under parents: whatever comes, goes, fails or is killed, no parent's rows are missed for those of another.

What is owed is told without the tap's bookmarks: a row that is dated no earlier than all that its parent had before it,
and every row that a parent had when a run first saw it.
"""

from __future__ import annotations

import json
import logging
from contextlib import redirect_stdout
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from typing_extensions import override

from tap_analytics.errors import AnalyticsError
from tests.faults.server import Server, whole
from tests.laws.phases import PHASES
from tests.laws.runs import Kill, Killed, Output, sync
from tests.singer import Run, Tables

if TYPE_CHECKING:
    from tests.faults.server import Request

EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
DATED = {"type": ["string", "null"], "format": "date-time"}
SCHEMA = {"properties": {"id": {"type": "integer"}, "at": DATED, "text": {"type": "string"}}}
KILLS = st.none() | st.builds(Kill, st.integers(0, 30), st.integers(0, 100))


Place = tuple[int, ...]
"""A parent's number; for the list under an item, the item's number after it."""


class Parents(RuleBasedStateMachine):
    """Parents with items, which have parts, and a tap that reads items and parts as incremental streams."""

    @initialize(
        words=st.sampled_from([{}, {"start_param": "since"}, {"row_order": "desc"}]),
        deep_words=st.sampled_from([{}, {"start_param": "since"}]),
        threads=st.sampled_from([1, 3]),
        at_once=st.sampled_from([None, 2]),
    )
    def begin(self, words: dict[str, str], deep_words: dict[str, str], threads: int, at_once: int | None) -> None:
        """A service without parents."""
        self.server = Server(self.answer).__enter__()
        items_path = "parents/{resources.parents.id}/items"
        parts_path = "parents/{resources.items._parents_id}/items/{resources.items.id}/parts"
        self.config = {
            "api": "declared",
            "api_url": self.server.url,
            "api_key": "any",
            "max_retries": 0,
            "max_parallel_requests": threads,
            "requests_per_second": 100_000,
            "resource_defaults": {
                "primary_key": "id",
                "endpoint": {"data_selector": "rows", "paginator": {"type": "single_page"}},
            },
            "resources": [
                {
                    "name": "parents",
                    "endpoint": {"path": "parents"},
                    "schema": {"properties": {"id": {"type": "integer"}}},
                },
                {
                    "name": "items",
                    "include_from_parent": ["id"],
                    "endpoint": {"path": items_path, "incremental": {"cursor_path": "at", **words}},
                    "schema": SCHEMA,
                },
                {
                    "name": "parts",
                    "endpoint": {"path": parts_path, "incremental": {"cursor_path": "at", **deep_words}},
                    "schema": SCHEMA,
                },
            ],
            **({} if at_once is None else {"max_parallel_streams": at_once}),
        }
        self.is_newest_first = "row_order" in words
        self.clock = EPOCH
        self.lists: dict[Place, dict[int, dict[str, Any]]] = {}
        self.latest: dict[Place, datetime] = {}
        self.seen: set[Place] = set()
        self.owed: dict[Place, dict[int, dict[str, Any]]] = {}
        self.count = 0
        self.broken: Place | None = None
        self.tables = Tables()
        self.state: dict[str, Any] = {}

    def answer(self, request: Request) -> list[bytes]:
        """Answer as the service does."""
        if request.path == "/parents":
            return [whole({"rows": [{"id": place[0]} for place in self.lists if len(place) == 1]})]
        place = tuple(int(part) for part in request.path.split("/") if part.isdigit())
        if place == self.broken:
            return [whole({}, "500 Failed")]
        if place not in self.lists:
            return [whole({}, "404 Not Found")]
        since = request.params.get("since", "")[:10]
        rows = [row for row in self.lists[place].values() if row["at"][:10] >= since]
        is_newest_first = self.is_newest_first and len(place) == 1
        return [whole({"rows": sorted(rows, key=lambda row: str(row["at"]), reverse=is_newest_first)})]

    def place_of(self, number: int, *, is_deep: bool) -> Place | None:
        """Return one of the lists: of items, or of parts."""
        places = sorted(place for place in self.lists if len(place) == 1 + is_deep)
        return places[number % len(places)] if places else None

    def add_list(self, place: Place) -> None:
        """Let there be a list under a record."""
        self.lists[place], self.owed[place] = {}, {}

    @rule()
    def adds_parent(self) -> None:
        """A parent comes."""
        self.count += 1
        self.add_list((self.count,))

    @rule(number=st.integers(0, 9))
    def drops_parent(self, number: int) -> None:
        """A parent goes, with its items and their parts."""
        if gone := self.place_of(number, is_deep=False):
            for place in [place for place in self.lists if place[0] == gone[0]]:
                del self.lists[place], self.owed[place]

    @rule(number=st.integers(0, 9), back=st.sampled_from([0, 0, 1, 3, 30]), is_deep=st.booleans())
    def adds_row(self, number: int, back: int, *, is_deep: bool) -> None:
        """An item, or a part, comes, dated now or earlier."""
        if place := self.place_of(number, is_deep=is_deep):
            self.count += 1
            self.put(place, self.count, back)
            if not is_deep:
                self.add_list((*place, self.count))

    @rule(number=st.integers(0, 9), which=st.integers(0, 9), back=st.sampled_from([0, 0, 2]), is_deep=st.booleans())
    def changes_row(self, number: int, which: int, back: int, *, is_deep: bool) -> None:
        """An item, or a part, changes, and is dated anew."""
        place = self.place_of(number, is_deep=is_deep)
        if place and (keys := sorted(self.lists[place])):
            self.put(place, keys[which % len(keys)], back)

    def put(self, place: Place, key: int, back: int) -> None:
        """Give a row a new content, and say whether the next complete run owes it."""
        self.clock += timedelta(hours=7)
        at = self.clock - timedelta(days=back)
        row = {"id": key, "at": at.isoformat(timespec="microseconds"), "text": f"{self.clock}"}
        self.lists[place][key] = row
        if place not in self.seen or at >= self.latest.get(place, at):
            self.owed[place][key] = row
        else:
            self.owed[place].pop(key, None)
        self.latest[place] = max(at, self.latest.get(place, at))

    @rule(kill=KILLS, broken=st.none() | st.integers(0, 9), is_deep=st.booleans())
    def syncs(self, kill: Kill | None = None, broken: int | None = None, *, is_deep: bool = False) -> None:
        """A run, that may be killed, and that may meet a list that fails."""
        self.broken = None if broken is None else self.place_of(broken, is_deep=is_deep)
        self.run(self.state, kill)
        self.broken = None

    def run(self, state: dict[str, Any], kill: Kill | None = None) -> None:
        """Run the tap, load what it wrote, and see whether all is there that is owed."""
        self.seen |= self.lists.keys()
        output, error = Output(kill, lambda _: None), None
        logging.disable(logging.CRITICAL)
        try:
            with redirect_stdout(output):
                sync(self.config, json.loads(json.dumps(state)))
        except AnalyticsError as failure:
            error = failure
        except Killed:
            pass
        finally:
            logging.disable(logging.NOTSET)
        messages = Run(0, output.getvalue().rpartition("\n")[0], "").messages
        self.tables.load(messages)
        self.state = next((m["value"] for m in reversed(messages) if m["type"] == "STATE"), self.state)
        if error is not None:
            assert self.broken is not None, error
        elif not output.killed:
            held = self.held()
            for place, rows in self.owed.items():
                for key, row in rows.items():
                    assert held.get((*place, key)) == row, f"{(*place, key)} is {held.get((*place, key))}, not {row}"

    def held(self) -> dict[Place, dict[str, Any]]:
        """The rows of both tables, by the place of their list and their key."""
        lists = {key: place for place, rows in self.lists.items() for key in rows}
        rows = [*self.tables.rows("items"), *self.tables.rows("parts")]
        return {
            (*lists.get(row["id"], ()), row["id"]): {name: row[name] for name in ("id", "at", "text")} for row in rows
        }

    @override
    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            self.run(self.state)
            self.run({})
            assert self.held() == {
                (*place, key): row for place, rows in self.lists.items() for key, row in rows.items()
            }
        finally:
            self.server.__exit__()


def test_no_parent_is_read_by_the_bookmark_of_another() -> None:
    law = settings(
        max_examples=30, stateful_step_count=15, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=True, phases=PHASES,
    )  # fmt: skip
    run_state_machine_as_test(Parents, settings=law)
