"""What the writing thread waits for: it fetches nothing itself, and goes on with another stream meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")


class Wait:
    """Something that is not there yet. Whoever makes it ready notifies `ARRIVED`."""

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
