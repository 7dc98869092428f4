"""What the data of both APIs have in common: tables, a clock, a lock, chance, and the company that they tell of."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analytics_sandbox import people, subscription_data
from analytics_sandbox.growth import Growth
from analytics_sandbox.offering import Offering, offering
from analytics_sandbox.table import Tables
from analytics_sandbox.wire import decode, encode, instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from random import Random

    from analytics_sandbox.clock import Clock
    from analytics_sandbox.manners import Manners
    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.table import Table
    from analytics_sandbox.wire import Row


class Data:
    """What both APIs' data have in common. Every method may be called from any thread.

    Args:
        seed: Which world: the same seed, size and day make the same one.
        size: How many customers each API has.
        clock: What time it is.
        manners: The switches of the services.

    Attributes:
        lock: To be held by whoever reads more than one thing that has to fit together.
        tables: The rows, in tables named for an API and its stream, such as `support/customers`. A table is filled when
            it is first touched, so a table that nobody asks for costs nothing.
        anchor: The midnight before which everything happened that the tables are filled with.
    """

    def __init__(self, seed: int, size: int, clock: Clock, manners: Manners) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.size = size
        self.clock = clock
        self.manners = manners
        self.tables = Tables()
        self.anchor = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.tables.makers |= self.makers()

    def makers(self) -> dict[str, Callable[[], Table]]:
        """What fills each table, by the table's name. A class with tables of its own adds them here."""
        return {}

    @cached_property
    def offer(self) -> Offering:
        """What the company sells."""
        return offering(self.chance("offering"), self.anchor - subscription_data.HISTORY)

    @cached_property
    def subscribers(self) -> list[Subscriber]:
        """The customers of the subscription API with their pasts, as they were in the beginning.

        Many of the support API's customers work for them.
        """
        rng = self.chance("subscription")
        growth = Growth(self.anchor - subscription_data.HISTORY, self.anchor)
        return [
            subscription_data.subscriber(
                rng, number, growth.moment(rng, (number + rng.random()) / self.size), self.anchor, self.offer
            )
            for number in range(self.size)
        ]

    def rows(self, table: str) -> list[Row]:
        """All rows of a table, in the order of the API."""
        with self.lock:
            return self.tables[table].objects()

    def change_row(self, table: str, key: Any, **changes: Any) -> Row:  # noqa: ANN401 - a key, and values, of any type
        """Change fields of a row, by the API's own names.

        Returns:
            The row as it is now.

        Raises:
            KeyError: There is no such table, or no row of that key.
        """
        with self.lock:
            return copied(self.tables[table].change(key, changes))

    def delete_row(self, table: str, key: Any) -> None:  # noqa: ANN401
        """Take out a row.

        Raises:
            KeyError: There is no such table, or no row of that key.
        """
        with self.lock:
            self.tables[table].remove(key)

    def today(self) -> date:
        """The present day in the account's time zone."""
        return self.clock.now().astimezone(ZoneInfo(self.manners.time_zone)).date()

    def chance(self, *parts: object) -> Random:
        """A source of randomness for one purpose, the same in every world of this seed."""
        return people.source(self.seed, *parts)

    def each(self, rng: Random, table: str, n: int, act: Callable[[Any], object]) -> list[Any]:
        """Do something with some rows of a table.

        Args:
            rng: Chooses the rows.
            table: The table.
            n: How many rows.
            act: Is called with the key of each.

        Returns:
            The keys.
        """
        keys = self.tables[table].keys()
        chosen = rng.sample(keys, min(n, len(keys)))
        for key in chosen:
            act(key)
        return chosen


def copied(row: Row) -> Row:
    """A row as a reader of the API gets it."""
    copy: Row = decode(encode(row))
    return copy


def day_of(value: date | str) -> date:
    """A day that is given as one, or in ISO 8601."""
    return instant(value).date() if isinstance(value, str) else value
