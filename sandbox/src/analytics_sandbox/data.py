"""What the two APIs know, and what of it is true."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics_sandbox import people, subscription_data, support_data
from analytics_sandbox.counts import Headcount
from analytics_sandbox.table import Table
from analytics_sandbox.wire import decode, encode, instant

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from analytics_sandbox.clock import Clock
    from analytics_sandbox.manners import Api, Interval, Manners
    from analytics_sandbox.wire import Row

_FEWEST_FIELDS, _MOST_FIELDS = 6, 120


class Data:
    """The data of both APIs. Every method may be called from any thread.

    Args:
        seed: Which world: the same seed, size and day make the same one.
        size: How many customers each API has.
        clock: What time it is.
        manners: The switches of the services.

    Attributes:
        lock: To be held by whoever reads more than one thing that has to fit together.
    """

    def __init__(self, seed: int, size: int, clock: Clock, manners: Manners) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.clock = clock
        self.manners = manners
        self.tables = {
            "subscription": Table("id", {"since": subscription_data.by_since}),
            "support": Table(
                "id",
                {
                    "id": lambda _row: (),
                    "created_datetime": support_data.by_instant("created_datetime"),
                    "updated_datetime": support_data.by_instant("updated_datetime"),
                },
            ),
            "activities": Table("uuid", {"date": subscription_data.by_date}),
            "custom_fields": Table(
                "id", {"id": lambda _row: (), "priority": lambda row: (row["object_type"], row["priority"])}
            ),
        }
        self._cancelled: dict[int, datetime] = {}
        self._headcount: tuple[str, Headcount] | None = None
        self._anchor = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self._populate(size)

    def _populate(self, size: int) -> None:
        rng = people.source(self.seed, "subscription")
        past = [subscription_data.subscriber(rng, number, self._anchor) for number in range(size)]
        self.tables["subscription"].load(one.customer for one in past)
        self.tables["activities"].load(row for one in past for row in one.activities)
        self._cancelled = {one.customer["id"]: one.cancelled_at for one in past if one.cancelled_at is not None}
        rng = people.source(self.seed, "support")
        self.tables["support"].load(support_data.history(rng, number, self._anchor) for number in range(size))
        self._numbers = {"subscription": size, "support": size, "custom_fields": 0}
        for number in range(min(_MOST_FIELDS, _FEWEST_FIELDS + size // 10)):
            moment = people.moment(rng, self._anchor - support_data.HISTORY, self._anchor - timedelta(days=10))
            self._add_custom_field(rng, support_data.OBJECT_TYPES[number % 2], moment)

    def customers(self, api: Api) -> list[Row]:
        """All customers, in the order of the API."""
        with self.lock:
            return self.tables[api].objects()

    def activities(self) -> list[Row]:
        """All activities, oldest first."""
        with self.lock:
            return self.tables["activities"].objects()

    def custom_fields(self, object_type: str | None = None) -> list[Row]:
        """All custom fields, or those of one type of object."""
        with self.lock:
            rows = self.tables["custom_fields"].objects()
        return [row for row in rows if object_type in {None, row["object_type"]}]

    def account(self, api: Api) -> Row:
        """The account of an API."""
        if api == "support":
            return copied(support_data.account(self.seed, self._anchor))
        identified: Row = {"id": f"acc_{people.identifier(people.source(self.seed, 'account'))}"}
        return {
            **(identified if self.manners.account_id else {}),
            "name": "Sandbox & Söhne",
            "currency": subscription_data.CURRENCY["currency"],
            "time_zone": self.manners.time_zone,
            "week_start_on": self.manners.week_start_on,
        }

    def counts(self, interval: Interval, start: date | str, end: date | str) -> list[Row]:
        """The rows of the customer count.

        Args:
            interval: `day`, `week`, `month` or `quarter`.
            start: The first day.
            end: The last day.

        Returns:
            Each period's `date`, `customers` and `percentage-change`.
        """
        week_start_on = self.manners.metric_week_start_on or self.manners.week_start_on
        return self.headcount().entries(interval, _day(start), _day(end), week_start_on)

    def headcount(self) -> Headcount:
        """Who came and who went, by day in the account's time zone."""
        with self.lock:
            name = self.manners.time_zone
            if self._headcount is None or self._headcount[0] != name:
                zone = ZoneInfo(name)
                places = self.tables["subscription"].places("since", high=(subscription_data.NEVER,))
                came = {key: moment.astimezone(zone).date() for moment, key in places}
                left = {key: moment.astimezone(zone).date() for key, moment in self._cancelled.items() if key in came}
                # Who is moved to a later beginning cannot have left before.
                went = (max(day, came[key]) for key, day in left.items())
                self._headcount = name, Headcount(came.values(), went)
            return self._headcount[1]

    def today(self) -> date:
        """The present day in the account's time zone."""
        return self.clock.now().astimezone(ZoneInfo(self.manners.time_zone)).date()

    def _add_custom_field(self, rng: Random, object_type: str, moment: datetime) -> int:
        row = support_data.custom_field(rng, self._next("custom_fields"), object_type, moment)
        self.tables["custom_fields"].add(row)
        return int(row["id"])

    def _next(self, kind: str) -> int:
        number = self._numbers[kind]
        self._numbers[kind] += 1
        return number


def copied(row: Row) -> Row:
    """A row as a reader of the API gets it."""
    copy: Row = decode(encode(row))
    return copy


def _day(value: date | str) -> date:
    return instant(value).date() if isinstance(value, str) else value
