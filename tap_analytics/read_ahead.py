"""Walks fetched side by side, and handed over in order.

Fetching is the wait; writing is not. So threads fetch, each walking through the pages of one walk, and the one thread
that writes messages and state takes the pages in the order in which they belong. What a thread has fetched waits in a
queue of its own, so that a slow target never piles up more than the queues hold.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from itertools import islice
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tap_analytics.answers import Page
    from tap_analytics.replication import Walk

Pages: TypeAlias = "Iterator[Page]"


def read_ahead(walks: Iterable[Walk], read: Callable[[Walk], Pages], threads: int) -> Generator[tuple[Walk, Pages]]:
    """Fetch several walks at once, and the next page of a walk while the one before it is written.

    Args:
        walks: The walks, in the order in which they are handed over. They are taken as they are needed, by the caller.
        read: Walks through the pages of a walk; called in a thread.
        threads: How many walks may be fetched at once. With one, nothing is fetched before it is asked for.

    Yields:
        Each walk with its pages. An error of `read` is raised where its page would be.
    """
    if threads == 1:
        for walk in walks:
            yield walk, read(walk)
        return
    stopped = threading.Event()
    coming = iter(walks)
    readers: deque[Reader] = deque()
    try:
        while True:
            for walk in islice(coming, threads - len(readers)):
                readers.append(Reader(walk, read, stopped))
            if not readers:
                return
            yield readers[0].walk, readers[0].pages()
            readers.popleft()
    finally:
        stopped.set()


class _End:
    """Stands behind a walk's last page."""


class Reader:
    """A thread that fetches one walk.

    Args:
        walk: The walk.
        read: Walks through its pages; called in the thread.
        stopped: Set when nobody wants the pages any more.
    """

    def __init__(self, walk: Walk, read: Callable[[Walk], Pages], stopped: threading.Event) -> None:
        self.walk = walk
        self._read = read
        self._stopped = stopped
        self._queue: Queue[Page | _End | Exception] = Queue(walk.pages_ahead)
        # A daemon, so that a request under way does not hold the process when it ends.
        threading.Thread(target=self._run, name=f"read-ahead {walk.params}", daemon=True).start()

    def pages(self) -> Pages:
        """Hand over the pages in order, and wait for those that are still to come."""
        while not isinstance(item := self._next(), _End):
            if isinstance(item, Exception):
                try:
                    raise item
                finally:
                    # Its trace holds this frame: together they would keep the connection that failed.
                    del item
            yield item

    def _next(self) -> Page | _End | Exception:
        while True:
            # A wait without an end hears no signal that another thread has caught, nor any on Windows.
            with suppress(Empty):
                return self._queue.get(timeout=0.5)

    def _run(self) -> None:
        try:
            for page in self._read(self.walk):
                self._put(page)
                if self._stopped.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits for the page
            self._put(error)
        else:
            self._put(_End())

    def _put(self, item: Page | _End | Exception) -> None:
        """Leave something for the consumer, unless nobody wants it any more."""
        while not self._stopped.is_set():
            with suppress(Full):
                self._queue.put(item, timeout=0.1)
                return
