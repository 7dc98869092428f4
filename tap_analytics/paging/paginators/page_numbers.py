"""Lists whose next page is asked for by its number, or by the number of records before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators.base import FlaggedPaginator
from tap_analytics.paging.paginators.cursors import BodyCursor
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress

_CURSOR: Final = BodyCursor(cursor_path="cursor")
"""How such servers give a cursor."""


class PageNumber(FlaggedPaginator, frozen=True, kw_only=True):
    """Pages have numbers.

    The walk ends where `has_more` is false, at an empty page, at the last page where the API says how many there are,
    or where the API answers a request for the page beyond the last one with the last page, under that page's number. A
    short page is not the end: servers cap the size.

    Where it is not known whether numbers begin with 0 or 1, the first request names none, and the second one asks for
    page 1 unless the first answer gave its number. If that is the first page again, numbers begin with 1. If it is not,
    they may begin with 1 all the same, since rows may change with every answer. So the number of all pages ends such a
    walk only where that many have been read, counted from 1.

    Attributes:
        page_param: The query parameter that takes the number.
        base: The number of the first page; None if it is not known.
        total_path: Dotted path of the number of pages; None if the API does not say.
    """

    page_param: str = "page"
    base: int | None = None
    total_path: str | None = "total_pages"

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        if self._is_second(2, progress) and self._numbers(page) == {3}:
            msg = f"calls page 2 page 3: declare 'base_page', the '{self.page_param}' that asks for the first page"
            raise StreamError(msg)
        return super().next_token(page, progress)

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if not page.records or self._is_last_again(page, progress):
            return None
        if not self.repeats(page, progress):
            progress.refuse_repetition(page, self.page_param)
        asked_for = progress.token.get(self.page_param, self.base)
        if not isinstance(asked_for, int):
            asked_for = 1 if self._numbers(page) == {1} else 0
        total = _total(page, self.total_path)
        if not has_more and 0 < total <= max(1, asked_for + (self.base == 0)):
            return None
        return {self.page_param: asked_for + 1}

    def _numbers(self, page: Page) -> set[int]:
        """Return the numbers that an answer gives its page."""
        paths = ("current_page", "page", f"meta.{self.page_param}", "meta.current_page")
        return {number for path in paths if is_whole(number := page.get(path))}

    def _is_second(self, number: int, progress: Progress) -> bool:
        """Say whether the current page is the second one, asked for by this number, and the first one was by none."""
        return self.base is None and progress.number == 2 and progress.token == {self.page_param: number}  # noqa: PLR2004

    def _is_last_again(self, page: Page, progress: Progress) -> bool:
        """Say whether the server gave the last page again for the one beyond it: the answer has the number before.

        Before the third page, such an answer may come from a server that ignores the number.
        """
        asked_for = progress.token.get(self.page_param)
        return (
            progress.number > 2  # noqa: PLR2004
            and isinstance(asked_for, int)
            and self._numbers(page) == {asked_for - 1}
            and progress.has_just_read(page)
        )

    @override
    def repeats(self, page: Page, progress: Progress) -> bool:
        return (self._is_second(1, progress) and progress.has_read(page)) or self._is_last_again(page, progress)


class CursorOrPageNumber(PageNumber, frozen=True, kw_only=True):
    """Pages are asked for by the server's cursor where an answer has one, by number where it has none.

    The first request names no page, so that servers of both kinds answer it with page 1. Without `has_more` a walk by
    cursor ends at an empty page without a new cursor.
    """

    base: int | None = 1

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        cursor = _CURSOR.token_in(page)
        if cursor is not None and (page.records or cursor != progress.token):
            return cursor
        if _CURSOR.cursor_param in progress.token:
            return None
        return super().token_after(page, progress, has_more=has_more)


class Offset(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by the number of records before it.

    Records that have come are counted, not those that were asked for: servers cap the size. The walk ends where
    `has_more` is false, at an empty page, or at the last record where the API says how many there are. An empty page
    before that is an error: search services count all that they found, but give only the first ones.

    Attributes:
        offset_param: The query parameter that takes the number.
        total_path: Dotted path of the number of all records; None if the API does not say.
    """

    offset_param: str = "offset"
    total_path: str | None = None

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        read = progress.count + len(page.records)
        total = _total(page, self.total_path)
        if not page.records:
            if total > read and not has_more:
                msg = f"gave no records after {read} of {total} ('{self.total_path}')"
                raise StreamError(msg)
            return None
        progress.refuse_repetition(page, self.offset_param)
        if not has_more and 0 < total <= read:
            return None
        return {self.offset_param: read}


def _total(page: Page, total_path: str | None) -> int:
    """Return how many there are; 0 if the API does not say."""
    total = page.get(total_path) if total_path else None
    return total if is_whole(total) else 0
