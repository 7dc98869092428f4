"""The data of the subscription API: its tables, and the metrics that follow from them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo

from typing_extensions import override

from analytics_sandbox import billing, crm, invoicing, people, subscription_data
from analytics_sandbox.counts import Headcount
from analytics_sandbox.data import Data, day_of
from analytics_sandbox.offering import CURRENCY
from analytics_sandbox.revenue import Revenue
from analytics_sandbox.table import Table
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime
    from random import Random

    from analytics_sandbox.manners import Interval
    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.wire import Row

CUSTOMERS, ACTIVITIES = "subscription/customers", "subscription/activities"
PLANS, PLAN_GROUPS, DATA_SOURCES = "subscription/plans", "subscription/plan_groups", "subscription/data_sources"
INVOICES, EVENTS = "subscription/invoices", "subscription/subscription_events"
SUBSCRIPTIONS = "subscription/customer_subscriptions"
CONTACTS, NOTES = "subscription/contacts", "subscription/customer_notes"
OPPORTUNITIES, TASKS = "subscription/opportunities", "subscription/tasks"

ACCOUNT_SETTINGS: Row = {
    "churn_recognition": "churn_at_the_end_of_the_period",
    "churn_when_zero_mrr": False,
    "auto_churn_subscription": True,
    "refund_handling": "refund_full_only",
    "proximate_movement_reclassification": "one_hour_reclassification",
}
"""What the account tells only when it is asked for it by name."""

Metric = Literal["customer-count", "mrr", "all"]

Absence: TypeAlias = "tuple[datetime, datetime | None]"
"""When a customer left, and when it came back, None if it did not."""


class SubscriptionTables(Data):
    """The subscription API's data, and what is true of them."""

    _headcount: tuple[object, Headcount] | None = None
    _revenue: tuple[object, Revenue] | None = None

    @override
    def makers(self) -> dict[str, Callable[[], Table]]:
        return super().makers() | {
            CUSTOMERS: lambda: Table("id", {"since": subscription_data.by_since}).load(
                one.customer for one in self.subscribers
            ),
            ACTIVITIES: lambda: Table("uuid", {"date": subscription_data.by_date}).load(
                self._of_each("activities", subscription_data.activities)
            ),
            PLANS: lambda: _newest("uuid", (plan.row for plan in self.offer.plans)),
            PLAN_GROUPS: lambda: _newest("uuid", self.offer.plan_groups),
            DATA_SOURCES: lambda: _newest("uuid", self.offer.data_sources),
            INVOICES: lambda: _newest("uuid", self.first_invoices()),
            EVENTS: lambda: _newest("id", self._of_each("events", billing.events)),
            SUBSCRIPTIONS: lambda: Table(
                "id", {"customer": lambda row: (row["customer_uuid"],)}, unsaid=["customer_uuid"]
            ).load(self._of_each("subscriptions", billing.subscriptions)),
            CONTACTS: lambda: _newest("uuid", self._of_each("contacts", self._contacts)),
            NOTES: lambda: _newest("uuid", self._of_each("notes", self._at_some_time(crm.notes))),
            OPPORTUNITIES: lambda: _newest(
                "uuid", self._of_each("opportunities", self._at_some_time(crm.opportunities))
            ),
            TASKS: lambda: _newest("task_uuid", self._of_each("tasks", self._at_some_time(crm.tasks))),
        }

    @cached_property
    def _absences(self) -> dict[int, list[Absence]]:
        """For each customer that ever left, when; the API tells that nowhere but in the activities and the counts."""
        return {one.customer["id"]: away for one in self.subscribers if (away := one.absences())}

    def first_invoices(self) -> Iterable[Row]:
        """The invoices that there were in the beginning."""
        return self._of_each("invoices", lambda rng, one: invoicing.invoices(rng, one, self.anchor))

    def _of_each(self, what: str, make: Callable[[Random, Subscriber], Iterable[Row]]) -> Iterable[Row]:
        rng = self.chance("subscription", what)
        return (row for one in self.subscribers for row in make(rng, one))

    def _contacts(self, rng: Random, one: Subscriber) -> Iterable[Row]:
        return crm.contacts(rng, one.customer, one.number, people.moment(rng, one.seen, self.anchor))

    def _at_some_time(
        self, make: Callable[[Random, Row, datetime], Iterable[Row]]
    ) -> Callable[[Random, Subscriber], Iterable[Row]]:
        return lambda rng, one: make(rng, one.customer, people.moment(rng, one.seen, self.anchor))

    def subscription_account(self) -> Row:
        """The account."""
        identified: Row = {"id": f"acc_{people.identifier(self.chance('account'))}"}
        return {
            **(identified if self.manners.account_id else {}),
            "name": "Sandbox & Söhne",
            "currency": CURRENCY["currency"],
            "time_zone": self.manners.time_zone,
            "week_start_on": self.manners.week_start_on,
            **ACCOUNT_SETTINGS,
        }

    def activities(self) -> list[Row]:
        """All activities, oldest first."""
        return self.rows(ACTIVITIES)

    def plan_group_plans(self) -> list[Row]:
        """The plans of each group, with the group's uuid, which the API leaves out."""
        return [
            {"plan_group_uuid": group["uuid"], **plan}
            for group in self.rows(PLAN_GROUPS)
            for plan in self.plans_of(group["uuid"])
        ]

    def plans_of(self, group: str) -> list[Row]:
        """The plans of a group."""
        with self.lock:
            plans = {row["uuid"]: row for row in self.rows(PLANS)}
            return [plans[plan.row["uuid"]] for plan in self.offer.members[group] if plan.row["uuid"] in plans]

    def counts(self, interval: Interval, start: date | str, end: date | str) -> list[Row]:
        """The rows of the customer count; see `metric`."""
        return self.metric("customer-count", interval, start, end)

    def metric(self, name: Metric, interval: Interval, start: date | str, end: date | str) -> list[Row]:
        """The rows of a metric.

        Args:
            name: The last part of its path.
            interval: `day`, `week`, `month`, `quarter` or `year`.
            start: The first day.
            end: The last day.

        Returns:
            Each period's `date` and values.
        """
        week_start_on = self.manners.metric_week_start_on or self.manners.week_start_on
        with self.lock:
            if name == "customer-count":
                return self.headcount().entries(interval, day_of(start), day_of(end), week_start_on)
            entries = self.revenue().entries if name == "mrr" else self.revenue().key_entries
            return entries(interval, day_of(start), day_of(end), week_start_on)

    def headcount(self) -> Headcount:
        """Who came and who went, by day in the account's time zone."""
        with self.lock:
            name = self.manners.time_zone
            customers = self.tables[CUSTOMERS]
            state = name, customers.version, tuple((key, tuple(away)) for key, away in self._absences.items())
            if self._headcount is None or self._headcount[0] != state:
                zone = ZoneInfo(name)
                places = customers.places("since", high=(subscription_data.NEVER,))
                since = {key: moment for moment, key in places}
                came, went = list(since.values()), []
                for key, away in self._absences.items():
                    # Who is moved to a later beginning cannot have left before.
                    for left, back in away if key in since else ():
                        went.append(max(left, since[key]))
                        came += [max(back, since[key])] if back else []
                days = ([moment.astimezone(zone).date() for moment in moments] for moments in (came, went))
                self._headcount = state, Headcount(*days)
            return self._headcount[1]

    def revenue(self) -> Revenue:
        """What the recurring revenue was, by day in the account's time zone."""
        with self.lock:
            name = self.manners.time_zone
            activities, headcount = self.tables[ACTIVITIES], self.headcount()
            state = name, activities.version, headcount
            if self._revenue is None or self._revenue[0] != state:
                zone = ZoneInfo(name)
                movements = (
                    (instant(row["date"]).astimezone(zone).date(), row["type"], row["activity-mrr-movement"])
                    for row in activities.rows()
                )
                self._revenue = state, Revenue(movements, headcount)
            return self._revenue[1]


def _newest(key: str, rows: Iterable[Row]) -> Table:
    """A table whose list comes newest first; where rows do not say when they were made, in the order of their keys."""

    def made(row: Row) -> tuple[str]:
        return (str(row.get("_created") or row.get("created_at", "")),)

    return Table(key, {"created": made}).load(rows)
