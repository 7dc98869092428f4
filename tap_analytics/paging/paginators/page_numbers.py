"""Lists whose next page is asked for by its number, or by the number of records before it."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.end_signs import Total
from tap_analytics.paging.paginators.base import FlaggedPaginator
from tap_analytics.paging.paginators.cursors import BodyCursor
from tap_analytics.paging.paginators.last_page import flag_in
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress

_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)

_CURSOR: Final = BodyCursor(cursor_path="cursor")
"""How such servers give a cursor."""


class CountingPaginator(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by a number that the walk counts itself.

    An empty page ends the walk, unless it is declared not to; then the total, the flag or the maximum does.

    Attributes:
        maximum: The first number that is no longer asked for; None for no such bound.
        total_path: Path of how many pages, or records, there are; None if the API does not say.
        default_total_path: Path of what may be that number where nobody says so, and nothing stands under the first.
    """

    maximum_word: ClassVar[str]
    """What the maximum is called where it is declared."""

    maximum: int | None = None
    total_path: str | None = None
    default_total_path: str | None = None

    @property
    @abstractmethod
    def param(self) -> str:
        """The query parameter that takes the number."""

    @abstractmethod
    def number_after(self, page: Page, progress: Progress) -> int:
        """Return the number that asks for the page after this one, if there is one."""

    @abstractmethod
    def has_all(self, number: int, total: int) -> bool:
        """Say whether nothing is left for a number to ask for, by the total that the API says."""

    def is_last(self, page: Page, progress: Progress) -> bool:
        """Say whether a page is the last one by the total that the API says."""
        total = self.total_in(page)
        return total > 0 and self.has_all(self.number_after(page, progress), total)

    def total_in(self, page: Page) -> int:
        """Return how many there are; 0 if the API does not say."""
        return total_at(page, self.total_path) or total_at(page, self.default_total_path)

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        token = super().next_token(page, progress)
        return None if token is None or self._is_beyond(token.get(self.param)) else token

    def _is_beyond(self, number: object) -> bool:
        return self.maximum is not None and isinstance(number, int) and number >= self.maximum

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if not page.all_records and self.ends_at_empty_page is not False:
            return None
        if page.all_records and not self.repeats(page, progress):
            progress.refuse_repetition(page, self.param)
        number = self.number_after(page, progress)
        total = progress.total = self.total_in(page)
        if not has_more and self.is_last(page, progress):
            return None
        if not page.all_records and not has_more and total <= 0 and self.maximum is None:
            msg = (
                "gave an empty page, which 'stop_after_empty_page' says is not the last one, and nothing about further "
                f"ones ('{self.total_path or self.has_more_path}')"
            )
            raise StreamError(msg)
        return {self.param: number}

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        if doubt := super().doubt(page, progress):
            return doubt
        if flag_in(page, self.has_more_path) is False or self.is_last(page, progress):
            return ""
        may_go_on = bool(page.all_records) or self.ends_at_empty_page is False
        if may_go_on and self._is_beyond(self.number_after(page, progress)):
            count = progress.count + len(page.all_records)
            return f"ended at '{self.maximum_word}' {self.maximum}, after {count} records, and there may be more"
        return ""


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
        return self.base is None and 0 < progress.total == progress.token.get(self.page_param)

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


class Offset(CountingPaginator, frozen=True, kw_only=True):
    """The next page is asked for by the number of records before it.

    Records that have come are counted, not those that were asked for, since servers cap the size, but never more than
    were asked for, since a selector may make several of one. The walk ends where `has_more` is false, at an empty page,
    or at the last record where the API says how many there are. An empty page before that is an error: search services
    count all that they found, but give only the first ones. It is only a doubt where an empty page is declared to be
    the last one, or where the total is none that was declared.

    Attributes:
        offset_param: The query parameter that takes the number.
    """

    maximum_word = "maximum_offset"

    offset_param: str = "offset"

    @property
    @override
    def param(self) -> str:
        return self.offset_param

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if self._must_have_all(page) and not has_more and (missing := self._missing(page, progress)):
            raise StreamError(missing)
        return super().token_after(page, progress, has_more=has_more)

    def _must_have_all(self, page: Page) -> bool:
        """Say whether an empty page before the last record is an error."""
        return total_at(page, self.total_path) > 0 and self.ends_at_empty_page is None

    def _missing(self, page: Page, progress: Progress) -> str:
        """Say that an empty page came before the last record; empty if it did not."""
        asked_for, total = self._asked_for(progress), self.total_in(page)
        if page.all_records or total <= asked_for or flag_in(page, self.has_more_path) is False:
            return ""
        path = self.total_path if total_at(page, self.total_path) else self.default_total_path
        return f"gave no records after {asked_for} of {total} ('{path}')"

    @override
    def number_after(self, page: Page, progress: Progress) -> int:
        limit = self.limit or max(progress.sizes, default=0)
        count = len(page.all_records) or limit
        return self._asked_for(progress) + (min(count, limit) if limit else count)

    def _asked_for(self, progress: Progress) -> int:
        number = progress.token.get(self.offset_param)
        return number if isinstance(number, int) else progress.count

    @override
    def has_all(self, number: int, total: int) -> bool:
        return total <= number

    @override
    def total(self, page: Page) -> Total | None:
        number = total_at(page, self.total_path)
        return Total(number, counts_pages=False) if number > 0 else super().total(page)

    @override
    def is_last(self, page: Page, progress: Progress) -> bool:
        total = self.total_in(page)
        if not total_at(page, self.total_path):
            # It may also be the number of records on the page: it is then no larger than those before the page, or it
            # is that of a full first page.
            is_full = total == len(page.all_records) and total in {self.limit, *progress.sizes}
            if total <= self._asked_for(progress) or is_full:
                return False
        return super().is_last(page, progress)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        first = self._asked_for(progress)
        if progress.number == 1 and first > 0:
            return f"began at 'offset' {first}, as it is declared, and so without the records before it"
        is_no_error = self.ends_at_empty_page is not False and not self._must_have_all(page)
        missing = self._missing(page, progress) if is_no_error else ""
        return missing or super().doubt(page, progress)


def total_at(page: Page, path: str | None) -> int:
    """Return the whole number under a path, or in a text there; 0 if there is none."""
    total = page.get(path) if path else None
    if isinstance(total, str):
        return int(total) if _NUMBER.fullmatch(total) else 0
    return total if is_whole(total) else 0
