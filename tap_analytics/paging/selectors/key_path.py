"""A list under a path of keys."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.selectors.base import (
    EMPTY_OBJECT,
    NO_LIST,
    Found,
    Selector,
    holds_several,
    one_or_list,
    says_empty,
)
from tap_analytics.quoting import kind_of, shorten
from tap_analytics.records.json_paths import longest_key


class KeyPath(Selector, frozen=True):
    """A list under a dotted path of keys, which may have dots themselves. An object there is the one record.

    A body that is a list is accepted for any path. Null, at the end of the path or on the way, is an empty list.

    Attributes:
        path: The path, `data` or `result.items`.
        is_declared: Whether the user can set another one.
    """

    path: str
    is_declared: bool = False

    @property
    @override
    def takes_values(self) -> bool:
        return self.is_declared

    @override
    def find(self, body: Any) -> Found:
        if isinstance(body, list):
            return Found(body)
        value, keys = body, self.path.split(".")
        while keys and value is not None:
            key, count = longest_key(value, keys)
            if not count:
                return self._without_list(value, is_body=value is body)
            value, keys = value[key], keys[count:]
        if value is not None and not isinstance(value, list | dict):
            msg = f"gave {kind_of(value)} under '{self}', where a list of records belongs"
            raise StreamError(msg)
        if isinstance(value, dict) and holds_several(value):
            msg = f"gave an object of objects under '{self}', where a list of records belongs"
            hint = f": set 'data_selector' to '{self}.*' if each is a record, to '$.{self}' if they are one"
            raise StreamError(msg + hint * self.is_declared)
        return one_or_list(value)

    def _without_list(self, part: Any, *, is_body: bool) -> Found:  # noqa: ANN401 - any JSON
        """Return an empty list if a part without the next key of the path says that there are no records."""
        if isinstance(part, dict):
            if self.is_declared and says_empty(part):
                # Some services leave an empty list out.
                return Found([], NO_LIST if part else EMPTY_OBJECT)
            what = f"has the keys {', '.join(part) or '(none)'}"
        else:
            what = f"is {kind_of(part)}"
        msg = f"gave no list '{self}': {'the body' if is_body else 'its part'} {shorten(what)}"
        raise StreamError(msg)

    @override
    def __str__(self) -> str:
        return self.path
