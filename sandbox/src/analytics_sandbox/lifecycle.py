"""How what a customer pays changes over the months: seats, plans, discounts, leaving and coming back."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox.offering import FOUNDERS, SEATS, converted

if TYPE_CHECKING:
    from random import Random

    from analytics_sandbox.offering import Offering, Plan

_MIX = {"card": (0.0, 0.62, 0.34, 0.04), "contract": (0.0, 0.16, 0.5, 0.34)}
"""How many customers begin with which tier, by the way they pay."""
_FOUNDERS_SHARE = 0.5
_FOUNDERS_SALE = timedelta(days=300)
_FIRST_SEATS = ((1, 4), (1, 3), (3, 9), (8, 24))
"""With how many seats a customer of each tier begins, at least and less than."""

_YEARLY = {"card": 0.28, "contract": 0.5}
_QUARTERLY = 0.2
_PROMOTED, _PROMOTION, _PROMOTION_MONTHS = 0.14, 25, 3
_REDUCED, _REDUCTION = 0.05, 20

# Chances a month, but for leaving at the end of a longer period.
_LEAVES_EARLY, _LEAVES, _LEAVES_LATE = 0.062, 0.032, 0.016
_EARLY, _SETTLED = 3, 12
_LOYALTY = (0.7, 1.35, 0.95, 0.5)
"""How much likelier a customer of each tier leaves than others."""
_LEAVES_AFTER = {3: 2.4, 12: 5.5}
_GROWS, _SHRINKS = (0.05, 0.06, 0.13, 0.17), 0.05
_UPGRADES, _DOWNGRADES, _COMMITS = 0.02, 0.006, 0.012
_AT_ONCE, _IN_BETWEEN = 0.06, 0.4
_RETURNS, _FORGETS = 0.045, 9
_LAST_DAY = 28


class Step(NamedTuple):
    """One change of what a customer pays.

    Attributes:
        moment: When it took effect.
        kind: `new_biz`, `expansion`, `contraction`, `churn` or `reactivation`.
        plan: The plan from then on; at the end, the one that was left.
        seats: How many seats of it.
        movement: The change of the monthly recurring revenue, in cents of the account's currency.
        mrr: The monthly recurring revenue after it, in cents of the account's currency.
        currency: What the customer pays in.
        discount: What is taken off the price, in per cent.
    """

    moment: datetime
    kind: str
    plan: Plan
    seats: int
    movement: int
    mrr: int
    currency: str
    discount: int = 0

    @property
    def bill(self) -> int:
        """Cents of the customer's currency for one period."""
        return self.plan.bill(self.seats, self.currency, self.discount)


class Terms(NamedTuple):
    """What was agreed with a customer.

    Attributes:
        currency: What it pays in.
        pays: `card`: at once; `contract`: on invoice, from the first of a month on.
    """

    currency: str
    pays: str


