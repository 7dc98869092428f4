"""What the company of the subscription API sells, and the systems that it bills with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from analytics_sandbox.wire import Row

CURRENCY = {"currency": "EUR", "currency-sign": "€"}
"""What the account counts in."""

RATES = {"EUR": Decimal(1), "USD": Decimal("0.91743119266")}
"""What one unit of a currency that customers pay in is worth in the account's: the same at all times."""

_TIERS = {
    "Gründer": (("month", 1, 1200, 1400),),
    "Starter": (("month", 1, 1800, 2000), ("year", 1, 1500, 1700)),
    "Team": (("month", 1, 3000, 3400), ("year", 1, 2500, 2800)),
    "Business": (("month", 1, 4800, 5200), ("month", 3, 4560, 4940), ("year", 1, 4000, 4400)),
}
"""For each tier, the cheapest first, its plans: the interval, and cents a month for one seat in EUR and in USD."""

SEATS = 60
"""The most seats of a subscription."""

FOUNDERS = 0
"""The tier that only the first customers could buy."""

_MONTHS = {"month": 1, "year": 12}
_CYCLES = {1: "monthly", 3: "quarterly", 12: "yearly"}


class Plan(NamedTuple):
    """A plan and what it costs; the API does not tell the price.

    Attributes:
        row: The plan, as the API gives it.
        tier: Which tier it is, from 0.
        prices: Cents a month for one seat, by currency.
        months: How many months one bill is for.
    """

    row: Row
    tier: int
    prices: dict[str, int]
    months: int

    def bill(self, seats: int, currency: str, discount: int = 0) -> int:
        """Cents of a currency for one period, less a discount in per cent."""
        return round(seats * self.prices[currency] * self.months * (100 - discount) / 100)


class Offering(NamedTuple):
    """Plans, the groups that they are in, and data sources.

    Attributes:
        data_sources: As the API gives them when it is asked for everything.
        plans: The plans of each data source, the cheapest tier first, in each the shortest period first.
        plan_groups: As the API gives them.
        members: For each group's uuid its plans.
    """

    data_sources: list[Row]
    plans: list[Plan]
    plan_groups: list[Row]
    members: dict[str, list[Plan]]

    def of_source(self, uuid: str) -> Offering:
        """What is billed with one data source."""
        return self._replace(plans=[plan for plan in self.plans if plan.row["data_source_uuid"] == uuid])

    def of_tier(self, tier: int) -> list[Plan]:
        """The plans of a tier."""
        return [plan for plan in self.plans if plan.tier == tier]


def converted(bill: int, months: int, currency: str) -> Decimal:
    """The monthly recurring revenue that a bill stands for, in cents of the account's currency, to the last digit."""
    return Decimal(bill) * RATES[currency] / months


def offering(rng: Random, opened: datetime) -> Offering:
    """Make what the company sells.

    Args:
        rng: Where chance comes from.
        opened: When it began.
    """
    sources = [_data_source(rng, name, opened) for name in ("Import API", "Card payments", "App store")]
    plans = [plan for source in sources for plan in _plans(rng, source["uuid"])]
    last = len(_TIERS) - 1
    members = {
        "Self-service": [plan for plan in plans if FOUNDERS < plan.tier < last],
        "With an account manager": [plan for plan in plans if plan.tier == last],
        "Billed yearly": [plan for plan in plans if plan.months == _MONTHS["year"]],
        "No longer sold": [plan for plan in plans if plan.tier == FOUNDERS],
        "Partners": [],
    }
    uuids = {name: f"plg_{people.identifier(rng)}" for name in members}
    groups: list[Row] = [
        {"uuid": uuids[name], "name": name, "plans_count": len(plans)} for name, plans in members.items()
    ]
    return Offering(sources, plans, groups, {uuids[name]: plans for name, plans in members.items()})


def _plans(rng: Random, source: str) -> Iterator[Plan]:
    """Make the plans of a data source: the same in each, for a plan is known only where it is billed."""
    for tier, (name, cycles) in enumerate(_TIERS.items()):
        for unit, count, euros, dollars in cycles:
            months = count * _MONTHS[unit]
            row = {
                "uuid": f"pl_{people.identifier(rng)}",
                "external_id": f"{name.lower()}-{count}-{unit}",
                "name": f"{name} ({_CYCLES[months]})",
                "interval_count": count,
                "interval_unit": unit,
                "data_source_uuid": source,
            }
            yield Plan(row, tier, {"EUR": euros, "USD": dollars}, months)


def _data_source(rng: Random, name: str, opened: datetime) -> Row:
    return {
        "uuid": f"ds_{people.identifier(rng)}",
        "name": name,
        "system": name,
        "status": people.pick(rng, ("idle", "working")),
        "created_at": f"{opened:%Y-%m-%dT%H:%M:%S}.{rng.randrange(1000):03d}Z",
        "processing_status": {"processed": rng.randrange(1000), "failed": rng.randrange(9), "pending": 0},
        "auto_churn_subscription_setting": {"enabled": people.pick(rng, (True, False)), "interval": 30},
        "invoice_handling_setting": {
            way: {
                "create_subscription_when_invoice_is": people.pick(rng, ("open", "paid")),
                "update_subscription_when_invoice_is": "open",
                "prevent_subscription_for_invoice_voided": True,
                "prevent_subscription_for_invoice_refunded": people.pick(rng, (True, False)),
                "prevent_subscription_for_invoice_written_off": False,
            }
            for way in ("manual", "automatic")
        },
    }
