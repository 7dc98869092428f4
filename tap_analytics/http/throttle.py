"""The pace of a run: the rate that the service allows, slowed down while it refuses requests."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from tap_analytics.http.cancellation import CHANGED, Scope
from tap_analytics.http.tally import Cause
from tap_analytics.http.turns import Turns
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.http.tally import Tally
    from tap_analytics.http.turns import Turn

_LOGGER: Final = logging.getLogger("tap-analytics")

_MARGIN: Final = 1.1
"""Requests that leave in time can arrive bunched together, so periods are taken a tenth longer."""

_BURST: Final = 20
"""For every so many requests that a period takes, one may leave ahead of its time; that uses up half of the margin."""

_SLOWEST: Final = 4
"""How many times slower than allowed the pace may become."""

_QUIET_ANSWERS: Final = 20
"""After so many answers without a refusal the pace is doubled again."""

_CALL_LIMIT = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})", re.ASCII)

_LONGEST_SILENT_PAUSE: Final = 1
"""Seconds; if nothing is sent for longer, a line in the log says why."""


class Throttle:
    """Lets the requests of all threads through one by one, evenly spread, at the pace that the service allows.

    A refusal (429, 503) slows every request of the run: all of them pause, then go on at half the pace, until the
    answers have been quiet for a while. If a service tells how much of its limit is used up (`10/40`),
    that counts: others may use the limit, too.

    Args:
        requests: How many requests the service takes in a period; may be less than one.
        seconds: The length of the period.
        most: How many requests may be in flight.
    """

    def __init__(self, requests: float, seconds: float, most: int = 1) -> None:
        self._seconds = seconds
        self.interval = seconds * _MARGIN / requests
        """Seconds between two requests, while the service refuses none."""
        self._burst = int(requests // _BURST) * self.interval
        self._turns = Turns(most)
        self._next = 0.0
        """When the next request may leave, if none may leave early."""
        self._resume = 0.0
        """The end of the pause that the service asked for."""
        self._pauses: dict[Scope, float] = {}
        """The ends of the pauses that the service did not ask for, each by the scope that retries: it ends with it."""
        self._refusals = 0
        """How many pauses refusals have begun."""
        self._refusals_before: WeakKeyDictionary[Scope, int] = WeakKeyDictionary()
        """How many there were when the latest request of each scope left."""
        self._slowness = 1
        self._quiet = 0
        self._told_pace = False

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return self._turns.waiting

    @contextmanager
    def turn(self, tally: Tally) -> Iterator[None]:
        """Wait until a request may be sent, and count it as in flight meanwhile.

        Args:
            tally: What counts the waits of the stream.

        Raises:
            CancelledError: The current scope has ended.
        """
        with tally.waiting(Cause.LIMIT):
            is_chain = self._wait()
        try:
            yield
        finally:
            with CHANGED:
                self._turns.end(is_chain=is_chain)

    @contextmanager
    def turn_of_redirect(self, tally: Tally) -> Iterator[None]:
        """Wait until a request may be sent that takes the place of the one that is in flight: it follows a redirect.

        Args:
            tally: What counts the waits of the stream.

        Raises:
            CancelledError: The current scope has ended.
        """
        is_chain = Scope.current().is_chain
        with CHANGED:
            # If all requests in flight are redirected, none could get a second place.
            self._turns.lend(is_chain=is_chain)
        try:
            with self.turn(tally):
                yield
        finally:
            with CHANGED:
                self._turns.take_back(is_chain=is_chain)

    def _wait(self) -> bool:
        scope = Scope.current()
        with CHANGED:
            turn = self._turns.join(scope)
            try:
                while True:
                    scope.check()
                    if self._turns.next() is not turn:
                        self._turns.tell_next()
                        scope.wait_alone(turn.came)
                    elif (left := self._left(turn)) > 0:
                        self._tell_pace()
                        scope.wait(left)
                    else:
                        break
                self._next = max(self._next, time.monotonic() - self._burst) + self.interval * self._slowness
                self._turns.begin(turn)
                self._refusals_before[scope] = self._refusals
            finally:
                self._turns.leave(turn)
        return turn.is_chain

    def _tell_pace(self) -> None:
        """Say once that the pace itself is why nothing happens for longer than a moment."""
        if not self._told_pace and self.interval > _LONGEST_SILENT_PAUSE:
            self._told_pace = True
            _LOGGER.info("One request is sent in %.1f s at most (see 'requests_per_second')", self.interval)

    def _left(self, turn: Turn) -> float:
        """Return the seconds until a request may leave."""
        paced = self._next
        if not turn.is_chain and self._turns.has_chains and self._burst:
            # One request that may leave ahead of its time is kept for the chains.
            paced += self.interval * self._slowness
        return max(paced, self._resume, self._refused_until()) - time.monotonic()

    def _refused_until(self) -> float:
        """Return when the last pause ends of those whose scope has not ended."""
        self._pauses = {scope: until for scope, until in self._pauses.items() if not scope.has_ended}
        return max(self._pauses.values(), default=0)

    def slow_down(self, seconds: float, *, asked_for: float = 0) -> bool:
        """Hold all requests for a while, and let them through more slowly after it.

        Args:
            seconds: How long the request that was refused waits; the others wait as well, unless its scope ends.
            asked_for: How long the service asks to wait.

        Returns:
            Whether this begins a pause. A request that was in flight when the latest pause began belongs to that one,
            however long its answer takes.
        """
        scope = Scope.current()
        with CHANGED:
            is_new = self._refusals_before.get(scope, self._refusals) == self._refusals
            self._refusals += is_new
            self._pauses[scope] = max(self._pauses.get(scope, 0), time.monotonic() + seconds)
            self._slowness = min(2 * self._slowness, _SLOWEST)
            self._quiet = 0
            # The message about the retry that begins a pause says how long it is.
            self._pause(asked_for, "" if is_new else "The service asks for a longer pause (Retry-After)")
        return is_new

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
        # If more than the limit is used, wait only until half of it is free.
        seconds = (min(used, allowed) / allowed - 0.5) * self._seconds
        self._pause(seconds, f"{used} of {allowed} requests are used up ({shorten(name)})")

    def _pause(self, seconds: float, reason: str) -> None:
        now = time.monotonic()
        # Once for all threads that are told the same at about the same time.
        if reason and now + seconds > max(self._resume, now) + _LONGEST_SILENT_PAUSE:
            _LOGGER.info("%s: no request is sent for %.1f s", reason, seconds)
        self._resume = max(self._resume, now + seconds)
