"""What is billed in the subscription API: subscriptions, their events, and invoices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from analytics_sandbox import people
from analytics_sandbox.subscription_data import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from analytics_sandbox.subscription_data import Step, Subscriber
    from analytics_sandbox.wire import Row

# More than 32 bits.
_FIRST_EVENT = 5_000_000_001
FIRST_LATER_EVENT = 6_000_000_001
"""The number of the first event that is not of the past."""

_EVENTS_EACH = 1000
_EVENT_TYPES = {"new_biz": "subscription_start", "churn": "subscription_cancelled"}
_OLD = timedelta(days=600)
"""Rows that are older lack the fields that came later."""

_RARE = 0.1
_SOME = 0.4


def millis(moment: datetime) -> str:
    """An instant as billing objects have it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


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
        "uuid": f"sub_{people.identifier(rng)}",
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
        **revenue(one.number, last.mrr),
    }
    if rng.random() < _RARE:
        del row["uuid"], row["subscription_set_external_id"]
    yield row


def revenue(number: int, mrr: int) -> Row:
    """What a subscription brings: sometimes with fractions of a cent, as conversions between currencies leave them."""
    exact = Decimal(mrr) - Decimal("0.38906979002") if mrr and number % 9 == 0 else mrr
    return {"mrr": exact, "arr": 12 * exact}


def events(rng: Random, one: Subscriber) -> Iterator[Row]:
    """Make the events of a customer's subscription, oldest first."""
    for position, step in enumerate(one.steps):
        yield event(rng, one.customer, step, _FIRST_EVENT + one.number * _EVENTS_EACH + position)


def event(rng: Random, customer: Row, step: Step, key: int) -> Row:
    """Make an event of a subscription."""
    external_id = f"{customer['external_id']}_sub"
    moment = f"{step.moment:%Y-%m-%dT%H:%M:%SZ}"
    is_end = step.kind == "churn"
    # What an event has nothing to say of is an empty text, or null.
    nothing = rng.choice(("", None))
    return {
        "id": key,
        "data_source_uuid": customer["data_source_uuid"],
        "customer_external_id": customer["external_id"],
        "subscription_set_external_id": rng.choice(("", None, f"{external_id}_set")),
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
        "currency": "" if is_end else CURRENCY["currency"],
        "amount_in_cents": nothing if is_end else step.mrr * step.plan.months,
        "tax_amount_in_cents": None if is_end else 0,
        "event_order": None if rng.random() < _SOME else 1,
        "retracted_event_id": rng.choice((None, f"{key - 1}", key - 1)) if rng.random() < _RARE else None,
        "disabled": rng.random() < _RARE,
        "disabled_at": None,
        "disabled_by": None,
        "edit_history_summary": None,
        "_created": step.moment,
    }


def invoices(rng: Random, one: Subscriber, anchor: datetime) -> Iterator[Row]:
    """Make the invoices of a customer: one whenever it begins to pay, or pays another price."""
    for position, step in enumerate(one.steps):
        if step.mrr:
            yield invoice(rng, one.customer, step, position, is_old=step.moment < anchor - _OLD)


def invoice(rng: Random, customer: Row, step: Step, position: int, *, is_old: bool = False) -> Row:
    """Make an invoice."""
    external_id = f"inv_{customer['external_id']}_{position}"
    is_valid = rng.random() >= _RARE
    is_disabled = rng.random() < _RARE
    row: Row = {
        "uuid": f"inv_{people.identifier(rng)}",
        "customer_uuid": customer["uuid"],
        "external_id": external_id,
        "date": millis(step.moment),
        "due_date": None if rng.random() < _SOME else millis(step.moment + timedelta(days=14)),
        "currency": CURRENCY["currency"],
        "line_items": list(_line_items(rng, customer, step)),
        "transactions": list(_transactions(rng, step, external_id)),
        # Not told: whether the service takes the invoice for a valid one.
        "_valid": is_valid,
        "_created": step.moment,
    }
    if is_old:
        return row
    return row | {
        "errors": {} if is_valid else {"line_items": ["overlap with those of another invoice"]},
        "customer_external_id": customer["external_id"],
        "data_source_uuid": customer["data_source_uuid"],
        "collection_method": rng.choice(("manual", "automatic")),
        "status": "paid" if row["transactions"] else "open",
        "disabled": is_disabled,
        "disabled_at": millis(step.moment + timedelta(days=1)) if is_disabled else None,
        "disabled_by": "owner@example.com" if is_disabled else None,
        "user_created": rng.random() < _RARE,
        "edit_history_summary": rng.choice(({}, None)),
    }


def _line_items(rng: Random, customer: Row, step: Step) -> Iterator[Row]:
    rich = rng.random() < _SOME
    item: Row = {
        "uuid": f"li_{people.identifier(rng)}",
        "external_id": None,
        "type": "subscription",
        "subscription_uuid": f"sub_{people.identifier(rng)}",
        "subscription_external_id": f"{customer['external_id']}_sub",
        "plan_uuid": step.plan.row["uuid"],
        "prorated": rich,
        "proration_type": None,
        "service_period_start": millis(step.moment),
        "service_period_end": millis(step.moment + timedelta(days=30 * step.plan.months)),
        "amount_in_cents": step.mrr * step.plan.months,
        "quantity": step.seats,
        "discount_code": "WELCOME" if rich else "",
        "discount_amount_in_cents": 0,
        "tax_amount_in_cents": 0,
        "transaction_fees_in_cents": 0,
        "transaction_fees_currency": rng.choice(("", None)),
        "discount_description": rng.choice(("", None)),
        "account_code": rng.choice(("", None)),
        "event_order": None,
        "balance_transfer": None,
        "description": None,
    }
    yield item
    if rich:
        yield {
            "uuid": f"li_{people.identifier(rng)}",
            "external_id": f"setup_{rng.randrange(10**6)}",
            "type": "one_time",
            "description": "Set-up & training",
            "amount_in_cents": 50_00,
            "quantity": 1,
            "discount_code": "",
            "discount_amount_in_cents": 0,
            "tax_amount_in_cents": 9_50,
            "transaction_fees_in_cents": 0,
            "account_code": "",
        }


def _transactions(rng: Random, step: Step, external_id: str) -> Iterator[Row]:
    if rng.random() < _RARE:
        return
    yield {
        "uuid": f"tr_{people.identifier(rng)}",
        "external_id": f"pay_{external_id}",
        "type": "payment",
        "date": millis(step.moment + timedelta(hours=1)),
        "result": "successful",
        "amount_in_cents": None if rng.random() < _RARE else step.mrr * step.plan.months,
        "transaction_fees_in_cents": None,
        "transaction_fees_currency": None,
    }
