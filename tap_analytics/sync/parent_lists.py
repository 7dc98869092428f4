"""The records of a parent stream, read once for all streams that lie under them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from typing_extensions import override

from tap_analytics.errors import ends_run
from tap_analytics.sync.waits import PAUSE, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from tap_analytics.sync.parents import Candidate, Candidates
    from tap_analytics.sync.waits import Item, Waiting

_MOST_WAITING: Final = 1_000
"""Records that may wait for one of the streams under the list; then the list is read no further for the others."""


class ParentSource(Protocol):
    """What reads a list of parents."""

    def objects(self) -> Generator[Item]:
        """Yield the objects as the API gives them, and what has to be waited for."""

    @property
    def total(self) -> float | None:
        """How many objects the list has, as the service says; None if it does not."""

    def close(self) -> None:
        """Take note that the objects are not needed any longer."""


class ParentList:
    """A list whose records several streams take.

    Args:
        source: Makes what reads it. Called with a function that takes each reason why these may not be all records.
    """

    def __init__(self, source: Callable[[Callable[[str], None]], ParentSource]) -> None:
        self._subscriptions: dict[tuple[str, str], Subscription] = {}
        self._source = source(self._doubt)
        self._items = self._source.objects()
        self._waits_for: Wait = PAUSE
        self._error: Exception | None = None
        self.has_ended = False
        """Whether there are no more records."""
        self.given = 0
        """How many records have been handed to the streams under the list."""

    def subscribe(self, name: str, who: str, candidates: Candidates, doubt: Callable[[str], None]) -> Subscription:
        """Return a reading's part in the list; all have to take part before the first one begins to read.

        Args:
            name: The name of the stream under the records.
            who: For whom that is read, `OWN` or `CHILDREN`.
            candidates: Takes what it needs from the records.
            doubt: Called with each reason why these may not be all records.
        """
        if (name, who) not in self._subscriptions:
            self._subscriptions[name, who] = Subscription(self, name, who, candidates, doubt)
        return self._subscriptions[name, who]

    def leave(self, name: str, who: str) -> None:
        """Let a reading take no more; behind the last one nothing more is read.

        Args:
            name: The name of the stream under the records.
            who: For whom it is read.
        """
        if self._subscriptions.pop((name, who), None) is not None and not self._subscriptions:
            self._items.close()
            self._source.close()

    @property
    def is_ready(self) -> bool:
        """Whether `read_on` can do something."""
        is_full = any(len(each.records) >= _MOST_WAITING for each in self._subscriptions.values())
        return not is_full and self._waits_for.is_ready

    def read_on(self) -> None:
        """Hand the next record to all streams, unless it has to be waited for."""
        try:
            item = next(self._items, None)
        except Exception as error:
            self._error = error
            if ends_run(error):
                raise
            item = None
        self._waits_for = item if isinstance(item, Wait) else PAUSE
        if isinstance(item, Wait):
            return
        if item is None:
            self.has_ended = True
        else:
            self.given += 1
            for each in self._subscriptions.values():
                each.add(item)

    @property
    def total(self) -> float | None:
        """How many records the list has; None if that is not known."""
        return self.given if self.has_ended else self._source.total

    def check(self) -> None:
        """Say why the list could not be read to its end, if it could not.

        Raises:
            Exception: It could not.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)

    def _doubt(self, reason: str) -> None:
        for each in self._subscriptions.values():
            each.doubt(reason)


class Subscription(Wait):
    """One reading's part in a list of parents; a wait for the next record.

    Args:
        parents: The list.
        name: The name of the stream under the records.
        who: For whom that is read.
        candidates: Takes what it needs from the records.
        doubt: Called with each reason why these may not be all records.
    """

    def __init__(
        self, parents: ParentList, name: str, who: str, candidates: Candidates, doubt: Callable[[str], None]
    ) -> None:
        self._parents = parents
        self._name = name
        self._who = who
        self._candidates = candidates
        self.doubt = doubt
        self.records: deque[Candidate] = deque()
        """Those that wait for the stream: of each, what it needs."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Let a record wait for the stream, if there is a list under it."""
        candidate = self._candidates.next(record)
        if candidate is not None:
            self.records.append(candidate)

    @property
    @override
    def is_ready(self) -> bool:
        return bool(self.records) or self._parents.has_ended or self._parents.is_ready

    def next(self) -> Waiting[Candidate | None]:
        """Wait for the next record, and return it; None behind the last one.

        Raises:
            StreamError: The list cannot be read.
        """
        while not self.records:
            if self._parents.has_ended:
                self._parents.check()
                self._candidates.check()
                return None
            if self._parents.is_ready:
                self._parents.read_on()
            else:
                yield self
        return self.records.popleft()

    @property
    def share_taken(self) -> float | None:
        """The part of the list's records that the stream has taken; None if that is not known."""
        total = self._parents.total
        return (self._parents.given - len(self.records)) / total if total else None

    def close(self) -> None:
        """Take no more."""
        self._parents.leave(self._name, self._who)
