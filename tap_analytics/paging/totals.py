"""How many pages, or records, a list has, as its first answer says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tap_analytics.paging.envelope import fields_about_pages, is_lower_bound
from tap_analytics.paging.field_names import KNOWN, PAGES, ROWS, TIMES, words_of
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from tap_analytics.paging.envelope import EnvelopeField
    from tap_analytics.paging.page import Page

_MOST_DIGITS: Final = 15
"""A number with more digits is no total, but some default, or a mistake."""

_TOO_MANY: Final = 10**_MOST_DIGITS

_NUMBER: Final = re.compile(rf"\d{{1,{_MOST_DIGITS}}}", re.ASCII)
_RANGE: Final = re.compile(rf"(?:(?!bytes)[a-z]\w*[ =])?\d+-\d+/(\d{{1,{_MOST_DIGITS}}})(?!\d)", re.IGNORECASE)

_COUNTS: Final = frozenset({"total", "totals", "count", "counts", "found"})
_NUMBERS: Final = frozenset({"number", "num", "nb"})
_SELECTED: Final = frozenset({"filter", "filtered", "match", "matched", "matches", "matching"})
"""What a service calls the records that it was asked for, among all that it has."""
_HEADER_WORDS: Final = frozenset({"the", "header", "x"})


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
    if pages := next((field.value for field in fields if is_page_count(field) and 1 < field.value < _TOO_MANY), 0):
        return Total(pages, counts_pages=True)
    nouns, count = nouns_of(page), count_of(page)
    if count is None:
        return None
    rows = [*(field.value for field in fields if is_record_count(field, nouns)), total_of_range(page)]
    # Where two numbers may be the total, it is not known which one is.
    larger = {number for number in rows if count < number < _TOO_MANY}
    return Total(larger.pop(), counts_pages=False) if len(larger) == 1 else None


def has_reached_total(page: Page, count: int) -> bool:
    """Say whether as many records have come as there are by an empty page.

    Args:
        page: The page.
        count: The number of records that have come.
    """
    nouns = nouns_of(page)
    fields = fields_about_pages(page, has_envelope=True)
    return count > 0 and any(is_record_count(field, nouns) and field.value == count for field in fields)


def unreached_total(page: Page, count: int) -> int:
    """Return how many records there are by the last page of a list, if that is more than have come; 0 if it is not.

    Args:
        page: The page. Its records are those of one list in its body, else nobody knows what a total counts.
        count: The number of records that have come, its own included.
    """
    if not _is_whole_list(page.body, page.all_records):
        return 0
    nouns = nouns_of(page)
    fields = fields_about_pages(page, has_envelope=True)
    numbers = {total_of_range(page), *(field.value for field in fields if is_record_count(field, nouns))}
    larger = {number for number in numbers if count < number < _TOO_MANY}
    # Beside the total of what was asked for there may be one of all that the service has.
    return larger.pop() if len(larger) == 1 and count not in numbers else 0


def _is_whole_list(part: object, records: list[Any]) -> bool:
    """Say whether records are all those of one list in a part of a body."""
    if isinstance(part, dict):
        return any(_is_whole_list(value, records) for value in part.values())
    return isinstance(part, list) and bool(records) and len(part) == len(records) and part[0] is records[0]


def total_at(page: Page, path: str | None) -> int:
    """Return the total under a path; 0 if there is none, or one that is only a lower bound.

    Args:
        page: The page.
        path: The path; None for none. A text there may be a number.
    """
    total = page.get(path) if path else None
    holder, _, name = (path or "").rpartition(".")
    if name == "value" and holder and is_lower_bound(page.get(holder)):
        return 0
    if isinstance(total, str):
        return int(total) if _NUMBER.fullmatch(total) else 0
    return total if is_whole(total) and total < _TOO_MANY else 0


def total_of_range(page: Page) -> int:
    """Return how many records there are by the header Content-Range; 0 if it does not say."""
    found = _RANGE.match(page.headers.get("Content-Range", ""))
    return int(found[1]) if found else 0


def is_page_count(field: EnvelopeField) -> bool:
    """Say whether a field is the number of all pages."""
    words = field.words - _HEADER_WORDS
    if not is_whole(field.value) or words & {"size", "per", "limit", "length"}:
        return False
    if words in ({"last"}, {"of"}) or "pages" in words:
        return field.is_about_list or words <= KNOWN
    is_current = words & _NUMBERS and not words & {"of", "total", "last", "max"}
    return "page" in words and not is_current and bool(words & ({"total", "count", "last", "max"} | _NUMBERS))


def is_record_count(field: EnvelopeField, nouns: set[str]) -> bool:
    """Say whether a field is the number of all records.

    Args:
        field: The field.
        nouns: The words for what is listed.
    """
    words = field.words - _HEADER_WORDS
    if not is_whole(field.value) or words & PAGES or not field.is_about_list or "value" in words:
        return False
    is_count = bool(words & _COUNTS or (words & _NUMBERS and words & (ROWS | _SELECTED)))
    others = words - KNOWN - nouns - _SELECTED
    # A service may put its own name into a header: X-WP-Total.
    is_header = field.names[0].startswith("the header ") and "total" in words and len(others) == 1
    return is_count and (not others or (is_header and not others & TIMES))


def count_of(page: Page) -> int | None:
    """Return how many records came; None where the body is the one record: numbers in it say nothing about a list."""
    return None if any(record is page.body for record in page.all_records) else len(page.all_records)


def nouns_of(page: Page) -> set[str]:
    """Return the words for what is listed: those of the path's last part, and of the names of lists in the body."""
    body = page.body if isinstance(page.body, dict) else {}
    names = [page.path.rpartition("/")[2], *(key for key, value in body.items() if isinstance(value, list))]
    return {word for name in names for word in _singular_and_plural(name)}


def _singular_and_plural(name: str) -> set[str]:
    return {form for word in words_of(name) for form in (word, word.removesuffix("s"), f"{word}s")}
