"""Paths to a value in JSON: keys joined by dots, or a JSONPath."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jsonpath_ng.ext.parser import parse
from jsonpath_ng.jsonpath import Child, Fields, Root, This
from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonpath_ng import JSONPath
    from jsonpath_ng.jsonpath import DatumInContext

_DOTTED: Final = re.compile(r"""(\$\.)?[^.$\[\]*?'"`]+(\.[^.$\[\]*?'"`]+)*""")


def first_at(path: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the first value that a path leads to; UNSET if there is none.

    Args:
        path: The path. A key of a dotted path may have dots itself.
        value: Where it begins.
    """
    if not _DOTTED.fullmatch(path):
        matches = matches_of(parsed(path), value)
        return matches[0].value if matches else UNSET
    keys = path.removeprefix("$.").split(".")
    while keys:
        key, count = longest_key(value, keys)
        if not count:
            return UNSET
        value, keys = value[key], keys[count:]
    return value


def json_path_of(keys: Iterable[str]) -> str:
    """Return the JSONPath of keys, whatever characters they have."""
    quoted = (key.replace("\\", "\\\\").replace("'", "\\'") for key in keys)
    return "$" + "".join(f"['{key}']" for key in quoted)


def has_holder(path: str, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether what a path goes through just before its end is there; False where that is the whole value."""
    if _DOTTED.fullmatch(path):
        holder = path.removeprefix("$.").rpartition(".")[0]
        return bool(holder) and first_at(holder, value) is not UNSET
    steps = parsed(path)
    return isinstance(steps, Child) and not _is_start(steps.left) and bool(matches_of(steps.left, value))


def is_dotted(path: str) -> bool:
    """Say whether a path consists of keys that are joined by dots."""
    return bool(_DOTTED.fullmatch(path))


def fault_of(path: str) -> str | None:
    """Say what is wrong with a path, None if nothing is."""
    try:
        _ = None if is_dotted(path) else parsed(path)
    except ValueError as error:
        return str(error)
    return None


def first_key(path: str) -> str | None:
    """Return the key of the top level that a path begins with; None if it may begin with any.

    Args:
        path: The path. Of a dotted one, this is what stands before the first dot.
    """
    if is_dotted(path):
        return path.removeprefix("$.").partition(".")[0]
    steps = parsed(path)
    while isinstance(steps, Child) and not _is_start(steps.left):
        steps = steps.left
    steps = steps.right if isinstance(steps, Child) else steps
    if isinstance(steps, Fields) and len(steps.fields) == 1 and steps.fields != ("*",):
        return str(steps.fields[0])
    return None


def only_key(path: str) -> str | None:
    """Return the key of the top level that a path is; None if it leads further, or to more than one value.

    Args:
        path: The path.
    """
    if is_dotted(path):
        key = path.removeprefix("$.")
        return None if "." in key else key
    steps = parsed(path)
    steps = steps.right if isinstance(steps, Child) and _is_start(steps.left) else steps
    return first_key(path) if isinstance(steps, Fields) else None


@cache
def parsed(path: str) -> JSONPath:
    """Return the steps of a JSONPath.

    Args:
        path: The path.

    Raises:
        ValueError: It is none.
    """
    try:
        return parse(path)
    except Exception as error:
        msg = "is no JSONPath"
        raise ValueError(msg) from error


def matches_of(steps: JSONPath, value: Any) -> list[DatumInContext]:  # noqa: ANN401 - any JSON
    """Return what steps lead to, in order."""
    try:
        return list(steps.find(value))
    except (KeyError, IndexError, TypeError, AttributeError):
        # The library takes the item 0 of an object for one of its keys, for one.
        return []


def longest_key(value: Any, keys: list[str]) -> tuple[str, int]:  # noqa: ANN401 - any JSON
    """Return the longest key of an object that a path begins with, and how many parts of the path it takes; else 0."""
    if isinstance(value, dict):
        for count in range(len(keys), 0, -1):
            if (key := ".".join(keys[:count])) in value:
                return key, count
    return "", 0


def _is_start(steps: JSONPath) -> bool:
    return isinstance(steps, Root | This)
