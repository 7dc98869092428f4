"""What the readers of a run share: the thread that writes what they fetch, and the memory for what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tap_analytics.errors import ends_run
from tap_analytics.http.cancellation import ARRIVED, CHANGED, Scope
from tap_analytics.sync.budget import Budget
from tap_analytics.sync.waits import Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

_MANY: Final = 20
"""After so many items without a wait of the writing thread, writing is slower than fetching."""


class ReaderPool:
    """What all readers of a run share.

    The first of them asks alone until it has got something, or has to try again: so refused credentials cost one
    request.

    Args:
        budget: The memory for what waits.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self.scope = Scope()
        self.budget = budget or Budget()
        self.is_writer_idle = False
        """Whether the writing thread waits for something to write."""
        self._taken_without_wait = 0
        """How many items it has taken since it waited."""
        self._first: Scope | None = None
        self._is_open = False
        self._failure: Exception | None = None
        """What has ended the run, wherever in the order of the pages it came."""

    def may_ask(self, reader: Scope) -> bool:
        """Say whether the reader with this scope may ask; `CHANGED` must be held.

        The first one that wants to know is the one that asks alone.
        """
        if self._failure is not None:
            return False
        if self._first is None:
            self._first = reader
        return self._is_open or self._first is reader or self._first.has_reached_service

    def note_progress(self, reader: Scope, error: Exception | None = None) -> None:
        """Take in that a reader has got something, or has ended; `CHANGED` must be held.

        Args:
            reader: The reader's scope.
            error: What ended it. An error that ends the run lets nobody else ask.
        """
        if ends_run(error):
            self._failure = self._failure or error
            ARRIVED.notify_all()
        elif self._first is reader and not self._is_open:
            self._is_open = True
            CHANGED.notify_all()

    @property
    def is_fetching_slower(self) -> bool:
        """Whether fetching is what the run waits for: the writing thread had to wait lately."""
        return self._taken_without_wait <= _MANY

    def took(self) -> None:
        """Take in that the writing thread has taken an item; `CHANGED` must be held."""
        self._taken_without_wait += 1

    def wait_for_any(self, waits: Iterable[Wait]) -> None:
        """Let the writing thread wait until one of several waits is ready.

        Args:
            waits: These.

        Raises:
            AnalyticsError: None is ready, and something has ended the run.
        """
        waits = list(waits)
        with CHANGED:
            self.is_writer_idle = True
            if not self.budget.has_room() or not self.is_fetching_slower:
                CHANGED.notify_all()
            try:
                while not any(wait.is_ready for wait in waits):
                    self._taken_without_wait = 0
                    if self._failure is not None:
                        raise self._failure.with_traceback(None)
                    ARRIVED.wait()
            finally:
                self.is_writer_idle = False

    def blocking(self, items: Iterable[T | Wait]) -> Iterator[T]:
        """Yield what is no wait, and wait in between.

        Args:
            items: Results, and what has to be waited for before the next one.
        """
        for item in items:
            if isinstance(item, Wait):
                self.wait_for_any([item])
            else:
                yield item

    def close(self) -> None:
        """End all readers at once."""
        self.scope.end()
