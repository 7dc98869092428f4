"""What several streams of a run need, and is asked for once."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from tap_analytics.errors import AnalyticsError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class SharedAnswer(Generic[T]):
    """A value that is asked for when it is first needed; a failure, too, is the answer for everybody.

    Args:
        ask: Asks for it.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._values: list[T] = []
        self._error: AnalyticsError | None = None

    def get(self) -> T:
        """Return the value.

        Raises:
            AnalyticsError: It could not be had.
        """
        with self._lock:
            if self._error is not None:
                raise self._error.with_traceback(None)
            if not self._values:
                try:
                    self._values.append(self._ask())
                except AnalyticsError as error:
                    self._error = error
                    raise
            return self._values[0]
