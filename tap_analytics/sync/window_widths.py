"""How many days to ask for at once, where it is not known how many rows they hold."""

from __future__ import annotations

from math import ceil
from typing import Final

_GROWTH: Final = 3
"""How many times wider than the widest so far a window may be, for the days to come may hold more rows."""

_GROWTH_WITHOUT_ROWS: Final = 9
"""The same while no row has been found at all: people set a first day long before their data."""

_FEWEST_PAGES: Final = 5
"""Pages of a window that is as wide as it is to be: the last one is seldom full, so fewer would cost more requests."""

_ENOUGH_PAGES: Final = 18
"""Pages of a window where many rows are left: more would save few requests."""

_WINDOWS_LEFT: Final = 8
"""How many windows are to be left, so that those who fetch side by side have enough of them to the end."""

_ENOUGH_FINISHED: Final = 4
"""Finished windows that tell enough for any number of others to be begun."""

_MARGIN: Final = 0.25
"""The part of a window's last page that is left empty, for no number of rows is foreseen exactly."""


class WindowWidths:
    """How wide windows are: narrow until some have been read, then as wide as their rows make worth a request.

    Args:
        narrowest: The days of the first windows, and the fewest of all others.
        page_size: Rows in one answer, None if that is not known.

    Attributes:
        rows: How many rows the finished windows had.
        rows_per_day: How many rows a day has, by the last window or by all of them, whichever had more.
    """

    def __init__(self, narrowest: int, page_size: int | None = None) -> None:
        self._narrowest = narrowest
        self._page_size = page_size
        self._finished = 0
        self._widest = 0
        self._days = 0
        self.rows = 0
        self.rows_per_day = 0.0

    @property
    def at_once(self) -> int:
        """How many windows to ask for at once: while little is known, those that are begun should be few."""
        # Four times as many for each one that is finished; one with several pages shows how many rows a day has.
        return 1 << 2 * min(self._finished, _ENOUGH_FINISHED)

    def learn(self, days: int | None, pages: list[int]) -> None:
        """Take in what a window turned out to hold.

        Args:
            days: How many days it had, None if it was open.
            pages: How many rows each of its pages had.
        """
        self._finished += 1
        if days is None:
            return
        if len(pages) > 1:
            # An answer that is one of several is as long as they get, whatever was asked for.
            longest = max(1, *pages)
            self._page_size = min(longest, self._page_size or longest)
            self._finished = max(self._finished, _ENOUGH_FINISHED)
        rows = sum(pages)
        self._widest = max(self._widest, days)
        self._days += days
        self.rows += rows
        self.rows_per_day = max(rows / days, self.rows / self._days)

    def next_width(self, left: int) -> int:
        """Return how many days the next window has.

        Args:
            left: How many days are left: they are divided evenly.
        """
        growth = _GROWTH if self.rows else _GROWTH_WITHOUT_ROWS
        width = max(self._narrowest, self._widest * growth)
        if self._page_size and self.rows_per_day:
            rows = self._narrowest * self.rows_per_day
            left_pages = int(left * self.rows_per_day / self._page_size)
            enough = min(_ENOUGH_PAGES, left_pages // _WINDOWS_LEFT)
            pages = max(_FEWEST_PAGES, enough, ceil(rows / self._page_size + _MARGIN))
            wanted = (pages - _MARGIN) * self._page_size / self.rows_per_day
            width = max(self._narrowest, int(min(width, wanted)) - 1)
        return ceil(left / max(1, left // width))
