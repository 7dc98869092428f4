"""What in an answer says that there is more, and where it says so.

No list of names could cover all APIs. So the values beside the records, and the headers, are judged by the words of
their names (see `field_names`) and by their values: whatever is named for a next page, a cursor, a flag of more or a
total, and is not empty, is a sign of more, unless the answer itself says that it is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tap_analytics.paging.envelope import fields_about_pages
from tap_analytics.paging.field_names import CURSORS, KNOWN, LAST, MORE, NEXT, SIZES, is_key_of_last, words_of
from tap_analytics.paging.link_header import link_in
from tap_analytics.paging.totals import count_of, is_page_count, is_record_count, nouns_of, total_of_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_analytics.paging.envelope import EnvelopeField
    from tap_analytics.paging.page import Page


class Signs(Struct, frozen=True):
    """The paths of what says that there is more, each None if nothing does.

    Attributes:
        next: What asks for the next page, or says outright that there is one.
        cursor: What may ask for it: a cursor that does not say which page it leads to.
        pages: A number of pages above one.
        total: A number of records above those that came.
    """

    next: str | None = None
    cursor: str | None = None
    pages: str | None = None
    total: str | None = None

    @property
    def any(self) -> str | None:
        """The first of them."""
        return self.next or self.cursor or self.pages or self.total


def signs_in(page: Page, *, has_envelope: bool = True) -> Signs:
    """Return what says that there is more than the records of a first page.

    Args:
        page: The page.
        has_envelope: Whether anything stands beside the records: not where the whole body is declared to be the record.
    """
    fields = fields_about_pages(page, has_envelope=has_envelope)
    has_ended = any(map(says_end, fields))
    link = "a link" if link_in(page.headers.get("Link", ""), "next") is not None else None
    nouns = nouns_of(page)
    count = count_of(page)
    total = None
    if count is not None:
        total = _first(fields, lambda field: is_record_count(field, nouns) and field.value > count)
        if not total and total_of_range(page) > count:
            total = "the header Content-Range"
    return Signs(
        next=None if has_ended else (_first(fields, is_next) or link),
        cursor=None if has_ended else _first(fields, _is_cursor),
        pages=_first(fields, lambda field: is_page_count(field) and field.value > 1),
        total=total,
    )


def says_complete(page: Page) -> bool:
    """Say whether a first page says that it is all: no next page, one page in all, or a total that has come."""
    nouns = nouns_of(page)
    return any(
        says_end(field)
        or _says_no_next(field)
        or (is_page_count(field) and field.value == 1)
        or (is_record_count(field, nouns) and "total" in field.words and field.value == len(page.all_records))
        for field in fields_about_pages(page, has_envelope=True)
    )


def says_last(page: Page, number: int, count: int) -> bool:
    """Say whether a page says that it is the last one: no next page, as many pages as have come, or as many records.

    Args:
        page: The page.
        number: Its number, from 1.
        count: The number of records that have come, its own included.
    """
    nouns = nouns_of(page)
    return any(
        says_end(field)
        or _says_no_next(field)
        or (is_page_count(field) and field.value == number)
        or (is_record_count(field, nouns) and field.value == count)
        for field in fields_about_pages(page, has_envelope=True)
    )


def _says_no_next(field: EnvelopeField) -> bool:
    return field.value is None and field.is_about_list and field.words <= KNOWN and bool(field.words & NEXT)


def _first(fields: Iterable[EnvelopeField], is_sign: Callable[[EnvelopeField], bool]) -> str | None:
    return next((field.path for field in fields if is_sign(field)), None)


def says_end(field: EnvelopeField) -> bool:
    """Say whether a field says that there is no next page."""
    words = field.words
    if field.value is False:
        return bool(words & (MORE - {"incomplete"}) or (words & NEXT and words & {"has", "is", "page"}))
    return field.value is True and field.is_about_list and words <= KNOWN and bool(words & {"last", "end"})


def is_next(field: EnvelopeField) -> bool:
    """Say whether a field asks for the next page, or says that there is one."""
    words, value = field.words, field.value
    is_plain = words <= KNOWN
    if not (is_plain or field.is_about_list):
        return False
    if isinstance(value, bool):
        says_more = value and bool(words & (NEXT | MORE))
        return says_more or (not value and field.is_about_list and is_plain and bool(words & LAST))
    if not _may_ask(value):
        return False
    is_under_next = field.direction == "next" and words_of(field.names[-1]) <= KNOWN
    return bool(words & NEXT) or is_under_next or (bool(words & MORE) and is_plain and "info" not in words)


def _may_ask(value: object) -> bool:
    """Say whether a value may ask for a page: a text, or a number above 0."""
    return not isinstance(value, bool) and (
        value > 0 if isinstance(value, int) else isinstance(value, str) and value != ""
    )


def _is_cursor(field: EnvelopeField) -> bool:
    words, value = field.words, field.value
    if not _may_ask(value) or words & SIZES:
        return False
    if words & {"cursor", "cursors"}:
        return True
    if not field.is_about_list:
        return False
    if is_key_of_last(words):
        return True
    # A text under `page` asks for a page; a number there is the current page's, and a link may be the page's own.
    is_page_token = words == {"page"} and isinstance(value, str) and not value.startswith(("http", "/"))
    return words <= KNOWN and (bool(words & CURSORS) or is_page_token)
