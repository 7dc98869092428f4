"""Lists that lie under the records of another list, and are asked for once for each of these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from msgspec import Struct

from tap_analytics.errors import StreamError
from tap_analytics.paging.placeholders import FIELD, names_in
from tap_analytics.paging.request_template import fill_params, fill_path
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_analytics.paging.request_template import RequestTemplate


class Parent(Struct, frozen=True, kw_only=True):
    """The list whose records a stream's requests are about.

    Attributes:
        name: The name of its stream.
        added: Fields of the parent's record that go into each record of the stream, with the names that they get there.
    """

    name: str
    added: Mapping[str, str]

    def fields(self, template: RequestTemplate) -> set[str]:
        """Return the fields of the parent's record that a list under it needs; what else it holds may be large.

        Args:
            template: The request for the list.
        """
        return {field.partition(".")[0] for field in (*self.references(template).values(), *self.added)}

    def references(self, template: RequestTemplate) -> dict[str, str]:
        """Return the placeholders that stand for fields of the parent's record, with the paths of these fields.

        Args:
            template: The request for the list.
        """
        places = {name: FIELD.fullmatch(name) for name in template.names}
        return {name: place["field"] for name, place in places.items() if place}


class Place(Struct, frozen=True):
    """Where the list of one parent's record lies.

    Attributes:
        key: What the list is asked for by, as one text: it is the same in every run.
        values: The values of the placeholders for the record's fields.
        added: What goes into each of its records.
    """

    key: str
    values: Mapping[str, str | int]
    added: dict[str, Any]


class NoReferenceError(StreamError):
    """A parent's record has nothing where a placeholder asks for a value, so there is no list to ask for."""


class Places:
    """Finds the values of a request's placeholders, once for each different set of values.

    Args:
        parent: The list that the records are from.
        template: The request.
    """

    def __init__(self, parent: Parent, template: RequestTemplate) -> None:
        self._parent = parent
        self._references = parent.references(template)
        self._path = template.path
        self._params = template.params_of_parent
        # Others keep their places in the key.
        self._others = {name: f"{{{name}}}" for name in template.names if name not in self._references}
        in_address = {*names_in(self._path), *names_in(self._params)}
        self._in_body = [name for name in self._references if name not in in_address]
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
            values = {name: _value(record, name, field, told) for name, field in self._references.items()}
        except NoReferenceError as error:
            self._first_without = self._first_without or error
            self._without += 1
            return None
        path = fill_path(self._path, {**self._others, **values})
        # Some servers decode a slash, or take a backslash for one, before they resolve dots.
        if {".", ".."} & set(re.split(r"[/\\]", unquote(path))):
            msg = f"{told} may lead to another path: {shorten(path)}"
            raise StreamError(msg)
        key = self._key(path, values)
        # A list that changes while it is read can give a record twice.
        if key in self._seen:
            return None
        self._seen.add(key)
        return Place(key, values, {name: _field(record, field) for field, name in self._parent.added.items()})

    def _key(self, path: str, values: Mapping[str, str | int]) -> str:
        query = urlencode(sorted(fill_params(self._params, {**self._others, **values}).items()), doseq=True)
        key = f"{path}?{query}" if query else path
        # The values in headers and bodies.
        rest = urlencode([(name, values[name]) for name in sorted(self._in_body)])
        return f"{key}#{rest}" if rest else key

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


def _value(record: Mapping[str, Any], name: str, field: str, told: str) -> str | int:
    value = _field(record, field)
    if value in (None, ""):
        msg = f"{told} has nothing as '{name}' to ask with"
        raise NoReferenceError(msg)
    # Half of a character is valid JSON, but no text.
    if isinstance(value, str) and not re.search("[\ud800-\udfff]", value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    msg = f"{told} has no text or whole number for '{name}' to ask with"
    raise StreamError(msg)


def _field(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
