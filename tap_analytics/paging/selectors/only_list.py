"""Where the records stand in the body of an answer."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jsonpath_ng.ext.parser import parse
from jsonpath_ng.jsonpath import Child, Fields
from msgspec import Struct
from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.abstract import AbstractStruct
from tap_analytics.paging.error_bodies import is_about_errors, is_about_failure, is_about_outcome
from tap_analytics.paging.field_words import PAGES, is_about_pages, words_of
from tap_analytics.quoting import shorten
from tap_analytics.records.types import is_whole

if TYPE_CHECKING:
    from jsonpath_ng import JSONPath
    from jsonpath_ng.jsonpath import DatumInContext

MAP_KEY: Final = "_key"
"""The field that takes the key of a record that stands in an object of records."""

_OTHER_MAP_KEY: Final = "_map_key"
"""Takes that key where the record has a field `_key` of its own."""

_NULL_LIST: Final = "gave null for a list"
_NO_LIST: Final = "gave no list, and says that there are no records"
_EMPTY_OBJECT: Final = "gave an empty object for a list"

# Names of a list of records that say nothing about what the records are.
_LIST_NAMES: Final = {
    *("collection", "content", "data", "docs", "documents", "elements", "entries", "hits", "items", "list", "objects"),
    *("records", "resources", "result", "results", "rows", "value", "values"),
}


class Found(Struct, frozen=True):
    """The records in a body.

    Attributes:
        records: The records.
        doubt: Why these may not be all; empty if there is no reason to doubt it.
        sources: The same records as they stand in the body, where they are other objects.
        is_object: Whether an object stands where a list may stand, and is the one record.
    """

    records: list[Any]
    doubt: str = ""
    sources: list[Any] = []
    is_object: bool = False


class Selector(AbstractStruct, frozen=True):
    """Finds the records in a body."""

    def select(self, body: Any) -> Found:  # noqa: ANN401 - any JSON
        """Return the records in a body.

        Raises:
            StreamError: Something else than objects stands where the records belong, or nothing at all.
        """
        found = self.find(body)
        for position, record in enumerate(found.records):
            if not isinstance(record, dict):
                msg = f"gave {kind_of(record)} as record {position} of {self}, where an object belongs"
                raise StreamError(msg)
        return found

    def records(self, body: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
        """Return the records in a body, whatever doubt there is about them."""
        return self.select(body).records

    def after(self, body: Any) -> Selector:  # noqa: ANN401 - any JSON
        """Return the selector for further answers of a list, when one has had records."""
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
        or_list: Whether it may also be a bare list of records, or null for none.
    """

    or_list: bool = False

    @override
    def find(self, body: Any) -> Found:
        return _one_or_listed(body) if self.or_list else Found([body], is_object=True)

    @override
    def __str__(self) -> str:
        return "the body"


class KeyPath(Selector, frozen=True):
    """A list under a dotted path of keys, which may have dots themselves. One object there is one record.

    A bare list of records is accepted for any path. Null, at the end of the path or on the way, is an empty list.

    Attributes:
        path: The path, `data` or `result.items`.
        is_declared: Whether the user can set another one.
    """

    path: str
    is_declared: bool = False

    @override
    def find(self, body: Any) -> Found:
        if isinstance(body, list):
            return Found(body)
        found, keys = body, self.path.split(".")
        while keys and found is not None:
            # The longest key goes first.
            key, count = next(
                (
                    (key, count)
                    for count in range(len(keys), 0, -1)
                    if isinstance(found, dict) and (key := ".".join(keys[:count])) in found
                ),
                ("", 0),
            )
            if not count:
                is_dict = isinstance(found, dict)
                told = f"has the keys {', '.join(found) or '(none)'}" if is_dict else f"is {kind_of(found)}"
                if is_dict and self.is_declared and holds_nothing(found):
                    # Some services leave an empty list out.
                    return Found([], _EMPTY_OBJECT if not found else _NO_LIST)
                msg = f"gave no list '{self}': {'the body' if found is body else 'its part'} {shorten(told)}"
                raise StreamError(msg)
            found, keys = found[key], keys[count:]
        if isinstance(found, dict):
            if _is_map(found):
                msg = f"gave an object of objects under '{self}', where a list of records belongs"
                hint = f": set 'data_selector' to '{self}.*' if each is a record, to '$.{self}' if they are one"
                raise StreamError(msg + hint * self.is_declared)
            return _one_or_listed(found)
        if found is not None and not isinstance(found, list):
            msg = f"gave {kind_of(found)} under '{self}', where a list of records belongs"
            raise StreamError(msg)
        return _one_or_listed(found)

    @override
    def __str__(self) -> str:
        return self.path


