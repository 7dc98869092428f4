"""How many requests an API allows."""

from __future__ import annotations

import math
import time


class Bucket:
    """A leaky bucket: each request fills it by one, and it drains at a steady rate."""

    def __init__(self) -> None:
        self._level = 0.0
        self._filled_at = time.monotonic()

    def pour(self, capacity: int, seconds: float) -> float:
        """Count a request, if there is room for it.

        Args:
            capacity: How many requests there is room for.
            seconds: How long a full bucket takes to drain.

        Returns:
            Seconds until there is room: 0.0 means that the request was counted.
        """
        now = time.monotonic()
        self._level = max(0.0, self._level - (now - self._filled_at) * capacity / seconds)
        self._filled_at = now
        if self._level + 1 > capacity:
            return (self._level + 1 - capacity) * seconds / capacity
        self._level += 1
        return 0.0

    @property
    def level(self) -> int:
        """How many requests are in it."""
        return math.ceil(self._level)
