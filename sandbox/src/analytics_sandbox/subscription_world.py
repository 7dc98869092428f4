"""What can happen to the data of the subscription API."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from analytics_sandbox import billing, crm, people, subscription_data
from analytics_sandbox.data import copied
from analytics_sandbox.subscription_data import Step, Subscriber
from analytics_sandbox.subscription_tables import (
    ACTIVITIES,
    CONTACTS,
    CUSTOMERS,
    EVENTS,
    INVOICES,
    NOTES,
    OPPORTUNITIES,
    PLANS,
    SUBSCRIPTIONS,
    TASKS,
    SubscriptionTables,
)
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from datetime import datetime

    from analytics_sandbox.clock import Clock
    from analytics_sandbox.manners import Manners
    from analytics_sandbox.offering import Plan
    from analytics_sandbox.wire import Row

_OWNED = {
    ACTIVITIES: ("customer-uuid", "uuid"),
    EVENTS: ("customer_external_id", "external_id"),
    **dict.fromkeys((SUBSCRIPTIONS, INVOICES, CONTACTS, NOTES, OPPORTUNITIES, TASKS), ("customer_uuid", "uuid")),
}
"""For each table whose rows go with their customer: the field that names it, and the customer's own field."""

_MOST = 500_000
"""Cents a month that no customer pays more than, or not for long."""


