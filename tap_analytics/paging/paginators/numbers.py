"""The ways in which APIs say "there is more"."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.end_signs import (
    HAS_MORE,
    doubt_without,
    is_nothing,
    refuse_dead_end,
    refuse_other_place,
    says_whole,
    signs_in,
)
from tap_analytics.paging.pagination import Paginator, Params
from tap_analytics.records.types import is_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.answers import Page
    from tap_analytics.paging.pagination import PageTrail


# Sizes of a page where nothing is asked for; larger ones are multiples of fifty.
_USUAL_SIZES: Final = {20, 25, 30, 40}
_SMALLEST_USUAL_SIZE: Final = min(_USUAL_SIZES)


class SinglePage(Paginator, frozen=True, kw_only=True):
    """One answer holds everything."""

    @override
    def next_token(self, page: Page, trail: PageTrail) -> None:
        return None


class Undeclared(Paginator, frozen=True, kw_only=True):
    """One answer seems to hold everything, and nobody said how there could be more: signs of it are an error.

    Attributes:
        has_envelope: Whether anything stands beside the records: not where the whole body is the one record.
    """

    has_envelope: bool = True

    @override
    def next_token(self, page: Page, trail: PageTrail) -> None:
        if sign := signs_in(page, has_envelope=self.has_envelope).any:
            msg = f"says that there is more ({sign}): declare its 'paginator', or 'type: single_page' for no more"
            raise StreamError(msg)

    @override
    def doubt(self, page: Page, trail: PageTrail) -> str:
        if signs_in(page, has_envelope=self.has_envelope).any:
            return ""  # `next_token` makes an error of it.
        count = len(page.records)
        if count not in trail.sizes and (count < _SMALLEST_USUAL_SIZE or (count % 50 and count not in _USUAL_SIZES)):
            return ""
        if self.has_envelope and says_whole(page):
            return ""
        return (
            f"gave {count} records, which looks like a full page, and nothing about further ones: declare "
            "'paginator': {'type': 'single_page'} if these are all, else how the list is paged"
        )


class FlaggedPaginator(Paginator, frozen=True, kw_only=True):
    """The body may say whether there is more. Where it does, that decides alone: a last page may well carry a cursor.

    Attributes:
        has_more_path: Dotted path of that sign.
    """

    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        token = self.token_after(page, trail, has_more=has_more is True)
        if token is None:
            refuse_dead_end(has_more)
        return token

    @abstractmethod
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        """Return the parameters that ask for the page after this one, None when there is no way to ask for one.

        Args:
            page: The answer; it does not say that there is no more.
            trail: The walk so far.
            has_more: Whether it says that there is.
        """


class BodyCursor(FlaggedPaginator, frozen=True, kw_only=True):
    """The body holds the next page's cursor; null, false, an empty text or no such key ends the walk.

    Attributes:
        cursor_path: Dotted path of the cursor in the body.
        cursor_param: The query parameter that takes it.
    """

    cursor_path: str
    cursor_param: str = "cursor"

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        token = self.token_in(page)
        if token is not None and (page.records or token != trail.token):
            return token
        if not has_more:
            refuse_other_place(page, trail, f"'{self.cursor_path}'", self.cursor_path)
        return None

    @override
    def doubt(self, page: Page, trail: PageTrail) -> str:
        return "" if page.get(self.has_more_path) is False else doubt_without(self.cursor_path, page, trail)

    def token_in(self, page: Page) -> Params | None:
        """Return the parameters that the body's cursor makes, None without one."""
        cursor = page.get(self.cursor_path)
        if is_nothing(cursor):
            return None
        if not isinstance(cursor, str) and not is_whole(cursor):
            msg = f"gave no text or number as '{self.cursor_path}', which asks for the next page"
            raise StreamError(msg)
        return {self.cursor_param: cursor}


