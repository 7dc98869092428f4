"""The pace of a run: the rate that the service allows, slowed down while it refuses requests."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from msgspec import Struct

from tap_analytics.http.cancellation import CHANGED, Scope
from tap_analytics.http.tally import Cause
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.http.tally import Tally

_LOGGER: Final = logging.getLogger("tap-analytics")

_MARGIN: Final = 1.1
"""Requests that leave in time can arrive bunched together, so periods are taken a tenth longer."""

_BURST: Final = 20
"""For every so many requests that a period takes, one may leave ahead of its time; that uses up half of the margin."""

_SLOWEST: Final = 4
"""How many times slower than allowed the pace may become."""

_QUIET_ANSWERS: Final = 20
"""After so many answers without a refusal the pace is doubled again."""

_TURNS_OF_CHAINS: Final = 3
"""Turns in a row that chains have while others wait."""

_CALL_LIMIT = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})", re.ASCII)

_LONGEST_SILENT_PAUSE: Final = 1
"""Seconds; if nothing is sent for longer, a line in the log says why."""


class _Turn(Struct, frozen=True, eq=False):
    """A request that waits for its turn.

    Attributes:
        is_chain: Whether it is one of a chain.
        number: How many requests of the chain went before it.
    """

    is_chain: bool
    number: int


class Throttle:
    """Lets the requests of all threads through one by one, evenly spread, at the pace that the service allows.

    A refusal (429, 503) slows every request of the run: all of them pause, then go on at half the pace, until the
    answers have been quiet for a while. If a service tells how much of its limit is used up (`10/40`),
    that counts: others may use the limit, too.

    A chain of requests, each asked for by the answer before it, takes the longest, and nothing makes it shorter. So
    each chain has one of the places in flight for itself, and goes first; what can be fetched side by side shares the
    rest, but always gets one place and every fourth turn.

    Args:
        requests: How many requests the service takes in a period; may be less than one.
        seconds: The length of the period.
        most: How many requests may be in flight.
    """

    def __init__(self, requests: float, seconds: float, most: int = 1) -> None:
        self._seconds = seconds
        self._most = most
        self.interval = seconds * _MARGIN / requests
        """Seconds between two requests, while the service refuses none."""
        self._burst = int(requests // _BURST) * self.interval
        self._queue: deque[_Turn] = deque()
        self._in_flight = {True: 0, False: 0}
        """How many requests of chains, and how many others."""
        self._chains: dict[Scope, int] = {}
        """The chains, and how many requests each has sent."""
        self._turns_of_chains = 0
        """How many turns in a row chains have had."""
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
        return len(self._queue)

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
                self._in_flight[is_chain] -= 1
                self._tell_others()

    @contextmanager
    def further_turn(self, tally: Tally) -> Iterator[None]:
        """Wait until a request may be sent that takes the place of the one that is in flight: it follows a redirect.

        Args:
            tally: What counts the waits of the stream.

        Raises:
            CancelledError: The current scope has ended.
        """
        is_chain = Scope.current().is_chain
        with CHANGED:
            # If all requests in flight are redirected, none could get a second place.
            self._in_flight[is_chain] -= 1
        try:
            with self.turn(tally):
                yield
        finally:
            with CHANGED:
                self._in_flight[is_chain] += 1

    def _wait(self) -> bool:
        scope = Scope.current()
        with CHANGED:
            turn = _Turn(scope.is_chain, self._chains.get(scope, 0))
            self._queue.append(turn)
            if turn.is_chain:
                self._chains[scope] = turn.number + 1
            try:
                while True:
                    scope.check()
                    if self._next_turn() is not turn:
                        scope.wait()
                    elif (left := self._left(turn)) > 0:
                        self._tell_pace()
                        scope.wait(left)
                    else:
                        break
                self._next = max(self._next, time.monotonic() - self._burst) + self.interval * self._slowness
                self._in_flight[turn.is_chain] += 1
                self._refusals_before[scope] = self._refusals
                self._turns_of_chains = self._turns_of_chains + 1 if turn.is_chain else 0
            finally:
                self._queue.remove(turn)
                self._tell_others()
        return turn.is_chain

    def _tell_others(self) -> None:
        if self._queue:
            CHANGED.notify_all()

    def _next_turn(self) -> _Turn | None:
        """Return the request that is next, None if there is no place for one."""
        if sum(self._in_flight.values()) >= self._most:
            return None
        first = {is_chain: self._first(is_chain=is_chain) for is_chain in (True, False)}
        chains = self._live_chains()
        places = {True: self._most, False: max(1, self._most - chains)}
        # With as many chains as places, one place is left to the others while there are any.
        if chains >= self._most > 1 and (first[False] or self._in_flight[False]):
            places[True] = self._most - 1
        goes_first = self._turns_of_chains < _TURNS_OF_CHAINS
        for is_chain in (goes_first, not goes_first):
            if first[is_chain] is not None and self._in_flight[is_chain] < places[is_chain]:
                return first[is_chain]
        return None

    def _first(self, *, is_chain: bool) -> _Turn | None:
        # How long a chain is shows only at its end. If all come equally far, none is left alone for long at the end.
        waiting = (turn for turn in self._queue if turn.is_chain is is_chain)
        return min(waiting, key=lambda turn: turn.number, default=None)

    def _live_chains(self) -> int:
        ended = [scope for scope in self._chains if not scope.is_chain or scope.has_ended]
        for scope in ended:
            del self._chains[scope]
        return len(self._chains)

    def _tell_pace(self) -> None:
        """Say once that the pace itself is why nothing happens for longer than a moment."""
        if not self._told_pace and self.interval > _LONGEST_SILENT_PAUSE:
            self._told_pace = True
            _LOGGER.info("One request is sent in %.1f s at most (see 'requests_per_second')", self.interval)

    def _left(self, turn: _Turn) -> float:
        """Return the seconds until a request may leave."""
        paced = self._next
        if not turn.is_chain and self._chains and self._burst:
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
