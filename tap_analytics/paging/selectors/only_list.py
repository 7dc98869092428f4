"""The only list of a body, where none is declared to hold the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.error_bodies import is_about_errors, is_about_failure, is_about_outcome
from tap_analytics.paging.field_names import is_about_pages
from tap_analytics.paging.selectors.base import (
    EMPTY_OBJECT,
    NO_LIST,
    NULL_LIST,
    Found,
    Selector,
    holds_several,
    one_or_list,
    says_empty,
)
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST_NAMES: Final = {
    *("collection", "content", "data", "docs", "documents", "elements", "entries", "hits", "items", "list", "objects"),
    *("records", "resources", "result", "results", "rows", "value", "values"),
}
"""Usual names of a list of records, whatever the records are."""

_LINKS: Final = {"link", "links", "_links"}
"""Usual names of a list of links, which stands beside the records, or in one."""

_DEEPEST: Final = 2
"""Objects that a list may stand in without being declared."""

_CHOOSE: Final = "say in 'data_selector' which one holds the records"
_CHOOSE_LIST_OR_BODY: Final = f"{_CHOOSE}, [] for the body"


class OnlyList(Selector, frozen=True):
    """The only list of records in the body, where none is declared.

    A body with a key of its own may be a record that has a list; the list is then taken only if it has the name of a
    list of records. An empty list is taken only if it has such a name, or if nothing stands beside it but what is about
    pages. In any other case the user has to choose.

    Attributes:
        or_body: Whether a body without a list is the one record. Else null stands for an empty list.
        names: What the list may be called besides the usual names: the stream's name, the last part of its path.
        keys: Fields that identify a record.
        name_is_known: Whether an answer has shown what the list is called.
    """

    or_body: bool = False
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ("id", "uuid")
    name_is_known: bool = False

    @override
    def find(self, body: Any) -> Found:
        if not isinstance(body, dict):
            return one_or_list(body)
        lists = self._lists_in(body)
        if not lists:
            deeper = [] if self._is_record(body) else list(self._deeper_lists(body))
            return Found(deeper[0]) if len(deeper) == 1 else self._without_list(body)
        is_record = self._is_record(body)
        if len(lists) > 1 and (named := self._only_named(lists)):
            lists = {named: lists[named]}
        if len(lists) > 1:
            if is_record and not any(lists.values()) and not any(map(self._is_list_name, lists)):
                return one_or_list(body)
            msg = f"gave several lists ({shorten(', '.join(lists))}): {_CHOOSE}"
            raise StreamError(msg)
        ((key, records),) = lists.items()
        if self._is_list_name(key):
            return Found(records)
        if (is_record or self._has_record(body)) and records:
            msg = f"gave what may be one record, or a list of records ('{shorten(key)}'): {_CHOOSE_LIST_OR_BODY}"
            raise StreamError(msg)
        if is_record:
            return one_or_list(body)
        if records or all(other == key or is_about_pages(other) for other in body):
            return Found(records)
        msg = f"gave an empty list ('{shorten(key)}') that may not be the list of records: {_CHOOSE_LIST_OR_BODY}"
        raise StreamError(msg)

    def _lists_in(self, body: dict[str, Any]) -> dict[str, list[Any]]:
        """Return what may be the list: no links, where the records stand beside them."""
        others = {key: value for key, value in body.items() if key.lower() not in _LINKS or self._is_list_name(key)}
        has_records = self._is_record(body) or any(
            isinstance(value, list)
            or (isinstance(value, dict) and (self._is_list_name(key) or not _is_about_request(key)))
            for key, value in others.items()
        )
        return {
            key: value
            for key, value in (others if has_records else body).items()
            if self._may_be_the_list(key, value, body)
        }

    @override
    def after(self, body: Any) -> Selector:
        if self.name_is_known or not isinstance(body, dict):
            return self
        # From now on, an empty list of that name is the list, whatever stands beside it.
        names = [key for key, value in self._lists_in(body).items() if value]
        return replace(self, names=(*self.names, *names), name_is_known=True)

    def _only_named(self, lists: dict[str, list[Any]]) -> str | None:
        """Return the only key that is the name of a list, if all other lists are empty; None else."""
        named = [key for key in lists if self._is_list_name(key)]
        has_others = any(items for key, items in lists.items() if key not in named)
        return named[0] if len(named) == 1 and not has_others else None

    def _has_record(self, body: dict[str, Any]) -> bool:
        """Say whether an object stands in a body where the list may stand, and is a record by its key."""
        return any(
            isinstance(value, dict) and self._is_list_name(key) and self._has_key(value) for key, value in body.items()
        )

    def _deeper_lists(self, part: dict[str, Any], depth: int = 0) -> Iterator[list[Any]]:
        """Return the lists in the parts of a body that have the name of one, with nothing about records beside them."""
        for key, value in part.items():
            if not all(other == key or _is_about_request(other) for other in part):
                continue
            if isinstance(value, list) and depth and self._is_list_name(key) and (not value or _has_objects(value)):
                yield value
            elif isinstance(value, dict) and depth < _DEEPEST and not self._has_key(value):
                yield from self._deeper_lists(value, depth + 1)

    def _without_list(self, body: dict[str, Any]) -> Found:
        """Return what a body without a list holds: nothing, or the one record."""
        nulls = [key for key, value in body.items() if value is None and self._may_be_null_list(key)]
        if self.or_body:
            return one_or_list(body) if self._is_record(body) else self._one_record(body, nulls)
        if nulls and not self._holds_deeper_list(body):
            return Found([], NULL_LIST)
        if says_empty(body):
            return Found([], NO_LIST if body else EMPTY_OBJECT)
        msg = f"gave no list in the body itself, which has the keys {shorten(', '.join(body))}: {_CHOOSE}"
        raise StreamError(msg)

    def _one_record(self, body: dict[str, Any], nulls: list[str]) -> Found:
        """Return the one record of a body without a list and without a key: the body, or an object named as a list."""
        if any(map(self._is_list_name, nulls)):
            return Found([], NULL_LIST)
        wrapped = [value for key, value in body.items() if self._is_list_name(key) and isinstance(value, dict)]
        others = [key for key in body if not self._is_list_name(key)]
        if len(wrapped) == 1 and len(others) == len(body) - 1 and all(map(_is_about_request, others)):
            if not holds_several(wrapped[0]):
                return one_or_list(wrapped[0])
        elif not wrapped and not (holds_several(body) and len(body) > 1) and not self._holds_deeper_list(body):
            return one_or_list(body)
        msg = f"gave what may be one record, or several ({shorten(', '.join(body))}): {_CHOOSE_LIST_OR_BODY}"
        raise StreamError(msg)

    def _holds_deeper_list(self, body: dict[str, Any]) -> bool:
        """Say whether a part of a body holds a list of records: where the body may be the record, only one by name."""
        parts = [value for value in body.values() if isinstance(value, dict)]
        return any(
            (self._is_list_name(key) or not self.or_body) and _has_objects(value)
            for part in parts
            for key, value in part.items()
        ) or (not self.or_body and any(map(_has_objects, body.values())))

    def _may_be_null_list(self, key: str) -> bool:
        return self._is_list_name(key) or not (is_about_failure(key) or is_about_pages(key))

    def _may_be_the_list(self, key: str, value: Any, body: dict[str, Any]) -> bool:  # noqa: ANN401 - any JSON
        if not isinstance(value, list):
            return False
        if is_about_failure(key) and not self._is_list_name(key):
            # Messages may be the records: they then have a key.
            return not is_about_errors(key) and any(isinstance(item, dict) and self._has_key(item) for item in value)
        # An item that is no object is reported later; the list is taken for the list of records all the same.
        return not value or _has_objects(value) or (self._is_list_name(key) and not self._is_record(body))

    def _is_list_name(self, key: str) -> bool:
        return key.lower() in _LIST_NAMES or key.lower() in map(str.lower, self.names)

    def _is_record(self, body: dict[str, Any]) -> bool:
        """Say whether a body looks like a record: it may be one, and has a key."""
        return self.or_body and self._has_key(body)

    def _has_key(self, record: dict[str, Any]) -> bool:
        return any(isinstance(value := record.get(key), str | int) and value != "" for key in self.keys)

    @override
    def __str__(self) -> str:
        return "the body's only list"


def _has_objects(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _is_about_request(key: str) -> bool:
    """Say whether a key is about pages or how the request ended, and so no field of a record."""
    return is_about_pages(key) or is_about_failure(key) or is_about_outcome(key)
