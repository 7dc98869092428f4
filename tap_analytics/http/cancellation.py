"""Cancellation: what a stream or a run has started ends with it, also while it waits."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK: Final = threading.RLock()

CHANGED: Final = threading.Condition(_LOCK)
"""Threads that fetch wait on this one condition: to be the next that sends, for time to pass, or for room in a queue.

Whoever changes something that others may wait for notifies it. So a wait ends at once when its scope does.
"""

ARRIVED: Final = threading.Condition(_LOCK)
"""The thread that writes waits on this one, for something to write. Both have one lock."""


_WAITING_ALONE: Final[dict[threading.Condition, Scope]] = {}
"""Threads that wait on a condition of their own: of many, few can go on, and not all are to wake for each change."""


def own_condition() -> threading.Condition:
    """Return a condition for the wait of one thread; its lock is that of `CHANGED`."""
    return threading.Condition(_LOCK)


def wake_all() -> None:
    """Wake every thread that fetches; `CHANGED` must be held."""
    CHANGED.notify_all()
    for condition in _WAITING_ALONE:
        condition.notify()


class CancelledError(Exception):
    """The scope of this work has ended, and its result is not needed any more."""


class Scope:
    """Work in several threads that ends together.

    Args:
        parent: The scope that this one is a part of; it ends with it.
        is_chain: Whether this is one request after another, each asked for by the answer before it.
    """

    def __init__(self, parent: Scope | None = None, *, is_chain: bool = True) -> None:
        self._parent = parent
        self.is_chain = is_chain
        self.has_reached_service = False
        """Whether a request has failed in a way that ends no more than its stream, so that others may be sent."""
        self._has_ended = False

    @property
    def has_ended(self) -> bool:
        """Whether this scope, or one that it is a part of, has ended."""
        return self._has_ended or (self._parent is not None and self._parent.has_ended)

    def end(self) -> None:
        """End all waits of this scope, those that begin later included."""
        with CHANGED:
            self._has_ended = True
            CHANGED.notify_all()
            ARRIVED.notify_all()
            for condition, scope in _WAITING_ALONE.items():
                # The end of a chain gives its place to others.
                if self.is_chain or scope.has_ended:
                    condition.notify()

    def reach_service(self) -> None:
        """Take note that a request has failed in a way that ends no more than its stream."""
        with CHANGED:
            self.has_reached_service = True
            CHANGED.notify_all()

    def check(self) -> None:
        """Go no further if the scope has ended.

        Raises:
            CancelledError: It has.
        """
        if self.has_ended:
            raise CancelledError

    def wait(self, seconds: float | None = None) -> None:
        """Wait for a change, for some seconds at most; `CHANGED` must be held.

        Args:
            seconds: How long to wait at most; None for as long as nothing changes.

        Raises:
            CancelledError: The scope has ended.
        """
        self.check()
        CHANGED.wait(seconds)
        self.check()

    def wait_alone(self, condition: threading.Condition) -> None:
        """Wait until a condition of the thread's own is notified; `CHANGED` must be held.

        Args:
            condition: The condition.

        Raises:
            CancelledError: The scope has ended.
        """
        self.check()
        _WAITING_ALONE[condition] = self
        try:
            condition.wait()
        finally:
            del _WAITING_ALONE[condition]
        self.check()

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds.

        Args:
            seconds: How long.

        Raises:
            CancelledError: The scope has ended.
        """
        deadline = time.monotonic() + seconds
        with CHANGED:
            while (left := deadline - time.monotonic()) > 0:
                self.wait(left)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let what the current thread does in the meantime belong to this scope."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    @staticmethod
    def current() -> Scope:
        """Return the scope that the current thread works in; in the main thread it never ends."""
        return _CURRENT.get()


_CURRENT: Final[ContextVar[Scope]] = ContextVar("scope", default=Scope(is_chain=False))  # noqa: B039 - it is never ended
