"""The data of the subscription API: what of them is true, and what can happen to them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analytics_sandbox import people, subscription_data
from analytics_sandbox.counts import Headcount
from analytics_sandbox.data import Data, copied, day_of
from analytics_sandbox.table import Table
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from datetime import date, datetime

    from analytics_sandbox.clock import Clock
    from analytics_sandbox.manners import Interval, Manners
    from analytics_sandbox.wire import Row

CUSTOMERS, ACTIVITIES = "subscription/customers", "subscription/activities"


class SubscriptionWorld(Data):
    """The subscription API's data.

    Args:
        seed: Which world: the same seed, size and day make the same one.
        size: How many customers there are.
        clock: What time it is.
        manners: The switches of the service.
    """

    def __init__(self, seed: int, size: int, clock: Clock, manners: Manners) -> None:
        super().__init__(seed, size, clock, manners)
        self._next_subscriber = size
        self._subscription_chance = self.chance("what happens next", "subscription")
        self._headcount: tuple[str, Headcount] | None = None
        self.tables.makers |= {CUSTOMERS: self._made_subscribers, ACTIVITIES: self._made_activities}

    def _made_subscribers(self) -> Table:
        rows = (one.customer for one in self._past)
        return Table("id", {"since": subscription_data.by_since}).load(rows)

    def _made_activities(self) -> Table:
        rows = (row for one in self._past for row in one.activities)
        return Table("uuid", {"date": subscription_data.by_date}).load(rows)

    @cached_property
    def _past(self) -> list[subscription_data.Subscriber]:
        rng = self.chance("subscription")
        return [subscription_data.subscriber(rng, number, self.anchor) for number in range(self.size)]

    @cached_property
    def _cancelled(self) -> dict[int, datetime]:
        return {one.customer["id"]: one.cancelled_at for one in self._past if one.cancelled_at is not None}

    def subscription_account(self) -> Row:
        """The account."""
        identified: Row = {"id": f"acc_{people.identifier(self.chance('account'))}"}
        return {
            **(identified if self.manners.account_id else {}),
            "name": "Sandbox & Söhne",
            "currency": subscription_data.CURRENCY["currency"],
            "time_zone": self.manners.time_zone,
            "week_start_on": self.manners.week_start_on,
        }

    def activities(self) -> list[Row]:
        """All activities, oldest first."""
        return self.rows(ACTIVITIES)

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
        return self.headcount().entries(interval, day_of(start), day_of(end), week_start_on)

    def headcount(self) -> Headcount:
        """Who came and who went, by day in the account's time zone."""
        with self.lock:
            name = self.manners.time_zone
            if self._headcount is None or self._headcount[0] != name:
                zone = ZoneInfo(name)
                places = self.tables[CUSTOMERS].places("since", high=(subscription_data.NEVER,))
                came = {key: moment.astimezone(zone).date() for moment, key in places}
                left = {key: moment.astimezone(zone).date() for key, moment in self._cancelled.items() if key in came}
                # Who is moved to a later beginning cannot have left before.
                went = (max(day, came[key]) for key, day in left.items())
                self._headcount = name, Headcount(came.values(), went)
            return self._headcount[1]

    def add_subscribers(self, n: int) -> list[int]:
        """Let customers come, now.

        Returns:
            Their ids.
        """
        with self.lock:
            now = self.clock.now()
            rows = []
            for number in range(self._next_subscriber, self._next_subscriber + n):
                row = subscription_data.customer(
                    self._subscription_chance, number, since=now, seen=now - timedelta(days=30)
                )
                self.tables[CUSTOMERS].add(row)
                rows.append(row["id"])
            self._next_subscriber += n
            self._headcount = None
            return rows

    def update_subscriber(self, id: int, changes: Row) -> Row:  # noqa: A002 - the API's word
        """Change fields of a customer; see `World.update_customer`."""
        with self.lock:
            row = self.tables[CUSTOMERS].change(id, changes)
            if "status" in changes:
                if changes["status"] != "Cancelled":
                    self._cancelled.pop(id, None)
                else:
                    self._cancelled.setdefault(id, self.clock.now())
            self._headcount = None
            return copied(row)

    def delete_subscriber(self, id: int) -> None:  # noqa: A002 - the API's word
        """Take a customer out; its activities stay.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            self.tables[CUSTOMERS].remove(id)
            self._cancelled.pop(id, None)
            self._headcount = None

    def add_activities(self, n: int = 1, date: datetime | str | None = None) -> list[str]:
        """Let customers change their plans.

        Args:
            n: How many times.
            date: When it takes effect, an instant or ISO 8601; in the past it is back-dated. None: now.

        Returns:
            The activities' uuids.

        Raises:
            ValueError: There is no customer whose activity it could be.
        """
        with self.lock:
            moment = self.clock.now() if date is None else instant(str(date))
            customers = self.tables[CUSTOMERS]
            keys = customers.keys()
            if not keys:
                message = "there is no customer to do anything"
                raise ValueError(message)
            added = []
            for _ in range(n):
                row = customers[self._subscription_chance.choice(keys)]
                movement = self._subscription_chance.randrange(1, 50_00)
                activity = subscription_data.activity(
                    self._subscription_chance, row, moment, "expansion", movement, row["mrr"] + movement
                )
                self.tables[ACTIVITIES].add(activity)
                added.append(activity["uuid"])
            return added

    def restate_activity(self, uuid: str, **changes: Any) -> Row:
        """Change fields of an activity, by the API's own names; without any its revenue is restated.

        Returns:
            The activity as it is now.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            activities = self.tables[ACTIVITIES]
            return copied(activities.change(uuid, changes or {"activity-mrr": activities[uuid]["activity-mrr"] + 1}))

    def reissue_activity(self, uuid: str) -> str:
        """Give an activity another uuid, as the service does when it recalculates.

        Returns:
            The new uuid.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            new = people.identifier(self._subscription_chance)
            self.tables[ACTIVITIES].change(uuid, {"uuid": new})
            return new

    def delete_activity(self, uuid: str) -> None:
        """Take an activity out.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            self.tables[ACTIVITIES].remove(uuid)

    def evolve_subscription(self) -> dict[str, list[Any]]:
        """Let a little of everything happen.

        Returns:
            For each kind of change the keys, as they were, of the rows concerned.
        """
        rng, now = self._subscription_chance, self.clock.now()
        earlier = subscription_data.spelled(rng, now - timedelta(days=400))
        return {
            "subscription_customers_added": self.add_subscribers(2),
            "subscription_customers_updated": self.each(
                rng, CUSTOMERS, 3, lambda key: self.update_subscriber(key, {"company": "Renamed & Co."})
            ),
            "subscription_customers_cancelled": self.each(
                rng, CUSTOMERS, 1, lambda key: self.update_subscriber(key, {"status": "Cancelled"})
            ),
            "subscription_customers_restated": self.each(
                rng, CUSTOMERS, 1, lambda key: self.update_subscriber(key, {"customer-since": earlier})
            ),
            "subscription_customers_deleted": self.each(rng, CUSTOMERS, 1, self.delete_subscriber),
            "activities_added": self.add_activities(6),
            "activities_backdated": [
                key for days in (3, 45) for key in self.add_activities(1, now - timedelta(days=days))
            ],
            "activities_restated": self.each(rng, ACTIVITIES, 2, self.restate_activity),
            "activities_reissued": self.each(rng, ACTIVITIES, 1, self.reissue_activity),
            "activities_deleted": self.each(rng, ACTIVITIES, 1, self.delete_activity),
        }
