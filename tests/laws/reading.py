"""One run's messages, loaded one by one and held to the laws."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.laws.ledger import Ledger
from tests.laws.source import instant_of, key_of
from tests.singer import Tables, streams_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.laws.ledger import Record, Rows
    from tests.laws.runs import Order, State
    from tests.laws.source import Source
    from tests.singer import Message


class Target:
    """The tables, and what their rows may hold.

    Args:
        source: Whose tables they are.
        look_backs: How far before its bookmark each incremental stream reads again.
    """

    def __init__(self, source: Source, look_backs: Mapping[str, timedelta]) -> None:
        self.source = source
        self.look_backs = look_backs
        self.tables = Tables()
        self.ledgers = {stream: Ledger() for stream in source.every_incremental()}
        # Things happen between two requests, too: then it is a thread of the server that tells.
        self._lock = threading.Lock()
        self._keys = {stream.name: stream.primary_keys for stream in streams_of(source.api)}
        self.observe()

    def observe(self) -> None:
        """Take in that something may have happened at the source."""
        with self._lock:
            for stream, rows in self.source.every_incremental().items():
                self.ledgers[stream].observe(rows)

    def held(self, stream: str) -> Rows:
        """The rows of a table, none of which may have anything rescued."""
        return dict(self.row(stream, record) for record in self.tables.rows(stream))

    def row(self, stream: str, record: Record) -> tuple[object, Record]:
        """The key and the content of a record, which may not have anything rescued."""
        assert record["_rescued_data"] is None
        return key_of(record, self._keys[stream]), {
            name: value for name, value in record.items() if name != "_rescued_data"
        }

    def check(self, stream: str) -> None:
        """Hold an incremental stream's table to its ledger.

        Raises:
            AssertionError: A row has a content that it cannot have.
        """
        self.ledgers[stream].check(self.held(stream))


class Reading:
    """One run's messages, on their way to the target.

    Args:
        target: Where they go.
        source: What the run is to read, as far as its settings want it.
        order: What the run was asked to do.
        given: The state that it began with.
        started: When it began.
    """

    def __init__(self, target: Target, source: Source, order: Order, given: State, started: datetime) -> None:
        self._target = target
        self._source = source
        self._order = order
        self._started = started
        self._given = {stream: bookmark_of(given, stream) for stream in target.ledgers}
        self._last = dict(self._given)
        self._instants: dict[str, set[datetime]] = {stream: set() for stream in target.ledgers}
        self._activated: set[str] = set()
        for ledger in target.ledgers.values():
            ledger.begin()

    def take(self, message: Message) -> None:
        """Load a message, and see whether the tables and the state are still right."""
        self._target.tables.load([message])
        stream = str(message.get("stream"))
        match message["type"]:
            case "RECORD":
                assert stream not in self._activated, f"{stream}: a record after ACTIVATE_VERSION"
                self._look_at_record(stream, message["record"])
                if stream in self._instants and (instant := instant_of(stream, message["record"])) is not None:
                    self._instants[stream].add(instant)
            case "ACTIVATE_VERSION":
                self._activated.add(stream)
                if stream in self._target.ledgers:
                    self._target.ledgers[stream].replace(
                        partial(self._source.wants, stream),
                        partial(self._source.may_miss, stream, now=self._started),
                        may_miss_changed=stream == "activities",
                    )
            case "STATE":
                for name in self._target.ledgers:
                    self._look_at_bookmark(name, bookmark_of(message["value"], name))

    def _look_at_record(self, stream: str, record: Record) -> None:
        if stream in self._target.ledgers:
            key, row = self._target.row(stream, record)
            self._target.ledgers[stream].write(key, row)
            assert self._source.wants(stream, row), f"{stream}: the user does not want {record}"

    def _look_at_bookmark(self, stream: str, bookmark: datetime | None) -> None:
        given, last = self._given[stream], self._last[stream]
        self._last[stream] = bookmark
        if stream not in self._order.streams or stream in self._order.full_table:
            assert bookmark == given, f"{stream}: a bookmark moved that is none of this run's"
            return
        if bookmark is None:
            assert last is None, f"{stream}: the bookmark is gone"
            return
        assert last is None or bookmark >= last, f"{stream}: the bookmark went back"
        if bookmark == given:
            return
        assert bookmark <= self._started, f"{stream}: the bookmark is later than the start of the run"
        assert bookmark in self._instants[stream], f"{stream}: the bookmark is no written row's"
        # The state is not ahead of the records: of what the run looked at, all up to the bookmark is there.
        self._has_read(stream, lambda instant: instant is not None and instant <= bookmark)
        self._target.check(stream)

    def _has_read(self, stream: str, covers: Callable[[datetime | None], bool]) -> None:
        """Say that the rows of some instants are read for sure, as far as the run looks back."""
        given = self._given[stream]

        def is_read(record: Record) -> bool:
            instant = instant_of(stream, record)
            if self._source.may_miss(stream, record, self._started):
                return False
            within = instant is not None and given is not None and instant >= given - self._target.look_backs[stream]
            return self._source.wants(stream, record) and covers(instant) and (given is None or within)

        self._target.ledgers[stream].read(is_read)

    def finish(self, complete: set[str], *, is_exact: bool) -> None:
        """See whether what was read to its end is as it was promised.

        Args:
            complete: The streams that were read to their end.
            is_exact: Whether the source stood still and told nothing wrong.
        """
        for stream in self._order.streams:
            is_incremental = stream in self._target.ledgers
            is_whole = not is_incremental or stream in self._order.full_table or self._given[stream] is None
            if stream in complete:
                self._look_at_version(stream, is_whole=is_whole)
            if is_incremental:
                if stream in complete:
                    self._has_read(stream, lambda _instant: True)
                self._target.check(stream)
            elif stream in complete and is_exact:
                self._look_at_table(stream)

    def _look_at_version(self, stream: str, *, is_whole: bool) -> None:
        is_activated = stream in self._activated
        if not is_whole or self._source.removes(stream):
            assert not is_activated, f"{stream}: only a whole read is activated"
            return
        is_cut = self._source.is_cut(stream, self._started)
        assert is_cut in {None, not is_activated}, f"{stream}: whole reads, and no others, are activated"

    def _look_at_table(self, stream: str) -> None:
        truth, held = self._source.full(stream, self._started), self._target.held(stream)
        if stream not in self._activated:
            held = {key: row for key, row in held.items() if key in truth}
        assert held == truth, f"{stream}: a whole read left something else than the truth: {_difference(held, truth)}"


def _difference(held: Rows, truth: Rows) -> str:
    """Describe the first row in which two tables differ."""
    key = next(key for key in (*truth, *held) if held.get(key) != truth.get(key))
    return f"row {key} is {held.get(key)}, not {truth.get(key)}"


def bookmark_of(state: State, stream: str) -> datetime | None:
    """Return a stream's bookmark."""
    text = state.get("bookmarks", {}).get(stream, {}).get("replication_key_value")
    return None if text is None else datetime.fromisoformat(text)
