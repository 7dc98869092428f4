"""Walks fetched side by side, and handed over in order.

Fetching is the wait; writing is not. So threads fetch, each walking through the pages of one walk, and the one thread
that writes messages and state takes the pages in the order in which they belong. What a thread has fetched waits in a
queue of its own, and all queues of a run share one budget of bytes: a slow target never piles up more than that.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from tap_analytics.http.cancellation import CHANGED, CancelledError, Scope
from tap_analytics.sync.run import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.walks import Walk

Pages: TypeAlias = "Iterator[Page]"


def read_ahead(
    walks: Iterable[Walk],
    read: Callable[[Walk], Pages],
    threads: int,
    run: Run,
    at_once: Callable[[], int] | None = None,
) -> Generator[tuple[Walk, Pages]]:
    """Fetch several walks at once, and the next page of a walk while the one before it is written.

    Args:
        walks: The walks, in the order in which they are handed over. They are taken as they are needed, by the caller.
        read: Walks through the pages of a walk; called in a thread.
        threads: How many walks may be fetched at once. With one, nothing is fetched before it is asked for.
        run: The run that this is a part of.
        at_once: Says before walks are taken how many may be fetched at once for now, one at least.

    Yields:
        Each walk with its pages. An error of `read` is raised where its page would be.
    """
    if threads == 1:
        for walk in walks:
            yield walk, read(walk)
        return
    coming = iter(walks)
    readers: deque[Reader] = deque()
    try:
        while True:
            most = threads if at_once is None else min(threads, at_once())
            for walk in islice(coming, max(0, most - len(readers))):
                readers.append(Reader(walk, read, run))
            if not readers:
                return
            yield readers[0].walk, readers[0].pages()
            readers.popleft().close()
    finally:
        for reader in readers:
            reader.close()


class Reader:
    """A thread that fetches one walk.

    Args:
        walk: The walk.
        read: Walks through its pages; called in the thread.
        run: The run that this is a part of.
    """

    def __init__(self, walk: Walk, read: Callable[[Walk], Pages], run: Run) -> None:
        self.walk = walk
        self._read = read
        self._run = run
        self._scope = Scope(run.scope)
        self._queue: deque[Waiting | Exception] = deque()
        self._is_awaited = False
        # A daemon, so that a request under way does not hold the process when it ends.
        threading.Thread(target=self._fetch_all, name=f"read-ahead {walk.params}", daemon=True).start()

    def pages(self) -> Pages:
        """Hand over the pages in order, and wait for those that are still to come."""
        # Not a generator: while a page is written it would keep it.
        return iter(self._next, None)

    def _next(self) -> Page | None:
        with CHANGED:
            self._is_awaited = True
            CHANGED.notify_all()
            while not self._queue:
                # A wait without an end hears no signal that another thread has caught, nor any on Windows.
                CHANGED.wait(0.5)
            self._is_awaited = False
            item = self._queue.popleft()
            if isinstance(item, Waiting):
                self._run.free(item.size)
        if isinstance(item, Exception):
            try:
                raise item
            finally:
                # Its trace holds this frame: together they would keep the connection that failed.
                del item
        return item.page() if item.page else None

    def _fetch_all(self) -> None:
        with self._scope.entered():
            try:
                pages = self._read(self.walk)
                while self._fetch(pages):
                    pass
            except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits for the page
                self._put(error)

    def _fetch(self, pages: Pages) -> bool:
        """Fetch the next page, and say whether there was one."""
        expected = self._wait_for_room()
        page = None
        try:
            page = next(pages, None)
        finally:
            with CHANGED:
                waiting = self._run.replace(expected, page, is_awaited=self._is_awaited)
        self._put(waiting)
        return page is not None

    def _wait_for_room(self) -> int:
        """Wait until a page may be fetched, and return what is set aside for it.

        A page that the writing thread waits for is always fetched, whatever waits for later: else the two would wait
        for each other.
        """
        with CHANGED:
            while not (
                (self._is_awaited and not self._queue)
                or (len(self._queue) <= self.walk.pages_ahead and self._run.has_room())
            ):
                self._scope.wait()
            self._scope.check()
            return self._run.expect()

    def _put(self, item: Waiting | Exception) -> None:
        with CHANGED:
            self._queue.append(item)
            CHANGED.notify_all()
            if self._scope.has_ended:
                self._drop()

    def close(self) -> None:
        """Stop at once, and drop what nobody has read."""
        self._scope.end()
        with CHANGED:
            self._drop()

    def _drop(self) -> None:
        for item in self._queue:
            if isinstance(item, Waiting):
                self._run.free(item.size)
        self._queue = deque([CancelledError()])
