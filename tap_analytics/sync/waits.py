"""What the writing thread waits for: it fetches nothing itself, and goes on with another stream meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from tap_analytics.http.cancellation import CHANGED

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

T = TypeVar("T")


class Wait:
    """Something that is not there yet. Whoever makes it ready notifies `CHANGED`."""

    @property
    def is_ready(self) -> bool:
        """Whether there is no need to wait any longer."""
        return True


PAUSE = Wait()
"""A wait for nothing: a good moment for another stream to go on."""

Waiting: TypeAlias = "Generator[Wait, None, T]"
"""Yields what has to be waited for, and returns the result."""

Item: TypeAlias = "dict[str, Any] | Wait"
"""A record, or what has to be waited for before the next one."""


class AnyOf(Wait):
    """A wait that ends with the first of several.

    Args:
        waits: These.
    """

    def __init__(self, *waits: Wait) -> None:
        self._waits = waits

    @property
    def is_ready(self) -> bool:
        """Whether one of them is ready."""
        return any(wait.is_ready for wait in self._waits)


def wait_for_any(waits: Iterable[Wait]) -> None:
    """Wait until one of several waits is ready.

    Args:
        waits: These.
    """
    waits = list(waits)
    with CHANGED:
        while not any(wait.is_ready for wait in waits):
            # A wait without an end hears no signal that another thread has caught, nor any on Windows.
            CHANGED.wait(0.5)


def blocking(items: Iterable[T | Wait]) -> Iterator[T]:
    """Yield what is no wait, and wait in between.

    Args:
        items: Results, and what has to be waited for before the next one.
    """
    for item in items:
        if isinstance(item, Wait):
            wait_for_any([item])
        else:
            yield item
