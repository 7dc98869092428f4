"""What can happen to the data of the subscription API."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, partial
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from analytics_sandbox import billing, crm, invoicing, lifecycle, subscription_data
from analytics_sandbox.data import copied
from analytics_sandbox.subscription_books import SubscriptionBooks
from analytics_sandbox.subscription_data import Subscriber
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
)
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analytics_sandbox.wire import Row

_OWNED = {
    ACTIVITIES: ("customer-uuid", "uuid"),
    EVENTS: ("customer_external_id", "external_id"),
    **dict.fromkeys((SUBSCRIPTIONS, INVOICES, CONTACTS, NOTES, OPPORTUNITIES, TASKS), ("customer_uuid", "uuid")),
}
"""For each table whose rows go with their customer: the field that names it, and the customer's own field."""

_SETTLED, _EARLIER = timedelta(days=90), timedelta(days=10)


class SubscriptionWorld(SubscriptionBooks):
    """The subscription API's data, and what can happen to them."""

    @cached_property
    def _subscriber_numbers(self) -> Iterator[int]:
        return count(self.size)

    def add_subscribers(self, n: int) -> list[int]:
        """Let customers come, now, with all that belongs to them.

        Returns:
            Their ids.
        """
        rng, now = self._subscription_chance, self.clock.now()
        with self.lock:
            keys = []
            for number in islice(self._subscriber_numbers, n):
                seen = now - timedelta(days=30)
                row = subscription_data.customer(rng, number, self.offer, since=now, seen=seen)
                terms = subscription_data.terms(rng, number)
                plans = self.offer.of_source(row["data_source_uuid"])
                step = lifecycle.begun(rng, now, plans, terms, self.anchor - subscription_data.HISTORY)
                self.tables[CUSTOMERS].add({**row, "mrr": step.mrr, "arr": 12 * step.mrr})
                for subscription in billing.subscriptions(rng, Subscriber(number, row, seen, terms, [step])):
                    self.tables[SUBSCRIPTIONS].add(subscription)
                for contact in crm.contacts(rng, row, number, now):
                    self.tables[CONTACTS].add(contact)
                self._take_effect(row, step)
                keys.append(row["id"])
            return keys

    def update_subscriber(self, id: int, changes: Row) -> Row:  # noqa: A002 - the API's word
        """Change fields of a customer; see `World.update_customer`."""
        with self.lock:
            row = self.tables[CUSTOMERS].change(id, changes)
            if "status" in changes:
                away = self._absences.setdefault(id, [])
                is_away = bool(away) and away[-1][1] is None
                if changes["status"] != "Cancelled" and is_away:
                    away.pop()
                elif changes["status"] == "Cancelled" and not is_away:
                    away.append((self.clock.now(), None))
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
                before = self._step_of(row, last)
                self._take_effect(row, lifecycle.ended(before, self.clock.now()))

    def delete_subscriber(self, id: int) -> dict[str, list[Any]]:  # noqa: A002 - the API's word
        """Take a customer out, with all that belongs to it.

        Returns:
            For each table the keys that went with it.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            customer = self.tables[CUSTOMERS].remove(id)
            self._absences.pop(id, None)
            gone = {}
            for name, (field, of) in _OWNED.items():
                table = self.tables[name]
                gone[name] = [key for key in table.keys() if table[key].get(field) == customer[of]]  # noqa: SIM118
                for key in gone[name]:
                    table.remove(key)
            return gone

    def evolve_subscription(self) -> dict[str, list[Any]]:
        """Let a little of everything happen.

        Returns:
            For each kind of change the keys, as they were, of the rows concerned.
        """
        rng, now = self._subscription_chance, self.clock.now()
        before = set(self.tables[ACTIVITIES].keys())
        done = {
            "subscription_customers_updated": self.each(
                rng, CUSTOMERS, 3, lambda key: self.update_subscriber(key, {"company": "Renamed & Co."})
            ),
            "subscription_customers_restated": self._each_that(CUSTOMERS, 1, self._began_earlier, self._is_settled),
            "subscription_customers_deleted": self.each(rng, CUSTOMERS, 1, self.delete_subscriber),
            "activities_restated": self.each(rng, ACTIVITIES, 2, self.restate_activity),
            "activities_reissued": self.each(rng, ACTIVITIES, 1, self.reissue_activity),
            "activities_deleted": self._each_that(ACTIVITIES, 1, self.delete_activity, _is_change),
            **self._evolve_lists(),
        }
        reissued = set(done["activities_reissued"])
        done["activities_deleted"] = sorted(before - set(self.tables[ACTIVITIES].keys()) - reissued)
        before = set(self.tables[ACTIVITIES].keys())
        done |= {
            "subscription_customers_added": self.add_subscribers(2),
            "subscription_customers_cancelled": self._each_that(
                CUSTOMERS, 1, self.cancel_subscriber, lambda row: row["mrr"] > 0
            ),
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
        now = invoicing.millis(self.clock.now())
        disabled = {"disabled": True, "disabled_at": now, "disabled_by": "owner@example.com"}
        changes: dict[str, tuple[str, Row]] = {
            "invoices_corrected": (INVOICES, {"due_date": now, "errors": {}, "_valid": True}),
            "invoices_disabled": (INVOICES, disabled),
            "subscription_events_disabled": (EVENTS, disabled),
            "contacts_changed": (CONTACTS, {"title": "CTO", "phone": None}),
            "customer_notes_changed": (NOTES, {"text": "Called again", "updated_at": now}),
            "opportunities_changed": (OPPORTUNITIES, {"forecast_category": "won", "updated_at": now}),
            "tasks_completed": (TASKS, {"completed_at": now, "updated_at": now}),
        }
        done: dict[str, list[Any]] = {"plans_renamed": self.each(rng, PLANS, 2, self._rename_plan)}
        done |= {
            kind: self.each(rng, table, 2, partial(self._change, table, row)) for kind, (table, row) in changes.items()
        }
        for table in (INVOICES, CONTACTS, NOTES, OPPORTUNITIES, TASKS):
            name = table.partition("/")[2]
            done[f"{name}_deleted"] = self.each(rng, table, 1, self.tables[table].remove)
        if paid := self._each_that(INVOICES, 2, self._pay, _is_open):
            done["invoices_paid"] = paid
        return done

    def _each_that(self, table: str, n: int, act: Callable[[Any], object], suits: Callable[[Row], bool]) -> list[Any]:
        """Do something with some of the rows that it can happen to; see `each`."""
        rows = self.tables[table]
        keys = [key for key in rows.keys() if suits(rows[key])]  # noqa: SIM118 - in their order
        chosen = self._subscription_chance.sample(keys, min(n, len(keys)))
        for key in chosen:
            act(key)
        return chosen

    def _is_settled(self, customer: Row) -> bool:
        since = customer["customer-since"]
        return since is not None and instant(since) < self.anchor - _SETTLED

    def _began_earlier(self, key: int) -> None:
        """Let a customer turn out to be older than was known, with what it first paid."""
        customer = self.tables[CUSTOMERS][key]
        earlier = instant(customer["customer-since"]) - _EARLIER
        text = subscription_data.spelled(self._subscription_chance, earlier)
        for row in self._activities_of(customer)[:1]:
            self.tables[ACTIVITIES].change(row["uuid"], {"date": text})
        self.update_subscriber(key, {"customer-since": text})

    def _pay(self, key: str) -> None:
        """Let an open invoice be paid."""
        row = self.tables[INVOICES][key]
        paid = invoicing.payment(self._subscription_chance, row, self.clock.now())
        self._change(INVOICES, {"status": "paid", "transactions": [*row["transactions"], paid]}, key)

    def _rename_plan(self, key: object) -> None:
        name, _, edition = self.tables[PLANS][key]["name"].partition(", edition ")
        self._change(PLANS, {"name": f"{name}, edition {int(edition or 1) + 1}"}, key)

    def _change(self, table: str, changes: Row, key: object) -> None:
        self.tables[table].change(key, changes)


def _is_change(activity: Row) -> bool:
    return activity["type"] in {"expansion", "contraction"}


def _is_open(invoice: Row) -> bool:
    return invoice.get("status") == "open" and invoice["_valid"] and not invoice["disabled"]
