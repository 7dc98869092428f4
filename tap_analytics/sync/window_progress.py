"""How much of a list that is read in windows of dates has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_analytics.sync.window_widths import WindowWidths


class WindowProgress:
    """How many of the expected rows have been read, by how many rows a day had so far.

    Args:
        widths: What learns how many rows windows hold.
    """

    def __init__(self, widths: WindowWidths) -> None:
        self.widths = widths
        self._rows_seen = 0
        self._days_begun = 0
        self._days_left = 0

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

    def finish(self, days: int | None, pages: list[int], days_left: int) -> None:
        """Take in what a window turned out to hold.

        Args:
            days: How many days it had, None if it was open.
            pages: How many rows each of its pages had.
            days_left: How many days are behind it.
        """
        self._days_begun, self._days_left = 0, days_left
        self.widths.learn(days, pages)

    @property
    def share(self) -> float | None:
        """The part of all rows that has been read, from 0 to 1; None if that is not known."""
        # The thread that reads may finish a window at any moment.
        seen, days_begun, days_left = self._rows_seen, self._days_begun, self._days_left
        begun = seen - self.widths.rows
        rate = max(self.widths.rows_per_day, begun / days_begun if days_begun else 0)
        if not rate:
            return None
        left = days_left * rate - (0 if days_begun else begun)
        # Where a window has more rows than were expected, and they are in no order, it is not known how many are left.
        is_known = seen + left > 0 and (left > 0 or not days_left)
        return seen / (seen + left) if is_known else None
