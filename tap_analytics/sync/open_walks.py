"""The walks of one stream that are fetched at once, in the order in which they are to be written."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tap_analytics.errors import StreamError
from tap_analytics.sync.waits import AnyOf, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.waits import Waiting
    from tap_analytics.sync.walks import Walk


class OpenWalk:
    """A walk whose pages are being fetched.

    Args:
        walk: The walk.
        pages: Its pages.
        others: The walks of its stream.
    """

    def __init__(self, walk: Walk, pages: Consumer[Page], others: OpenWalks) -> None:
        self.walk = walk
        self.pages = pages
        self._others = others

    def next_page(self) -> Waiting[Page | None]:
        """Wait for the next page, and return it; None behind the last one. Meanwhile further walks are opened."""
        self.pages.expect()
        while not self.pages.is_ready:
            self._others.fill()
            yield AnyOf(self.pages, self._others.wait_for_walk)
        return (yield from self.pages.next())


class OpenWalks:
    """Opens the walks of a stream, as many at once as may be.

    Args:
        walks: The walks in order, and what has to be waited for before the next one is known. They are taken as they
            are needed.
        open_pages: Begins to fetch the pages of a walk.
        at_once: Says how many may be open for now, one at least.
    """

    def __init__(
        self,
        walks: Generator[Walk | Wait],
        open_pages: Callable[[Walk], Consumer[Page]],
        at_once: Callable[[], int],
    ) -> None:
        self._walks = walks
        self._open_pages = open_pages
        self._at_once = at_once
        self._open: deque[OpenWalk] = deque()
        self._has_all = False
        self._error: StreamError | None = None
        self.wait_for_walk: Wait = _NEVER
        """What the next walk waits for, if another one may be opened."""

    def fill(self) -> None:
        """Open as many walks as may be."""
        most = self._at_once()
        while not self._has_all and len(self._open) < most:
            try:
                item = next(self._walks, None)
            except StreamError as error:
                # The walks before it are complete, and are read first.
                self._error, item = error, None
            if item is None:
                self._has_all = True
            elif isinstance(item, Wait):
                self.wait_for_walk = item
                return
            else:
                self._open.append(OpenWalk(item, self._open_pages(item), self))
        self.wait_for_walk = _NEVER

    def next_walk(self) -> Waiting[OpenWalk | None]:
        """Wait for the next walk, and return it; None behind the last one. The one before it is closed.

        Raises:
            StreamError: It is not known which walk is next.
        """
        if self._open:
            self._open.popleft().pages.close()
        self.fill()
        while not self._open and not self._has_all:
            yield self.wait_for_walk
            self.fill()
        if not self._open and self._error is not None:
            raise self._error
        return self._open[0] if self._open else None

    def close(self) -> None:
        """Stop fetching at once."""
        self._walks.close()
        for each in self._open:
            each.pages.close()
        self._open.clear()


class _Never(Wait):
    is_ready = False


_NEVER = _Never()
