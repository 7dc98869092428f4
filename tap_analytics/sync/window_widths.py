"""How many days to ask for at once, where nobody knows how many rows they hold."""

from __future__ import annotations

from math import ceil
from typing import Final

_GROWTH: Final = 3
"""How many times wider than the widest so far a window may be, for the days to come may hold more rows."""

_GROWTH_WITHOUT_ROWS: Final = 9
"""The same while no row has been found at all: people set a first day long before their data."""

_FEWEST_PAGES: Final = 5
"""Pages of a window that is as wide as it is to be: the last one is seldom full, so fewer would cost more requests."""

_ENOUGH_PAGES: Final = 10
"""Pages of a window where many rows are left: more would save few requests."""

_WINDOWS_LEFT: Final = 16
"""How many windows are to be left, so that those who fetch side by side have enough of them to the end."""

_MARGIN: Final = 0.25
"""The part of a window's last page that is left empty, for no number of rows is foreseen exactly."""


class WindowWidths:
    """How wide windows are: narrow until some have been read, then as wide as their rows make worth a request.

    Args:
        narrowest: The days of the first windows, and the fewest of all others.
        page_size: Rows in one answer, None if that is not known.
    """

    def __init__(self, narrowest: int, page_size: int | None = None) -> None:
        self._narrowest = narrowest
        self._page_size = page_size
        self._finished = 0
        self._widest = 0
        self._days = 0
        self._rows = 0
        self._rows_per_day = 0.0
        self._days_left = 0
        self._rows_seen = 0
        self._days_begun = 0

    @property
    def at_once(self) -> int:
        """How many windows to ask for at once: while little is known, those that are begun should be few."""
        # Four times as many for each one that is finished.
        return 1 << 2 * min(self._finished, 4)

    def see(self, rows: int) -> None:
        """Take in how many rows a page of a window had."""
        self._rows_seen += rows

    def reach(self, days: int, days_left: int) -> None:
        """Take in how far a window that is being read has come, where its rows come oldest first.

        Args:
            days: How many of its days have been read.
            days_left: How many days are behind these, those of later windows included.
        """
        self._days_begun, self._days_left = days, days_left

    @property
    def share(self) -> float | None:
        """The part of all rows that has been read, by how many a day had so far; None if that is not known."""
        # The thread that reads may finish a window at any moment.
        seen, days_begun, days_left = self._rows_seen, self._days_begun, self._days_left
        begun = seen - self._rows
        rate = max(self._rows_per_day, begun / days_begun if days_begun else 0)
        if not rate:
            return None
        left = days_left * rate - (0 if days_begun else begun)
        # Where a window has more rows than were expected, and they are in no order, nobody knows how many are left.
        is_known = seen + left > 0 and (left > 0 or not days_left)
        return seen / (seen + left) if is_known else None

    def learn(self, days: int | None, pages: list[int], days_left: int = 0) -> None:
        """Take in what a window turned out to hold.

        Args:
            days: How many days it had, None if it was open.
            pages: How many rows each of its pages had.
            days_left: How many days are behind it.
        """
        self._finished += 1
        self._days_begun, self._days_left = 0, days_left
        if days is None:
            return
        if len(pages) > 1:
            # An answer that is one of several is as long as they get, whatever was asked for.
            longest = max(1, *pages)
            self._page_size = min(longest, self._page_size or longest)
        rows = sum(pages)
        self._widest = max(self._widest, days)
        self._days += days
        self._rows += rows
        self._rows_per_day = max(rows / days, self._rows / self._days)

    def next_width(self, left: int) -> int:
        """Return how many days the next window has.

        Args:
            left: How many days are left: they are divided evenly.
        """
        growth = _GROWTH if self._rows else _GROWTH_WITHOUT_ROWS
        width = max(self._narrowest, self._widest * growth)
        if self._page_size and self._rows_per_day:
            rows = self._narrowest * self._rows_per_day
            left_pages = int(left * self._rows_per_day / self._page_size)
            enough = min(_ENOUGH_PAGES, left_pages // _WINDOWS_LEFT)
            pages = max(_FEWEST_PAGES, enough, ceil(rows / self._page_size + _MARGIN))
            wanted = (pages - _MARGIN) * self._page_size / self._rows_per_day
            width = max(self._narrowest, int(min(width, wanted)) - 1)
        return ceil(left / max(1, left // width))
