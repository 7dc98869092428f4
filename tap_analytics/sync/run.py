"""What the streams of a run share: the threads that fetch, and the lists that more than one of them reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from tap_analytics.sync.readers import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.budget import Budget
    from tap_analytics.sync.parent_lists import ParentList
    from tap_analytics.sync.readers import Consumer

OWN: Final = "own"
"""A list is read for its own stream."""

CHILDREN: Final = "children"
"""A list is read for the streams under its records."""


class SharedPages:
    """The pages of one stream's lists, fetched once for its own stream and for the streams under its records.

    Each of the two walks in its own time, and may stop before the other one.
    """

    def __init__(self) -> None:
        self._readers = {OWN, CHILDREN}
        self._opened: Counter[tuple[str, str]] = Counter()
        self._left_for: defaultdict[str, dict[tuple[str, int], Consumer[Page]]] = defaultdict(dict)

    def open(self, who: str, key: str, start: Callable[[int], Sequence[Consumer[Page]]]) -> Consumer[Page]:
        """Take the pages of a list that is opened now, or that the other one has opened.

        Args:
            who: For whom it is read, `OWN` or `CHILDREN`.
            key: What the list is asked for by. The same one may be opened again, which is another reading.
            start: Begins to fetch it for so many.
        """
        self._opened[who, key] += 1
        reading = key, self._opened[who, key]
        if reading in self._left_for[who]:
            return self._left_for[who].pop(reading)
        (other,) = {OWN, CHILDREN} - {who}
        if other not in self._readers:
            return start(1)[0]
        mine, theirs = start(2)
        self._left_for[other][reading] = theirs
        return mine

    def leave(self, who: str) -> None:
        """Take in that one of the two reads no more."""
        self._readers.discard(who)
        for consumer in self._left_for.pop(who, {}).values():
            consumer.close()


class Run:
    """What the streams of a run share.

    Args:
        budget: The memory for what waits to be written.
        shares_lists: Whether the list of a parent is read once for all streams under it. That takes all of them at
            once: one that begins later would miss what the others have taken.
    """

    def __init__(self, budget: Budget | None = None, *, shares_lists: bool = False) -> None:
        self.pool = ReaderPool(budget)
        self._shares_lists = shares_lists
        self.shared_pages: dict[str, SharedPages] = {}
        """By the name of a stream that is read for itself and for the streams under its records."""
        self._parent_lists: dict[str, ParentList] = {}

    def parent_list(self, name: str, make: Callable[[], ParentList]) -> ParentList:
        """Return the list of a parent stream: the same one for all streams under it, if they share lists.

        Args:
            name: The name of the parent stream.
            make: Begins to read it.
        """
        if not self._shares_lists:
            return make()
        if name not in self._parent_lists:
            self._parent_lists[name] = make()
        return self._parent_lists[name]

    def leave(self, name: str) -> None:
        """Take in that a stream reads no more, whatever it takes part in.

        Args:
            name: Its name.
        """
        if name in self.shared_pages:
            self.shared_pages[name].leave(OWN)
        for parent, parents in self._parent_lists.items():
            parents.leave(name)
            if parents.is_unwanted and parent in self.shared_pages:
                self.shared_pages[parent].leave(CHILDREN)

    def close(self) -> None:
        """End all threads at once."""
        self.pool.close()
