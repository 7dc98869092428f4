"""A walk: the pages of one list, one after another.

A stream reads one or more walks, and its bookmark moves only between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from typing_extensions import Self

from tap_analytics.paging.placeholders import NO_VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.placeholders import Values
    from tap_analytics.records.replication_values import ReplicationValue
    from tap_analytics.sync.partitions import Partition

Key: TypeAlias = tuple[object, ...]
"""The values of a row's primary key."""


class Bounds(NamedTuple):
    """What the replication keys of wanted rows lie between.

    Attributes:
        first: The first value, None for no bound.
        last: The last value, None for no bound.
        without_first: Whether the first value itself is left out.
        without_last: Whether the last value itself is left out.
        need_value: Whether a row without a value is left out.
    """

    first: ReplicationValue | None = None
    last: ReplicationValue | None = None
    without_first: bool = False
    without_last: bool = False
    need_value: bool = False

    def hold(self, value: ReplicationValue | None) -> bool:
        """Say whether a value lies within them; what has none is within any that do not need one."""
        first, last, without_first, without_last, need_value = self
        if value is None:
            return not need_value
        return (first is None or (first < value if without_first else first <= value)) and (
            last is None or (value < last if without_last else value <= last)
        )

    def end_before(self, value: ReplicationValue | None) -> bool:
        """Say whether a value lies behind the end."""
        last = self.last
        return value is not None and last is not None and (value >= last if self.without_last else value > last)

    def within(self, other: Bounds) -> Bounds:
        """Return the bounds of what lies within both."""
        found = self
        if other.first is not None and (self.first is None or other.first > self.first):
            found = found._replace(first=other.first, without_first=other.without_first)
        if other.last is not None and (self.last is None or other.last < self.last):
            found = found._replace(last=other.last, without_last=other.without_last)
        return found

    def since(self, value: ReplicationValue | None) -> Bounds:
        """Return these bounds, which begin with a bookmark if it lies behind the first value."""
        return self.within(Bounds(first=value, without_first=self.without_first))


class Walk:
    """One walk through the pages of a list: the whole list, each row of it.

    Args:
        params: Query parameters that every page of the walk repeats.
        values: The values of placeholders in the stream's request.
    """

    def __init__(self, params: Params | None = None, values: Values = NO_VALUES) -> None:
        self.params: Params = params or {}
        self.values = values
        self.partition = ""
        """The key of the partition that the list is; empty where there is no parent."""
        self.added: dict[str, Any] = {}
        """Fields that each object gets from its parent's record."""
        self.is_doubtful = False
        """Whether rows may have been left out of its pages, so that no bookmark may pass them."""
        self.left_out = 0
        """Rows that are not within what the stream reads."""
        self.is_part = False
        """Whether it is one of several that can be fetched side by side."""

    @property
    def asked(self) -> str:
        """What its list is asked for by, as a text: walks of one stream with the same text ask for the same list."""
        return repr((sorted(self.params.items()), sorted(self.values.items())))

    @property
    def may_stop(self) -> bool:
        """Whether it may end before the last page."""
        return False

    def at(self, partition: Partition) -> Self:
        """Let the walk go through a partition: the list under one parent's record."""
        self.values = {**self.values, **partition.values}
        self.partition = partition.key
        self.added = partition.added
        self.is_part = True
        return self

    def objects(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the objects of a page as they are to become records."""
        return [_with(self.added, record) for record in records] if self.added else records

    def count(self, rows: int) -> None:
        """Take in how many rows a page had."""

    def finish(self) -> None:
        """Take in that the last page has been read."""

    def takes(self, key: Key, value: ReplicationValue | None) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether a row belongs to this walk.

        Args:
            key: The row's primary key.
            value: The row's replication key; None when it is missing or unusable.
        """
        return True

    def is_done(self, values: Sequence[ReplicationValue | None]) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether the walk may stop after a page.

        Args:
            values: The replication keys of the page's rows, in the order of the answer.
        """
        return False


def _with(added: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its parent's fields; one of its own that has such a name goes where no column is."""
    if not added.keys().isdisjoint(record):
        record = {f"{name}#" if name in added else name: value for name, value in record.items()}
    # The parent's come first: a field of the object's own that becomes the same column is the second one.
    return {**added, **record}
