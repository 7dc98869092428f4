"""What is billed in the subscription API: subscriptions and their events."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from analytics_sandbox import people
from analytics_sandbox.offering import CURRENCY, RATES, converted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from analytics_sandbox.lifecycle import Step
    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.wire import Row

# More than 32 bits.
_FIRST_EVENT = 5_000_000_001
FIRST_LATER_EVENT = 6_000_000_001
"""The number of the first event that is not of the past."""

_EVENTS_EACH = 1000
_EVENT_TYPES = {"new_biz": "subscription_start", "churn": "subscription_cancelled"}
_TWICE = 12
"""One customer in so many has an event that was entered twice."""

_RARE = 0.1
_SOME = 0.4


def subscriptions(rng: Random, one: Subscriber) -> Iterator[Row]:
    """Make the subscription of a customer, with the customer's uuid, which the API leaves out; a lead has none."""
    if not one.steps:
        return
    first, last = one.steps[0], one.steps[-1]
    external_id = f"{one.customer['external_id']}_sub"
    ends = last.moment if last.kind == "churn" else first.moment + timedelta(days=3650)
    row: Row = {
        "customer_uuid": one.customer["uuid"],
        "id": 9_000_000 + one.number,
        "uuid": f"sub_{one.customer['uuid'][4:]}",
        "external_id": external_id,
        "subscription_set_external_id": f"{external_id}_set",
        "plan": last.plan.row["name"],
        "quantity": last.seats,
        "status": "inactive" if last.kind == "churn" else "active",
        "billing-cycle": last.plan.row["interval_unit"],
        "billing-cycle-count": last.plan.row["interval_count"],
        "start-date": first.moment.isoformat(timespec="seconds"),
        "end-date": ends.isoformat(timespec="seconds"),
        **CURRENCY,
        **(_revenue(converted(last.bill, last.plan.months, last.currency)) if last.mrr else _revenue(Decimal(0))),
    }
    if rng.random() < _RARE:
        del row["uuid"], row["subscription_set_external_id"]
    yield row


def revenue(currency: str, mrr: int) -> Row:
    """What a subscription brings: the customer's revenue, with the fractions of a cent that conversion leaves."""
    rate = RATES[currency]
    return _revenue(round(mrr / rate) * rate)


def _revenue(exact: Decimal) -> Row:
    value = int(exact) if exact == int(exact) else exact
    return {"mrr": value, "arr": 12 * value}


def events(rng: Random, one: Subscriber) -> Iterator[Row]:
    """Make the events of a customer's subscription, oldest first."""
    first = _FIRST_EVENT + one.number * _EVENTS_EACH
    for position, step in enumerate(one.steps):
        row = event(rng, one.customer, step, first + position)
        yield row
        if position == 0 and one.number % _TWICE == 1:
            # Entered a second time, by mistake.
            yield row | {"id": row["id"] + _EVENTS_EACH // 2, "disabled": True}


def event(rng: Random, customer: Row, step: Step, key: int) -> Row:
    """Make an event of a subscription."""
    external_id = f"{customer['external_id']}_sub"
    moment = f"{step.moment:%Y-%m-%dT%H:%M:%SZ}"
    is_end = step.kind == "churn"
    # What an event has nothing to say of is an empty text, or null.
    nothing = people.pick(rng, ("", None))
    return {
        "id": key,
        "data_source_uuid": customer["data_source_uuid"],
        "customer_external_id": customer["external_id"],
        "subscription_set_external_id": people.pick(rng, ("", None, f"{external_id}_set")),
        "subscription_external_id": external_id,
        "plan_external_id": "" if is_end else step.plan.row["external_id"],
        "event_date": moment,
        "effective_date": moment,
        "event_type": _EVENT_TYPES.get(step.kind, "subscription_updated"),
        "external_id": None if rng.random() < _SOME else f"ev_{key}",
        "errors": {},
        "created_at": moment,
        "updated_at": moment,
        "quantity": nothing if is_end else step.seats,
        "currency": "" if is_end else step.currency,
        "amount_in_cents": nothing if is_end else step.bill,
        "tax_amount_in_cents": None if is_end else 0,
        "event_order": None if rng.random() < _SOME else 1,
        "retracted_event_id": people.pick(rng, (None, f"{key - 1}", key - 1)) if rng.random() < _RARE else None,
        "disabled": False,
        "disabled_at": None,
        "disabled_by": None,
        "edit_history_summary": None,
        "_created": step.moment,
    }
