"""What a selector gives, and the selector of the whole body."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.abstract_struct import AbstractStruct
from tap_analytics.paging.field_names import PAGES, is_about_pages, words_of
from tap_analytics.quoting import kind_of
from tap_analytics.records.value_types import is_whole

# Reasons to doubt that a list is as empty as it looks.
NULL_LIST: Final = "gave null for a list"
NO_LIST: Final = "gave no list, and says that there are no records"
EMPTY_OBJECT: Final = "gave an empty object for a list"

MAP_KEY: Final = "_key"
"""The field that takes the key of a record that stands in an object of records."""

PLAIN_VALUE: Final = "value"
"""The field that takes a record which is a plain value."""


class Found(Struct, frozen=True):
    """The records in a body.

    Attributes:
        records: The records.
        doubt: Why these may not be all; empty if there is no reason to doubt it.
        sources: The objects in the body that the records were made from, where they are not the records themselves.
        is_object: Whether an object stands where a list may stand, and is the one record.
        unfiltered: All objects, where a condition left some of them out of the records.
    """

    records: list[Any]
    doubt: str = ""
    sources: list[Any] = []
    is_object: bool = False
    unfiltered: list[Any] = []


class Selector(AbstractStruct, frozen=True):
    """Finds the records in a body."""

    @property
    def takes_values(self) -> bool:
        """Whether a list of plain values is one of records, each with the value as its only field."""
        return True

    def select(self, body: Any) -> Found:  # noqa: ANN401 - any JSON
        """Return the records in a body.

        Raises:
            StreamError: There are no records where they belong, or something else than objects.
        """
        found = self.find(body)
        if self.takes_values and _are_plain(found):
            sources = found.sources or found.records
            return replace(found, records=[{PLAIN_VALUE: value} for value in found.records], sources=sources)
        for position, record in enumerate(found.records):
            if not isinstance(record, dict):
                msg = f"gave {kind_of(record)} as record {position} of {self}, where an object belongs"
                raise StreamError(msg)
        return found

    def records(self, body: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
        """Return the records in a body, whatever doubt there is about them."""
        return self.select(body).records

    def after(self, body: Any) -> Selector:  # noqa: ANN401 - any JSON
        """Return the selector for further answers, once an answer has had records."""
        del body
        return self

    @abstractmethod
    def find(self, body: Any) -> Found:  # noqa: ANN401 - any JSON
        """Return what stands where the records belong.

        Raises:
            StreamError: There is no list.
        """


class WholeBody(Selector, frozen=True):
    """The body itself is the one record.

    Attributes:
        or_list: Whether it may also be a list of records, or null for none.
    """

    or_list: bool = False

    @property
    @override
    def takes_values(self) -> bool:
        return self.or_list

    @override
    def find(self, body: Any) -> Found:
        return one_or_list(body) if self.or_list else Found([body], is_object=True)

    @override
    def __str__(self) -> str:
        return "the body"


def _are_plain(found: Found) -> bool:
    """Say whether what was found is a list of plain values; a mixture, or nothing but nulls, is no such list."""
    are_plain = all(_is_plain(record) for record in found.records)
    return are_plain and not found.is_object and any(record is not None for record in found.records)


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a value is a number, a text, a boolean, null, or a list of such values."""
    if isinstance(value, list):
        return all(not isinstance(item, dict | list) for item in value)
    return not isinstance(value, dict)


def one_or_list(value: Any) -> Found:  # noqa: ANN401 - any JSON
    """Return what stands where a list may stand: its items, or the one record."""
    match value:
        case list():
            return Found(value)
        case None:
            return Found([], NULL_LIST)
        case {} if not value:
            return Found([], EMPTY_OBJECT)
    return Found([value], is_object=True)


def holds_several(value: dict[str, Any]) -> bool:
    """Say whether an object may be one of records, or of lists of them, rather than a record."""
    items = value.values()
    are_lists = all(isinstance(item, list) and item and isinstance(item[0], dict) for item in items)
    return bool(value) and (all(isinstance(item, dict) for item in items) or are_lists)


def says_empty(body: dict[str, Any]) -> bool:
    """Say whether an object without the list of records says that there are none: it is empty, or has a total of 0."""
    parts = [body, *(value for key, value in body.items() if isinstance(value, dict) and is_about_pages(key))]
    has_list = any(isinstance(value, list) for value in body.values())
    totals = [value for part in parts for key, value in part.items() if is_whole(value) and _is_total(words_of(key))]
    return not body or (not has_list and bool(totals) and not any(totals))


def _is_total(words: frozenset[str]) -> bool:
    return bool(words & {"total", "totals", "count"} and not words & PAGES) or words >= {"result", "size"}
