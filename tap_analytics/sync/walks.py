"""A walk: the pages of one list, one after another.

A stream reads one or more walks, and its bookmark moves only between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from typing_extensions import Self

from tap_analytics.paging.placeholders import NO_VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.placeholders import Values
    from tap_analytics.sync.parents import Place

Key: TypeAlias = tuple[object, ...]
"""The values of a row's primary key."""

Bounds: TypeAlias = "tuple[datetime | None, datetime | None]"
"""The first and the last instant, None where there is no bound."""


class Walk:
    """One walk through the pages of a list: the whole list, each row of it.

    Args:
        params: Query parameters that every page of the walk repeats.
        values: The values of placeholders in the stream's request.
    """

    pages_ahead: ClassVar[int] = 1
    """Pages that may wait for their turn. A second one would make no chain of cursors faster."""

    def __init__(self, params: Params | None = None, values: Values = NO_VALUES) -> None:
        self.params: Params = params or {}
        self.values = values
        self.place = ""
        """What tells the list from those of other parents."""
        self.added: dict[str, Any] = {}
        """Fields that each object gets from its parent's record."""
        self.is_doubtful = False
        """Whether rows may have been left out of its pages, so that no bookmark may pass them."""
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

    def at(self, place: Place) -> Self:
        """Let the walk go through the list of one parent's record."""
        self.values = {**self.values, **place.values}
        self.place = place.key
        self.added = place.added
        self.is_part = True
        return self

    def objects(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the objects of a page as they are to become records."""
        return [_with(self.added, record) for record in records] if self.added else records

    def count(self, rows: int) -> None:
        """Take in how many rows a page had."""

    def finish(self) -> None:
        """Take in that the last page has been read."""

    def takes(self, key: Key, instant: datetime | None) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether a row belongs to this walk.

        Args:
            key: The row's primary key.
            instant: The row's replication key; None when it is missing or no date.
        """
        return True

    def is_done(self, instants: Sequence[datetime | None]) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether the walk may stop after a page.

        Args:
            instants: The replication keys of the page's rows, in the order of the answer.
        """
        return False


def _with(added: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its parent's fields; one of its own that has such a name goes where no column is."""
    if not added.keys().isdisjoint(record):
        record = {f"{name}#" if name in added else name: value for name, value in record.items()}
    # The parent's come first: a field of the object's own that becomes the same column is the second one.
    return {**added, **record}


def is_within(bounds: Bounds, instant: datetime | None) -> bool:
    """Say whether an instant lies within bounds; what has none is within any."""
    first, last = bounds
    return instant is None or ((first is None or first <= instant) and (last is None or instant <= last))
