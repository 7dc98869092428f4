"""Made-up data of the support API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from analytics_sandbox import office, people
from analytics_sandbox.wire import SUPPORT_SPELLINGS, instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.wire import Row

FIRST_ID = 500_000_001
HISTORY = timedelta(days=3 * 365)
OBJECT_TYPES = ("Ticket", "Customer")

_HOURS = {
    "timezone": office.ZONE_NAME,
    "business_hours": [{"days": "1,2,3,4,5", "from_time": f"{office.OPENS:02}:00", "to_time": f"{office.CLOSES}:00"}],
}
_IMPORTED = 0.3
_UNTOLD = 0.3
_LANGUAGES = {"DE": "de", "AT": "de", "FR": "fr", "ES": "es"}
_ZONES = {"FR": "Europe/Paris", "US": "America/Chicago", "JP": "Asia/Tokyo", "BR": "America/Sao_Paulo"}
_WHOLE_SECOND = 0.2
_RICH = 0.4
_BETWEEN_IMPORTS, _IMPORTS = timedelta(days=60), 6
_SOON = timedelta(days=50)
_NEVER = datetime.max.replace(tzinfo=timezone.utc)


def spelled(rng: Random, moment: datetime) -> str:
    """An instant in one of the API's spellings."""
    return people.pick(rng, SUPPORT_SPELLINGS)(moment)


def account(seed: int, anchor: datetime) -> Row:
    """Make the account.

    Args:
        seed: Which world it is in.
        anchor: The instant before which everything happened.

    Returns:
        The account, as the API gives it.
    """
    rng = people.source(seed, "support account")
    created = spelled(rng, anchor - HISTORY)
    return {
        "domain": "sandbox",
        "created_datetime": created,
        "deactivated_datetime": None,
        "status": {"status": "active"},
        "settings": [
            {"id": 1, "type": "business-hours", "data": _HOURS},
            {"id": 2, "type": "agent-costs", "data": [[1, 2.5], []]},
            {"id": 3, "type": "view-order", "data": {"77": {"display_order": 1}, "78": {"display_order": 2}}},
        ],
        "current_subscription": {
            "plan": "pro-2",
            "status": "active",
            "start_datetime": created,
            "trial_start_datetime": None,
            "trial_end_datetime": None,
        },
        "meta": people.free_form(rng),
    }


def customer(rng: Random, number: int, created: datetime, updated: datetime) -> Row:
    """Make a customer.

    Args:
        rng: Where chance comes from.
        number: Which customer this is, from 0.
        created: When it came.
        updated: When it last changed.

    Returns:
        The customer, as the API gives it.
    """
    who = people.writer(number)
    email = who.email
    rich = rng.random() < _RICH
    row: Row = {
        "id": FIRST_ID + number,
        "email": email,
        "name": f"{who.first} {who.last}",
        "firstname": who.first,
        "lastname": who.last,
        "external_id": str(number) if rich else None,
        "language": _LANGUAGES.get(who.place.code, "en") if rng.random() > _UNTOLD else None,
        "timezone": _ZONES.get(who.place.code, office.ZONE_NAME) if rng.random() > _UNTOLD else None,
        "active": rng.random() > _IMPORTED,
        "note": 'likes "quotes"\nand new lines' if rich else None,
        "meta": people.free_form(rng) if rich else {},
        "created_datetime": spelled(rng, created),
        "updated_datetime": spelled(rng, updated),
    }
    if rich:
        row |= {
            "channels": [{"id": 9_000_000 + number, "type": "email", "address": email, "preferred": True}],
            "integrations": {
                str(70_000 + number): {"__integration_type__": "http", "orders": [{"total-price": "9.50"}]}
            },
            "custom_fields": {str(600 + number % 5): {"id": 600 + number % 5, "value": "gold", "prediction": None}},
            "data": people.free_form(rng),
        }
    return row


def history(rng: Random, one: Subscriber, anchor: datetime) -> Row:
    """Make a customer with a past.

    Args:
        rng: Where chance comes from.
        one: The customer of the subscription API of the same number, for whom most of them write.
        anchor: The instant before which everything happened.

    Returns:
        The customer, as the API gives it.
    """
    # Most are heard of in their first weeks.
    first = min(one.seen + _SOON * rng.random() ** 2, anchor - timedelta(days=1))
    created = with_fraction(rng, first)
    updated = with_fraction(rng, people.moment(rng, created, anchor - timedelta(seconds=2)))
    imports = min((anchor - created) // _BETWEEN_IMPORTS, _IMPORTS)
    if imports and rng.random() < _IMPORTED:
        # An import touches many customers in the same instant.
        updated = anchor - rng.randint(1, imports) * _BETWEEN_IMPORTS
    return customer(rng, one.number, created, updated)


def with_fraction(rng: Random, moment: datetime) -> datetime:
    """An instant of the same second, mostly with a fraction."""
    if rng.random() < _WHOLE_SECOND:
        return moment.replace(microsecond=0)
    return moment.replace(microsecond=1 + int(rng.random() * 999_999))


def custom_field(rng: Random, number: int, object_type: str, moment: datetime) -> Row:
    """Make a custom field.

    Args:
        rng: Where chance comes from.
        number: Which field this is, from 0.
        object_type: `Ticket` or `Customer`.
        moment: When it was created.

    Returns:
        The field, as the API gives it.
    """
    data_type = people.pick(rng, ("text", "number", "boolean"))
    archived = None if number % 6 < 4 else spelled(rng, moment + timedelta(hours=number))  # noqa: PLR2004 - a third
    choices: list[object] = ["Größe::XL", "Größe::S", 7, None, {"label": "x.y", "value-id": 1}]
    return {
        "id": 600 + number,
        "object_type": object_type,
        "label": f"Field № {number}: {data_type}",
        "description": None if number % 3 else "What the agent chose",
        "priority": number // 2,
        "required": number % 4 == 0,
        "external_id": None,
        "managed_type": None if number % 5 else "contact_reason",
        "definition": {
            "data_type": data_type,
            "input_settings": {
                "input_type": "dropdown" if data_type == "text" else "input",
                "placeholder": "",
                "choices": choices if data_type == "text" else [],
                "default": True if data_type == "boolean" else None,
                **({"min": 0, "max": 2.5} if data_type == "number" else {}),
            },
        },
        "created_datetime": spelled(rng, moment),
        "updated_datetime": spelled(rng, moment + timedelta(hours=number)),
        "deactivated_datetime": archived,
    }


def is_archived(field: Row) -> bool:
    """Whether a custom field is in the list of archived ones only."""
    return field["deactivated_datetime"] is not None


def by_instant(field: str) -> Callable[[Row], tuple[datetime]]:
    """An order by one of the instants of a row. Who has none stands last."""

    def key(row: Row) -> tuple[datetime]:
        text = row.get(field)
        return (_NEVER if text is None else instant(text),)

    return key
