"""How much of a stream has been read, as far as the service says how much there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.paginators import Paginator
    from tap_analytics.paging.totals import Total
    from tap_analytics.sync.walks import Walk


class Extent:
    """How many lists a stream has, how many of them have been read, and how much of the current one.

    Attributes:
        lists: How many lists there are; None if that is not known.
    """

    def __init__(self) -> None:
        self.lists: float | None = 1
        self._begun = 0
        self._partition = ""
        self._total: Total | None = None
        self._pages = 0
        self._rows = 0

    def begin_list(self, partition: str = "") -> None:
        """Take in that the next list is read from now on.

        Args:
            partition: The key of the list's partition; empty where there is no parent.
        """
        # The list of one parent may be read in several windows.
        self._begun += not partition or partition != self._partition
        self._partition = partition
        self._total = None
        self._pages = self._rows = 0

    def take(self, page: Page, walk: Walk, paginator: Paginator) -> None:
        """Take in a page of the current list.

        Args:
            page: The page.
            walk: The walk through the list.
            paginator: What reads the length of the list from the first page.
        """
        # The lists under other records are many, and each is a small part; a walk that may stop reads no whole list.
        if not self._pages and not walk.is_part and not walk.may_stop:
            self._total = paginator.total(page)
        self._pages += 1
        self._rows += len(page.all_records)

    @property
    def rows_expected(self) -> float | None:
        """How many rows there are, if there is one list, and the service says so; else None."""
        if self._total is None or self.lists != 1:
            return None
        return self._total.number * (self._rows / self._pages if self._total.counts_pages else 1)

    @property
    def share(self) -> float | None:
        """The part that has been read, from 0 to 1; None if that is not known."""
        # The thread that reads may begin another list at any moment.
        lists, begun, total, pages, rows = self.lists, self._begun, self._total, self._pages, self._rows
        if not lists or not begun:
            return None
        if total is None:
            of_list = 0.0
            if begun == 1:
                return None
        else:
            of_list = (pages if total.counts_pages else rows) / total.number
        share = (begun - 1 + of_list) / lists
        # More than was announced: it is not known how much is left.
        return share if of_list <= 1 and share <= 1 else None
