"""The bookmarks of one stream: one, or one for the list under each record of its parent stream.

A parent that joins later brings rows of any age, so that one bookmark for all would leave them out. The bookmarks of
all parents stand together in the stream's entry of the state, and are put there all at once, which makes a STATE
message due. So they are saved only when a fair share of the parents has been read since the last time: the work for
this then grows with the number of parents, not with its square.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.records.replication_values import ReplicationValue

_SHARE: Final = 4
"""Bookmarks are saved only if one in so many parents has been read since the last time."""

_MANY: Final = 1_000
"""If so many parents have been read since, they are saved whatever the time."""

_SECONDS: Final = 10
"""If fewer have, they are saved after so many seconds."""


class Bookmark:
    """How far a stream has been read: a value that never goes back, and never beyond the last one that may be.

    Args:
        value: What an earlier run left behind.
        latest: The last value that a bookmark may have: for instants, when this run began.
    """

    def __init__(self, value: ReplicationValue | None, latest: ReplicationValue | None) -> None:
        self._latest = latest
        self.value = None if value is None else _earlier(value, latest)

    def see(self, value: ReplicationValue) -> None:
        """Take in the value of a written row. One beyond `latest` is ignored: later runs would miss rows before it."""
        latest = self._latest
        if (latest is None or value <= latest) and (self.value is None or value > self.value):
            self.value = value


def _earlier(value: ReplicationValue, latest: ReplicationValue | None) -> ReplicationValue:
    return latest if latest is not None and latest < value else value


class Bookmarks:
    """How far each partition of a stream has been read: the list under one record of its parent.

    Args:
        stored: What earlier runs left behind, by the partition's key. A stream without a parent has one partition,
            whose key is the empty text.
        latest: The last value that a bookmark may have.
    """

    def __init__(self, stored: Mapping[str, ReplicationValue], latest: ReplicationValue | None) -> None:
        self._values = {partition: _earlier(value, latest) for partition, value in stored.items()}
        self._latest = latest
        self._listed: set[str] = set()
        self._frozen: set[str] = set()
        self._unsaved = 0
        self._saved_at = monotonic()

    @property
    def values(self) -> Mapping[str, ReplicationValue]:
        """The bookmarks by the partition's key; a partition without a usable row has none."""
        return self._values

    def of(self, partition: str) -> Bookmark:
        """Return the bookmark of a partition; it moves when it is handed to `keep`."""
        return Bookmark(self._values.get(partition), self._latest)

    def mark_listed(self, partition: str) -> None:
        """Take note that a partition is still there."""
        # Partitions without a bookmark are not kept: there may be very many.
        if partition in self._values:
            self._listed.add(partition)

    def keep(self, partition: str, bookmark: Bookmark, *, is_doubtful: bool = False) -> None:
        """Take note that all rows of a walk have been written.

        Args:
            partition: The key of its partition.
            bookmark: How far it has been read.
            is_doubtful: Whether rows may have been left out. The next run has to ask for them again, so that neither
                this walk nor a later one of the same list moves the bookmark.
        """
        if is_doubtful:
            self._frozen.add(partition)
        if bookmark.value is not None and partition not in self._frozen:
            self._values[partition] = bookmark.value
            self._listed.add(partition)
        self._unsaved += 1

    @property
    def are_due(self) -> bool:
        """Whether they are to be saved before the stream's end."""
        return self._unsaved * _SHARE >= len(self._values) and (
            self._unsaved >= _MANY or monotonic() - self._saved_at >= _SECONDS
        )

    @property
    def are_saved(self) -> bool:
        """Whether there is nothing new in them."""
        return self._unsaved == 0

    def saved(self) -> None:
        """Take note that they have been written to the state."""
        self._unsaved = 0
        self._saved_at = monotonic()

    def forget_unlisted(self) -> None:
        """Drop the bookmarks of partitions that have gone."""
        self._values = {partition: value for partition, value in self._values.items() if partition in self._listed}
