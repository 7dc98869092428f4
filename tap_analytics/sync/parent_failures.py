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


class GoneError(StreamError):
    """The list of one parent's record is not there: the record has gone since it was listed."""


def pages_of_present(pages: Iterator[Page]) -> Iterator[Page]:
    """Hand on the pages of one parent's list.

    The first page decides whether the list has gone. A 404 after it, or a 410, is a cursor that has expired, say, and
    would cut the list short.

    Args:
        pages: The pages.

    Raises:
        GoneError: The list has gone.
        StreamError: It cannot be read for another reason.
    """
    gone = None
    try:
        first = [page for page in (next(pages, None),) if page is not None]
    except StreamError as error:
        if error.status not in _GONE:
            raise
        # Only its words: the error itself would keep the answer and what has been read.
        gone = str(error), error.status, error.reason
    if gone is not None:
        raise GoneError(*gone)
    # No page is kept here while it is written.
    while first:
        yield first.pop()
    yield from pages


class Absences:
    """How many parents have gone since they were listed: their own lists answer 404.

    The walks of one parent come one after another.
    """

    def __init__(self) -> None:
        self._first: GoneError | None = None
        self._last = ""
        self._count = 0
        self._is_anyone_there = False

    def add(self, partition: str, error: GoneError) -> None:
        """Take note of a list that has gone.

        Args:
            partition: The key of the parent's partition.
            error: What the service answered.
        """
        if self._first is None:
            self._first = GoneError(str(error), error.status, error.reason)
        self._count += partition != self._last
        self._last = partition

    def add_present(self) -> None:
        """Take note of a list that is there."""
        self._is_anyone_there = True

    def report(self) -> str | None:
        """Say how many have gone, None if all are there.

        Raises:
            StreamError: None is there: it is the path that is wrong.
        """
        if self._first is None:
            return None
        if not self._is_anyone_there:
            raise self._first
        # Where some are there, the path is right: nothing is to be mended.
        return f"{self._first.reason} ({self._count} parent{'s' * (self._count > 1)} left out)"


class Failures:
    """Which parents' lists could not be read: each ends nothing but itself.

    After several in a row it is the service that fails, or the path that is wrong, and the stream ends. The walks of
    one parent come one after another.
    """

    def __init__(self) -> None:
        self._first: StreamError | None = None
        self._last: str | None = None
        self._count = 0
        self._in_a_row = 0
        self._has_read_any = False

    def has_failed(self, partition: str) -> bool:
        """Say whether an earlier walk of a parent, the one that is being read, has failed."""
        return partition == self._last

    def add(self, partition: str, error: StreamError) -> None:
        """Take note of a list that could not be read.

        Args:
            partition: The key of the parent's partition.
            error: What failed.

        Raises:
            StreamError: It is one too many in a row.
        """
        self._last = partition
        self._count += 1
        self._in_a_row += 1
        if self._first is None:
            # Only its words: the error itself would keep the answer and what has been read.
            self._first = StreamError(str(error), error.status, error.reason)
        if self._in_a_row >= _MOST_FAILURES:
            self.check()

    def add_read(self) -> None:
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
        rest = "those after them were not asked for" if self._in_a_row >= _MOST_FAILURES else "the others were read"
        msg = f"{self._first} ({self._count} parent{'s' * (self._count > 1)} could not be read; {rest})"
        raise StreamError(msg, self._first.status)