class LastRecord(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by a field of the last record, until `has_more` is false.

    Without `has_more` the walk ends at an empty page.

    Attributes:
        cursor_param: The query parameter that takes the field's value (`start-after`).
        fields: The field of the last record (`uuid`), or several of which the first that has a value is taken.
    """

    cursor_param: str
    fields: tuple[str, ...]

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        return {self.cursor_param: self.value_of(page.records[-1])} if page.records else None

    def value_of(self, record: Mapping[str, Any]) -> str | int:
        """Return what asks for the records after this one.

        Args:
            record: The record.

        Raises:
            StreamError: It has no text or whole number to ask with.
        """
        values = (record.get(field) for field in self.fields)
        value = next((value for value in values if not is_nothing(value)), None)
        if not isinstance(value, str) and not is_whole(value):
            names = " or ".join(f"'{field}'" for field in self.fields)
            msg = f"gave a last record without {names}, which asks for the next page"
            raise StreamError(msg)
        return value


class PageNumber(FlaggedPaginator, frozen=True, kw_only=True):
    """Pages have numbers.

    The walk ends where `has_more` is false, at an empty page, at the last of all pages where the API says how many
    there are, or where the API gives the last page again and says that it is that one. A short page is not the end:
    servers cap the size.

    Where nobody knows whether numbers begin with 0 or 1, the first request names none, and the second one asks for page
    1 unless the first answer tells its number. If that is the first page again, numbers begin with 1. Else they may do
    so, too, if rows change with every answer: so a page is the last of all only if it is by counting from 1.

    Attributes:
        page_param: The query parameter that takes the number.
        base: The number of the first page, None if it is not known.
        total_path: Dotted path of the number of pages; None if the API does not tell.
    """

    page_param: str = "page"
    base: int | None = None
    total_path: str | None = "total_pages"

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        if self._is_second(2, trail) and self._told(page) == {3}:
            msg = f"calls page 2 page 3: declare 'base_page', the '{self.page_param}' that asks for the first page"
            raise StreamError(msg)
        return super().next_token(page, trail)

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        if not page.records or self._is_last_again(page, trail):
            return None
        if not self.repeats(page, trail):
            trail.refuse_repetition(page, self.page_param)
        asked_for = trail.token.get(self.page_param, self.base)
        if not isinstance(asked_for, int):
            asked_for = 1 if self._told(page) == {1} else 0
        total = _total(page, self.total_path)
        if not has_more and 0 < total <= max(1, asked_for + (self.base == 0)):
            return None
        return {self.page_param: asked_for + 1}

    def _told(self, page: Page) -> set[int]:
        """Return the numbers that a page says it has."""
        paths = ("current_page", "page", f"meta.{self.page_param}", "meta.current_page")
        return {number for path in paths if is_whole(number := page.get(path))}

    def _is_second(self, number: int, trail: PageTrail) -> bool:
        """Say whether a page was asked for to go on from one that named no number."""
        return self.base is None and trail.number == 2 and trail.token == {self.page_param: number}  # noqa: PLR2004

    def _is_last_again(self, page: Page, trail: PageTrail) -> bool:
        """Say whether a server gave the last page for the one beyond it, and says so: it tells the number before.

        Only a server that has given a second page does not simply ignore the number.
        """
        asked_for = trail.token.get(self.page_param)
        return (
            trail.number > 2  # noqa: PLR2004 - the second page
            and isinstance(asked_for, int)
            and self._told(page) == {asked_for - 1}
            and trail.has_just_read(page)
        )

    @override
    def repeats(self, page: Page, trail: PageTrail) -> bool:
        return (self._is_second(1, trail) and trail.has_read(page)) or self._is_last_again(page, trail)


class CursorOrPageNumber(PageNumber, frozen=True, kw_only=True):
    """The server's cursor where it offers one, page numbers where it does not.

    The first request names no page, so that a server of either kind answers it in its own style; without a page it is
    page 1. Without `has_more` a walk by cursor ends at an empty page without a new one.
    """

    base: int | None = 1

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        cursor = _CURSOR.token_in(page)
        if cursor is not None and (page.records or cursor != trail.token):
            return cursor
        if _CURSOR.cursor_param in trail.token:
            return None
        return super().token_after(page, trail, has_more=has_more)


_CURSOR: Final = BodyCursor(cursor_path="cursor")


class Offset(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by the number of records before it.

    That is how many have come, not how many were asked for: servers cap the size. The walk ends where `has_more` is
    false, at an empty page, or at the last of all records where the API says how many there are. An empty page before
    that is an error: services that search count all that they found, and give some.

    Attributes:
        offset_param: The query parameter that takes the number.
        total_path: Dotted path of the number of all records; None if the API does not tell.
    """

    offset_param: str = "offset"
    total_path: str | None = None

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        read = trail.count + len(page.records)
        total = _total(page, self.total_path)
        if not page.records:
            if total > read and not has_more:
                msg = f"gave no records after {read} of {total} ('{self.total_path}')"
                raise StreamError(msg)
            return None
        trail.refuse_repetition(page, self.offset_param)
        if not has_more and 0 < total <= read:
            return None
        return {self.offset_param: read}


def _total(page: Page, total_path: str | None) -> int:
    """Return how many there are; 0 if the API does not say."""
    total = page.get(total_path) if total_path else None
    return total if is_whole(total) else 0
