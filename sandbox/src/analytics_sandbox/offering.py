"""What the company of the subscription API sells, and the systems that it bills with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from analytics_sandbox.wire import Row

PRICES = {
    "Starter": 1000,
    "Basic": 1900,
    "Plus": 2900,
    "Größer": 4900,
    "Team": 9900,
    "Business": 14900,
    "Pro": 29900,
    "Enterprise": 49900,
}
"""Cents a month for one seat, by tier, the cheapest first."""

SEATS = 10
"""The most seats of a subscription."""

_INTERVALS = (("month", 1), ("month", 3), ("year", 1))
_MONTHS = {"month": 1, "year": 12}


class Plan(NamedTuple):
    """A plan and what it costs; the API does not tell the price.

    Attributes:
        row: The plan, as the API gives it.
        tier: Which tier it is, from 0.
        price: Cents a month for one seat.
        months: How many months one bill is for.
    """

    row: Row
    tier: int
    price: int
    months: int


class Offering(NamedTuple):
    """Plans, the groups that they are in, and data sources.

    Attributes:
        data_sources: As the API gives them when it is asked for everything.
        plans: The plans: one for each tier and interval.
        plan_groups: As the API gives them.
        members: For each group's uuid its plans.
    """

    data_sources: list[Row]
    plans: list[Plan]
    plan_groups: list[Row]
    members: dict[str, list[Plan]]


def offering(rng: Random, opened: datetime) -> Offering:
    """Make what the company sells.

    Args:
        rng: Where chance comes from.
        opened: When it began.
    """
    sources = [_data_source(rng, name, opened) for name in ("Import API", "Card payments", "App store")]
    plans = []
    for tier, (name, price) in enumerate(PRICES.items()):
        for unit, count in _INTERVALS:
            row = {
                "uuid": f"pl_{people.identifier(rng)}",
                "external_id": f"{name.lower()}-{count}-{unit}",
                "name": f"{name} ({'yearly' if unit == 'year' else 'monthly' if count == 1 else 'quarterly'})",
                "interval_count": count,
                "interval_unit": unit,
                "data_source_uuid": sources[0]["uuid"],
            }
            plans.append(Plan(row, tier, price, count * _MONTHS[unit]))
    members = {
        "Small": [plan for plan in plans if plan.price < PRICES["Team"]],
        "Large": [plan for plan in plans if plan.price >= PRICES["Team"]],
        "Billed yearly": [plan for plan in plans if plan.months == _MONTHS["year"]],
        "Retired": [],
    }
    uuids = {name: f"plg_{people.identifier(rng)}" for name in members}
    groups: list[Row] = [
        {"uuid": uuids[name], "name": name, "plans_count": len(plans)} for name, plans in members.items()
    ]
    return Offering(sources, plans, groups, {uuids[name]: plans for name, plans in members.items()})


def _data_source(rng: Random, name: str, opened: datetime) -> Row:
    return {
        "uuid": f"ds_{people.identifier(rng)}",
        "name": name,
        "system": name,
        "status": rng.choice(("idle", "working")),
        "created_at": f"{opened:%Y-%m-%dT%H:%M:%S}.{rng.randrange(1000):03d}Z",
        "processing_status": {"processed": rng.randrange(1000), "failed": rng.randrange(9), "pending": 0},
        "auto_churn_subscription_setting": {"enabled": rng.choice((True, False)), "interval": 30},
        "invoice_handling_setting": {
            way: {
                "create_subscription_when_invoice_is": rng.choice(("open", "paid")),
                "update_subscription_when_invoice_is": "open",
                "prevent_subscription_for_invoice_voided": True,
                "prevent_subscription_for_invoice_refunded": rng.choice((True, False)),
                "prevent_subscription_for_invoice_written_off": False,
            }
            for way in ("manual", "automatic")
        },
    }
