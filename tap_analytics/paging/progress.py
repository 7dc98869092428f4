"""How far one walk through the pages of a list has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params, ParamValue


class Progress:
    """What paginators know of a walk besides the current page.

    Args:
        token: The parameters that ask for the first page.
        sizes: The numbers of records that every answer is asked for.

    Attributes:
        token: The parameters that asked for the current page.
        path: The path of the current page on the API's origin, where an answer gave its address.
        number: The number of the current page, from 1.
        empty_pages: How many pages just before the current one were empty.
        last: The last record before the current page; empty before the first record.
        count: The number of records on the pages before the current one.
        sizes: The numbers of records that every answer is asked for.
        total: How many pages, or records, the page before said that there are; 0 if it did not.
        pages: The number of pages before the current one that were no repetitions.
        longest: The number of records on the longest page before the current one.
        may_have_ended: Whether the page before may have been the last one.
    """

    def __init__(self, token: Mapping[str, ParamValue], sizes: AbstractSet[int]) -> None:
        self.token: Params = {**token}
        self.path: str | None = None
        self.number = 1
        self.empty_pages = 0
        self.last: dict[str, Any] = {}
        self.count = 0
        self.sizes = sizes
        self.total = 0
        self.pages = 0
        self.longest = 0
        self.may_have_ended = False
        self._fingerprints: set[int] = set()
        self._last_fingerprint: int | None = None

    def advance(self, page: Page, token: Params, path: str | None, *, is_new: bool = True) -> None:
        """Go on to the next page.

        Args:
            page: The current page.
            token: The parameters that ask for the next one.
            path: Its path, where the current page gave its address.
            is_new: Whether the current page does not only repeat an earlier one.
        """
        if page.all_records:
            self.last = page.all_records[-1]
        if is_new:
            self.count += len(page.all_records)
            self.pages += 1
        self.longest = max(self.longest, len(page.all_records))
        self.empty_pages = 0 if page.all_records else self.empty_pages + 1
        self.token = token
        self.path = path
        self.number += 1

    # For paginators that count: a server that ignores the number gives the same page for ever.

    def has_read(self, page: Page) -> bool:
        """Say whether an earlier page had the same records."""
        return page.fingerprint in self._fingerprints

    def has_just_read(self, page: Page) -> bool:
        """Say whether the page before had the same records."""
        return self._last_fingerprint == page.fingerprint

    def refuse_repetition(self, page: Page, param: str) -> None:
        """Refuse a page with the records of an earlier one.

        Args:
            page: The current page.
            param: The query parameter that asked for it.

        Raises:
            StreamError: The records have been read before.
        """
        if self.has_read(page):
            msg = f"gave page {self.number} the records of an earlier page: it seems to ignore '{param}'"
            raise StreamError(msg)
        self._fingerprints.add(page.fingerprint)
        self._last_fingerprint = page.fingerprint
