"""The pace of a run: what the service allows, less what it says that it cannot take right now."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from tap_analytics.http.cancellation import CHANGED, Scope
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOGGER: Final = logging.getLogger("tap-analytics")

_MARGIN: Final = 1.1
"""Requests that leave in time can arrive bunched together, so periods are taken a tenth longer."""

_BURST: Final = 20
"""Of that many requests that a period takes, one more may leave at once: half of the margin."""

_SLOWEST: Final = 4
"""How many times slower than allowed the pace may become."""

_QUIET_ANSWERS: Final = 20
_CALL_LIMIT = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})", re.ASCII)

_LONGEST_SILENT_PAUSE: Final = 1
"""Seconds."""


class Throttle:
    """Lets the requests of all threads through one by one, evenly spread, at the pace that the service allows.

    A refusal (429, 503) slows every request of the run: all of them pause, then go on at half the pace, until the
    answers have been quiet for a while. Services that tell how much of their limit is used up (`10/40`) are believed:
    somebody else may be using it.

    Args:
        requests: How many requests the service takes in a period; may be less than one.
        seconds: The length of the period.
    """

    def __init__(self, requests: float, seconds: float) -> None:
        self._seconds = seconds
        self.interval = seconds * _MARGIN / requests
        """Seconds between two requests, when nothing is said about the service being busy."""
        self._burst = int(requests // _BURST) * self.interval
        self._queue: deque[object] = deque()
        self._next = 0.0
        """When the next request may leave, if none may leave early."""
        self._resume = 0.0
        """The end of the pause that the service asked for."""
        self._pauses: dict[Scope, float] = {}
        """The ends of the pauses that the service did not ask for. They last no longer than what retries."""
        self._slowness = 1
        self._quiet = 0
        self._told_pace = False

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._queue)

    def wait(self) -> None:
        """Wait until the next request may be sent.

        Raises:
            CancelledError: The current scope has ended.
        """
        scope = Scope.current()
        turn = object()
        with CHANGED:
            self._queue.append(turn)
            try:
                while True:
                    scope.check()
                    if self._queue[0] is not turn:
                        scope.wait()
                    elif (left := self._left()) > 0:
                        self._tell_pace()
                        scope.wait(left)
                    else:
                        break
                self._next = max(self._next, time.monotonic() - self._burst) + self.interval * self._slowness
            finally:
                self._queue.remove(turn)
                CHANGED.notify_all()

    def _tell_pace(self) -> None:
        """Say once that the pace itself is why nothing happens for longer than a moment."""
        if not self._told_pace and self.interval > _LONGEST_SILENT_PAUSE:
            self._told_pace = True
            _LOGGER.info("One request is sent in %.1f s at most (see 'requests_per_second')", self.interval)

    def _left(self) -> float:
        """Return the seconds until the next request may leave."""
        self._pauses = {scope: until for scope, until in self._pauses.items() if not scope.has_ended}
        return max(self._next, self._resume, *self._pauses.values()) - time.monotonic()

    def slow_down(self, seconds: float, *, asked_for: float = 0) -> None:
        """Hold all requests for a while, and let them through more slowly after it.

        Args:
            seconds: How long the request that was refused waits; the others wait as well, unless its scope ends.
            asked_for: How long the service wants to be left alone.
        """
        scope = Scope.current()
        with CHANGED:
            self._pauses[scope] = max(self._pauses.get(scope, 0), time.monotonic() + seconds)
            self._slowness = min(2 * self._slowness, _SLOWEST)
            self._quiet = 0
            self._pause(asked_for, "The service asks to be left alone (Retry-After)")

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer that was no refusal.

        Args:
            headers: Its headers; one whose name ends in `call-limit` tells what is used of what is allowed.
        """
        with CHANGED:
            self._quiet += 1
            if self._quiet >= _QUIET_ANSWERS:
                self._slowness, self._quiet = max(1, self._slowness // 2), 0
            for name, value in headers.items():
                if name.lower().endswith("call-limit") and (told := _CALL_LIMIT.fullmatch(value.strip())):
                    self._leave_room(name, int(told[1]), int(told[2]))

    def _leave_room(self, name: str, used: int, allowed: int) -> None:
        """Wait until half of the limit is free again, once three quarters of it are used."""
        if not 0 < allowed * 3 <= used * 4:
            return
        # Who has used more than everything still waits for half of it.
        seconds = (min(used, allowed) / allowed - 0.5) * self._seconds
        self._pause(seconds, f"{used} of {allowed} requests are used up ({shorten(name)})")

    def _pause(self, seconds: float, reason: str) -> None:
        now = time.monotonic()
        # Once for all threads that are told the same at about the same time.
        if now + seconds > max(self._resume, now) + _LONGEST_SILENT_PAUSE:
            _LOGGER.info("%s: no request is sent for %.1f s", reason, seconds)
        self._resume = max(self._resume, now + seconds)
