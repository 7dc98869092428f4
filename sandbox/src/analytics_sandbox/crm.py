"""What salespeople keep in the subscription API: contacts, notes, opportunities and tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from analytics_sandbox import people
from analytics_sandbox.invoicing import millis
from analytics_sandbox.offering import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from analytics_sandbox.wire import Row

OWNERS = ("owner@example.com", "sales@example.com")
_OFFERS = (216_00, 360_00, 1_080_00, 1_500_00, 2_400_00, 4_800_00, 5_760_00, 9_600_00)
_MOST = 0.7
_SOME = 0.4
_ODD = 0.2


def contacts(rng: Random, customer: Row, number: int, moment: datetime) -> Iterator[Row]:
    """Make the contacts of a customer: at most two, and for some none."""
    for position in range(1, rng.randint(0, 2) + 1):
        who = people.person(number)
        is_first = position == 1
        rich = rng.random() < _SOME
        fields = people.free_form(rng) if rich else {}
        yield {
            "uuid": f"con_{people.identifier(rng)}",
            "customer_uuid": customer["uuid"],
            "customer_external_id": customer["external_id"],
            "data_source_uuid": customer["data_source_uuid"],
            "position": position,
            "first_name": who.first if is_first else people.person(number + 3000).first,
            "last_name": who.last if rich else None,
            "title": "CEO" if rich else None,
            "email": who.email if is_first else f"office@{who.domain}",
            "phone": "+49 30 123456" if rich else None,
            "linked_in": None,
            "twitter": None,
            "notes": 'met at a fair; "call again"\n' if rich else None,
            # An object in most answers, a list in some.
            "custom": [{"key": "Plan ✓", "value": 3}] if rng.random() < _ODD else fields,
            "_created": moment,
            **({"external_id": f"contact_{number}"} if rich else {}),
        }


def notes(rng: Random, customer: Row, moment: datetime) -> Iterator[Row]:
    """Make a note about some customers, or the minutes of a call."""
    if rng.random() < _MOST:
        is_call = rng.random() < _SOME
        yield {
            "uuid": f"note_{people.identifier(rng)}",
            "customer_uuid": customer["uuid"],
            "type": "call" if is_call else "note",
            "text": "Wants the größer plan <soon>",
            "call_duration": rng.randrange(3600) if is_call else 0,
            "author": f"Ada Öz ({people.pick(rng, OWNERS)})",
            "created_at": millis(moment),
            "updated_at": millis(moment + timedelta(days=1)),
        }


def opportunities(rng: Random, customer: Row, moment: datetime) -> Iterator[Row]:
    """Make an opportunity with some customers."""
    if rng.random() < _MOST:
        yield {
            "uuid": f"opp_{people.identifier(rng)}",
            "customer_uuid": customer["uuid"],
            "owner": people.pick(rng, OWNERS),
            "pipeline": "New business",
            "pipeline_stage": people.pick(rng, ("Discovery", "Trial", "Negotiation")),
            "estimated_close_date": f"{moment + timedelta(days=60):%Y-%m-%d}",
            "currency": CURRENCY["currency"],
            "amount_in_cents": people.pick(rng, _OFFERS),
            "type": people.pick(rng, ("recurring", "one-time")),
            "forecast_category": people.pick(rng, ("pipeline", "best_case", "committed", "lost", "won")),
            "win_likelihood": rng.randrange(101),
            "custom": people.free_form(rng) if rng.random() < _SOME else {},
            "created_at": millis(moment),
            "updated_at": millis(moment),
        }


def tasks(rng: Random, customer: Row, moment: datetime) -> Iterator[Row]:
    """Make a task about some customers."""
    if rng.random() < _MOST:
        is_done = rng.random() < _SOME
        yield {
            "task_uuid": people.identifier(rng),
            "customer_uuid": customer["uuid"],
            "assignee": people.pick(rng, OWNERS),
            "task_details": "Send the offer",
            "due_date": millis(moment + timedelta(days=7)),
            "completed_at": millis(moment + timedelta(days=2)) if is_done else None,
            "created_at": millis(moment),
            "updated_at": millis(moment),
        }
