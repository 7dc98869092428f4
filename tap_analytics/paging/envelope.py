"""What stands beside the records of an answer, in its body and in its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tap_analytics.paging.field_names import (
    CURSORS,
    LAST,
    NEXT,
    OTHER_WAYS,
    PAGES,
    TIMES,
    is_about_pages,
    is_key_of_last,
    words_of,
)
from tap_analytics.paging.json_decoding import UnreadableBodyError, decode
from tap_analytics.records.json_paths import json_path_of
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.paging.page import Page

# Names that mean nothing without the name above them: `next.href`, `total.value`.
_BARE: Final = frozenset({"href", "url", "uri", "link", "value", "id", "key", "str", "string"})

# A name with one of these is about something else, whatever its other words are.
_LIMITS: Final = frozenset(
    {"rate", "ratelimit", "limits", "quota", "throttle", "request", "requests", "retry", "credit", "credits", "calls"}
)
# A token that asks for later changes stands on the last page.
_CHANGES: Final = frozenset({"sync", "delta"})

# Levels of a body that are looked at; the recursion must not exhaust the stack.
_DEEPEST: Final = 50

_LONGEST_NUMBER: Final = 18
"""Digits; more may need more than 64 bits."""


class EnvelopeField(Struct, frozen=True):
    """A value beside the records.

    Attributes:
        names: The keys on the way to it.
        value: The value. Texts of a number or of a boolean are read as such, empty texts and "null" as None.
        json_path: The JSONPath of the value in the body, where it is not its keys alone.
        is_about_list: Whether it describes the list: it stands in what holds the records, in what is named for pages,
            or in a header.
    """

    names: tuple[str, ...]
    value: Any
    is_about_list: bool
    json_path: str = ""

    @property
    def path(self) -> str:
        """The keys, joined by dots."""
        return ".".join(self.names)

    @property
    def name(self) -> str:
        """The last name that has a meaning of its own."""
        return next((name for name in reversed(self.names) if not words_of(name) <= _BARE), "")

    @property
    def words(self) -> frozenset[str]:
        """The words of that name."""
        return words_of(self.name)

    @property
    def direction(self) -> str:
        """Which page it is about, by the nearest name that says so: `next`, `other`, or empty."""
        for name in reversed(self.names):
            words = words_of(name)
            if words & OTHER_WAYS and not words & NEXT:
                return "other"
            if words & NEXT:
                return "next"
        return ""


def fields_beside_records(page: Page, *, has_envelope: bool) -> Iterator[EnvelopeField]:
    """Return the values beside the records of a page.

    Args:
        page: The page.
        has_envelope: Whether the body has some; else only the headers are read.
    """
    if has_envelope:
        records = {id(record) for record in page.unfiltered or page.sources or page.records} - {id(page.body)}
        holders: set[int] = set()
        for names, part in _parts_beside_records(page.body, records):
            _find_holders(part, records, holders)
            yield from _fields_in(part, names, records, holders, is_about_list=True)
    for name, value in page.headers.items():
        if value.startswith("{"):
            try:
                inner = decode(value.encode())
            except UnreadableBodyError:
                continue
            if isinstance(inner, dict):
                yield from _fields_in(inner, (name,), set(), set(), is_about_list=is_about_pages(name))
        elif name.lower() != "link":
            yield EnvelopeField((f"the header {name}",), _read(value), is_about_list=True)


def _parts_beside_records(body: object, records: set[int]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Return the objects that may describe a list of records, and their names.

    Some services give the list as an item of a list: `[{"page": 1, "pages": 6}, [{…}, {…}]]`.
    """
    if isinstance(body, dict):
        return [((), body)]
    if isinstance(body, list) and any(isinstance(item, list) and item and id(item[0]) in records for item in body):
        return [((f"[{position}]",), item) for position, item in enumerate(body) if isinstance(item, dict)]
    return []


def fields_about_pages(page: Page, *, has_envelope: bool) -> list[EnvelopeField]:
    """Return the values beside the records, and in the headers, that may be about pages.

    Args:
        page: The page.
        has_envelope: Whether anything stands beside the records.
    """
    fields = fields_beside_records(page, has_envelope=has_envelope)
    return [field for field in fields if not _is_about_something_else(field)]


def _is_about_something_else(field: EnvelopeField) -> bool:
    words = field.words
    return (
        field.direction == "other"
        or bool(words & _CHANGES)
        or any(words_of(name) & _LIMITS for name in field.names)
        or bool(words & TIMES and words & (NEXT | LAST) and not words & (PAGES | CURSORS))
    )


def _find_holders(value: Any, records: set[int], holders: set[int], depth: int = 0) -> bool:  # noqa: ANN401 - any JSON
    """Add the objects that hold records, at any depth, to the holders; return whether there are records in a value."""
    if id(value) in records:
        return True
    inner = [] if depth > _DEEPEST else value.values() if isinstance(value, dict) else value
    if is_holder := any(
        _find_holders(item, records, holders, depth + 1) for item in inner if isinstance(item, dict | list)
    ):
        holders.add(id(value))
    return is_holder


def _fields_in(
    part: dict[str, Any], names: tuple[str, ...], records: set[int], holders: set[int], *, is_about_list: bool
) -> Iterator[EnvelopeField]:
    for key, value in part.items() if len(names) <= _DEEPEST else ():
        path = (*names, key)
        if isinstance(value, dict) and id(value) not in records:
            if value and is_key_of_last(words_of(key)):
                yield EnvelopeField(path, "an object", is_about_list)
            inner_is = is_about_list and (id(value) in holders or is_about_pages(key))
            yield from _fields_in(value, path, records, holders, is_about_list=inner_is)
        elif isinstance(value, list):
            yield from _links_in(value, path, is_about_list=is_about_list)
        elif not isinstance(value, dict):
            # What is a total at least is one that has not come.
            least = 1 if is_lower_bound(part) and is_whole(value) else 0
            yield EnvelopeField(path, value + least if least else _read(value), is_about_list)


def is_lower_bound(total: object) -> bool:
    """Say whether an object is a total that is only a lower bound, as search services write it."""
    return isinstance(total, dict) and total.get("relation") in ("gte", "gt")


def _links_in(items: list[Any], names: tuple[str, ...], *, is_about_list: bool) -> Iterator[EnvelopeField]:
    """Return the links in a list: `[{"rel": "next", "href": "…"}]`."""
    for item in items:
        relation = (item.get("rel") or item.get("relation")) if isinstance(item, dict) else None
        if isinstance(relation, str):
            name = next((name for name in ("href", "url", "uri", "link") if item.get(name)), "")
            key = "rel" if item.get("rel") else "relation"
            json_path = f"{json_path_of(names)}[?(@.{key}=='{relation}')].{name}" if relation.isalnum() and name else ""
            yield EnvelopeField((*names, relation), _read(item.get(name)), is_about_list, json_path)


def _read(value: object) -> object:
    """Return a value, with texts read as what they stand for."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    match text.lower():
        case "true" | "false":
            return text.lower() == "true"
        case "" | "null" | "none":
            return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else text
