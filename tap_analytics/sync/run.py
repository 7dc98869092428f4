"""What the threads of a run share: its end, and the memory for pages that wait to be written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from tap_analytics.http.cancellation import CHANGED, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page import Page

_BUDGET: Final = 64 * 2**20
"""Bytes that may wait in the queues of a run."""

_DECODED: Final = 8
"""How many times as much memory as its bytes a decoded page takes; four to six times is usual."""


class Waiting(Struct, frozen=True):
    """A page that waits for its turn.

    Attributes:
        size: The bytes that are set aside for it.
        page: Returns it; None behind the last page of a walk.
    """

    size: int
    page: Callable[[], Page] | None


class Run:
    """What all readers of a run share: the end of the run, and the budget for pages that wait.

    Args:
        budget: Bytes that may wait.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self.scope = Scope()
        self._budget = budget
        self.used = 0
        """Bytes that are set aside, for pages that wait and for those that are being fetched."""
        self._last_size = 0

    def has_room(self) -> bool:
        """Say whether a page of the usual size may be fetched; `CHANGED` must be held."""
        return self.used == 0 or self.used + self._last_size <= self._budget

    def expect(self) -> int:
        """Set the size of a page aside before it is fetched, and return it; `CHANGED` must be held."""
        self.used += self._last_size
        return self._last_size

    def replace(self, expected: int, page: Page | None, *, is_awaited: bool) -> Waiting:
        """Set the real size of a page aside; `CHANGED` must be held.

        Args:
            expected: What has been set aside for it.
            page: The page; None where there was none.
            is_awaited: Whether it is taken at once.
        """
        self.free(expected)
        if page is None:
            return Waiting(0, None)
        self._last_size = page.size
        read_again = page.read_again
        # While there is much room, nothing has to be decoded twice.
        if read_again is None or is_awaited or self.used + _DECODED * page.size <= self._budget // 2:
            waiting = Waiting(_DECODED * page.size, lambda: page)
        else:
            waiting = Waiting(page.size, partial(_doubted, read_again, page.doubt))
        self.used += waiting.size
        return waiting

    def free(self, size: int) -> None:
        """Give back what was set aside; `CHANGED` must be held."""
        self.used -= size
        CHANGED.notify_all()


def _doubted(read_again: Callable[[], Page], doubt: str) -> Page:
    # Other pages may be the reason for a doubt.
    return replace(read_again(), doubt=doubt)
