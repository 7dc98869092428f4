"""How each API says "there is more", and how the next page is asked for.

A page token is the set of query parameters that ask for a page. A paginator owns both halves: it reads from an answer
whether there is more, and writes the parameters that ask for it. Paginators are declarations without a state; a
`PageTrail` is one walk with one of them. The SDK's own are not used: they decode each answer a second time, and see a
loop only when two tokens in a row are equal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from typing_extensions import override

from tap_analytics.answers import shorten
from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from tap_analytics.answers import Page

Params: TypeAlias = dict[str, str | int]


class PageTrail:
    """One walk through the pages of a list.

    Args:
        paginator: How the API pages this list.
        page_size: Records to ask for in one answer.
    """

    def __init__(self, paginator: Paginator, page_size: int) -> None:
        self._paginator = paginator
        self._limit: Params = {paginator.limit_param: page_size} if paginator.limit_param else {}
        self._tokens: set[tuple[tuple[str, str | int], ...]] = set()
        self._contents: set[int] = set()
        self.token: Params = {}
        """The parameters that asked for the current page; none for the first."""
        self.number = 1
        """The number of the current page."""
        self.finished = False

    @property
    def params(self) -> Params:
        """The query parameters that ask for the current page, its size included."""
        return {**self._limit, **self.token}

    def advance(self, page: Page) -> None:
        """Go on from an answer to the next page, or finish.

        Args:
            page: The answer to the current parameters.

        Raises:
            StreamError: The API leads in a circle, or claims that there is more without a way to ask for it.
        """
        token = self._paginator.next_token(page, self)
        if token is None:
            self.finished = True
            return
        asked = tuple(sorted(token.items()))
        if asked in self._tokens:
            msg = f"leads in a circle: the page {shorten(str(token))} has been read before"
            raise StreamError(msg)
        self._tokens.add(asked)
        self.token = token
        self.number += 1

    def refuse_repetition(self, page: Page) -> None:
        """Refuse a page with the records of an earlier one: servers that ignore a page number repeat themselves.

        Raises:
            StreamError: The records have been read before.
        """
        content = hash(repr(page.records))
        if content in self._contents:
            msg = f"gave page {self.number} the records of an earlier page: it seems to ignore the page number"
            raise StreamError(msg)
        self._contents.add(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paginator(ABC):
    """How an API pages a list.

    Attributes:
        limit_param: The query parameter that takes the page size; None where the API takes none.
    """

    limit_param: str | None = None

    @abstractmethod
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        """Return the parameters that ask for the page after this one, None when this was the last.

        Args:
            page: The answer.
            trail: The walk so far, the answer's own parameters included.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePage(Paginator):
    """One answer holds everything."""

    @override
    def next_token(self, page: Page, trail: PageTrail) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyCursor(Paginator):
    """The body holds the next page's cursor; null, an empty text or no such key ends the walk.

    Attributes:
        cursor_path: Dotted path of the cursor in the body.
        cursor_param: The query parameter that takes it.
    """

    cursor_path: str
    cursor_param: str = "cursor"

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        cursor = _cursor_of(page, self.cursor_path)
        return None if cursor is None else {self.cursor_param: cursor}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRecord(Paginator):
    """The next page is asked for by a field of the last record, until `has_more` is false.

    Without `has_more` the walk ends at an empty page.

    Attributes:
        cursor_param: The query parameter that takes the field's value (`start-after`).
        field: The field of the last record (`uuid`).
    """

    cursor_param: str
    field: str

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get("has_more")
        if has_more is False:
            return None
        if not page.records:
            _refuse_dead_end(has_more)
            return None
        value = page.records[-1].get(self.field)
        if not isinstance(value, str | int):
            msg = f"gave a last record without '{self.field}', which asks for the next page"
            raise StreamError(msg)
        return {self.cursor_param: value}


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorOrPageNumber(Paginator):
    """The server's cursor where it offers one, page numbers where it does not.

    The first request names no page, so that a server of either kind answers it in its own style. `has_more`, where it
    is there, decides alone: the last page may well carry a cursor. Without it the walk ends at an empty page without a
    new cursor, or at `total_pages`; null and 0 there say nothing. A short page is not the end: servers cap the size.
    """

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get("has_more")
        if has_more is False:
            return None
        cursor = _cursor_of(page, "cursor")
        if cursor is not None and (page.records or {"cursor": cursor} != trail.token):
            return {"cursor": cursor}
        if not page.records or "cursor" in trail.token:
            _refuse_dead_end(has_more)
            return None
        trail.refuse_repetition(page)
        total = page.get("total_pages")
        is_last = has_more is not True and isinstance(total, int) and 0 < total <= trail.number
        return None if is_last else {"page": trail.number + 1}


def _refuse_dead_end(has_more: object) -> None:
    if has_more is True:
        msg = "says that there is more, but gives neither records nor a new cursor to ask for it"
        raise StreamError(msg)


def _cursor_of(page: Page, path: str) -> str | int | None:
    cursor = page.get(path)
    if cursor is None or cursor == "":
        return None
    if not isinstance(cursor, str | int):
        msg = f"gave no text or number as '{path}', which asks for the next page"
        raise StreamError(msg)
    return cursor
