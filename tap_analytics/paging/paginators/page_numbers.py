"""Lists whose next page is asked for by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.field_names import PAGES, words_of
from tap_analytics.paging.paginators.counting import CountingPaginator
from tap_analytics.paging.paginators.cursors import BodyCursor
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress

_CURSOR: Final = BodyCursor(cursor_path="cursor")
"""How a server that takes page numbers as well gives a cursor."""


class PageNumber(CountingPaginator, frozen=True, kw_only=True):
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
        default_total_path: It may be the number of records: no list has more pages than records, so that nothing is
            left behind that many pages.
    """

    maximum_word = "maximum_page"

    page_param: str = "page"
    base: int | None = None
    total_path: str | None = "total_pages"

    @property
    @override
    def param(self) -> str:
        return self.page_param

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        if self._is_second(2, progress) and self._numbers(page) == {3}:
            msg = f"calls page 2 page 3: declare 'base_page', the '{self.page_param}' that asks for the first page"
            raise StreamError(msg)
        return super().next_token(page, progress)

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if self._is_last_again(page, progress):
            return None
        return super().token_after(page, progress, has_more=has_more)

    @override
    def number_after(self, page: Page, progress: Progress) -> int:
        asked_for = progress.token.get(self.page_param, self.base)
        if not isinstance(asked_for, int):
            asked_for = 1 if self._numbers(page) == {1} else 0
        return asked_for + 1

    @override
    def has_all(self, number: int, total: int) -> bool:
        return total <= max(1, number - (1 if self.base is None else self.base))

    @override
    def missing(self, page: Page, progress: Progress, path: str, total: int) -> str:
        # A total of records is often declared where one of pages is meant, and does no harm.
        has_come = total <= progress.count and not words_of(path.rpartition(".")[2]) & PAGES
        if has_come or self.has_all(self.number_after(page, progress), total):
            return ""
        return f"gave no records on page {progress.number}, after {progress.count}, though '{path}' is {total}"

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        first = progress.token.get(self.page_param)
        if progress.number == 1 and isinstance(first, int) and first > (1 if self.base is None else self.base):
            return f"began at 'page' {first}, as it is declared, and so without the pages before it"
        return super().doubt(page, progress)

    @property
    @override
    def other_first_token(self) -> Params | None:
        return {self.page_param: 0} if self.base is None and not self.first_token else None

    @override
    def is_beyond(self, progress: Progress) -> bool:
        # Counted from 0, this is the page behind the last one; counted from 1, it would be the last one, and be there.
        is_behind_last = self.base is None and 0 < progress.total == progress.token.get(self.page_param)
        return is_behind_last or super().is_beyond(progress)

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
        if cursor is not None and (page.all_records or cursor != progress.token):
            return cursor
        if _CURSOR.cursor_param in progress.token:
            return None
        return super().token_after(page, progress, has_more=has_more)
