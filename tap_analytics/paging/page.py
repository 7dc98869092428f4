"""An answer of an API: its JSON, the records in it, and its own words when it is an error."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from msgspec import UNSET, Struct

from tap_analytics.quoting import LONGEST_QUOTE, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_WRAPPERS = {"message", "msg", "error", "errors", "data"}
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class UnreadableBodyError(ValueError):
    """A body is no JSON, or not all of it arrived."""


class Page(Struct, frozen=True, dict=True):
    """One answer, decoded once: paginators and records both read from here.

    Attributes:
        body: The JSON value.
        records: The records in it.
        path: The path that was asked for.
        headers: Its headers, whose names may be in any case.
        doubt: Why the records may not be all that belong on the page; empty if there is no reason to doubt it. Such a
            page is read, but no row may be dropped from the target's table for not being on it.
        sources: The records as they stand in the body, where the records are other objects.
        origin: Scheme, host and port that were asked.
        size: The bytes of the answer's body.
        read_again: Makes the page anew from the bytes of the answer, which take less memory; None where it cannot.
    """

    body: Any
    records: list[dict[str, Any]]
    path: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    doubt: str = ""
    sources: list[Any] = []
    origin: str = ""
    size: int = 0
    read_again: Callable[[], Page] | None = None

    @cached_property
    def content(self) -> int:
        """A hash of the records: pages with the same ones have the same."""
        try:
            return hash(_ENCODER.encode(self.records))
        except (UnicodeEncodeError, RecursionError):  # Half of a character, or too deep for it.
            return hash(repr(self.records))

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the API put there
        """Return what stands in the body under a dotted path, or a key with dots in it; None when there is nothing."""
        value = self._value(path)
        return None if value is UNSET else value

    def has(self, path: str) -> bool:
        """Say whether something stands in the body under a path, be it null."""
        return self._value(path) is not UNSET

    def _value(self, path: str) -> Any:  # noqa: ANN401 - whatever the API put there
        value = self.body
        if isinstance(value, dict) and path in value:
            return value[path]
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                return UNSET
            value = value[key]
        return value


def decode(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Decode a body, keeping every digit: integers of any size, decimals as decimals.

    Args:
        content: The body as it came. JSON is UTF-8, whatever a header says.

    Returns:
        The JSON value.

    Raises:
        UnreadableBodyError: The body is no JSON.
    """
    try:
        return _DECODER.decode(content)
    except (ValueError, ArithmeticError, RecursionError):
        # The second decoder is slow, and takes what JSON allows and the first one does not.
        return _decode_leniently(content)


def _decode_leniently(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    if not content.strip():
        msg = "an empty body"
        raise UnreadableBodyError(msg)
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # More than is shown, so that it is seen to be cut; no character has more than four bytes.
        beginning = content[: 4 * LONGEST_QUOTE + 4].decode(errors="replace")
        msg = f"no readable JSON ({shorten(str(error))}): {shorten(beginning)}"
        raise UnreadableBodyError(msg) from error


def error_words(content: bytes) -> str:
    """Return the useful part of an error body, shortened, on one line.

    Both services answer with bodies of several shapes: `message` with `param`, `error` (a text, or an object with
    `msg` and `data`), `errors` by field, fields with lists of texts, or plain text and HTML.
    """
    try:
        return words(decode(content))
    except (UnreadableBodyError, RecursionError):
        return shorten(" ".join(content.decode(errors="replace").split()))


def words(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the texts in a part of an error body, shortened, on one line."""
    try:
        return shorten("; ".join(_texts(value)))
    except RecursionError:
        return ""


def _texts(value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, item in value.items():
            # A wrapper's name says nothing; a field's name does.
            yield from _texts(item, "" if key in _WRAPPERS else key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif value is not None:
        yield f"{name}: {value}" if name else str(value)


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON value"
    raise ValueError(msg)
