"""Invoices of the subscription API, with their line items and payments: they follow subscriptions and billing dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people
from analytics_sandbox.lifecycle import later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from analytics_sandbox.lifecycle import Step, Terms
    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.wire import Row

_OLD = timedelta(days=600)
"""Rows that are older lack the fields that came later."""

_TAX = {"DE": 19}
"""Per cent of the net amount; customers elsewhere are billed without."""

_SETUP = 15_000
_DUE_DAYS = 14

_TWICE, _FOUND, _PLACES = 6, (1, 4), 4
"""Of so many customers two have an invoice that was entered twice: it is among their first ones."""

_REFUNDED, _HELPED = 0.012, 0.3
_CARD_FAILS, _PAYS_LATE = 0.06, 0.12
_PAID_BY_CARD = timedelta(minutes=2)


class Bill(NamedTuple):
    """What is asked for at one moment.

    Attributes:
        moment: When.
        step: The subscription as it then was.
        begin: When the period begins that is paid for.
        end: When it ends.
        net: Cents of the customer's currency, without tax.
        prorated: Whether it is for what was added within a period.
    """

    moment: datetime
    step: Step
    begin: datetime
    end: datetime
    net: int
    prorated: bool = False


def millis(moment: datetime) -> str:
    """An instant as billing objects have it."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def recorded(text: str) -> datetime:
    """The instant that a billing object has."""
    return datetime.fromisoformat(f"{text[:-1]}+00:00")


def bills(past: list[Step], until: datetime) -> Iterator[Bill]:
    """What a customer was billed for: each period when it begins, and at once what is added within one."""
    opened, billed = until, 0
    for place, step in enumerate(past):
        if not step.mrr:
            continue
        before = past[place - 1] if place else None
        if before is None or not before.mrr or before.plan is not step.plan:
            opened, billed = step.moment, 0
        elif step.moment < (end := later(opened, billed)):
            begin = later(opened, billed - step.plan.months)
            added = round((step.bill - before.bill) * ((end - step.moment) / (end - begin)))
            if added > 0:
                yield Bill(step.moment, step, step.moment, end, added, prorated=True)
        next_step = past[place + 1].moment if place + 1 < len(past) else until
        begin, net = later(opened, billed), step.bill
        while begin < next_step:
            billed += step.plan.months
            end = later(opened, billed)
            yield Bill(begin, step, begin, end, net)
            begin = end


def due_of(bill: Bill, terms: Terms) -> datetime | None:
    """When a bill has to be paid; None: at once, by card."""
    return bill.moment + timedelta(days=_DUE_DAYS) if terms.pays == "contract" else None


def invoices(rng: Random, one: Subscriber, anchor: datetime) -> Iterator[Row]:
    """Make the invoices of a customer, oldest first."""
    billed = list(bills(one.steps, anchor))
    for position, bill in enumerate(billed):
        is_paid = position < len(billed) - one.unpaid
        row = invoice(rng, one, bill, position, anchor, is_paid=is_paid, is_old=bill.moment < anchor - _OLD)
        yield row
        if one.number % _TWICE in _FOUND and position == one.number % _PLACES:
            yield _entered_twice(rng, row, bill, is_disabled=one.number % _TWICE == _FOUND[0])


def invoice(  # noqa: PLR0913 - an invoice has so many parts
    rng: Random,
    one: Subscriber,
    bill: Bill,
    position: int,
    anchor: datetime,
    *,
    is_paid: bool = True,
    is_old: bool = False,
) -> Row:
    """Make an invoice.

    Args:
        rng: Where chance comes from.
        one: The customer.
        bill: What it is for.
        position: How many invoices the customer had before.
        anchor: The instant before which everything happened.
        is_paid: Whether it is paid sooner or later.
        is_old: Whether it has no fields that came later.
    """
    external_id = f"inv_{one.customer['external_id']}_{position}"
    by_contract = one.terms.pays == "contract"
    due = due_of(bill, one.terms)
    items = list(_line_items(rng, one, bill, is_first=position == 0))
    total = sum(item["amount_in_cents"] for item in items)
    payments = list(_transactions(rng, bill, external_id, due=due, total=total, anchor=anchor, is_paid=is_paid))
    row: Row = {
        "uuid": f"inv_{people.identifier(rng)}",
        "customer_uuid": one.customer["uuid"],
        "external_id": external_id,
        "date": items[0]["service_period_start"],
        "due_date": due and millis(due),
        "currency": bill.step.currency,
        "line_items": items,
        "transactions": payments,
        # Not told: whether the service takes the invoice for a valid one.
        "_valid": True,
        "_created": items[0]["service_period_start"],
    }
    if is_old:
        return row
    return row | {
        "errors": {},
        "customer_external_id": one.customer["external_id"],
        "data_source_uuid": one.customer["data_source_uuid"],
        "collection_method": "manual" if by_contract else "automatic",
        "status": "paid" if any(each["result"] == "successful" for each in payments) else "open",
        "disabled": False,
        "disabled_at": None,
        "disabled_by": None,
        "user_created": by_contract,
        "edit_history_summary": None if position % 2 else {},
    }