def later(moment: datetime, months: int) -> datetime:
    """The same day and hour some months later, or the last day of that month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = moment.day if moment.day <= _LAST_DAY else min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def begun(rng: Random, moment: datetime, offer: Offering, terms: Terms, opened: datetime) -> Step:
    """Let a subscription begin.

    Args:
        rng: Where chance comes from.
        moment: When it begins.
        offer: What the company sells.
        terms: What was agreed.
        opened: When the company began to sell.
    """
    chance, tier = rng.random(), 0
    for tier, share in enumerate(_MIX[terms.pays]):  # noqa: B007 - the tier at which chance is used up
        if chance < share:
            break
        chance -= share
    if moment < opened + _FOUNDERS_SALE and rng.random() < _FOUNDERS_SHARE:
        tier = FOUNDERS
    plans = offer.of_tier(tier)
    plan, discount = plans[0], 0
    if rng.random() < _YEARLY[terms.pays]:
        plan = plans[-1]
    elif len(plans) > 2 and rng.random() < _QUARTERLY:  # noqa: PLR2004 - a month, a quarter, a year
        plan = plans[1]
    chance = rng.random()
    if chance < _REDUCED:
        discount = _REDUCTION
    elif chance < _REDUCED + _PROMOTED and plan.months == 1:
        discount = _PROMOTION
    return _step(moment, "new_biz", plan, rng.randrange(*_FIRST_SEATS[tier]), 0, terms.currency, discount)


def changed(before: Step, moment: datetime, *, seats: int = 0, plan: Plan | None = None, discount: int = -1) -> Step:
    """Let a subscription that goes on change; what is not given stays."""
    after = _step(
        moment,
        "expansion",
        plan or before.plan,
        min(max(seats or before.seats, 1), SEATS),
        before.mrr,
        before.currency,
        before.discount if discount < 0 else discount,
    )
    return after if after.movement >= 0 else after._replace(kind="contraction")


def ended(before: Step, moment: datetime) -> Step:
    """Let a subscription end."""
    return before._replace(moment=moment, kind="churn", movement=-before.mrr, mrr=0)


def steps(rng: Random, first: Step, offer: Offering, anchor: datetime) -> list[Step]:
    """Let a subscription live from its first step until the anchor.

    Args:
        rng: Where chance comes from.
        first: How it began.
        offer: What the company sells.
        anchor: The instant before which everything happened.

    Returns:
        All steps, the first included, oldest first.
    """
    past = [first]
    if rng.random() < _AT_ONCE:
        # Some add seats while they are still at the checkout.
        past.append(changed(first, first.moment, seats=first.seats + rng.randint(1, 2)))
    began, opened, month, away = first.moment, 0, 0, 0
    while (now := later(began, month := month + 1)) < anchor:
        last = past[-1]
        if last.kind == "churn":
            away += 1
            if away > _FORGETS:
                break
            if rng.random() < _RETURNS:
                now = now + timedelta(days=rng.randrange(5), minutes=rng.randrange(600))
                if now < anchor:
                    began, opened, month, away = now, 0, 0, 0
                    back = _step(
                        now, "reactivation", last.plan, max(1, last.seats - rng.randrange(2)), 0, last.currency
                    )
                    past.append(back)
            continue
        is_renewal = (month - opened) % last.plan.months == 0
        step = _changed_by_chance(rng, last, now, offer, month=month, is_renewal=is_renewal)
        if step is None or step.moment >= anchor:
            continue
        if step.plan is not last.plan:
            opened = month
        past.append(step)
    return past


def _changed_by_chance(  # noqa: PLR0911, PLR0913 - one for each thing that can happen
    rng: Random, last: Step, now: datetime, offer: Offering, *, month: int, is_renewal: bool
) -> Step | None:
    tier, seats = last.plan.tier, last.seats
    if is_renewal:
        leaves = _LEAVES_EARLY if month <= _EARLY else _LEAVES if month <= _SETTLED else _LEAVES_LATE
        if rng.random() < leaves * _LOYALTY[tier] * _LEAVES_AFTER.get(last.plan.months, 1):
            return ended(last, now)
        if last.discount == _PROMOTION and month >= _PROMOTION_MONTHS:
            return changed(last, now, discount=0)
        chance = rng.random()
        if chance < _SHRINKS and seats > 1:
            return changed(last, now, seats=seats - rng.randint(1, max(1, seats // 5)))
        if chance < _SHRINKS + _UPGRADES and tier < offer.plans[-1].tier:
            return changed(last, now, plan=_like(last.plan, offer.of_tier(tier + 1)), seats=max(seats, tier + 1))
        if chance < _SHRINKS + _UPGRADES + _DOWNGRADES and tier > FOUNDERS + 1:
            return changed(last, now, plan=_like(last.plan, offer.of_tier(tier - 1)))
        if chance < _SHRINKS + _UPGRADES + _DOWNGRADES + _COMMITS and last.plan.months == 1:
            yearly = offer.of_tier(tier)[-1]
            return changed(last, now, plan=yearly) if yearly is not last.plan else None
    if rng.random() < _GROWS[tier] and seats < SEATS:
        # What is paid on invoice changes with a month.
        if now.day > 1 and rng.random() < _IN_BETWEEN:
            now += timedelta(days=rng.randrange(1, 25), minutes=rng.randrange(400))
        return changed(last, now, seats=seats + rng.randint(1, max(1, seats // 6)))
    return None


def _like(plan: Plan, plans: list[Plan]) -> Plan:
    """The plan of another tier that is billed as often."""
    return next((each for each in plans if each.months == plan.months), plans[0])


def _step(  # noqa: PLR0913, PLR0917 - a step has so many parts
    moment: datetime, kind: str, plan: Plan, seats: int, before: int, currency: str, discount: int = 0
) -> Step:
    mrr = round(converted(plan.bill(seats, currency, discount), plan.months, currency))
    return Step(moment, kind, plan, seats, mrr - before, mrr, currency, discount)
