"""The data behind both APIs. They live: what the world does to them is what the services' users do to theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from analytics_sandbox import people, subscription_data, support_data
from analytics_sandbox.data import Data, copied
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analytics_sandbox.clock import Clock
    from analytics_sandbox.manners import Api, Manners
    from analytics_sandbox.wire import Row


class World(Data):
    """The data of both APIs, and what can happen to them. Every method may be called from any thread.

    Args:
        seed: Which world: the same seed, size and day make the same one.
        size: How many customers each API has.
        clock: What time it is.
        manners: The switches of the services.
    """

    def __init__(self, seed: int, size: int, clock: Clock, manners: Manners) -> None:
        super().__init__(seed, size, clock, manners)
        self._rng = people.source(seed, "what happens next")

    def add_customers(self, api: Api, n: int = 1) -> list[int]:
        """Let customers come, now.

        Returns:
            Their ids.
        """
        with self.lock:
            now = self.clock.now()
            rows = []
            for _ in range(n):
                number = self._next(api)
                if api == "subscription":
                    row = subscription_data.customer(self._rng, number, since=now, seen=now - timedelta(days=30))
                else:
                    row = support_data.customer(self._rng, number, now, now)
                self.tables[api].add(row)
                rows.append(row["id"])
            self._headcount = None
            return rows

    def update_customer(self, api: Api, id: int, **changes: Any) -> Row:  # noqa: A002 - the API's word, and its values
        """Change fields of a customer, by the API's own names; without any it only counts as touched.

        The support API's `updated_datetime` becomes now unless it is among the changes. A subscription `status` of
        `Cancelled` takes the customer out of the counts from now on, any other status takes it in again; another
        `customer-since` restates them as far back as that.

        Returns:
            The customer as it is now.

        Raises:
            KeyError: There is none of that id.
            ValueError: An instant among the changes is none; nothing has changed.
        """
        with self.lock:
            if api == "support":
                changes.setdefault("updated_datetime", support_data.spelled(self._rng, self.clock.now()))
            row = self.tables[api].change(id, changes)
            if api == "subscription" and "status" in changes:
                if changes["status"] != "Cancelled":
                    self._cancelled.pop(id, None)
                else:
                    self._cancelled.setdefault(id, self.clock.now())
            self._headcount = None
            return copied(row)

    def delete_customer(self, api: Api, id: int) -> None:  # noqa: A002 - the API's word
        """Take a customer out; its activities stay.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            self.tables[api].remove(id)
            if api == "subscription":
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
            customers = self.tables["subscription"]
            keys = customers.keys()
            if not keys:
                message = "there is no customer to do anything"
                raise ValueError(message)
            added = []
            for _ in range(n):
                row = customers[self._rng.choice(keys)]
                movement = self._rng.randrange(1, 50_00)
                activity = subscription_data.activity(
                    self._rng, row, moment, "expansion", movement, row["mrr"] + movement
                )
                self.tables["activities"].add(activity)
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
            activities = self.tables["activities"]
            return copied(activities.change(uuid, changes or {"activity-mrr": activities[uuid]["activity-mrr"] + 1}))

    def reissue_activity(self, uuid: str) -> str:
        """Give an activity another uuid, as the service does when it recalculates.

        Returns:
            The new uuid.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            new = people.identifier(self._rng)
            self.tables["activities"].change(uuid, {"uuid": new})
            return new

    def delete_activity(self, uuid: str) -> None:
        """Take an activity out.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            self.tables["activities"].remove(uuid)

    def add_custom_fields(self, n: int = 1, object_type: str = "Ticket") -> list[int]:
        """Let an administrator add custom fields.

        Returns:
            Their ids.

        Raises:
            ValueError: `object_type` is neither `Ticket` nor `Customer`.
        """
        if object_type not in support_data.OBJECT_TYPES:
            message = f"object_type is one of {', '.join(support_data.OBJECT_TYPES)}"
            raise ValueError(message)
        with self.lock:
            return [self._add_custom_field(self._rng, object_type, self.clock.now()) for _ in range(n)]

    def delete_custom_field(self, id: int) -> None:  # noqa: A002 - the API's word
        """Take a custom field out.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            self.tables["custom_fields"].remove(id)

    def advance(self, by: timedelta) -> datetime:
        """Move a frozen clock.

        Returns:
            The new present.

        Raises:
            ValueError: The clock is the real one.
        """
        with self.lock:
            return self.clock.advance(by)

    def evolve(self) -> dict[str, list[Any]]:
        """Let a little of everything happen; what it is depends on the seed and on what happened before.

        Returns:
            What was done: for each kind of change the keys, as they were, of the rows concerned.
        """
        with self.lock:
            now = self.clock.now()
            earlier = subscription_data.spelled(self._rng, now - timedelta(days=400))
            return {
                "subscription_customers_added": self.add_customers("subscription", 2),
                "subscription_customers_updated": self._each(
                    "subscription", 3, lambda key: self.update_customer("subscription", key, company="Renamed & Co.")
                ),
                "subscription_customers_cancelled": self._each(
                    "subscription", 1, lambda key: self.update_customer("subscription", key, status="Cancelled")
                ),
                "subscription_customers_restated": self._each(
                    "subscription",
                    1,
                    lambda key: self.update_customer("subscription", key, **{"customer-since": earlier}),
                ),
                "subscription_customers_deleted": self._each(
                    "subscription", 1, lambda key: self.delete_customer("subscription", key)
                ),
                "activities_added": self.add_activities(6),
                "activities_backdated": [
                    key for days in (3, 45) for key in self.add_activities(1, now - timedelta(days=days))
                ],
                "activities_restated": self._each("activities", 2, self.restate_activity),
                "activities_reissued": self._each("activities", 1, self.reissue_activity),
                "activities_deleted": self._each("activities", 1, self.delete_activity),
                "support_customers_added": self.add_customers("support", 2),
                "support_customers_updated": self._each(
                    "support", 4, lambda key: self.update_customer("support", key, note="called back")
                ),
                "support_customers_deleted": self._each("support", 1, lambda key: self.delete_customer("support", key)),
                "custom_fields_added": self.add_custom_fields(1, self._rng.choice(support_data.OBJECT_TYPES)),
                "custom_fields_deleted": self._each("custom_fields", 1, self.delete_custom_field),
            }

    def _each(self, table: str, n: int, act: Callable[[Any], object]) -> list[Any]:
        keys = self.tables[table].keys()
        chosen = self._rng.sample(keys, min(n, len(keys)))
        for key in chosen:
            act(key)
        return chosen
