"""What a JSONPath finds."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jsonpath_ng.ext.filter import Filter
from jsonpath_ng.jsonpath import Child, Fields
from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.selectors.base import EMPTY_OBJECT, MAP_KEY, NULL_LIST, PLAIN_VALUE, Found, Selector
from tap_analytics.records.json_paths import matches_of, parsed

if TYPE_CHECKING:
    from jsonpath_ng import JSONPath
    from jsonpath_ng.jsonpath import DatumInContext

_EVERY_ITEM: Final[JSONPath] = parsed("$[*]").right  # type: ignore[attr-defined]

_OTHER_MAP_KEY: Final = "_map_key"
"""Takes that key where the record has a field `_key` of its own."""

_CONDITION: Final = re.compile(r"(\.\.\s*)?\[\s*\?")
"""How a condition begins, and what may stand before it: of whatever a value has in it, at any depth."""


class JsonPath(Selector, frozen=True):
    """What a JSONPath finds: records, or lists of them.

    Each key that it names has to be there. A condition leaves records out, but does not make the page shorter: a list
    does not end where none of a page's records meets it. A record that a wildcard found in an object gets the key, as
    `_key`, and so does a plain value.

    Attributes:
        text: The expression, `$.groups[*].items`.

    Raises:
        ValueError: The expression is no JSONPath, or has a condition of which it is not known what it leaves out.
    """

    text: str

    def __post_init__(self) -> None:
        _parsed(self.text)

    @override
    def find(self, body: Any) -> Found:
        path = _parsed(self.text)
        everything = _without_conditions(path)
        if everything is None:
            return self._found(path, body)
        unfiltered = self._found(everything, body)
        found = self._found(path, body) if matches_of(path, body) else Found([])
        return replace(found, doubt=unfiltered.doubt, unfiltered=unfiltered.records)

    def _found(self, path: JSONPath, body: Any) -> Found:  # noqa: ANN401 - any JSON
        matches = matches_of(path, body)
        if not matches:
            return Found([], self._doubt_about_nothing(path, body))
        sources, keys, doubt = [], [], ""
        is_item = isinstance(path, Child) and _is_choice(path.right)
        for match in matches:
            key, value = _map_key(path, match), match.value
            if value is None or (value == {} and not is_item):
                doubt = doubt or (NULL_LIST if value is None else EMPTY_OBJECT)
                continue
            for inner, item in self._items(value):
                sources.append(item)
                keys.append(".".join(filter(None, (key, inner))))
        are_values = not any(item is None or isinstance(item, dict | list) for item in sources)
        add_key = _value_with_key if are_values else _with_key
        records = [add_key(item, key) for item, key in zip(sources, keys, strict=True)]
        is_object = len(matches) == 1 and not is_item and isinstance(matches[0].value, dict) and bool(records)
        return Found(records, doubt, sources, is_object)

    def _items(self, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any JSON
        """Return the items of a match, with their keys if they stand in an object."""
        is_map = isinstance(value, dict) and self.text.endswith("[*]")
        if is_map and all(isinstance(item, dict) for item in value.values()):
            return [*value.items()]
        return [("", item) for item in (value if isinstance(value, list) else [value])]

    def _doubt_about_nothing(self, path: JSONPath, body: Any) -> str:  # noqa: ANN401 - any JSON
        """Return why there may be records although nothing matches; empty where a wildcard stands for an empty list.

        Raises:
            StreamError: A key is missing.
        """
        while isinstance(path, Child):
            step, path = path.right, path.left
            if matches := matches_of(path, body):
                if any(match.value is None for match in matches):
                    return NULL_LIST
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
    if text.startswith("."):
        msg = "is no JSONPath"
        raise ValueError(msg)
    conditions = [*_CONDITION.finditer(text)]
    # The library's releases for Python 3.10 cannot read a condition on values at any depth.
    steps = None if any(condition[1] for condition in conditions) else _steps(text)
    if steps is None or (conditions and _without_conditions(steps) is None):
        msg = "a condition works only as a step of its own; use 'stream_maps' with '__filter__'"
        raise ValueError(msg)
    return steps


def _steps(text: str) -> JSONPath:
    # The items of a list are taken in any case; without "[*]" an empty list differs from a missing one.
    path = text.removesuffix("[*]") or "$"
    return parsed(path if path.startswith(("$", "[")) else f"$.{path}")


def _without_conditions(path: JSONPath) -> JSONPath | None:
    """Return a path that takes what conditions in it leave out as well; None if there is no condition."""
    if not isinstance(path, Child):
        return None
    left = _without_conditions(path.left)
    if isinstance(path.right, Filter):
        return Child(left or path.left, _EVERY_ITEM)
    return left and Child(left, path.right)


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
    return _is_wildcard(step) or isinstance(step, Filter) or (isinstance(step, Fields) and len(step.fields) > 1)


def _is_wildcard(step: JSONPath) -> bool:
    # The library's releases for Python 3.10 have no class for it: there it is a field of this name, or a slice.
    if isinstance(step, Fields):
        return step.fields == ("*",)
    return type(step).__name__ in {"Wildcard", "Slice"} and str(step) in {"*", "[*]"}


def _with_key(item: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    """Add a record's key to it, without replacing a field of the record."""
    if not key or not isinstance(item, dict) or item.get(MAP_KEY) == key:
        return item
    return {_OTHER_MAP_KEY if MAP_KEY in item else MAP_KEY: key, **item}


def _value_with_key(value: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a record with a plain value and its key, or the value alone if it has none."""
    return {MAP_KEY: key, PLAIN_VALUE: value} if key else value
