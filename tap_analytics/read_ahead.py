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
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tap_analytics.answers import Page
    from tap_analytics.replication import Walk

WAITING_PAGES: Final = 8
"""Pages of one walk that may wait for their turn."""

Pages: TypeAlias = "Iterator[Page]"


def read_ahead(walks: Sequence[Walk], read: Callable[[Walk], Pages], threads: int) -> Generator[tuple[Walk, Pages]]:
    """Fetch several walks at once.

    Args:
        walks: The walks, in the order in which they are handed over.
        read: Walks through the pages of a walk; called in a thread, or by the caller when there is nothing to share.
        threads: How many walks may be fetched at once.

    Yields:
        Each walk with its pages. An error of `read` is raised where its page would be.
    """
    if threads == 1 or len(walks) == 1:
        for walk in walks:
            yield walk, read(walk)
        return
    stopped = threading.Event()
    coming = iter(walks)
    readers: deque[_Reader] = deque()
    try:
        while True:
            for walk in islice(coming, threads - len(readers)):
                readers.append(_Reader(walk, read, stopped))
            if not readers:
                return
            yield readers[0].walk, readers[0].pages()
            readers.popleft()
    finally:
        stopped.set()


class _End:
    """Stands behind a walk's last page."""


class _Reader:
    """A thread that fetches one walk."""

    def __init__(self, walk: Walk, read: Callable[[Walk], Pages], stopped: threading.Event) -> None:
        self.walk = walk
        self._read = read
        self._stopped = stopped
        self._queue: Queue[Page | _End | Exception] = Queue(WAITING_PAGES)
        # A daemon, so that a request under way does not hold the process when it ends.
        threading.Thread(target=self._run, name=f"read-ahead {walk.params}", daemon=True).start()

    def pages(self) -> Pages:
        while not isinstance(item := self._next(), _End):
            if isinstance(item, Exception):
                raise item
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
