"""What changes the revenue in the subscription API: its activities, with their events and invoices."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

from analytics_sandbox import billing, invoicing, lifecycle, people, subscription_data
from analytics_sandbox.data import copied
from analytics_sandbox.lifecycle import Step
from analytics_sandbox.offering import SEATS, converted
from analytics_sandbox.subscription_data import Subscriber
from analytics_sandbox.subscription_tables import (
    ACTIVITIES,
    CUSTOMERS,
    EVENTS,
    INVOICES,
    SUBSCRIPTIONS,
    SubscriptionTables,
)
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from analytics_sandbox.offering import Plan
    from analytics_sandbox.subscription_tables import Absence
    from analytics_sandbox.wire import Row


class SubscriptionBooks(SubscriptionTables):
    """The subscription API's data, and what can happen to the revenue."""

    @cached_property
    def _subscription_chance(self) -> Random:
        return self.chance("what happens next", "subscription")

    @cached_property
    def _event_numbers(self) -> Iterator[int]:
        return count(billing.FIRST_LATER_EVENT + 1)

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

    def _plan(self, customer: Row, external_id: str) -> Plan:
        plans = self.offer.of_source(customer["data_source_uuid"]).plans
        return next(plan for plan in plans if plan.row["external_id"] == external_id)

    def _step_of(self, customer: Row, activity: Row) -> Step:
        """What a customer paid after an activity."""
        plan = self._plan(customer, activity["plan-external-id"])
        currency = _currency_of(customer)
        mrr = activity["activity-mrr"]
        seats = max(1, round(mrr / converted(plan.bill(1, currency), plan.months, currency)))
        return Step(self.clock.now(), activity["type"], plan, seats, 0, mrr, currency)

    def _next_step(self, customer: Row, moment: datetime) -> Step:
        rng = self._subscription_chance
        past = self._activities_of(customer)
        before = [row for row in past if instant(row["date"]) <= moment]
        if not before or before[-1]["activity-mrr"] <= 0:
            terms = subscription_data.terms(rng, _number_of(customer))
            plans = self.offer.of_source(customer["data_source_uuid"])
            step = lifecycle.begun(rng, moment, plans, terms, self.anchor - subscription_data.HISTORY)
            return step._replace(kind="reactivation") if before else step
        last = self._step_of(customer, before[-1])
        one_more = converted(last.plan.bill(1, last.currency), last.plan.months, last.currency)
        seats = 1 if last.seats < SEATS else -1
        movement = round(seats * one_more)
        kind = "expansion" if movement > 0 else "contraction"
        return last._replace(
            moment=moment, kind=kind, seats=last.seats + seats, movement=movement, mrr=last.mrr + movement
        )

    def _take_effect(self, customer: Row, step: Step) -> str:
        """Add a step to a customer's past, with its activity, its event and its invoice.

        Returns:
            The activity's uuid.
        """
        rng = self._subscription_chance
        activity = subscription_data.activity(rng, customer, step)
        self.tables[ACTIVITIES].add(activity)
        number = next(self._event_numbers)
        self.tables[EVENTS].add(billing.event(rng, customer, step, number))
        if step.mrr:
            terms = subscription_data.terms(rng, _number_of(customer))
            one = Subscriber(number, customer, step.moment, terms, [step])
            bill = invoicing.Bill(
                step.moment, step, step.moment, lifecycle.later(step.moment, step.plan.months), step.bill
            )
            self.tables[INVOICES].add(invoicing.invoice(rng, one, bill, number, step.moment + timedelta(minutes=3)))
        self._recount(customer["uuid"])
        return str(activity["uuid"])

    def _recount(self, customer_uuid: str) -> None:
        """Let a customer's activities, the customer, its subscription and the counts say the same of its revenue."""
        customer = next((row for row in self.tables[CUSTOMERS].rows() if row["uuid"] == customer_uuid), None)
        if customer is None:
            return
        past = self._recounted(self._activities_of(customer))
        self._absences[customer["id"]] = _absences_of(past)
        mrr = past[-1]["activity-mrr"] if past else 0
        changes: Row = {"mrr": mrr, "arr": 12 * mrr}
        if past and (not mrr or customer["status"] != "Past Due"):
            changes["status"] = "Active" if mrr else "Cancelled"
        since = customer["customer-since"]
        if past and (since is None or instant(since) > instant(past[0]["date"])):
            changes["customer-since"] = past[0]["date"]
        if any(customer[name] != value for name, value in changes.items()):
            self.tables[CUSTOMERS].change(customer["id"], changes)
        subscriptions = self.tables[SUBSCRIPTIONS]
        brings = {**billing.revenue(_currency_of(customer), mrr), "status": "active" if mrr else "inactive"}
        for row in [row for row in subscriptions.rows() if row["customer_uuid"] == customer_uuid]:
            subscriptions.change(row["id"], brings)

    def _recounted(self, past: list[Row]) -> list[Row]:
        """Let the activities of a customer, oldest first, follow from each other.

        Returns:
            The activities as they are now.
        """
        rows: list[Row] = []
        mrr = 0
        for row in past:
            movement = row["activity-mrr-movement"]
            if row["type"] == "churn":
                movement = -mrr
            elif mrr + movement <= 0:
                movement = -(mrr // 2)
            before, mrr = mrr, mrr + movement
            changes = {"activity-mrr-movement": movement, "activity-mrr": mrr, "activity-arr": 12 * mrr}
            if movement:
                changes["type"] = _kind(before, mrr, is_first=not any(each["activity-mrr"] for each in rows))
            if any(row[name] != value for name, value in changes.items()):
                row = self.tables[ACTIVITIES].change(row["uuid"], changes)  # noqa: PLW2901 - as it is now
            rows.append(row)
        return rows


def _absences_of(past: list[Row]) -> list[Absence]:
    away: list[Absence] = []
    for row in past:
        if row["type"] == "churn" and row["activity-mrr-movement"]:
            away.append((instant(row["date"]), None))
        elif row["type"] == "reactivation" and away:
            away[-1] = away[-1][0], instant(row["date"])
    return away


def _currency_of(customer: Row) -> str:
    """What a customer pays in."""
    return people.person(_number_of(customer)).place.currency


def _number_of(customer: Row) -> int:
    """Which customer it is, from 0."""
    number: int = customer["id"] - subscription_data.FIRST_ID
    return number


def _kind(before: int, after: int, *, is_first: bool) -> str:
    """The type of an activity that changes the revenue from one amount to another."""
    if not before:
        return "new_biz" if is_first else "reactivation"
    if not after:
        return "churn"
    return "expansion" if after > before else "contraction"
