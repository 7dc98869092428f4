"""Pages that two readings take: that of a stream for itself, and that for the streams under its records."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.sync.waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.waits import Waiting

OWN: Final = "own"
"""A list is read for its own stream."""

CHILDREN: Final = "children"
"""A list is read for the streams under its records."""

MOST_AHEAD: Final = 64
"""Lists that one of the two readings may be ahead of the other one: the pages of each wait for it."""


class SharedPages:
    """The pages of one stream's lists, fetched once for its own stream and for the streams under its records.

    Each of the two walks in its own time, a few lists ahead of the other one at most, and may stop before it.
    """

    def __init__(self) -> None:
        self._readers = {OWN, CHILDREN}
        self._waiting: set[str] = set()
        self._opened: Counter[tuple[str, str]] = Counter()
        self._left_for: defaultdict[str, dict[tuple[str, int], Consumer[Page]]] = defaultdict(dict)

    def open(self, who: str, key: str, start: Callable[[int], Sequence[Consumer[Page]]]) -> Consumer[Page]:
        """Take the pages of a list that is opened now, or that the other one has opened.

        Args:
            who: For whom it is read, `OWN` or `CHILDREN`.
            key: What the list is asked for by. The same one may be opened again, which is another reading.
            start: Begins to fetch it for so many.
        """
        other = _other(who)
        if other not in self._readers and not self._left_for[who]:
            return start(1)[0]
        number, theirs = self._count(who, key), self._opened[other, key]
        if theirs == number:
            # Both have opened it equally often, so nothing has to be remembered of it.
            del self._opened[who, key], self._opened[other, key]
        if (key, number) in self._left_for[who]:
            return self._left_for[who].pop((key, number))
        if theirs >= number or other not in self._readers or self._is_far_ahead(who):
            return start(1)[0]
        mine, left = start(2)
        self._left_for[other][key, number] = left
        return mine

    def _count(self, who: str, key: str) -> int:
        self._opened[who, key] += 1
        return self._opened[who, key]

    def turn_of(self, who: str) -> Turn:
        """Return the wait until the reader may open another list.

        Args:
            who: For whom it is read, `OWN` or `CHILDREN`.
        """
        return Turn(self, who)

    def may_open(self, who: str) -> bool:
        """Say whether a reader may open another list now; if both wait for the other one, both may."""
        return not self._is_far_ahead(who) or _other(who) in self._waiting

    def _is_far_ahead(self, who: str) -> bool:
        return len(self._left_for[_other(who)]) >= MOST_AHEAD

    def set_waiting(self, who: str, *, is_waiting: bool) -> None:
        """Take in whether a reader waits for the other one."""
        (self._waiting.add if is_waiting else self._waiting.discard)(who)

    def leave(self, who: str) -> None:
        """Take in that one of the two reads no more."""
        self._readers.discard(who)
        for consumer in self._left_for.pop(who, {}).values():
            consumer.close()


class Turn(Wait):
    """The wait of a reader that is too far ahead of the other one.

    Args:
        pages: The pages of both.
        who: The reader.
    """

    def __init__(self, pages: SharedPages, who: str) -> None:
        self._pages = pages
        self._who = who

    @property
    @override
    def is_ready(self) -> bool:
        return self._pages.may_open(self._who)

    def wait(self) -> Waiting[None]:
        """Wait until another list may be opened."""
        while not self.is_ready:
            self._pages.set_waiting(self._who, is_waiting=True)
            try:
                yield self
            finally:
                self._pages.set_waiting(self._who, is_waiting=False)


def _other(who: str) -> str:
    return CHILDREN if who == OWN else OWN
