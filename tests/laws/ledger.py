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
        # The last of the possible contents is the one that the source has.
        self._possible: dict[object, list[Record | None]] = {}
        # Of rows that changed during the present run: the content at its beginning, and each one since.
        self._changed: dict[object, list[Record | None]] = {}

    def observe(self, truth: Rows) -> None:
        """Take in what the source has now."""
        for key in {*self._possible, *truth}:
            possible = self._possible.setdefault(key, [None])
            if possible[-1] != truth.get(key):
                self._changed.setdefault(key, [possible[-1]]).append(truth.get(key))
                possible.append(truth.get(key))

    def begin(self) -> None:
        """A run begins."""
        self._changed.clear()

    def read(self, covers: Callable[[Record], bool]) -> None:
        """The run has read rows for sure: those that it covers and that did not change meanwhile."""
        for key, possible in self._possible.items():
            current = possible[-1]
            if key not in self._changed and current is not None and covers(current):
                del possible[:-1]

    def replace(self) -> None:
        """The run has read the whole stream, and the table holds nothing else.

        A row that changed meanwhile may have slipped through: from a page that was not read yet to one that was.
        """
        for key, possible in self._possible.items():
            possible[:] = [None, *self._changed[key]] if key in self._changed else possible[-1:]

    def check(self, table: Rows) -> None:
        """Hold a table to the ledger.

        Raises:
            AssertionError: A row has a content that it cannot have.
        """
        for key in {*self._possible, *table}:
            possible = self._possible.get(key, [None])
            assert table.get(key) in possible, f"row {key} is {table.get(key)}, but can only be one of {possible}"
