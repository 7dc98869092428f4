"""Lists that lie under the records of another list, and are asked for once for each of these."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from msgspec import Struct

from tap_analytics.errors import StreamError
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_analytics.paging.page_token import Params, ParamValue


class Parent(Struct, frozen=True, kw_only=True):
    """The list whose records a stream's requests are about.

    Attributes:
        name: The name of its stream.
        added: Fields of the parent's record that go into each record of the stream, with the names that they get there.
    """

    name: str
    added: Mapping[str, str]

    def fields(self, path: str, params: Mapping[str, ParamValue]) -> set[str]:
        """Return the fields of the parent's record that a list under it needs; what else it holds may be large.

        Args:
            path: The list's path, with placeholders.
            params: Its query parameters, some with placeholders.
        """
        texts = [path, *(text for text in params.values() if isinstance(text, str))]
        places = [FIELD.fullmatch(match[1]) for text in texts for match in PLACEHOLDER.finditer(text)]
        paths = [*(place["field"] for place in places if place), *self.added]
        return {field.partition(".")[0] for field in paths}


class Place(Struct, frozen=True):
    """Where the list of one parent's record lies.

    Attributes:
        path: Its path.
        params: The query parameters that have a placeholder.
        added: What goes into each of its records.
    """

    path: str
    params: Params
    added: dict[str, Any]

    @property
    def key(self) -> str:
        """What the list is asked for by, as one text: it is the same in every run."""
        query = urlencode(sorted(self.params.items()))
        return f"{self.path}?{query}" if query else self.path


class NoReferenceError(StreamError):
    """A parent's record has nothing where a placeholder asks for a value, so there is no list to ask for."""


class Places:
    """Fills the placeholders of a path and of query parameters, once for each different set of values.

    Args:
        parent: The list that the records are from.
        path: The path, with placeholders.
        params: The query parameters, some with placeholders.
    """

    def __init__(self, parent: Parent, path: str, params: Mapping[str, ParamValue]) -> None:
        self._parent = parent
        self._path = path
        self._params = {
            name: text for name, text in params.items() if isinstance(text, str) and PLACEHOLDER.search(text)
        }
        self._seen: set[str] = set()
        self._position = 0
        self._first_without: NoReferenceError | None = None
        self._without = 0

    def find(self, record: Mapping[str, Any]) -> Place | None:
        """Return where the list of the next record of the parent lies; None if there is none, or it has come before.

        Args:
            record: The record, as the API gave it.

        Raises:
            StreamError: It has a value that no address can hold.
        """
        told = f"record {self._position} of '{self._parent.name}'"
        self._position += 1
        try:
            place = _place(self._parent, record, told, self._path, self._params)
        except NoReferenceError as error:
            self._first_without = self._first_without or error
            self._without += 1
            return None
        # Some servers decode a slash, or take a backslash for one, before they resolve dots.
        if {".", ".."} & set(re.split(r"[/\\]", unquote(place.path))):
            msg = f"{told} may lead to another path: {shorten(place.path)}"
            raise StreamError(msg)
        # A list that changes while it is read can give a record twice.
        if place.key in self._seen:
            return None
        self._seen.add(place.key)
        return place

    def finish(self, warn: Callable[[str], None]) -> None:
        """Take in that there are no more records.

        Args:
            warn: Called with how many records had no value for a placeholder, if there were any: they are left out.

        Raises:
            StreamError: No record had a value for a placeholder.
        """
        if self._first_without is None:
            return
        if not self._seen:
            raise self._first_without
        warn(f"{self._first_without} ({self._without} parent{'s' * (self._without > 1)} left out)")


def _place(parent: Parent, record: Mapping[str, Any], told: str, path: str, filled: Mapping[str, str]) -> Place:
    value = partial(_value, record=record, told=told)
    return Place(
        PLACEHOLDER.sub(lambda match: quote(value(match), safe=""), path),
        {name: PLACEHOLDER.sub(value, text) for name, text in filled.items()},
        {name: _field(record, field) for field, name in parent.added.items()},
    )


def _value(match: re.Match[str], record: Mapping[str, Any], told: str) -> str:
    place = FIELD.fullmatch(match[1])
    value = _field(record, place["field"]) if place else None
    if place and value in (None, ""):
        msg = f"{told} has nothing as '{match[1]}' to ask with"
        raise NoReferenceError(msg)
    # Half of a character is valid JSON, but no text.
    is_text = isinstance(value, str) and not re.search("[\ud800-\udfff]", value)
    if not is_text and (not isinstance(value, int) or isinstance(value, bool)):
        msg = f"{told} has no text or whole number for '{match[1]}' to ask with"
        raise StreamError(msg)
    return str(value)


def _field(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
