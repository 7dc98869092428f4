"""Made-up phone calls of the support API, with what happened in them and what was recorded of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox.support_data import spelled
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from random import Random

    from analytics_sandbox.wire import Row

FIRST_CALL, FIRST_CALL_EVENT, FIRST_RECORDING = 2_000_001, 4_000_001, 3_000_001
_EVENTS_EACH = 4


class Call(NamedTuple):
    """A call with all that belongs to it.

    Attributes:
        call: The call.
        events: What happened in it, oldest first.
        recording: What was recorded, None if nothing.
    """

    call: Row
    events: list[Row]
    recording: Row | None


def call(rng: Random, number: int, ticket: Row) -> Call:
    """Make a call about a ticket.

    Args:
        rng: Where chance comes from.
        number: Which call this is, from 0.
        ticket: The ticket.

    Returns:
        The call and all that belongs to it.
    """
    key = FIRST_CALL + number
    begin = instant(ticket["created_datetime"])
    is_recorded = number % 3 == 0
    is_private = number % 6 == 0
    row: Row = {
        "id": key,
        "integration_id": 70_002,
        "ticket_id": ticket["id"],
        "phone_number_id": 55,
        "external_id": f"CA{key:032x}",
        "provider": "twilio",
        "status": ("completed", "missed", "voicemail")[number % 3],
        "direction": "inbound" if number % 2 else "outbound",
        "phone_number_source": "+33123456789",
        "phone_number_destination": "+14155550100",
        "country_source": "FR",
        "country_destination": "US",
        "duration": rng.randrange(600) if number % 3 == 0 else None,
        "started_datetime": spelled(rng, begin),
        "created_datetime": spelled(rng, begin),
        "updated_datetime": spelled(rng, begin + timedelta(minutes=10)),
        "initiated_by_agent_id": None if number % 2 else 401,
        "last_answered_by_agent_id": 402 if number % 3 == 0 else None,
        "last_rang_agent_id": 403,
        "last_monitoring_agent_id": None,
        "customer_id": ticket["customer"]["id"],
        "queue_id": 5 if number % 2 else None,
        "has_voicemail": number % 3 == 2,  # noqa: PLR2004 - as in the status
        "has_call_recording": is_recorded,
        "status_in_queue": "answered" if number % 2 else None,
        "summaries": [{"id": 1, "content": "About a parcel", "created_datetime": spelled(rng, begin)}]
        if is_recorded
        else [],
    }
    kinds = ("incoming-phone-call", "phone-call-answered", "completed-phone-call")[: 1 + number % 3]
    events = [
        {
            "id": FIRST_CALL_EVENT + number * _EVENTS_EACH + count,
            "type": kind,
            "account_id": 1,
            "call_id": key,
            "user_id": 402 if count else None,
            "customer_id": ticket["customer"]["id"],
            "created_datetime": spelled(rng, begin + timedelta(seconds=count * 20)),
            # The service's own page shows a text.
            "meta": "{}" if count else {"agent-ids": [402]},
        }
        for count, kind in enumerate(kinds)
    ]
    recording: Row = {
        "id": FIRST_RECORDING + number,
        "call_id": key,
        "external_id": f"RE{key:032x}",
        "url": None if is_private else "https://files.example.com/call.mp3",
        "duration": row["duration"],
        "type": "voicemail" if number % 2 else "recording",
        "created_datetime": spelled(rng, begin + timedelta(minutes=1)),
        "deleted_datetime": None,
        "deleted_by_user_id": None,
        "error_code": "RECORDING_IS_PRIVATE" if is_private else None,
        "transcription_status": None if is_private else "completed",
    }
    return Call(row, events, recording if is_recorded else None)
