"""The ways in which APIs say "there is more"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from requests.utils import parse_header_links
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.pagination import Paginator, Params
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from tap_analytics.answers import Page
    from tap_analytics.pagination import PageTrail

HAS_MORE: Final = "has_more"

_SIGNS_OF_MORE: Final = (
    *("next", "next_page", "next_url", "next_cursor", "next_page_token", "meta.next_cursor", "meta.next"),
    *("links.next", "paging.next", "paging.next.link", "pagination.next", "pagination.next_cursor"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePage(Paginator):
    """One answer holds everything."""

    @override
    def next_token(self, page: Page, trail: PageTrail) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeclared(Paginator):
    """One answer seems to hold everything, and nobody said how there could be more: signs of it are an error."""

    @override
    def next_token(self, page: Page, trail: PageTrail) -> None:
        total = page.get("total_pages")
        signs = [path for path in _SIGNS_OF_MORE if isinstance(page.get(path), str | int) and page.get(path)]
        signs += [HAS_MORE] * (page.get(HAS_MORE) is True)
        signs += ["total_pages"] * (isinstance(total, int) and total > 1)
        signs += ["a link"] * (_link_in(page.links, "next") is not None)
        if signs:
            msg = f"says that there is more ({signs[0]}): declare its 'paginator', or 'type: single_page' for no more"
            raise StreamError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyCursor(Paginator):
    """The body holds the next page's cursor; null, an empty text or no such key ends the walk.

    `has_more`, where it is there, decides alone: the last page may well carry a cursor.

    Attributes:
        cursor_path: Dotted path of the cursor in the body.
        cursor_param: The query parameter that takes it.
        has_more_path: Dotted path of the sign that there is more.
    """

    cursor_path: str
    cursor_param: str = "cursor"
    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        token = self.token_in(page)
        if token is None or (not page.records and token == trail.token):
            _refuse_dead_end(has_more)
            return None
        return token

    def token_in(self, page: Page) -> Params | None:
        """Return the parameters that the body's cursor makes, None without one."""
        cursor = page.get(self.cursor_path)
        if cursor is None or cursor == "":
            return None
        if not isinstance(cursor, str | int):
            msg = f"gave no text or number as '{self.cursor_path}', which asks for the next page"
            raise StreamError(msg)
        return {self.cursor_param: cursor}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRecord(Paginator):
    """The next page is asked for by a field of the last record, until `has_more` is false.

    Without `has_more` the walk ends at an empty page.

    Attributes:
        cursor_param: The query parameter that takes the field's value (`start-after`).
        fields: The field of the last record (`uuid`), or several of which the first that is there is taken.
        has_more_path: Dotted path of the sign that there is more.
    """

    cursor_param: str
    fields: tuple[str, ...]
    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        if not page.records:
            _refuse_dead_end(has_more)
            return None
        values = (page.records[-1].get(field) for field in self.fields)
        value = next((value for value in values if value is not None), None)
        if not isinstance(value, str | int):
            names = " or ".join(f"'{field}'" for field in self.fields)
            msg = f"gave a last record without {names}, which asks for the next page"
            raise StreamError(msg)
        return {self.cursor_param: value}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNumber(Paginator):
    """Pages have numbers.

    The walk ends where `has_more` is false, at an empty page, or at the last of all pages where the API says how many
    there are. A short page is not the end: servers cap the size.

    Where nobody knows whether numbers begin with 0 or 1, the first request names none, and the second one asks for page
    1 unless the first answer tells its number. If that is the first page again, numbers begin with 1.

    Attributes:
        page_param: The query parameter that takes the number.
        base: The number of the first page, None if it is not known.
        total_path: Dotted path of the number of pages; None if the API does not tell.
        has_more_path: Dotted path of the sign that there is more.
    """

    page_param: str = "page"
    base: int | None = None
    total_path: str | None = "total_pages"
    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        if not page.records:
            _refuse_dead_end(has_more)
            return None
        if not self.repeats(page, trail):
            trail.refuse_repetition(page, self.page_param)
        if has_more is not True and _reaches(trail.different_pages, page, self.total_path):
            return None
        return {self.page_param: self._number_after(page, trail)}

    def _number_after(self, page: Page, trail: PageTrail) -> int:
        asked_for = trail.token.get(self.page_param, self.base)
        if isinstance(asked_for, int):
            return asked_for + 1
        told = [page.get(path) for path in ("current_page", "page", f"meta.{self.page_param}", "meta.current_page")]
        return next((number + 1 for number in told if number in {0, 1} and not isinstance(number, bool)), 1)

    @override
    def repeats(self, page: Page, trail: PageTrail) -> bool:
        is_probe = self.base is None and trail.number == 2 and trail.token == {self.page_param: 1}  # noqa: PLR2004
        return is_probe and trail.has_read(page)


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorOrPageNumber(PageNumber):
    """The server's cursor where it offers one, page numbers where it does not.

    The first request names no page, so that a server of either kind answers it in its own style; without a page it is
    page 1. Without `has_more` a walk by cursor ends at an empty page without a new one.
    """

    base: int | None = 1

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        cursor = _CURSOR.token_in(page)
        if cursor is not None and (page.records or cursor != trail.token):
            return cursor
        if _CURSOR.cursor_param in trail.token:
            _refuse_dead_end(has_more)
            return None
        # By its name: a class with slots is made twice, and `super` finds the first one.
        return PageNumber.next_token(self, page, trail)


