"""Parents' lists that are gone, or cannot be read: which end only themselves, and which end the stream."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.paging.page import Page

_GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_MOST_FAILURES: Final = 5
"""Parents in a row whose lists cannot be read, before the stream ends: each takes all its retries."""


class Absences:
    """Which parents have gone since they were listed: their own lists answer 404.

    The first page decides. A 404 after it, or a 410, is a cursor that has expired, say, and would cut the list short.
    """

    def __init__(self) -> None:
        self._gone: set[str] = set()
        self._first: StreamError | None = None
        self._is_anyone_there = False

    def passed(self, pages: Iterator[Page], place: str) -> Iterator[Page]:
        """Hand on the pages of one parent's list; none if it has gone.

        Args:
            pages: The pages.
            place: What tells the list from those of other parents.

        Raises:
            StreamError: The list cannot be read for another reason.
        """
        try:
            first = [page for page in (next(pages, None),) if page is not None]
        except StreamError as error:
            if error.status not in _GONE:
                raise
            self._gone.add(place)
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
