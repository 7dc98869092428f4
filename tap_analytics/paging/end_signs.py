"""What in an answer says that there is more, and where it says so.

No list of names could cover all APIs. So the values beside the records, and the headers, are judged by the words of
their names (see `field_names`) and by their values: whatever is named for a next page, a cursor, a flag of more or a
total, and is not empty, is a sign of more, unless the answer itself says that it is complete.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tap_analytics.paging.envelope import fields_beside_records, link_in
from tap_analytics.paging.field_names import (
    CURSORS,
    KNOWN,
    LAST,
    MORE,
    NEXT,
    PAGES,
    ROWS,
    SIZES,
    is_key_of_last,
    words_of,
)
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_analytics.paging.envelope import EnvelopeField
    from tap_analytics.paging.page import Page

# A name with one of these is about something else, whatever its other words are.
_LIMITS: Final = frozenset(
    {"rate", "ratelimit", "limits", "quota", "throttle", "request", "requests", "retry", "credit", "credits", "calls"}
)
# A token that asks for later changes stands on the last page.
_CHANGES: Final = frozenset({"sync", "delta"})
_TIMES: Final = frozenset({"at", "date", "time", "timestamp", "day", "run", "update", "updated", "due"})
_COUNTS: Final = frozenset({"total", "totals", "count", "counts", "found"})
_NUMBERS: Final = frozenset({"number", "num", "nb"})
_HEADER_WORDS: Final = frozenset({"the", "header", "x"})

_RANGE: Final = re.compile(r"(?:(?!bytes)[a-z]\w*[ =])?\d+-\d+/(\d{1,18})(?!\d)", re.IGNORECASE)


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


class Total(Struct, frozen=True):
    """How many pages, or records, a list has, as its first answer says.

    Attributes:
        number: How many.
        counts_pages: Whether they are pages; else they are records.
    """

    number: int
    counts_pages: bool


def total_in(page: Page) -> Total | None:
    """Return how long a list is; None if its first page does not say, or is all of it.

    Args:
        page: The first page.
    """
    fields = fields_about_pages(page, has_envelope=True)
    if pages := next((field.value for field in fields if is_page_count(field) and field.value > 1), 0):
        return Total(pages, counts_pages=True)
    nouns, count = _nouns(page), _count(page)
    if count is None:
        return None
    found = _RANGE.match(page.headers.get("Content-Range", ""))
    rows = [field.value for field in fields if _is_total(field, nouns)] + ([int(found[1])] if found else [])
    # Where two numbers may be the total, nobody knows which one is.
    larger = {number for number in rows if number > count}
    return Total(larger.pop(), counts_pages=False) if len(larger) == 1 else None


def signs_in(page: Page, *, has_envelope: bool = True) -> Signs:
    """Return what says that there is more than the records of a first page.

    Args:
        page: The page.
        has_envelope: Whether anything stands beside the records: not where the whole body is declared to be the record.
    """
    fields = fields_about_pages(page, has_envelope=has_envelope)
    has_ended = any(map(says_end, fields))
    link = "a link" if link_in(page.headers.get("Link", ""), "next") is not None else None
    nouns = _nouns(page)
    count = _count(page)
    total = None
    if count is not None:
        total = _first(fields, lambda field: _is_total(field, nouns) and field.value > count)
        total = total or _range_sign(page.headers.get("Content-Range", ""), count)
    return Signs(
        next=None if has_ended else (_first(fields, is_next) or link),
        cursor=None if has_ended else _first(fields, _is_cursor),
        pages=_first(fields, lambda field: is_page_count(field) and field.value > 1),
        total=total,
    )


def says_complete(page: Page) -> bool:
    """Say whether a first page says that it is all: no next page, one page in all, or a total that has come."""
    nouns = _nouns(page)
    return any(
        says_end(field)
        or (field.value is None and field.is_about_list and field.words <= KNOWN and bool(field.words & NEXT))
        or (is_page_count(field) and field.value == 1)
        or (_is_total(field, nouns) and "total" in field.words and field.value == len(page.all_records))
        for field in fields_about_pages(page, has_envelope=True)
    )


def fields_about_pages(page: Page, *, has_envelope: bool) -> list[EnvelopeField]:
    """Return the values beside the records, and in the headers, that may be about pages.

    Args:
        page: The page.
        has_envelope: Whether anything stands beside the records.
    """
    fields = fields_beside_records(page, has_envelope=has_envelope)
    return [field for field in fields if not _is_about_something_else(field)]


def _first(fields: Iterable[EnvelopeField], is_sign: Callable[[EnvelopeField], bool]) -> str | None:
    return next((field.path for field in fields if is_sign(field)), None)


def _is_about_something_else(field: EnvelopeField) -> bool:
    words = field.words
    return (
        field.direction == "other"
        or bool(words & _CHANGES)
        or any(words_of(name) & _LIMITS for name in field.names)
        or bool(words & _TIMES and words & (NEXT | LAST) and not words & (PAGES | CURSORS))
    )


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
    """Say whether a value may ask for a page: a text, or a number that is not 0."""
    return not isinstance(value, bool) and isinstance(value, str | int) and value not in ("", 0)


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


def is_page_count(field: EnvelopeField) -> bool:
    """Say whether a field is the number of all pages."""
    words = field.words - _HEADER_WORDS
    if not is_whole(field.value) or words & {"size", "per", "limit", "length"}:
        return False
    if words in ({"last"}, {"of"}) or "pages" in words:
        return field.is_about_list or words <= KNOWN
    is_current = words & _NUMBERS and not words & {"of", "total", "last", "max"}
    return "page" in words and not is_current and bool(words & ({"total", "count", "last", "max"} | _NUMBERS))


def _is_total(field: EnvelopeField, nouns: set[str]) -> bool:
    words = field.words - _HEADER_WORDS
    if not is_whole(field.value) or words & PAGES or not field.is_about_list or "value" in words:
        return False
    is_count = bool(words & _COUNTS or (words & _NUMBERS and words & ROWS))
    others = words - KNOWN - nouns
    # A service may put its own name into a header: X-WP-Total.
    is_header = field.names[0].startswith("the header ") and "total" in words and len(others) == 1
    return is_count and (not others or (is_header and not others & _TIMES))


def _count(page: Page) -> int | None:
    """Return how many records came; None where the body is the one record, whose numbers are its own."""
    return None if any(record is page.body for record in page.all_records) else len(page.all_records)


def _nouns(page: Page) -> set[str]:
    """Return the words for what is listed: those of the path's last part, and of the names of lists in the body."""
    body = page.body if isinstance(page.body, dict) else {}
    names = [page.path.rpartition("/")[2], *(key for key, value in body.items() if isinstance(value, list))]
    return {word for name in names for word in _singular_and_plural(name)}


def _singular_and_plural(name: str) -> set[str]:
    return {form for word in words_of(name) for form in (word, word.removesuffix("s"), f"{word}s")}


def _range_sign(header: str, count: int) -> str | None:
    found = _RANGE.match(header)
    return "the header Content-Range" if found and int(found[1]) > count else None