_CURSOR: Final = BodyCursor(cursor_path="cursor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(Paginator):
    """The next page is asked for by the number of records before it.

    That is how many have come, not how many were asked for: servers cap the size. The walk ends where `has_more` is
    false, at an empty page, or at the last of all records where the API says how many there are.

    Attributes:
        offset_param: The query parameter that takes the number.
        total_path: Dotted path of the number of all records; None if the API does not tell.
        has_more_path: Dotted path of the sign that there is more.
    """

    offset_param: str = "offset"
    total_path: str | None = None
    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        if not page.records:
            _refuse_dead_end(has_more)
            return None
        trail.refuse_repetition(page, self.offset_param)
        read = trail.count + len(page.records)
        if has_more is not True and _reaches(read, page, self.total_path):
            return None
        return {self.offset_param: read}


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLink(Paginator):
    """The body holds the next page's address, of which the query is taken: requests go to the API's own address only.

    Attributes:
        link_path: Dotted path of the address in the body; null, an empty text or no such key ends the walk.
    """

    is_complete = True

    link_path: str

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        link = page.get(self.link_path)
        if link is None or link == "":
            return None
        if not isinstance(link, str):
            msg = f"gave no text as '{self.link_path}', which asks for the next page"
            raise StreamError(msg)
        return _query_of(link, page)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLink(Paginator):
    """The header `Link` holds the next page's address, of which the query is taken.

    Attributes:
        relation: What the address is called.
    """

    is_complete = True

    relation: str = "next"

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        link = _link_in(page.links, self.relation)
        return None if link is None else _query_of(link, page)


def _refuse_dead_end(has_more: object) -> None:
    if has_more is True:
        msg = "says that there is more, but gives neither records nor a new cursor to ask for it"
        raise StreamError(msg)


def _reaches(count: int, page: Page, total_path: str | None) -> bool:
    """Say whether so many are all there are; null and 0 say nothing."""
    total = page.get(total_path) if total_path else None
    return isinstance(total, int) and 0 < total <= count


def _link_in(header: str, relation: str) -> str | None:
    links = parse_header_links(header) if header else []
    return next((link["url"] for link in links if link.get("rel", "").lower() == relation.lower()), None)


def _query_of(link: str, page: Page) -> Params:
    """Return the query of an address, if it is the same list's."""
    try:
        parts = urlsplit(urljoin(page.path, link))
    except ValueError as error:
        msg = f"gave no address as the next page's: {shorten(link)}"
        raise StreamError(msg) from error
    path, asked = (unquote(text).rstrip("/") for text in (parts.path, page.path))
    # What stands before a gateway may see another prefix.
    if not (path.endswith(asked) or asked.endswith(path)) or not path:
        msg = f"puts the next page under another path ({shorten(parts.path)}), which is not followed"
        raise StreamError(msg)
    query = parse_qs(parts.query, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}
