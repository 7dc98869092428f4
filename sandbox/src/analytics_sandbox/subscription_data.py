"""Made-up data of the subscription API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import invoicing, lifecycle, people
from analytics_sandbox.lifecycle import Terms
from analytics_sandbox.offering import CURRENCY
from analytics_sandbox.wire import SUBSCRIPTION_SPELLINGS, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from analytics_sandbox.lifecycle import Step
    from analytics_sandbox.offering import Offering
    from analytics_sandbox.wire import Row

FIRST_ID = 100_000_001
HISTORY = timedelta(days=3 * 365)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""Where a lead stands in the order of customers."""

TRIAL = timedelta(days=14)

_LEADS, _A_LEAD = 5, 3
"""One in so many tries the product and does not buy it."""

# One in so many.
_CONTRACTS = 0.4
_RICH = 0.3
_TRIES = 0.7
_LATE, _GIVES_UP = 0.035, 0.12


class Subscriber(NamedTuple):
    """A customer with a past.

    Attributes:
        number: Which customer this is, from 0.
        customer: The customer as the API gives it.
        seen: When it was first heard of.
        terms: What was agreed with it.
        steps: How its revenue changed, oldest first; none for a lead.
        unpaid: How many of its last invoices are never paid.
    """

    number: int
    customer: Row
    seen: datetime
    terms: Terms
    steps: list[Step]
    unpaid: int = 0

    def absences(self) -> list[tuple[datetime, datetime | None]]:
        """When it left and when it came back, None if it did not."""
        left = [step.moment for step in self.steps if step.kind == "churn"]
        back = [step.moment for step in self.steps if step.kind == "reactivation"]
        return [(moment, back[place] if place < len(back) else None) for place, moment in enumerate(left)]


def spelled(rng: Random, moment: datetime) -> str:
    """An instant in one of the API's spellings."""
    return people.pick(rng, SUBSCRIPTION_SPELLINGS)(moment)


def subscriber(rng: Random, number: int, seen: datetime, anchor: datetime, offer: Offering) -> Subscriber:
    """Make a customer and its past.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        seen: When it was first heard of.
        anchor: The instant before which everything happened.
        offer: What the company sells.

    Returns:
        The customer with its past.
    """
    agreed = terms(rng, number)
    tries = number % _LEADS == _A_LEAD or rng.random() < _TRIES
    since = seen + (TRIAL if tries else timedelta())
    if agreed.pays == "contract":
        # What is paid on invoice begins with a month, so many activities share one timestamp.
        since = lifecycle.later(since.replace(day=1, hour=0, minute=0, second=0), 1)
    if number % _LEADS == _A_LEAD or since >= anchor:
        row = customer(rng, number, offer, since=None, seen=seen, tries=tries)
        return Subscriber(number, row, seen, agreed, [])
    row = customer(rng, number, offer, since=since, seen=seen, tries=tries)
    plans = offer.of_source(row["data_source_uuid"])
    first = lifecycle.begun(rng, since, plans, agreed, anchor - HISTORY)
    past = lifecycle.steps(rng, first, plans, anchor)
    mrr = past[-1].mrr
    unpaid = rng.random() < (_LATE if mrr else _GIVES_UP)
    row |= {"mrr": mrr, "arr": 12 * mrr, "status": "Active" if mrr else "Cancelled"}
    if mrr and unpaid:
        last = list(invoicing.bills(past, anchor))[-1]
        is_due = (invoicing.due_of(last, agreed) or last.moment) < anchor
        row["status"] = "Past Due" if is_due else "Active"
    return Subscriber(number, row, seen, agreed, past, int(unpaid))


def terms(rng: Random, number: int) -> Terms:
    """What is agreed with a customer."""
    return Terms(people.person(number).place.currency, "contract" if rng.random() < _CONTRACTS else "card")


