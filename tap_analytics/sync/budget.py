"""The memory of a run for pages that wait to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tap_analytics.http.cancellation import CHANGED
from tap_analytics.paging.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

_BUDGET: Final = 36 * 2**20
"""Bytes that may wait in the queues of a run."""

_DECODED: Final = 8
"""How many times as much memory as its bytes a decoded page takes; four to six times is usual."""


class Held(Struct, frozen=True):
    """Something that waits for its turn.

    Attributes:
        size: The bytes that are set aside for it.
        get: Returns it; None behind the last one.
    """

    size: int
    get: Callable[[], Any] | None


class Budget:
    """The bytes that may wait in all queues of a run together; `CHANGED` must be held for each call.

    Args:
        limit: How many.
    """

    def __init__(self, limit: int = _BUDGET) -> None:
        self._limit = limit
        self.used = 0
        """Bytes that are set aside, for pages that wait and for those that are being fetched."""
        self._usual_size = 0

    def has_room(self) -> bool:
        """Say whether a page of the usual size may be fetched."""
        return self.used == 0 or self.used + self._usual_size <= self._limit

    def has_much_room(self) -> bool:
        """Say whether a page of the usual size may be fetched long before its turn.

        Half of the bytes are kept for the pages that are next in their lists.
        """
        return self.used + self._usual_size <= self._limit // 2

    def expect(self) -> int:
        """Set the size of a page aside before it is fetched, and return it."""
        self.used += self._usual_size
        return self._usual_size

    def hold(self, expected: int, item: object, *, is_awaited: bool) -> Held:
        """Set the real size of what was fetched aside.

        Args:
            expected: What has been set aside for it.
            item: A page, or something small; None where there was nothing.
            is_awaited: Whether it is taken at once.
        """
        if not isinstance(item, Page):
            self.free(expected)
            return Held(0, None if item is None else lambda: item)
        room = self._room
        self.used -= expected
        # The last page of a list is often short, and says nothing about those of others.
        self._usual_size = max(item.size, self._usual_size * 3 // 4)
        read_again = item.read_again
        # While there is much room, nothing has to be decoded twice.
        if read_again is None or is_awaited or self.used + _DECODED * item.size <= self._limit // 4:
            held = Held(_DECODED * item.size, lambda: item)
        else:
            held = Held(item.size, read_again)
        self.used += held.size
        self._tell_room(room)
        return held

    def free(self, size: int) -> None:
        """Give back what was set aside."""
        room = self._room
        self.used -= size
        self._tell_room(room)

    @property
    def _room(self) -> int:
        """For how many of the two kinds of pages there is room."""
        return self.has_room() + self.has_much_room()

    def _tell_room(self, before: int) -> None:
        # All threads wake up for it, so only where it makes a difference.
        if self._room > before:
            CHANGED.notify_all()
