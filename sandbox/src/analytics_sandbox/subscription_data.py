"""Made-up data of the subscription API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people
from analytics_sandbox.wire import SUBSCRIPTION_SPELLINGS, instant

if TYPE_CHECKING:
    from random import Random

    from analytics_sandbox.wire import Row

FIRST_ID = 100_000_001
HISTORY = timedelta(days=3 * 365)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""Where a lead stands in the order of customers."""

CURRENCY = {"currency": "EUR", "currency-sign": "€"}

_LEADS = 0.05
_CHURNED = 0.2
_TWO_AT_ONCE = 0.25
_ON_THE_FIRST = 0.4
_RICH = 0.3
# One in so many has a revenue in cents that needs more than 32 bits.
_HUGE = 17


class Subscriber(NamedTuple):
    """A customer with a past.

    Attributes:
        customer: The customer as the API gives it.
        activities: Its activities, oldest first.
        cancelled_at: When it left, None if it stayed; the API tells that nowhere but in the counts.
    """

    customer: Row
    activities: list[Row]
    cancelled_at: datetime | None


def spelled(rng: Random, moment: datetime) -> str:
    """An instant in one of the API's spellings."""
    return rng.choice(SUBSCRIPTION_SPELLINGS)(moment)


def subscriber(rng: Random, number: int, anchor: datetime) -> Subscriber:
    """Make a customer and its past.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        anchor: The instant before which everything happened.

    Returns:
        The customer with its activities.
    """
    if rng.random() < _LEADS:
        return Subscriber(customer(rng, number, since=None, seen=anchor - HISTORY), [], None)
    since = people.moment(rng, anchor - HISTORY, anchor)
    row = customer(rng, number, since=since, seen=since - timedelta(days=30))
    moments = sorted(_later(rng, since, anchor) for _ in range(rng.randint(2, 4)))
    if rng.random() < _TWO_AT_ONCE:
        moments[0] = since
    mrr = rng.randrange(10_00, 500_00) * (1 if number % _HUGE else 10**6)
    activities = [activity(rng, row, since, "new_biz", mrr, mrr)]
    for moment in moments[:-1]:
        movement = rng.randrange(-mrr // 2, mrr)
        mrr += movement
        activities.append(activity(rng, row, moment, "expansion" if movement > 0 else "contraction", movement, mrr))
    last = moments[-1]
    if rng.random() >= _CHURNED:
        activities.append(activity(rng, row, last, "expansion", 5_00, mrr + 5_00))
        row |= {"mrr": mrr + 5_00, "arr": 12 * (mrr + 5_00)}
        return Subscriber(row, activities, None)
    activities.append(activity(rng, row, last, "churn", -mrr, 0))
    row |= {"mrr": 0, "arr": 0, "status": "Cancelled"}
    return Subscriber(row, activities, last)


def _later(rng: Random, since: datetime, anchor: datetime) -> datetime:
    # Much is billed at midnight on the first of a month, so many activities share one timestamp.
    moment = people.moment(rng, since, anchor)
    first = moment.replace(day=1, hour=0, minute=0, second=0)
    return first if rng.random() < _ON_THE_FIRST and first > since else moment


def customer(rng: Random, number: int, *, since: datetime | None, seen: datetime) -> Row:
    """Make a customer.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        since: When it began to pay; None for a lead.
        seen: When it was first heard of.

    Returns:
        The customer, as the API gives it.
    """
    key = FIRST_ID + number
    code, country, state_code, state, city, postal_code = rng.choice(people.PLACES)
    company = rng.choice(people.COMPANIES)
    name = f"{rng.choice(people.FIRST_NAMES)} {rng.choice(people.LAST_NAMES)}"
    data_source = f"ds_{people.identifier(rng)}"
    external_id = f"cus_{number:06d}"
    rich = rng.random() < _RICH
    mrr = 0 if since is None else rng.randrange(10_00, 500_00)
    paying = "Past Due" if rich and mrr % 7 == 0 else "Active"
    return {
        "id": key,
        "uuid": f"cus_{people.identifier(rng)}",
        "external_id": external_id,
        "name": name,
        "email": f"customer{number}@example.com",
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
        "mrr": mrr,
        "arr": 12 * mrr,
        "billing-system-url": None,
        "chartmogul-url": f"https://app.example.com/#/customers/{key}",
        "billing-system-type": "Import API",
        **CURRENCY,
        "owner": "owner@example.com" if rich else None,
        "website_url": None,
        "primary_contact": {"first_name": name.split(maxsplit=1)[0], "title": None, "linked-in": ""} if rich else None,
    }


def activity(  # noqa: PLR0913, PLR0917 - an activity is just so many facts
    rng: Random, row: Row, moment: datetime, kind: str, movement: int, mrr: int
) -> Row:
    """Make an activity.

    Args:
        rng: Where chance comes from.
        row: The customer whose activity it is.
        moment: When it took effect.
        kind: `new_biz`, `expansion`, `contraction`, `churn` or `reactivation`.
        movement: The change of the monthly recurring revenue, in cents.
        mrr: The monthly recurring revenue after it, in cents.

    Returns:
        The activity, as the API gives it.
    """
    subscription = f"{row['external_id']}_sub_{rng.randrange(1000)}"
    return {
        "description": f"{kind} of the {rng.choice(('Basic', 'Plus', 'Größer'))} plan",
        "activity-mrr-movement": movement,
        "activity-mrr": mrr,
        "activity-arr": 12 * mrr,
        "date": spelled(rng, moment),
        "type": kind,
        "currency": CURRENCY["currency"],
        "subscription-external-id": subscription,
        "subscription-set-external-id": f"{subscription}_set",
        "plan-external-id": people.identifier(rng),
        "customer-name": row["name"],
        "customer-uuid": row["uuid"],
        "customer-external-id": row["external_id"],
        "billing-connector-uuid": row["data_source_uuid"],
        "uuid": people.identifier(rng),
    }


def by_since(row: Row) -> tuple[datetime]:
    """The order of customers. Who is no customer yet stands last."""
    since = row["customer-since"]
    return (NEVER if since is None else instant(since),)


def by_date(row: Row) -> tuple[datetime]:
    """The order of activities."""
    return (instant(row["date"]),)