class JsonPath(Selector, frozen=True):
    """What a JSONPath finds: records, or lists of them.

    Each key that it names has to be there. A record that a wildcard found in an object gets the key, as `_key`.

    Attributes:
        text: The expression, `$.groups[*].items`.

    Raises:
        ValueError: The expression is no JSONPath, or leaves records out by a condition: without them nobody could say
            how long a page was.
    """

    text: str

    def __post_init__(self) -> None:
        _parsed(self.text)

    @override
    def find(self, body: Any) -> Found:
        path = _parsed(self.text)
        matches = path.find(body)
        if not matches:
            return Found([], self._doubt_about_nothing(path, body))
        sources, records, doubt = [], [], ""
        is_item = isinstance(path, Child) and _is_choice(path.right)
        for match in matches:
            key, value = _map_key(path, match), match.value
            if value is None or (value == {} and not is_item):
                doubt = doubt or (_NULL_LIST if value is None else _EMPTY_OBJECT)
                continue
            for inner, item in self._items(value):
                sources.append(item)
                records.append(_with_key(item, ".".join(filter(None, (key, inner)))))
        is_object = len(matches) == 1 and not is_item and isinstance(matches[0].value, dict)
        return Found(records, doubt, sources, is_object)

    def _items(self, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any JSON
        """Return what one match holds, with the keys of what stands in an object."""
        is_map = isinstance(value, dict) and self.text.endswith("[*]")
        if is_map and all(isinstance(item, dict) for item in value.values()):
            return [*value.items()]
        return [("", item) for item in (value if isinstance(value, list) else [value])]

    def _doubt_about_nothing(self, path: JSONPath, body: Any) -> str:  # noqa: ANN401 - any JSON
        """Return why there may be records all the same: no match is an empty list only where a wildcard found nothing.

        Raises:
            StreamError: A key is missing.
        """
        while isinstance(path, Child):
            step, path = path.right, path.left
            if matches := path.find(body):
                if any(match.value is None for match in matches):
                    return _NULL_LIST
                if _is_wildcard(step) and all(match.value in ([], {}) for match in matches):
                    return ""
                break
        if ".." in self.text:
            return ""
        msg = f"gave nothing under '{self}', where a list of records belongs"
        raise StreamError(msg)

    @override
    def __str__(self) -> str:
        return self.text


@cache
def _parsed(text: str) -> JSONPath:
    if "?" in text:
        msg = "a condition leaves out records; use 'stream_maps' with '__filter__'"
        raise ValueError(msg)
    try:
        # Lists are taken apart in any case; without its end the path tells an empty list from none.
        path = text.removesuffix("[*]") or "$"
        return parse(path if path.startswith(("$", "[")) else f"$.{path}")
    except Exception as error:
        msg = "is no JSONPath"
        raise ValueError(msg) from error


def _map_key(path: JSONPath, match: DatumInContext | None) -> str:
    """Return the keys under which wildcards found a match in objects, joined by dots; empty if there are none."""
    keys: list[str] = []
    while isinstance(path, Child) and match is not None:
        step, path = path.right, path.left
        if _is_choice(step) and isinstance(match.path, Fields):
            keys.insert(0, str(match.path.fields[0]))
        match = match.context
    return ".".join(keys)


def _is_choice(step: JSONPath) -> bool:
    """Say whether a step of a path leads to several values."""
    return _is_wildcard(step) or (isinstance(step, Fields) and len(step.fields) > 1)


def _is_wildcard(step: JSONPath) -> bool:
    # The releases of the library for Python 3.10 have no class for it: there it is a field of this name, or a slice.
    if isinstance(step, Fields):
        return step.fields == ("*",)
    return type(step).__name__ in {"Wildcard", "Slice"} and str(step) in {"*", "[*]"}


def _with_key(item: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    """Add a record's key to it; a field of its own is never replaced."""
    if not key or not isinstance(item, dict) or item.get(MAP_KEY) == key:
        return item
    return {_OTHER_MAP_KEY if MAP_KEY in item else MAP_KEY: key, **item}


class OnlyList(Selector, frozen=True):
    """Whichever list of records the body holds, where nobody said which one it is.

    A list is taken for it if it is the only one, unless the body looks like a record that has a list: a body with a
    key of its own. An empty list proves less: its name has to say that it is the list, or all that stands beside it
    has to be about pages. Where it is in doubt, the user has to say.

    Attributes:
        or_body: Whether a body without a list is the one record. Else null stands for an empty list.
        names: What the list may be called besides the usual names: the stream's name, the last part of its path.
        keys: Fields that tell records apart.
        is_settled: Whether an answer has shown what the list is called.
    """

    or_body: bool = False
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ("id", "uuid")
    is_settled: bool = False

    @override
    def find(self, body: Any) -> Found:
        if not isinstance(body, dict):
            return WholeBody(or_list=True).find(body)
        lists = {key: value for key, value in body.items() if self._may_be_the_list(key, value, body)}
        if not lists:
            return self._without_list(body)
        key, found = next(iter(lists.items()))
        if len(lists) > 1:
            if self._is_record(body) and not any(lists.values()) and not any(map(self._is_list_name, lists)):
                return _one_or_listed(body)
            msg = f"gave several lists ({shorten(', '.join(lists))}): {_CHOOSE}"
            raise StreamError(msg)
        if self._is_list_name(key):
            return Found(found)
        if self._is_record(body):
            if not found:
                return _one_or_listed(body)
            msg = f"gave what may be one record, or a list of records ('{shorten(key)}'): {_CHOOSE}, [] for the body"
            raise StreamError(msg)
        if found or all(other == key or is_about_pages(other) for other in body):
            return Found(found)
        msg = f"gave an empty list ('{shorten(key)}') that may not be the list of records: {_CHOOSE}, [] for the body"
        raise StreamError(msg)

    @override
    def after(self, body: Any) -> Selector:
        if self.is_settled or not isinstance(body, dict):
            return self
        # An empty list of that name is the list, then, whatever stands beside it.
        names = [key for key, value in body.items() if value and self._may_be_the_list(key, value, body)]
        return replace(self, names=(*self.names, *names), is_settled=True)

    def _without_list(self, body: dict[str, Any]) -> Found:
        nulls = [key for key, value in body.items() if value is None and self._may_be_null_list(key)]
        if not self.or_body:
            if nulls and not self._holds_list(body):
                return Found([], _NULL_LIST)
            if holds_nothing(body):
                return Found([], _NO_LIST if body else _EMPTY_OBJECT)
            msg = f"gave no list in the body itself, which has the keys {shorten(', '.join(body))}: {_CHOOSE}"
            raise StreamError(msg)
        return _one_or_listed(body) if self._is_record(body) else self._guessed(body, nulls)

    def _guessed(self, body: dict[str, Any], nulls: list[str]) -> Found:
        """Return what a body without a list and without a key of its own may hold."""
        if any(map(self._is_list_name, nulls)):
            return Found([], _NULL_LIST)
        wrapped = [value for key, value in body.items() if self._is_list_name(key) and isinstance(value, dict)]
        others = [key for key in body if not self._is_list_name(key)]
        if len(wrapped) == 1 and len(others) == len(body) - 1 and all(map(_says_nothing, others)):
            if not _is_map(wrapped[0]):
                return _one_or_listed(wrapped[0])
        elif not wrapped and not (_is_map(body) and len(body) > 1) and not self._holds_list(body):
            return _one_or_listed(body)
        msg = f"gave what may be one record, or several ({shorten(', '.join(body))}): {_CHOOSE}, [] for the body"
        raise StreamError(msg)

    def _holds_list(self, body: dict[str, Any]) -> bool:
        """Say whether a part of a body holds a list of records: any where the body is none, else one by its name."""
        parts = [value for value in body.values() if isinstance(value, dict)]
        return any(
            (self._is_list_name(key) or not self.or_body) and isinstance(value, list) and _has_objects(value)
            for part in parts
            for key, value in part.items()
        ) or (not self.or_body and any(isinstance(value, list) and _has_objects(value) for value in body.values()))

    def _may_be_null_list(self, key: str) -> bool:
        return self._is_list_name(key) or not (is_about_failure(key) or is_about_pages(key))

    def _may_be_the_list(self, key: str, value: Any, body: dict[str, Any]) -> bool:  # noqa: ANN401 - any JSON
        if not isinstance(value, list):
            return False
        if is_about_failure(key) and not self._is_list_name(key):
            # Messages may be what is asked for: they then have the key of records.
            return not is_about_errors(key) and any(isinstance(item, dict) and self._has_key(item) for item in value)
        # What is no object among them is an error; it does not make the list another value of the record.
        has_objects = not value or any(isinstance(item, dict) for item in value)
        return has_objects or (self._is_list_name(key) and not self._is_record(body))

    def _is_list_name(self, key: str) -> bool:
        return key.lower() in _LIST_NAMES or key.lower() in map(str.lower, self.names)

    def _is_record(self, body: dict[str, Any]) -> bool:
        """Say whether a body without a declared list looks like a record: it has a value for a key."""
        return self.or_body and self._has_key(body)

    def _has_key(self, record: dict[str, Any]) -> bool:
        return any(isinstance(value := record.get(key), str | int) and value != "" for key in self.keys)

    @override
    def __str__(self) -> str:
        return "the body's only list"


_CHOOSE: Final = "say in 'data_selector' which one holds the records"


def _has_objects(value: list[Any]) -> bool:
    return any(isinstance(item, dict) for item in value)


def _says_nothing(key: str) -> bool:
    """Say whether a key has no part in what a record is."""
    return is_about_pages(key) or is_about_failure(key) or is_about_outcome(key)


def _one_or_listed(value: Any) -> Found:  # noqa: ANN401 - any JSON
    """Return what stands where a list may stand: its items, or the one record."""
    match value:
        case list():
            return Found(value)
        case None:
            return Found([], _NULL_LIST)
        case {} if not value:
            return Found([], _EMPTY_OBJECT)
    return Found([value], is_object=True)


def holds_nothing(body: dict[str, Any]) -> bool:
    """Say whether an object without the list of records says that there are none: it is empty, or has a total of 0."""
    parts = [body, *(value for key, value in body.items() if isinstance(value, dict) and is_about_pages(key))]
    has_list = any(isinstance(value, list) for value in body.values())
    totals = [value for part in parts for key, value in part.items() if is_whole(value) and _is_total(words_of(key))]
    return not body or (not has_list and bool(totals) and not any(totals))


def _is_total(words: frozenset[str]) -> bool:
    return bool(words & {"total", "totals", "count"} and not words & PAGES) or words >= {"result", "size"}


def _is_map(value: dict[str, Any]) -> bool:
    """Say whether an object may be one of records, or of lists of them, rather than a record."""
    items = value.values()
    are_lists = all(isinstance(item, list) and item and isinstance(item[0], dict) for item in items)
    return bool(value) and (all(isinstance(item, dict) for item in items) or are_lists)


def kind_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Say what kind of JSON value something is."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"
