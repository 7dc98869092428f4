"""Threads that fetch, and hand over in order what they have fetched.

Fetching is the wait; writing is not. So threads fetch, each walking through the pages of one list, and the one thread
that writes messages and state takes the pages in the order in which they belong. What a thread has fetched waits in a
queue of its own, and all queues of a run share one budget of bytes: a slow target never piles up more than that.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from typing_extensions import override

from tap_analytics.http.cancellation import ARRIVED, CHANGED, CancelledError, Scope, wake_all
from tap_analytics.sync.budget import Held
from tap_analytics.sync.waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_analytics.sync.reader_pool import ReaderPool
    from tap_analytics.sync.waits import Waiting

T = TypeVar("T")

_NEXT: Final = 1
"""Items that may wait when another one is fetched, as long as there is any room for it."""

_MOST_AHEAD: Final = 100
"""Items that may wait at most, however small they are."""


class Reader(Generic[T]):
    """A thread that iterates over what takes requests to get, like the pages of a list.

    Args:
        name: The name of the thread.
        items: Begins to iterate; called in the thread.
        pool: What it shares with the other readers of the run.
        scope: What it belongs to; it ends when that does.
        certain: How many items are sure to be taken: the others are fetched only once somebody waits for them. None if
            all are.
        consumers: How many take the items, each of them all.
    """

    def __init__(  # noqa: PLR0913 - three of them are the run's, three the list's
        self,
        name: str,
        items: Callable[[], Iterator[T]],
        pool: ReaderPool,
        scope: Scope,
        *,
        certain: int | None = None,
        consumers: int = 1,
    ) -> None:
        self._items = items
        self.pool = pool
        self._scope = scope
        self._certain = certain
        self._queue: deque[Held | Exception] = deque()
        self._dropped = 0
        self._is_waiting = False
        self.consumers = tuple(Consumer(self) for _ in range(consumers))
        self._taking = [*self.consumers]
        # A daemon, so that a request under way does not hold the process when it ends.
        threading.Thread(target=self._fetch_all, name=name, daemon=True).start()

    # In the thread that fetches

    def _fetch_all(self) -> None:
        error: Exception | None = None
        with self._scope.entered():
            try:
                items = self._items()
                while self._fetch(items):
                    pass
            except Exception as caught:  # noqa: BLE001 - it is raised again in the thread that waits for the item
                error = caught
                self._put(caught)
        with CHANGED:
            if self._scope.is_chain:
                self._scope.is_chain = False
                # Its place in flight is free for others.
                wake_all()
            self.pool.note_progress(self._scope, error)
        # Its trace holds this frame, and the frame would hold it.
        del error

    def _fetch(self, items: Iterator[T]) -> bool:
        """Fetch the next item, and say whether there was one."""
        expected = self._wait_for_turn()
        item = None
        try:
            item = next(items, None)
        finally:
            with CHANGED:
                held = self.pool.budget.hold(expected, item, is_awaited=self._is_taken_at_once)
        self._put(held)
        with CHANGED:
            self.pool.note_progress(self._scope)
        return item is not None

    def _wait_for_turn(self) -> int:
        """Wait until an item may be fetched, and return what is set aside for it."""
        with CHANGED:
            while not (self._may_fetch() and self.pool.may_ask(self._scope)):
                self._is_waiting = True
                self._scope.wait()
            self._is_waiting = False
            self._scope.check()
            return self.pool.budget.expect()

    def _may_fetch(self) -> bool:
        """Say whether there is room for another item.

        One that the writing thread waits for is always fetched, whatever waits for later: else the two would wait for
        each other. Not so one that is to wait behind others of this reader.
        """
        if self._is_taken_at_once:
            return True
        budget, waiting = self.pool.budget, len(self._queue)
        is_certain = self._certain is None or self.count() < self._certain
        if self._is_awaited or (is_certain and waiting <= _NEXT):
            return budget.has_room()
        # A target takes records in bursts, and lists that are fetched side by side are written one after another. What
        # is fetched in the meantime is there when its turn comes.
        is_useful = is_certain and waiting < _MOST_AHEAD and self.pool.is_fetching_slower
        return is_useful and budget.has_much_room()

    def _put(self, item: Held | Exception) -> None:
        with CHANGED:
            self._queue.append(item)
            ARRIVED.notify_all()
            self._drop()

    # For those who take the items

    @property
    def _is_awaited(self) -> bool:
        return any(each.is_awaited and not each.is_ready for each in self._taking)

    @property
    def _is_taken_at_once(self) -> bool:
        # While items are in the queue, only the faster of two consumers waits for another one. It can go on waiting:
        # the slower one takes what is in the queue without it, and that makes room.
        return self._is_awaited and not self._queue and self.pool.is_writer_idle

    def count(self) -> int:
        """Return how many items have been fetched so far, the end included.

        Unless `CHANGED` is held it may be too few for a moment, never too many.
        """
        return self._dropped + len(self._queue)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes, since nobody wants it any longer."""
        return self._scope.has_ended

    def item(self, number: int) -> Held | Exception:
        """Return one of the items that have been fetched and that not all have taken; `CHANGED` must be held."""
        return CancelledError() if self.has_ended else self._queue[number - self._dropped]

    def leave(self, consumer: Consumer[T]) -> None:
        """Let a consumer take no more; behind the last one the thread stops at once."""
        with CHANGED:
            if consumer in self._taking:
                self._taking.remove(consumer)
            if not self._taking:
                self._scope.end()
            self._drop()

    def look_again(self) -> None:
        """Drop what all have taken, and see whether there is room now; `CHANGED` must be held."""
        self._drop()
        if self._is_waiting:
            CHANGED.notify_all()

    def _drop(self) -> None:
        """Drop what nobody takes any longer."""
        taken = min((each.taken for each in self._taking), default=self.count())
        if self._scope.has_ended:
            taken = self.count()
        while self._queue and self._dropped < taken:
            item = self._queue.popleft()
            self._dropped += 1
            if isinstance(item, Held):
                self.pool.budget.free(item.size)


class Consumer(Wait, Generic[T]):
    """Somebody who takes the items of a reader, in order; a wait for the next one.

    Args:
        reader: The reader.
    """

    def __init__(self, reader: Reader[T]) -> None:
        self._reader = reader
        self.taken = 0
        """How many have been taken."""
        self.is_awaited = False
        """Whether the next one is wanted now."""

    @property
    @override
    def is_ready(self) -> bool:
        return self._reader.count() > self.taken or self._reader.has_ended

    def expect(self) -> None:
        """Say that the next item is wanted now."""
        if not self.is_awaited and not self.is_ready:
            with CHANGED:
                self.is_awaited = True
                self._reader.look_again()

    def next(self) -> Waiting[T | None]:
        """Wait for the next item, and return it; None behind the last one.

        Raises:
            Exception: What fetching it raised.
        """
        self.expect()
        while not self.is_ready:
            yield self
        return self._take()

    def _take(self) -> T | None:
        with CHANGED:
            self.is_awaited = False
            item = self._reader.item(self.taken)
            self.taken += 1
            self._reader.pool.took()
            self._reader.look_again()
        if isinstance(item, Exception):
            try:
                raise item
            finally:
                # Its trace holds this frame: together they would keep the connection that failed.
                del item
        value: T | None = item.get() if item.get else None
        return value

    def close(self) -> None:
        """Take no more."""
        self._reader.leave(self)
