"""Lists that lie under the records of another list, and are asked for once for each of these."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlencode

from msgspec import Struct

from tap_analytics.errors import StreamError
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params, ParamValue

_GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_MOST_FAILURES: Final = 5
"""Parents in a row whose lists cannot be read, before the stream ends: each takes all its retries."""


class Parent(Struct, frozen=True, kw_only=True):
    """The list whose records a stream's requests are about.

    Attributes:
        name: The name of its stream.
        added: Fields of the parent's record that go into each record of the stream, with the names that they get there.
    """

    name: str
    added: Mapping[str, str]


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


class Absences:
    """Which parents have gone since they were listed: their own lists answer 404.

    The first page decides. A 404 after it, or a 410, is a cursor that has expired, say, and would cut the list short.
    """

    def __init__(self) -> None:
        self._gone: set[str] = set()
        self._first: StreamError | None = None
        self._is_anyone_there = False

    def passed(self, pages: Iterator[Page], path: str) -> Iterator[Page]:
        """Hand on the pages of one parent's list; none if it has gone.

        Args:
            pages: The pages.
            path: The list's path.

        Raises:
            StreamError: The list cannot be read for another reason.
        """
        try:
            first = [page for page in (next(pages, None),) if page is not None]
        except StreamError as error:
            if error.status not in _GONE:
                raise
            self._gone.add(path)
            if self._first is None:
                # Only its words: the error itself would keep the answer and what has been read.
                self._first = StreamError(str(error), error.status)
            return
        self._is_anyone_there = True
        # No page is kept here while it is written.
        while first:
            yield first.pop()
        yield from pages

    def told(self) -> str | None:
        """Say how many have gone, None if all are there.

        Raises:
            StreamError: None is there: it is the path that is wrong.
        """
        if self._first is None:
            return None
        if not self._is_anyone_there:
            raise self._first
        return f"{self._first} ({len(self._gone)} parent{'s' * (len(self._gone) > 1)} left out)"


class Failures:
    """Which parents' lists could not be read: each ends nothing but itself.

    After several in a row it is the service that fails, or the path that is wrong, and the stream ends.
    """

    def __init__(self) -> None:
        self._places: set[str] = set()
        self._first: StreamError | None = None
        self._in_a_row = 0
        self._has_read_any = False

    def __contains__(self, place: str) -> bool:
        return place in self._places

    def add(self, place: str, error: StreamError) -> None:
        """Take note of a list that could not be read.

        Args:
            place: The parent's place.
            error: What failed.

        Raises:
            StreamError: It is one too many in a row.
        """
        self._places.add(place)
        self._in_a_row += 1
        if self._first is None:
            # Only its words: the error itself would keep the answer and what has been read.
            self._first = StreamError(str(error), error.status)
        if self._in_a_row >= _MOST_FAILURES:
            self.check()

    def passed(self) -> None:
        """Take note of a list that has been read."""
        self._in_a_row = 0
        self._has_read_any = True

    def check(self) -> None:
        """Raise the first failure, if there was one.

        Raises:
            StreamError: There was.
        """
        if self._first is None:
            return
        if not self._has_read_any:
            raise self._first
        count = len(self._places)
        rest = "those after them were not asked for" if self._in_a_row >= _MOST_FAILURES else "the others were read"
        msg = f"{self._first} ({count} parent{'s' * (count > 1)} could not be read; {rest})"
        raise StreamError(msg, self._first.status)


def places(
    parent: Parent,
    records: Iterable[Mapping[str, Any]],
    path: str,
    params: Mapping[str, ParamValue],
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Place]:
    """Fill the placeholders of a path and of query parameters, once for each different set of values.

    Args:
        parent: The list that the records are from.
        records: The parent's records, as the API gave them.
        path: The path, with placeholders.
        params: The query parameters, some with placeholders.
        warn: Called at the end with how many records have no value for a placeholder: they are left out.

    Yields:
        The places, in the order of the parent's records.

    Raises:
        StreamError: No record has a value for a placeholder, or one has a value that no address can hold.
    """
    filled = {name: text for name, text in params.items() if isinstance(text, str) and PLACEHOLDER.search(text)}
    seen = set()
    first: NoReferenceError | None = None
    count = 0
    for position, record in enumerate(records):
        told = f"record {position} of '{parent.name}'"
        try:
            place = _place(parent, record, told, path, filled)
        except NoReferenceError as error:
            first, count = first or error, count + 1
            continue
        # Some servers decode a slash, or take a backslash for one, before they resolve dots.
        if {".", ".."} & set(re.split(r"[/\\]", unquote(place.path))):
            msg = f"{told} may lead to another path: {shorten(place.path)}"
            raise StreamError(msg)
        # A list that changes while it is read can give a record twice.
        if place.key not in seen:
            seen.add(place.key)
            yield place
    if first is not None:
        if not seen:
            raise first
        warn(f"{first} ({count} parent{'s' * (count > 1)} left out)")


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