def customer(  # noqa: PLR0913 - a customer has so many parts
    rng: Random, number: int, offer: Offering, *, since: datetime | None, seen: datetime, tries: bool = False
) -> Row:
    """Make a customer.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        offer: What the company sells.
        since: When it began to pay; None for a lead.
        seen: When it was first heard of.
        tries: Whether it has tried the product before.

    Returns:
        The customer, as the API gives it.
    """
    key = FIRST_ID + number
    who = people.person(number)
    data_source = people.pick(rng, offer.data_sources)["uuid"]
    external_id = f"cus_{number:06d}"
    rich = rng.random() < _RICH
    return {
        "id": key,
        "uuid": f"cus_{people.identifier(rng)}",
        "external_id": external_id,
        "name": f"{who.first} {who.last}",
        "email": who.email,
        "status": "New Lead" if since is None else "Active",
        "customer-since": None if since is None else spelled(rng, since),
        "attributes": {
            "custom": people.free_form(rng) if rich else {},
            "clearbit": {"company.name": who.company, "tech-stack": [["python", 3], []]} if rich else {},
            "stripe": {"uid": key * 10**12 + number, "coupon": None} if rich else {},
            "tags": ["merged-customer", "größer"] if rich else [],
        },
        "data_source_uuid": data_source,
        # A merged customer names a source once for each customer that it was made of.
        "data_source_uuids": [data_source, data_source] if rich else [data_source],
        "external_ids": [external_id, f"{external_id}_merged"] if rich else [external_id],
        "company": who.company,
        "country": who.place.code,
        "state": who.place.state_code,
        "city": who.place.city,
        "zip": who.place.postal_code,
        "lead_created_at": spelled(rng, seen),
        "free_trial_started_at": spelled(rng, seen) if tries else None,
        "address": {
            "country": who.place.country,
            "state": who.place.state,
            "city": who.place.city,
            "address_zip": who.place.postal_code,
        },
        "mrr": 0,
        "arr": 0,
        "billing-system-url": None,
        "chartmogul-url": f"https://app.example.com/#/customers/{key}",
        "billing-system-type": "Import API",
        **CURRENCY,
        "owner": "owner@example.com" if rich else None,
        "website_url": f"https://{who.domain}" if rich else None,
        "primary_contact": {"first_name": who.first, "title": None, "linked-in": ""} if rich else None,
    }


_DESCRIPTIONS = {
    "new_biz": "purchased {seats} x {plan}",
    "expansion": "upgraded to {seats} x {plan}",
    "contraction": "downgraded to {seats} x {plan}",
    "churn": "cancelled {seats} x {plan}",
    "reactivation": "came back with {seats} x {plan}",
}


def activity(rng: Random, row: Row, step: Step) -> Row:
    """Make an activity.

    Args:
        rng: Where chance comes from.
        row: The customer whose activity it is.
        step: What changed.

    Returns:
        The activity, as the API gives it.
    """
    subscription = f"{row['external_id']}_sub"
    return {
        "description": _DESCRIPTIONS[step.kind].format(seats=step.seats, plan=step.plan.row["name"]),
        "activity-mrr-movement": step.movement,
        "activity-mrr": step.mrr,
        "activity-arr": 12 * step.mrr,
        "date": spelled(rng, step.moment),
        "type": step.kind,
        "currency": CURRENCY["currency"],
        "subscription-external-id": subscription,
        "subscription-set-external-id": f"{subscription}_set",
        "plan-external-id": step.plan.row["external_id"],
        "customer-name": row["name"],
        "customer-uuid": row["uuid"],
        "customer-external-id": row["external_id"],
        "billing-connector-uuid": row["data_source_uuid"],
        "uuid": people.identifier(rng),
    }


def activities(rng: Random, one: Subscriber) -> Iterator[Row]:
    """Make the activities of a customer, oldest first."""
    return (activity(rng, one.customer, step) for step in one.steps)


def by_since(row: Row) -> tuple[datetime]:
    """The order of customers. Who is no customer yet stands last."""
    since = row["customer-since"]
    return (NEVER if since is None else instant(since),)


def by_date(row: Row) -> tuple[datetime]:
    """The order of activities."""
    return (instant(row["date"]),)
