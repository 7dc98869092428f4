"""Lists that are asked for newest first, and read until they are older than the bookmark."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.sync.walks import Bounds, Key, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_analytics.records.replication_values import ReplicationValue

_NO_BOUNDS: Final = Bounds()


class NewestFirst(Walk):
    """A list that is asked for newest first, read until it is older than the bookmark.

    The order is not trusted: if one row were out of place, rows would be lost. So the walk stops only once a strict
    descent has been seen on a page, and no ascent anywhere, and after a page whose every row has a value older than
    `until`. A page that proves nothing (equal values, one row, no values) is read past.

    Args:
        until: The bookmark less the look-back; None reads everything.
        bounds: The first and the last instant that any row may have, where they are bounded.
    """

    def __init__(self, until: ReplicationValue | None, bounds: Bounds = _NO_BOUNDS) -> None:
        super().__init__()
        self._until = until
        self._bounds = bounds
        self._descends = False
        self._ascends = False
        self._last: ReplicationValue | None = None
        # The last date of each page.
        self._last_of_pages: list[ReplicationValue] = []
        self.pages = 0
        self.first_page: list[tuple[Key, ReplicationValue | None]] = []
        """Which rows the first page had."""

    @property
    @override
    def may_stop(self) -> bool:
        return self._until is not None

    @property
    def may_have_moved(self) -> bool:
        """Whether a row that was changed during the walk can be on a page that had been read by then.

        One answer is of one moment; and where the order was not the one that was asked for, rows do not move so.
        """
        return self.pages > 1 and bool(self.first_page) and not self._ascends

    def front(
        self,
        look_back: Callable[[ReplicationValue], ReplicationValue],
        latest: ReplicationValue | None,
        known: Sequence[object],
    ) -> Front:
        """Return the walk that reads again what may have changed since this one began.

        Args:
            look_back: Returns from when on rows may be committed later than a value.
            latest: What is later than this is no value of a change.
            known: The first page of the walk before.
        """
        # The newest date of the first page is the service's own clock, whatever ours says.
        changes = [at for _, at in self.first_page if at is not None and (latest is None or at <= latest)]
        newest = max(changes, default=None)
        if newest is None:
            # It holds rows without a date, or dated in the future: a later page tells.
            newest = next((at for at in self._last_of_pages if latest is None or at <= latest), None)
        front = Front(None if newest is None else look_back(newest), self._bounds, known)
        front.params, front.values, front.partition = self.params, self.values, self.partition
        front.added = self.added
        return front

    @override
    def takes(self, key: Key, value: ReplicationValue | None) -> bool:
        if not self.pages:
            self.first_page.append((key, value))
        is_wanted = self._bounds.hold(value)
        self.left_out += not is_wanted
        return is_wanted

    @override
    def is_done(self, values: Sequence[ReplicationValue | None]) -> bool:
        self.pages += 1
        dated = [value for value in values if value is not None]
        before = [self._last] if self._last is not None else []
        self._ascends = self._ascends or any(a < b for a, b in pairwise([*before, *dated]))
        self._descends = self._descends or any(a > b for a, b in pairwise(dated))
        if dated:
            self._last = dated[-1]
            self._last_of_pages.append(self._last)
        return (
            self._until is not None
            and self._descends
            and not self._ascends
            and 0 < len(dated) == len(values)
            and all(value < self._until for value in dated)
        )


class Front(NewestFirst):
    """The newest rows of a list, read again after the whole of it.

    A row that is changed during a walk jumps to the front, maybe from a page that was still to come to one that had
    been read. Here the order has been seen on all pages of the walk before, so the last row of a page is enough to
    tell that all further ones are older.

    Args:
        until: When the walk before began; None if it had no dates: then only the first page is read.
        bounds: The first and the last instant that any row may have, where they are bounded.
        known: The first page of the walk before.
    """

    def __init__(self, until: ReplicationValue | None, bounds: Bounds, known: Sequence[object]) -> None:
        super().__init__(until, bounds)
        self._known = known

    @property
    @override
    def may_stop(self) -> bool:
        return True

    @override
    def is_done(self, values: Sequence[ReplicationValue | None]) -> bool:
        super().is_done(values)
        last = values[-1] if values else None
        return self._until is None or (last is not None and last < self._until and not self._ascends)

    @property
    def is_whole(self) -> bool:
        """Whether no row can have been missed: all came in one answer, or no row had come to the front before it."""
        return (self.pages <= 1 and self._until is not None) or self.first_page == self._known
