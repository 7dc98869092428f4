"""Which of the requests that wait to be sent is next."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tap_analytics.http.cancellation import own_condition

if TYPE_CHECKING:
    from threading import Condition

    from tap_analytics.http.cancellation import Scope

_TURNS_OF_CHAINS: Final = 3
"""Turns in a row that chains have while others wait."""


class Turn(Struct, frozen=True, eq=False):
    """A request that waits for its turn.

    Attributes:
        is_chain: Whether it is one of a chain.
        number: How many requests of the chain went before it.
        came: Notified when it is next, if its thread waits for that.
    """

    is_chain: bool
    number: int
    came: Condition


class Turns:
    """The requests that wait to be sent, and the places in flight; `CHANGED` must be held for each call.

    A chain of requests, each asked for by the answer before it, takes the longest, and nothing makes it shorter. So
    each chain has one of the places in flight for itself, and goes first; what can be fetched side by side shares the
    rest, but always gets one place and every fourth turn.

    Args:
        most: How many requests may be in flight.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: deque[Turn] = deque()
        self._in_flight = {True: 0, False: 0}
        """How many requests of chains, and how many others."""
        self._chains: dict[Scope, int] = {}
        """The chains, and how many requests each has sent."""
        self._turns_of_chains = 0
        """How many turns in a row chains have had."""

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self._queue)

    @property
    def has_chains(self) -> bool:
        """Whether there are chains."""
        return bool(self._chains)

    def join(self, scope: Scope) -> Turn:
        """Let a request wait for its turn.

        Args:
            scope: The scope that it is sent in: all requests of a chain have the same one.
        """
        turn = Turn(scope.is_chain, self._chains.get(scope, 0), own_condition())
        self._queue.append(turn)
        if turn.is_chain:
            self._chains[scope] = turn.number + 1
        return turn

    def leave(self, turn: Turn) -> None:
        """Let a request wait no longer: its turn has come, or its scope has ended."""
        self._queue.remove(turn)
        self.tell_next()

    def begin(self, turn: Turn) -> None:
        """Count a request whose turn has come as in flight."""
        self._in_flight[turn.is_chain] += 1
        self._turns_of_chains = self._turns_of_chains + 1 if turn.is_chain else 0

    def end(self, *, is_chain: bool) -> None:
        """Take note that a request is no longer in flight."""
        self._in_flight[is_chain] -= 1
        self.tell_next()

    def lend(self, *, is_chain: bool) -> None:
        """Free the place of a request in flight for the one that follows its redirect."""
        self._in_flight[is_chain] -= 1

    def take_back(self, *, is_chain: bool) -> None:
        """Count a request as in flight again after the one that followed its redirect."""
        self._in_flight[is_chain] += 1

    def next(self) -> Turn | None:
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

    def _first(self, *, is_chain: bool) -> Turn | None:
        # How long a chain is shows only at its end. If all come equally far, none is left alone for long at the end.
        waiting = (turn for turn in self._queue if turn.is_chain is is_chain)
        return min(waiting, key=lambda turn: turn.number, default=None)

    def _live_chains(self) -> int:
        ended = [scope for scope in self._chains if not scope.is_chain or scope.has_ended]
        for scope in ended:
            del self._chains[scope]
        return len(self._chains)

    def tell_next(self) -> None:
        """Wake the thread whose request is next."""
        if turn := self.next():
            turn.came.notify()
