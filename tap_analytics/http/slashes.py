"""Slashes in the values of a path: whether a service wants them percent-encoded, or as they are."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_analytics.paging.page import Page


class Slashes:
    """Finds out how a service wants a slash in a value of a path, like the `o/r` of `/repos/o/r/issues`.

    A value is one part of the path, so its slash is percent-encoded. A service that answers 404 is asked once more with
    the slash as it is, unless it has given a list by an encoded one before.
    """

    def __init__(self) -> None:
        self._are_encoded = False

    def pages(self, encoded: Iterator[Page], plain: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """Hand on the pages of a list whose path has a value with a slash.

        Args:
            encoded: The pages, asked for with the slash percent-encoded.
            plain: Asks for them with the slash as it is.

        Raises:
            StreamError: The list cannot be read; if neither path has it, what the first one answered.
        """
        missing: StreamError | None = None
        first: list[Page] = []
        pages = encoded
        try:
            first += filter(None, [next(pages, None)])
        except StreamError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            # Only its words: the error itself would keep the answer.
            missing = StreamError(str(error), error.status, error.reason)
        is_there = missing is None and not any(page.is_ignored for page in first)
        self._are_encoded = self._are_encoded or is_there
        if missing is not None and self._are_encoded:
            raise missing
        if not self._are_encoded:
            try:
                pages = plain()
                first = list(filter(None, [next(pages, None)]))
            except StreamError as error:
                # Without a status nothing was asked: the path would be no plain one.
                raise (missing if missing and error.status in (None, HTTPStatus.NOT_FOUND) else error) from None
        # No page is kept here while it is written.
        while first:
            yield first.pop()
        yield from pages