def _entered_twice(rng: Random, row: Row, bill: Bill, *, is_disabled: bool) -> Row:
    """An invoice that was entered a second time, by mistake: it is disabled, or the service takes it for invalid."""
    copy = {
        **row,
        "uuid": f"inv_{people.identifier(rng)}",
        "external_id": f"{row['external_id']}_copy",
        "line_items": [{**item, "uuid": f"li_{people.identifier(rng)}"} for item in row["line_items"]],
        "transactions": [],
        "errors": {},
        "disabled": False,
    }
    if "status" in copy:
        copy["status"] = "open"
    if is_disabled:
        found = millis(bill.moment + timedelta(hours=3))
        return copy | {"disabled": True, "disabled_at": found, "disabled_by": "owner@example.com"}
    return copy | {"_valid": False, "errors": {"line_items": ["overlap with those of another invoice"]}}


def _line_items(rng: Random, one: Subscriber, bill: Bill, *, is_first: bool) -> Iterator[Row]:
    step, nothing = bill.step, "" if bill.begin.month % 2 else None
    rate = _TAX.get(one.customer["country"], 0)
    tax = round(bill.net * rate / 100)
    discount = 0 if bill.prorated else step.plan.bill(step.seats, step.currency) - bill.net
    external_id = f"{one.customer['external_id']}_sub"
    yield {
        "uuid": f"li_{people.identifier(rng)}",
        "external_id": None,
        "type": "subscription",
        "subscription_uuid": f"sub_{one.customer['uuid'][4:]}",
        "subscription_external_id": external_id,
        "subscription_set_external_id": f"{external_id}_set",
        "plan_uuid": step.plan.row["uuid"],
        "prorated": bill.prorated,
        "proration_type": None,
        "service_period_start": millis(bill.begin),
        "service_period_end": millis(bill.end),
        "amount_in_cents": bill.net + tax,
        "quantity": step.seats,
        "discount_code": "" if not discount else "WELCOME" if step.plan.months == 1 else "NONPROFIT",
        "discount_amount_in_cents": discount,
        "tax_amount_in_cents": tax,
        "transaction_fees_in_cents": 0,
        "transaction_fees_currency": nothing,
        "discount_description": f"{step.discount} % off" if discount else nothing,
        "account_code": nothing,
        "event_order": None,
        "balance_transfer": None,
        "description": None,
    }
    if is_first and one.terms.pays == "contract" and rng.random() < _HELPED:
        tax = round(_SETUP * rate / 100)
        yield {
            "uuid": f"li_{people.identifier(rng)}",
            "external_id": f"setup_{rng.randrange(10**6)}",
            "type": "one_time",
            "description": "Set-up & training",
            "amount_in_cents": _SETUP + tax,
            "quantity": 1,
            "discount_code": "",
            "discount_amount_in_cents": 0,
            "tax_amount_in_cents": tax,
            "transaction_fees_in_cents": 0,
            "account_code": "",
        }


def _transactions(  # noqa: PLR0913 - a payment depends on so many things
    rng: Random, bill: Bill, external_id: str, *, due: datetime | None, total: int, anchor: datetime, is_paid: bool
) -> Iterator[Row]:
    """Make what was tried, paid and given back for an invoice, oldest first."""
    chance = rng.random()
    if due is None:
        # By card: at once, or after some days in which it was tried again.
        moment = bill.moment + _PAID_BY_CARD
        if not is_paid or chance < _CARD_FAILS:
            for attempt in range(1 if is_paid else 3):
                failed = moment + timedelta(days=3 * attempt)
                if failed < anchor:
                    yield _transaction(rng, f"try{attempt}_{external_id}", failed, result="failed")
            moment += timedelta(days=3 + int(chance * 200))
    elif chance < _PAYS_LATE:
        moment = due + timedelta(days=rng.randint(1, 30))
    else:
        moment = bill.moment + (due - bill.moment) * chance
    is_open = due is not None and due >= anchor and moment >= anchor
    if not is_paid or is_open:
        return
    if moment >= anchor:
        # It is paid by now, or its customer would be past due.
        earliest = min(bill.moment + 2 * _PAID_BY_CARD if due is None else due, anchor)
        moment = earliest + (anchor - earliest) * chance
    yield _transaction(rng, f"pay_{external_id}", moment, amount=total)
    returned = moment + timedelta(days=2)
    if returned < anchor and rng.random() < _REFUNDED:
        part = total if rng.random() < _HELPED else total // 4
        yield _transaction(rng, f"ref_{external_id}", returned, kind="refund", amount=part)


def payment(rng: Random, invoice: Row, moment: datetime) -> Row:
    """Make the payment of what is open of an invoice."""
    total = sum(item["amount_in_cents"] for item in invoice["line_items"])
    return _transaction(rng, f"pay_{invoice['external_id']}", moment, amount=total)


def _transaction(  # noqa: PLR0913 - a transaction has so many parts
    rng: Random,
    external_id: str,
    moment: datetime,
    *,
    kind: str = "payment",
    result: str = "successful",
    amount: int | None = None,
) -> Row:
    return {
        "uuid": f"tr_{people.identifier(rng)}",
        "external_id": external_id,
        "type": kind,
        "date": millis(moment),
        "result": result,
        # What did not come has no amount.
        "amount_in_cents": amount,
        "transaction_fees_in_cents": None,
        "transaction_fees_currency": None,
    }
