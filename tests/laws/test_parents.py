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
from tests.laws.runs import Kill, Killed, Output, sync
from tests.singer import Run, Tables

if TYPE_CHECKING:
    from tests.faults.server import Request

EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
DATED = {"type": ["string", "null"], "format": "date-time"}
KILLS = st.none() | st.builds(Kill, st.integers(0, 30), st.integers(0, 100))


class Parents(RuleBasedStateMachine):
    """Parents with items, and a tap that reads the items as an incremental stream."""

    @initialize(
        words=st.sampled_from([{}, {"start_param": "since"}, {"row_order": "desc"}]), threads=st.sampled_from([1, 3])
    )
    def begin(self, words: dict[str, str], threads: int) -> None:
        """A service without parents."""
        self.server = Server(self.answer).__enter__()
        self.config = {
            "api": "declared",
            "api_url": self.server.url,
            "api_key": "any",
            "max_retries": 0,
            "max_parallel_requests": threads,
            "requests_per_second": 100_000,
            "resources": [
                {
                    "name": "parents",
                    "primary_key": "id",
                    "endpoint": {"path": "parents", "data_selector": "rows", "paginator": {"type": "single_page"}},
                    "schema": {"properties": {"id": {"type": "integer"}}},
                },
                {
                    "name": "items",
                    "primary_key": "id",
                    "endpoint": {
                        "path": "parents/{resources.parents.id}/items",
                        "data_selector": "rows",
                        "paginator": {"type": "single_page"},
                        "incremental": {"cursor_path": "at", **words},
                    },
                    "schema": {"properties": {"id": {"type": "integer"}, "at": DATED, "text": {"type": "string"}}},
                },
            ],
        }
        self.is_newest_first = "row_order" in words
        self.clock = EPOCH
        self.items: dict[int, dict[int, dict[str, Any]]] = {}
        self.latest: dict[int, datetime] = {}
        self.seen: set[int] = set()
        self.owed: dict[int, dict[int, dict[str, Any]]] = {}
        self.count = 0
        self.broken: int | None = None
        self.tables = Tables()
        self.state: dict[str, Any] = {}

    def answer(self, request: Request) -> list[bytes]:
        """Answer as the service does."""
        if request.path == "/parents":
            return [whole({"rows": [{"id": parent} for parent in self.items]})]
        parent = int(request.path.split("/")[2])
        if parent == self.broken:
            return [whole({}, "500 Failed")]
        if parent not in self.items:
            return [whole({}, "404 Not Found")]
        since = request.params.get("since", "")[:10]
        rows = [row for row in self.items[parent].values() if row["at"][:10] >= since]
        return [whole({"rows": sorted(rows, key=lambda row: str(row["at"]), reverse=self.is_newest_first)})]

    @rule()
    def adds_parent(self) -> None:
        """A parent comes."""
        self.count += 1
        self.items[self.count], self.owed[self.count] = {}, {}

    @rule(number=st.integers(0, 9))
    def drops_parent(self, number: int) -> None:
        """A parent goes, with its items."""
        if self.items:
            parent = sorted(self.items)[number % len(self.items)]
            del self.items[parent], self.owed[parent]

    @rule(number=st.integers(0, 9), back=st.sampled_from([0, 0, 1, 3, 30]))
    def adds_item(self, number: int, back: int) -> None:
        """An item comes, dated now or earlier."""
        if self.items:
            self.count += 1
            self.put(sorted(self.items)[number % len(self.items)], self.count, back)

    @rule(number=st.integers(0, 9), which=st.integers(0, 9), back=st.sampled_from([0, 0, 2]))
    def changes_item(self, number: int, which: int, back: int) -> None:
        """An item changes, and is dated anew."""
        if self.items:
            parent = sorted(self.items)[number % len(self.items)]
            if keys := sorted(self.items[parent]):
                self.put(parent, keys[which % len(keys)], back)

    def put(self, parent: int, key: int, back: int) -> None:
        """Give an item a new content, and say whether the next complete run owes it."""
        self.clock += timedelta(hours=7)
        at = self.clock - timedelta(days=back)
        row = {"id": key, "at": at.isoformat(timespec="microseconds"), "text": f"{self.clock}"}
        self.items[parent][key] = row
        if parent not in self.seen or at >= self.latest.get(parent, at):
            self.owed[parent][key] = row
        else:
            self.owed[parent].pop(key, None)
        self.latest[parent] = max(at, self.latest.get(parent, at))

    @rule(kill=KILLS, broken=st.none() | st.integers(0, 9))
    def syncs(self, kill: Kill | None = None, broken: int | None = None) -> None:
        """A run, that may be killed, and that may meet a parent whose list fails."""
        if broken is not None and self.items:
            self.broken = sorted(self.items)[broken % len(self.items)]
        self.run(self.state, kill)
        self.broken = None

    def run(self, state: dict[str, Any], kill: Kill | None = None) -> None:
        """Run the tap, load what it wrote, and see whether all is there that is owed."""
        self.seen |= self.items.keys()
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
            for rows in self.owed.values():
                for key, row in rows.items():
                    assert held.get(key) == row, f"item {key} is {held.get(key)}, but should be {row}"

    def held(self) -> dict[int, dict[str, Any]]:
        """The rows of the table, by key."""
        rows = self.tables.rows("items")
        return {row["id"]: {name: row[name] for name in ("id", "at", "text")} for row in rows}

    @override
    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            self.run(self.state)
            self.run({})
            assert self.held() == {key: row for rows in self.items.values() for key, row in rows.items()}
        finally:
            self.server.__exit__()


def test_no_parent_is_read_by_the_bookmark_of_another() -> None:
    law = settings(
        max_examples=60, stateful_step_count=15, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(Parents, settings=law)
