"""Where the records stand in the body of an answer."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonpath_ng.ext.parser import parse
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.structs import AbstractStruct
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from jsonpath_ng import JSONPath


class Selector(AbstractStruct, frozen=True):
    """Finds the records in a body."""

    def records(self, body: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
        """Return the records in a body.

        Raises:
            StreamError: Something else than objects stands where the records belong, or nothing at all.
        """
        found = self.find(body)
        for position, record in enumerate(found):
            if not isinstance(record, dict):
                msg = f"gave {kind_of(record)} as record {position} of {self}, where an object belongs"
                raise StreamError(msg)
        return found

    @abstractmethod
    def find(self, body: Any) -> list[Any]:  # noqa: ANN401 - any JSON
        """Return what stands where the records belong.

        Raises:
            StreamError: There is no list.
        """


class WholeBody(Selector, frozen=True):
    """The body itself is the one record.

    Attributes:
        or_list: Whether it may also be a bare list of records.
    """

    or_list: bool = False

    @override
    def find(self, body: Any) -> list[Any]:
        return body if self.or_list and isinstance(body, list) else [body]

    @override
    def __str__(self) -> str:
        return "the body"


class KeyPath(Selector, frozen=True):
    """A list under a dotted path of keys. A bare list of records is accepted for any path, null is an empty page.

    Attributes:
        path: The path, `data` or `result.items`.
    """

    path: str

    @override
    def find(self, body: Any) -> list[Any]:
        if isinstance(body, list):
            return body
        found = body
        for key in self.path.split("."):
            if not isinstance(found, dict) or key not in found:
                is_dict = isinstance(found, dict)
                told = f"has the keys {', '.join(found) or '(none)'}" if is_dict else f"is {kind_of(found)}"
                msg = f"gave no list '{self}': {'the body' if found is body else 'its part'} {shorten(told)}"
                raise StreamError(msg)
            found = found[key]
        if found is None:
            return []
        if not isinstance(found, list):
            msg = f"gave {kind_of(found)} under '{self}', where a list of records belongs"
            raise StreamError(msg)
        return found

    @override
    def __str__(self) -> str:
        return self.path


class JsonPath(Selector, frozen=True):
    """What a JSONPath finds: records, or lists of them. A path without a wildcard has to find something.

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
    def find(self, body: Any) -> list[Any]:
        matches = [match.value for match in _parsed(self.text).find(body)]
        if not matches and "*" not in self.text.removesuffix("[*]") and ".." not in self.text:
            msg = f"gave nothing under '{self}', where a list of records belongs"
            raise StreamError(msg)
        lists = (match if isinstance(match, list) else [match] for match in matches if match is not None)
        return [item for found in lists for item in found]

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
        return parse(text.removesuffix("[*]"))
    except Exception as error:
        msg = "is no JSONPath"
        raise ValueError(msg) from error


class OnlyList(Selector, frozen=True):
    """Whichever list of objects the body holds, if there is one only.

    Attributes:
        or_body: Whether a body without a list is the one record. Else null stands for an empty list.
    """

    or_body: bool = False

    @override
    def find(self, body: Any) -> list[Any]:
        if not isinstance(body, dict):
            return WholeBody(or_list=True).find(body)
        lists = {
            key: value
            for key, value in body.items()
            if isinstance(value, list) and all(isinstance(item, dict) for item in value)
        }
        if len(lists) > 1:
            msg = (
                f"gave several lists ({shorten(', '.join(lists))}): say in 'data_selector' which one holds the records"
            )
            raise StreamError(msg)
        if lists or self.or_body:
            return next(iter(lists.values()), [body])
        if None not in body.values():
            msg = f"gave no list: the body has the keys {shorten(', '.join(body)) or '(none)'}"
            raise StreamError(msg)
        return []

    @override
    def __str__(self) -> str:
        return "the body's only list"


def kind_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Say what kind of JSON value something is."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | Decimal():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"
