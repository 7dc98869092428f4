"""Made-up data of the subscription API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people
from analytics_sandbox.offering import SEATS
from analytics_sandbox.wire import SUBSCRIPTION_SPELLINGS, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from analytics_sandbox.offering import Offering, Plan
    from analytics_sandbox.wire import Row

FIRST_ID = 100_000_001
HISTORY = timedelta(days=3 * 365)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""Where a lead stands in the order of customers."""

CURRENCY = {"currency": "EUR", "currency-sign": "€"}

# One in so many.
_LEADS = 16
_CHURNED = 0.2
_TWO_AT_ONCE = 0.25
_ON_THE_FIRST = 0.4
_RICH = 0.3
_OTHER_PLAN = 0.4


class Step(NamedTuple):
    """One change of what a customer pays.

    Attributes:
        moment: When it took effect.
        kind: `new_biz`, `expansion`, `contraction`, `churn` or `reactivation`.
        plan: The plan from then on; at the end, the one that was left.
        seats: How many seats of it.
        movement: The change of the monthly recurring revenue, in cents.
        mrr: The monthly recurring revenue after it, in cents.
    """

    moment: datetime
    kind: str
    plan: Plan
    seats: int
    movement: int
    mrr: int


class Subscriber(NamedTuple):
    """A customer with a past.

    Attributes:
        number: Which customer this is, from 0.
        customer: The customer as the API gives it.
        steps: How its revenue changed, oldest first; none for a lead.
    """

    number: int
    customer: Row
    steps: list[Step]

    @property
    def cancelled_at(self) -> datetime | None:
        """When it left, None if it stayed."""
        return self.steps[-1].moment if self.steps and self.steps[-1].kind == "churn" else None


def spelled(rng: Random, moment: datetime) -> str:
    """An instant in one of the API's spellings."""
    return rng.choice(SUBSCRIPTION_SPELLINGS)(moment)


def subscriber(rng: Random, number: int, anchor: datetime, offer: Offering) -> Subscriber:
    """Make a customer and its past.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        anchor: The instant before which everything happened.
        offer: What the company sells.

    Returns:
        The customer with its past.
    """
    if number % _LEADS == _LEADS - 1:
        return Subscriber(number, customer(rng, number, offer, since=None, seen=anchor - HISTORY), [])
    since = people.moment(rng, anchor - HISTORY, anchor)
    row = customer(rng, number, offer, since=since, seen=since - timedelta(days=30))
    moments = sorted(_later(rng, since, anchor) for _ in range(rng.randint(2, 4)))
    if rng.random() < _TWO_AT_ONCE:
        moments[0] = since
    steps = [begun(rng, since, offer)]
    for moment in moments[:-1]:
        steps.append(changed(rng, moment, steps[-1], offer))
    if rng.random() < _CHURNED:
        last = steps[-1]
        steps.append(Step(moments[-1], "churn", last.plan, last.seats, -last.mrr, 0))
        row["status"] = "Cancelled"
    else:
        steps.append(changed(rng, moments[-1], steps[-1], offer))
    mrr = steps[-1].mrr
    row |= {"mrr": mrr, "arr": 12 * mrr}
    return Subscriber(number, row, steps)


def begun(rng: Random, moment: datetime, offer: Offering) -> Step:
    """Let a subscription begin."""
    # Most begin small.
    plan = offer.plans[min(rng.randrange(len(offer.plans)) for _ in range(2))]
    seats = rng.randint(1, 3)
    return Step(moment, "new_biz", plan, seats, seats * plan.price, seats * plan.price)


def changed(rng: Random, moment: datetime, before: Step, offer: Offering) -> Step:
    """Let a subscription that goes on change: more or fewer seats, or another plan. Most grow."""
    plan, seats = before.plan, before.seats
    while seats * plan.price == before.mrr:
        if rng.random() < _OTHER_PLAN:
            step = rng.choice((1, 1, -1))
            tier = min(max(before.plan.tier + step, 0), offer.plans[-1].tier)
            plan = rng.choice([each for each in offer.plans if each.tier == tier])
        else:
            seats = min(max(before.seats + rng.choice((1, 1, 2, -1)), 1), SEATS)
    mrr = seats * plan.price
    return Step(moment, "expansion" if mrr > before.mrr else "contraction", plan, seats, mrr - before.mrr, mrr)


def _later(rng: Random, since: datetime, anchor: datetime) -> datetime:
    # Much is billed at midnight on the first of a month, so many activities share one timestamp.
    moment = people.moment(rng, since, anchor)
    first = moment.replace(day=1, hour=0, minute=0, second=0)
    return first if rng.random() < _ON_THE_FIRST and first > since else moment


def customer(rng: Random, number: int, offer: Offering, *, since: datetime | None, seen: datetime) -> Row:
    """Make a customer.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        offer: What the company sells.
        since: When it began to pay; None for a lead.
        seen: When it was first heard of.

    Returns:
        The customer, as the API gives it.
    """
    key = FIRST_ID + number
    code, country, state_code, state, city, postal_code = rng.choice(people.PLACES)
    company = rng.choice(people.COMPANIES)
    first, last, email = people.person(number, "customer")
    name = f"{first} {last}"
    data_source = rng.choice(offer.data_sources)["uuid"]
    external_id = f"cus_{number:06d}"
    rich = rng.random() < _RICH
    paying = "Past Due" if rich and number % 7 == 0 else "Active"
    return {
        "id": key,
        "uuid": f"cus_{people.identifier(rng)}",
        "external_id": external_id,
        "name": name,
        "email": email,
        "status": "New Lead" if since is None else paying,
        "customer-since": None if since is None else spelled(rng, since),
        "attributes": {
            "custom": people.free_form(rng) if rich else {},
            "clearbit": {"company.name": company, "tech-stack": [["python", 3], []]} if rich else {},
            "stripe": {"uid": key * 10**12 + number, "coupon": None} if rich else {},
            "tags": ["merged-customer", "größer"] if rich else [],
        },
        "data_source_uuid": data_source,
        # A merged customer names a source once for each customer that it was made of.
        "data_source_uuids": [data_source, data_source] if rich else [data_source],
        "external_ids": [external_id, f"{external_id}_merged"] if rich else [external_id],
        "company": company,
        "country": code,
        "state": state_code,
        "city": city,
        "zip": postal_code,
        "lead_created_at": spelled(rng, seen),
        "free_trial_started_at": spelled(rng, seen + timedelta(days=1)) if rich else None,
        "address": {"country": country, "state": state, "city": city, "address_zip": postal_code},
        "mrr": 0,
        "arr": 0,
        "billing-system-url": None,
        "chartmogul-url": f"https://app.example.com/#/customers/{key}",
        "billing-system-type": "Import API",
        **CURRENCY,
        "owner": "owner@example.com" if rich else None,
        "website_url": None,
        "primary_contact": {"first_name": first, "title": None, "linked-in": ""} if rich else None,
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
        "description": f"{step.kind} of {step.seats} {step.plan.row['name']}",
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
