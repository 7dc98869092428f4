"""Rows that are kept in order and serialised once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics_sandbox.wire import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import TypeAlias

    from typing_extensions import Self

    from analytics_sandbox.wire import Row

Place: TypeAlias = "tuple[Any, ...]"
"""Where a row stands in an order: the values it is sorted by, and its key at last, so that no two share a place."""


class Slice(NamedTuple):
    """A page of a table.

    Attributes:
        places: The places of its rows, in the order asked for.
        total: How many rows the bounds hold, on this page and on all others.
        following: The place of the first row behind the page, None at the end.
    """

    places: list[Place]
    total: int
    following: Place | None


class Table:
    """Rows by key, in one or more orders.

    Args:
        key: The name of the field that identifies a row.
        orders: For each order its name, and what of a row it sorts by. Where no order is named it is the first.
        unsaid: Fields that the API leaves out, since they are in the address that a row is asked for by. What begins
            with `_` is the sandbox's own, and nobody sees it.

    Attributes:
        version: Another number after every change.
    """

    def __init__(
        self, key: str, orders: Mapping[str, Callable[[Row], tuple[Any, ...]]], unsaid: Collection[str] = ()
    ) -> None:
        self.version = 0
        self._key = key
        self._unsaid = frozenset(unsaid)
        self._orders = dict(orders)
        self._rows: dict[Any, Row] = {}
        self._encoded: dict[Any, bytes] = {}
        self._places: dict[str, list[Place]] = {order: [] for order in orders}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __getitem__(self, key: object) -> Row:
        return self._rows[key]

    def load(self, rows: Iterable[Row]) -> Self:
        """Take in many rows at once, which is much faster than one by one.

        Returns:
            The table.
        """
        for row in rows:
            self._rows[row[self._key]] = row
        for order, places in self._places.items():
            places[:] = sorted(self.place(order, key) for key in self._rows)
        return self

    def add(self, row: Row) -> None:
        """Take in a row."""
        key = row[self._key]
        self.version += 1
        self._rows[key] = row
        for order, places in self._places.items():
            insort(places, self.place(order, key))

    def remove(self, key: object) -> Row:
        """Take out a row.

        Raises:
            KeyError: There is none of that key.
        """
        for order, places in self._places.items():
            del places[bisect_left(places, self.place(order, key))]
        self.version += 1
        self._encoded.pop(key, None)
        return self._rows.pop(key)

    def change(self, key: object, changes: Row) -> Row:
        """Put new values, and perhaps a new key, into a row.

        Returns:
            The changed row.

        Raises:
            KeyError: There is none of that key.
            ValueError: The row would have no place in an order; it stays as it was.
        """
        row = {**self._rows[key], **changes}
        for sort in self._orders.values():
            sort(row)
        self.remove(key)
        self.add(row)
        return row

    def place(self, order: str, key: object) -> Place:
        """Where a row stands in an order.

        Raises:
            KeyError: There is none of that key.
        """
        return (*self._orders[order](self._rows[key]), key)

    def keys(self) -> list[Any]:
        """All keys, in the first of the orders."""
        return [place[-1] for place in next(iter(self._places.values()))]

    def places(self, order: str, *, high: Place) -> list[Place]:
        """All places in an order that stand before `high`."""
        places = self._places[order]
        return places[: bisect_left(places, high)]

    def rows(self) -> list[Row]:
        """All rows in the first of the orders, as they are kept: not to be changed."""
        return [self._rows[key] for key in self.keys()]

    def slice(  # noqa: PLR0913 - a page is asked for in just so many words
        self,
        order: str,
        *,
        limit: int,
        low: Place = (),
        high: Place | None = None,
        after: Place | None = None,
        offset: int = 0,
        descending: bool = False,
        keep: Callable[[Row], bool] | None = None,
    ) -> Slice:
        """Find a page.

        Args:
            order: The order to read in.
            limit: How many rows at most.
            low: The first place to read; a part of a place stands before all places that begin with it.
            high: The first place to read no more.
            after: The place behind which the page begins, in the direction of reading.
            offset: How many rows to pass over before that.
            descending: Read backwards.
            keep: Says which rows to give; None for all.

        Returns:
            The page.
        """
        places = self._places[order]
        if keep is not None:
            places = [place for place in places if keep(self._rows[place[-1]])]
        first = bisect_left(places, low)
        last = len(places) if high is None else bisect_left(places, high)
        if after is not None and descending:
            last = min(last, bisect_left(places, after))
        elif after is not None:
            first = max(first, bisect_right(places, after))
        count = max(0, last - first)
        length = max(0, min(limit, count - offset))
        if descending:
            stop = last - offset
            page = places[stop - length : stop][::-1] if length else []
            beyond = stop - length - 1
        else:
            start = first + offset
            page = places[start : start + length]
            beyond = start + length
        return Slice(page, count, places[beyond] if count > offset + length else None)

    def encoded(self, places: Iterable[Place]) -> bytes:
        """The rows at these places as a JSON array."""
        return b"[" + b",".join(self._bytes(place[-1]) for place in places) + b"]"

    def objects(self) -> list[Row]:
        """All rows in the first of the orders, as a reader of the API gets them: copies, decimals as `Decimal`.

        They have the fields that are in the address, too.
        """
        if not self._unsaid:
            return [decode(self._bytes(key)) for key in self.keys()]
        return [decode(encode(_seen(self._rows[key]))) for key in self.keys()]

    def _bytes(self, key: object) -> bytes:
        body = self._encoded.get(key)
        if body is None:
            body = self._encoded[key] = encode(_seen(self._rows[key], self._unsaid))
        return body


def _seen(row: Row, unsaid: Collection[str] = ()) -> Row:
    return {name: value for name, value in row.items() if name[0] != "_" and name not in unsaid}


class Tables(dict[str, Table]):
    """Tables by name; each is made when it is first asked for.

    Attributes:
        makers: What makes each of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.makers: dict[str, Callable[[], Table]] = {}

    def __missing__(self, name: str) -> Table:
        table = self[name] = self.makers[name]()
        return table