class SubscriptionWorld(SubscriptionTables):
    """The subscription API's data, and what can happen to them.

    Args:
        seed: Which world: the same seed, size and day make the same one.
        size: How many customers there are.
        clock: What time it is.
        manners: The switches of the service.
    """

    def __init__(self, seed: int, size: int, clock: Clock, manners: Manners) -> None:
        super().__init__(seed, size, clock, manners)
        self._next_subscriber = size
        self._next_event = billing.FIRST_LATER_EVENT
        self._subscription_chance = self.chance("what happens next", "subscription")

    # Customers

    def add_subscribers(self, n: int) -> list[int]:
        """Let customers come, now, with all that belongs to them.

        Returns:
            Their ids.
        """
        rng, now = self._subscription_chance, self.clock.now()
        with self.lock:
            keys = []
            for number in range(self._next_subscriber, self._next_subscriber + n):
                row = subscription_data.customer(rng, number, self.offer, since=now, seen=now - timedelta(days=30))
                step = subscription_data.begun(rng, now, self.offer)
                self.tables[CUSTOMERS].add({**row, "mrr": step.mrr, "arr": 12 * step.mrr})
                for subscription in billing.subscriptions(rng, Subscriber(number, row, [step])):
                    self.tables[SUBSCRIPTIONS].add(subscription)
                for contact in crm.contacts(rng, row, number, now):
                    self.tables[CONTACTS].add(contact)
                self._take_effect(row, step)
                keys.append(row["id"])
            self._next_subscriber += n
            return keys

    def update_subscriber(self, id: int, changes: Row) -> Row:  # noqa: A002 - the API's word
        """Change fields of a customer; see `World.update_customer`."""
        with self.lock:
            row = self.tables[CUSTOMERS].change(id, changes)
            if "status" in changes:
                if changes["status"] != "Cancelled":
                    self._cancelled.pop(id, None)
                else:
                    self._cancelled.setdefault(id, self.clock.now())
            return copied(row)

    def cancel_subscriber(self, id: int) -> None:  # noqa: A002 - the API's word
        """Let a customer leave, now; one that does not pay does nothing.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            row = self.tables[CUSTOMERS][id]
            past = self._activities_of(row)
            if row["mrr"] and past:
                last = past[-1]
                plan = self._plan(last["plan-external-id"])
                step = Step(self.clock.now(), "churn", plan, row["mrr"] // plan.price, -row["mrr"], 0)
                self._take_effect(row, step)
                self.update_subscriber(id, {"status": "Cancelled"})

    def delete_subscriber(self, id: int) -> dict[str, list[Any]]:  # noqa: A002 - the API's word
        """Take a customer out, with all that belongs to it.

        Returns:
            For each table the keys that went with it.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            customer = self.tables[CUSTOMERS].remove(id)
            self._cancelled.pop(id, None)
            gone = {}
            for name, (field, of) in _OWNED.items():
                table = self.tables[name]
                gone[name] = [key for key in table.keys() if table[key].get(field) == customer[of]]  # noqa: SIM118
                for key in gone[name]:
                    table.remove(key)
            return gone

    # Activities

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
            paying = [row for row in customers.rows() if row["customer-since"] is not None] or customers.rows()
            if not paying:
                message = "there is no customer to do anything"
                raise ValueError(message)
            added = []
            for _ in range(n):
                row = customers[self._subscription_chance.choice(paying)["id"]]
                added.append(self._take_effect(row, self._next_step(row, moment)))
            return added

    def restate_activity(self, uuid: str, **changes: Any) -> Row:
        """Change fields of an activity, by the API's own names; without any it is worth a cent more.

        Returns:
            The activity as it is now.

        Raises:
            KeyError: There is none of that uuid.
        """
        with self.lock:
            activities = self.tables[ACTIVITIES]
            if changes:
                return copied(activities.change(uuid, changes))
            row = activities[uuid]
            activities.change(uuid, {"activity-mrr-movement": row["activity-mrr-movement"] + 1})
            self._recount(row["customer-uuid"])
            return copied(activities[uuid])

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
            row = self.tables[ACTIVITIES].remove(uuid)
            self._recount(row["customer-uuid"])

    def _activities_of(self, customer: Row) -> list[Row]:
        rows = [row for row in self.tables[ACTIVITIES].rows() if row["customer-uuid"] == customer["uuid"]]
        return sorted(rows, key=lambda row: (instant(row["date"]), row["type"] != "new_biz", row["type"] == "churn"))

    def _plan(self, external_id: str) -> Plan:
        return next(plan for plan in self.offer.plans if plan.row["external_id"] == external_id)

    def _next_step(self, customer: Row, moment: datetime) -> Step:
        before = [row for row in self._activities_of(customer) if instant(row["date"]) <= moment]
        mrr = before[-1]["activity-mrr"] if before else 0
        if mrr <= 0:
            step = subscription_data.begun(self._subscription_chance, moment, self.offer)
            return step._replace(kind="reactivation") if before else step
        plan = self._plan(before[-1]["plan-external-id"])
        movement = plan.price if mrr + plan.price <= _MOST else -plan.price
        kind = "expansion" if movement > 0 else "contraction"
        return Step(moment, kind, plan, (mrr + movement) // plan.price, movement, mrr + movement)

    def _take_effect(self, customer: Row, step: Step) -> str:
        """Add a step to a customer's past, with its activity, its event and its invoice.

        Returns:
            The activity's uuid.
        """
        rng = self._subscription_chance
        activity = subscription_data.activity(rng, customer, step)
        self.tables[ACTIVITIES].add(activity)
        self._next_event += 1
        self.tables[EVENTS].add(billing.event(rng, customer, step, self._next_event))
        if step.mrr:
            self.tables[INVOICES].add(billing.invoice(rng, customer, step, self._next_event))
        if step.kind == "reactivation":
            self.update_subscriber(customer["id"], {"status": "Active"})
        self._recount(customer["uuid"])
        return str(activity["uuid"])

    def _recount(self, customer_uuid: str) -> None:
        """Let a customer's activities, the customer and its subscription say the same of its revenue."""
        customer = next((row for row in self.tables[CUSTOMERS].rows() if row["uuid"] == customer_uuid), None)
        if customer is None:
            return
        mrr = 0
        for row in self._activities_of(customer):
            movement = row["activity-mrr-movement"]
            if row["type"] == "churn":
                movement = -mrr
            elif mrr + movement <= 0:
                movement = -(mrr // 2)
            mrr += movement
            changes = {"activity-mrr-movement": movement, "activity-mrr": mrr, "activity-arr": 12 * mrr}
            if any(row[name] != value for name, value in changes.items()):
                self.tables[ACTIVITIES].change(row["uuid"], changes)
        if customer["mrr"] != mrr:
            self.tables[CUSTOMERS].change(customer["id"], {"mrr": mrr, "arr": 12 * mrr})
        subscriptions = self.tables[SUBSCRIPTIONS]
        for row in [row for row in subscriptions.rows() if row["customer_uuid"] == customer_uuid]:
            brings = billing.revenue(customer["id"] - subscription_data.FIRST_ID, mrr)
            subscriptions.change(row["id"], {**brings, "status": "active" if mrr else "inactive"})

    # Everything

    def evolve_subscription(self) -> dict[str, list[Any]]:
        """Let a little of everything happen.

        Returns:
            For each kind of change the keys, as they were, of the rows concerned.
        """
        rng, now = self._subscription_chance, self.clock.now()
        earlier = subscription_data.spelled(rng, now - timedelta(days=400))
        before = set(self.tables[ACTIVITIES].keys())
        done = {
            "subscription_customers_updated": self.each(
                rng, CUSTOMERS, 3, lambda key: self.update_subscriber(key, {"company": "Renamed & Co."})
            ),
            "subscription_customers_restated": self.each(
                rng, CUSTOMERS, 1, lambda key: self.update_subscriber(key, {"customer-since": earlier})
            ),
            "subscription_customers_deleted": self.each(rng, CUSTOMERS, 1, self.delete_subscriber),
            "activities_restated": self.each(rng, ACTIVITIES, 2, self.restate_activity),
            "activities_reissued": self.each(rng, ACTIVITIES, 1, self.reissue_activity),
            "activities_deleted": self.each(rng, ACTIVITIES, 1, self.delete_activity),
            **self._evolve_lists(),
        }
        reissued = set(done["activities_reissued"])
        done["activities_deleted"] = sorted(before - set(self.tables[ACTIVITIES].keys()) - reissued)
        before = set(self.tables[ACTIVITIES].keys())
        done |= {
            "subscription_customers_added": self.add_subscribers(2),
            "subscription_customers_cancelled": self.each(rng, CUSTOMERS, 1, self.cancel_subscriber),
            "activities_backdated": [
                key for days in (3, 45) for key in self.add_activities(1, now - timedelta(days=days))
            ],
        }
        self.add_activities(6)
        backdated = set(done["activities_backdated"])
        done["activities_added"] = sorted(set(self.tables[ACTIVITIES].keys()) - before - backdated)
        return done

    def _evolve_lists(self) -> dict[str, list[Any]]:
        rng = self._subscription_chance
        now = billing.millis(self.clock.now())
        disabled = {"disabled": True, "disabled_at": now, "disabled_by": "owner@example.com"}
        changes: dict[str, tuple[str, Row]] = {
            "plans_renamed": (PLANS, {"name": "Renamed & Co."}),
            "invoices_corrected": (INVOICES, {"due_date": now, "errors": {}, "_valid": True}),
            "invoices_disabled": (INVOICES, disabled),
            "subscription_events_disabled": (EVENTS, disabled),
            "contacts_changed": (CONTACTS, {"title": "CTO", "phone": None}),
            "customer_notes_changed": (NOTES, {"text": "Called again", "updated_at": now}),
            "opportunities_changed": (OPPORTUNITIES, {"forecast_category": "won", "updated_at": now}),
            "tasks_completed": (TASKS, {"completed_at": now, "updated_at": now}),
        }
        done = {
            kind: self.each(rng, table, 2, partial(self._change, table, row)) for kind, (table, row) in changes.items()
        }
        for table in (INVOICES, CONTACTS, NOTES, OPPORTUNITIES, TASKS):
            name = table.partition("/")[2]
            done[f"{name}_deleted"] = self.each(rng, table, 1, self.tables[table].remove)
        return done

    def _change(self, table: str, changes: Row, key: object) -> None:
        self.tables[table].change(key, changes)
