"""How long it takes until something has been read, judged by how long the part took that has been read."""

from __future__ import annotations

import time
from typing import Final

_EARLIEST: Final = 5.0
"""Seconds that something has to be read before anything is said."""

_SMALLEST_SHARE: Final = 0.01
"""The part that has to be read before anything is said."""

_TOLERANCE: Final = 0.25
"""How far a new estimate may be from what was said before, as a part of it, before that is changed."""


class TimeLeft:
    """An estimate that counts down with the clock, and is changed only when it turns out to be clearly wrong."""

    def __init__(self) -> None:
        self._end: float | None = None

    def seconds(self, elapsed: float, share: float | None) -> float | None:
        """Return the seconds that are left; None if that is not known.

        Args:
            elapsed: The seconds that it has taken so far.
            share: The part that has been read, from 0 to 1; None if that is not known.
        """
        if share is None or elapsed < _EARLIEST or share < _SMALLEST_SHARE:
            self._end = None
            return None
        now = time.monotonic()
        left = elapsed * (1 - share) / share
        # Several threads ask at once.
        end = self._end
        if end is None or abs(now + left - end) > _TOLERANCE * left:
            self._end = end = now + left
        return max(0.0, end - now)
