"""The pace of a run: what the service allows, less what it says it cannot take right now."""

from __future__ import annotations

import re
import time
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyrate_limiter import Limiter

_MARGIN: Final = 1.1
"""Requests that leave in time can arrive bunched together, so periods are taken a tenth longer."""

_HIGHEST_COST: Final = 4
_QUIET_ANSWERS: Final = 20
_CALL_LIMIT = re.compile(r"(\d+)\s*/\s*(\d+)")


class Throttle:
    """Lets the requests of all threads through, at the pace that the service allows.

    A refusal (429, 503) slows every request of the run: all of them pause, then go on at half the pace, until the
    answers have been quiet for a while. Services that tell how much of their limit is used up (`10/40`) are believed:
    somebody else may be using it.

    Args:
        requests: How many requests the service takes in a period.
        seconds: The length of the period.
    """

    def __init__(self, requests: int, seconds: int) -> None:
        self._requests = requests
        self._seconds = seconds
        self._lock = Lock()
        self._resume = 0.0
        self._cost = 1
        self._quiet = 0

    @cached_property
    def _limiter(self) -> Limiter:
        # Imported when it is needed: it takes a tenth of the tap's start.
        from pyrate_limiter import InMemoryBucket, Limiter, Rate  # noqa: PLC0415

        return Limiter(InMemoryBucket([Rate(self._requests, int(self._seconds * 1000 * _MARGIN))]))

    def wait(self) -> None:
        """Wait until the next request may be sent."""
        with self._lock:
            limiter = self._limiter
        # Before, so that what waited out a pause still counts in the period in which it leaves; after, for a refusal
        # that came in the meantime.
        self._pause()
        limiter.try_acquire("request", weight=self._cost)
        self._pause()

    def _pause(self) -> None:
        while (left := self._resume - time.monotonic()) > 0:
            time.sleep(left)

    def slow_down(self, seconds: float) -> None:
        """Hold all requests for a while, and let them through more slowly after it.

        Args:
            seconds: How long the service wants to be left alone.
        """
        with self._lock:
            self._resume = max(self._resume, time.monotonic() + seconds)
            self._cost = min(2 * self._cost, _HIGHEST_COST, self._requests)
            self._quiet = 0

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer that was no refusal.

        Args:
            headers: Its headers; one whose name ends in `call-limit` tells what is used of what is allowed.
        """
        with self._lock:
            self._quiet += 1
            if self._quiet >= _QUIET_ANSWERS:
                self._cost, self._quiet = max(1, self._cost // 2), 0
            for name, value in headers.items():
                if name.lower().endswith("call-limit") and (told := _CALL_LIMIT.fullmatch(value.strip())):
                    self._leave_room(int(told[1]), int(told[2]))

    def _leave_room(self, used: int, allowed: int) -> None:
        """Wait until half of the limit is free again, once three quarters of it are used."""
        if 0 < allowed * 3 <= used * 4:
            drained = (used - allowed / 2) * self._seconds / allowed
            self._resume = max(self._resume, time.monotonic() + drained)
