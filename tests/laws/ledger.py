"""What the rows of an incremental stream's table may hold, after all that has been read and all that has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Record: TypeAlias = dict[str, Any]
Rows: TypeAlias = "Mapping[object, Record]"
"""Records by their key."""


class Ledger:
    """For each key, the contents that its row may have; None stands for no row at all.

    A row that was read for sure has the content that the source had, and no other. A change at the source adds the new
    content to the possible ones. So the set says for each row what is still owed: one that has a single member is a
    promise, and one with more waits for the change to be read.
    """

    def __init__(self) -> None:
        self._current: dict[object, Record] = {}
        self._possible: dict[object, list[Record | None]] = {}
        # Of rows that changed during the present run: the content at its beginning, and each one since.
        self._changed: dict[object, list[Record | None]] = {}

    def observe(self, truth: Rows) -> None:
        """Take in what the source has now."""
        for key in {*self._current, *truth}:
            before, now = self._current.get(key), truth.get(key)
            if before != now:
                self._changed.setdefault(key, [before]).append(now)
                self._possible.setdefault(key, [None]).append(now)
        self._current = dict(truth)

    def begin(self) -> None:
        """A run begins."""
        self._changed.clear()

    def write(self, key: object, record: Record) -> None:
        """The run has written a record.

        Raises:
            AssertionError: The source did not have such a row while the run went on.
        """
        assert record in self._seen(key), f"row {key} was written as {record}, but never was so during the run"
        self._possible[key].append(record)

    def read(self, covers: Callable[[Record], bool]) -> None:
        """The run has read rows for sure: those that it covers and that did not change meanwhile."""
        for key, current in self._current.items():
            if key not in self._changed and covers(current):
                self._possible[key] = [current]

    def replace(
        self, wants: Callable[[Record], bool], may_miss: Callable[[Record], bool], *, may_miss_changed: bool
    ) -> None:
        """The run has read the whole stream, and the table holds nothing else.

        Args:
            wants: Whether a row is to be in the table.
            may_miss: Whether a row may be missing.
            may_miss_changed: Whether a row that changed meanwhile may be missing: it can have moved from a window that
                was not read yet to one that was.
        """
        for key, possible in self._possible.items():
            possible[:] = [row if row is not None and wants(row) else None for row in self._seen(key)]
            if (may_miss_changed and key in self._changed) or any(row and may_miss(row) for row in possible):
                possible.append(None)

    def check(self, table: Rows) -> None:
        """Hold a table to the ledger.

        Raises:
            AssertionError: A row has a content that it cannot have.
        """
        for key in {*self._possible, *table}:
            possible = self._possible.get(key, [None])
            assert table.get(key) in possible, f"row {key} is {table.get(key)}, but can only be one of {possible}"

    def _seen(self, key: object) -> list[Record | None]:
        """Return the contents that a row had since the beginning of the run."""
        return self._changed.get(key, [self._current.get(key)])
