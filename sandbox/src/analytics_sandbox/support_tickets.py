"""Rows of a ticket of the support API: the ticket, its messages, its events and its survey."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from analytics_sandbox import people, support_topics
from analytics_sandbox.support_data import spelled
from analytics_sandbox.support_team import tag, team, user

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from analytics_sandbox.wire import Row

FIRST_TICKET, FIRST_MESSAGE, FIRST_EVENT, FIRST_SURVEY = 30_000_001, 600_000_001, 900_000_001, 7_000_001
MESSAGES_EACH, EVENTS_EACH = 8, 24
"""How many ids a ticket has for its messages and events."""

_HALF, _SELDOM, _RARELY = 0.5, 0.15, 0.02
_CALLED, _CALL = 8, 5
"""One ticket in so many begins with a call."""
_CHANNELS, _CHANNEL_WEIGHTS = ("email", "chat", "api", "facebook-messenger"), (60, 27, 9, 4)
_VIAS = {"email": "email", "chat": "helpdesk", "api": "api", "facebook-messenger": "rule", "phone": "helpdesk"}
_PRIORITIES, _PRIORITY_WEIGHTS = ("critical", "high", "normal", "low"), (2, 10, 80, 8)

_PATIENCE = (
    (timedelta(hours=2), (2, 2, 5, 22, 69)),
    (timedelta(hours=8), (4, 5, 10, 27, 54)),
    (timedelta(hours=24), (8, 9, 15, 28, 40)),
    (timedelta.max, (20, 16, 20, 23, 21)),
)
"""How many give one to five stars, by how long they waited for the first answer, up to so long."""
_COMMENTS = {1: "Never\nagain", 2: "Took too long", 4: "", 5: "Merci!"}


def new_ticket(rng: Random, number: int, contact: Row, fields: list[int], moment: datetime) -> Row:
    """Make a ticket that has just been opened."""
    about = support_topics.topic(rng)
    assignee, group = user(support_topics.agent_of(rng, about.team)), team(about.team)
    spam = number % 23 == 22  # noqa: PLR2004 - the last of so many
    channel = rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0] if number % _CALLED != _CALL else "phone"
    chosen = rng.sample(fields, min(2, len(fields)))
    created = spelled(rng, moment)
    return {
        "id": FIRST_TICKET + number,
        "uri": f"/api/tickets/{FIRST_TICKET + number}/",
        "external_id": f"order-{number}" if number % 5 == 0 else None,
        "language": people.pick(rng, ("de", "en", "en", None)),
        "status": "open",
        "priority": rng.choices(_PRIORITIES, _PRIORITY_WEIGHTS)[0],
        "channel": channel,
        "via": _VIAS[channel],
        "from_agent": not spam and channel == "email" and rng.random() < 2 * _RARELY,
        "spam": spam or (None if number % 3 == 1 else False),
        "customer": _person(contact, meta=people.free_form(rng) if number % 11 == 3 else {}),  # noqa: PLR2004
        "assignee_user": None if spam else _person(assignee, meta={}),
        "assignee_user_id": None if spam else assignee["id"],
        "assignee_team": None if number % 9 == 0 else {key: group[key] for key in ("id", "name", "decoration")},
        "assignee_team_id": None if number % 9 == 0 else group["id"],
        "subject": people.pick(rng, about.subjects),
        "excerpt": "Hello,\nI have a question …",
        "summary": {"content": "A short story.", "created_datetime": created} if number % 7 == 0 else None,
        "integrations": [{"id": 70_001, "name": "Shop & Co.", "type": "http"}] if number % 2 else [],
        "meta": people.free_form(rng) if number % 6 == 0 else None,
        "tags": [_label(each) for each in support_topics.tags_of(rng, about)],
        "custom_fields": {
            str(key): {"id": key, "value": people.pick(rng, ("Größe::XL", 7, 2.5, True)), "prediction": None}
            for key in chosen
        }
        or None,
        "messages_count": 0,
        "is_unread": rng.random() < _SELDOM,
        "created_datetime": created,
        "opened_datetime": created,
        "last_received_message_datetime": None,
        "last_message_datetime": None,
        "updated_datetime": created,
        "closed_datetime": None,
        "snooze_datetime": None,
        # The list has trashed tickets, too, unless they are left out by a parameter.
        "trashed_datetime": created if number % 16 == 10 else None,  # noqa: PLR2004 - one of sixteen
    }


def message(  # noqa: PLR0913 - a message has so many parts
    rng: Random,
    ticket: Row,
    count: int,
    moment: datetime,
    *,
    from_agent: bool = False,
    public: bool = True,
    opened: datetime | None = None,
) -> Row:
    """Make a message of a ticket.

    Args:
        rng: Where chance comes from.
        ticket: The ticket.
        count: How many messages it had before.
        moment: When it was written.
        from_agent: Whether the desk wrote it.
        public: Whether the customer sees it, or it is a note for the desk.
        opened: When it was read, None if that is not known.

    Returns:
        The message, as the API gives it.
    """
    created = spelled(rng, moment)
    person = ticket["customer"]
    agent = ticket["assignee_user"] or _person(user(0), meta={})
    key = FIRST_MESSAGE + (ticket["id"] - FIRST_TICKET) * MESSAGES_EACH + count
    has_failed = from_agent and public and count > 1 and rng.random() < _RARELY
    address = {"name": person["name"], "address": person["email"]}
    desk = {"name": "Desk", "address": "desk@example.com"}
    return {
        "id": key,
        "uri": f"/api/tickets/{ticket['id']}/messages/{key}/",
        "message_id": f"<{key}@mail.example.com>",
        "ticket_id": ticket["id"],
        "external_id": None,
        "public": public,
        "channel": ticket["channel"],
        "via": ticket["via"],
        "source": {
            "type": ticket["channel"],
            "from": desk if from_agent else address,
            "to": [address if from_agent else desk],
            "cc": [],
        },
        "sender": agent if from_agent else person,
        "receiver": person if from_agent and public else None,
        "integration_id": 70_001,
        "rule_id": 301 if rng.random() < _SELDOM else None,
        "intents": [{"name": "question/other", "rejected": False}] if count == 0 else [],
        "from_agent": from_agent,
        "subject": ticket["subject"],
        "body_text": "Hello,\nhow do I do this? 数据",
        "body_html": '<p class="x">Hello,<br/>how do I do this?</p>',
        "stripped_text": "how do I do this?",
        "stripped_html": "<p>how do I do this?</p>",
        "stripped_signature": None,
        # Both kinds have been seen of these.
        "headers": people.pick(rng, ({"Message-Id": f"<{key}@mail.example.com>"}, "Received: by mail", None)),
        "meta": people.pick(rng, ({"current_page": "https://shop.example.com/?a=b"}, "{}", None)),
        "attachments": [{"url": "https://files.example.com/1.png", "name": "a.png", "size": 12, "public": True}]
        if rng.random() < _SELDOM
        else [],
        "macros": [{"id": 5001}] if from_agent and rng.random() < _SELDOM else [],
        "actions": [{"name": "setStatus", "arguments": {"status": "closed"}}] if from_agent else None,
        "mention_ids": None if public else [401],
        "created_datetime": created,
        "sent_datetime": None if has_failed or not from_agent or not public else created,
        "failed_datetime": created if has_failed else None,
        "deleted_datetime": None,
        "opened_datetime": opened and spelled(rng, opened),
        "last_sending_error": people.pick(rng, ("Mailbox full", {"error": "5.2.2"})) if has_failed else None,
        "is_retriable": has_failed,
        "replied_by": None,
        "replied_to": {"ticket_id": ticket["id"], "ticket_message_id": key - 1} if from_agent else None,
    }


def event(rng: Random, ticket: Row, count: int, kind: str, moment: datetime) -> Row:
    """Make an event of a ticket.

    Args:
        rng: Where chance comes from.
        ticket: The ticket.
        count: How many events it had before.
        kind: What happened.
        moment: When it happened.

    Returns:
        The event, as the API gives it.
    """
    key = FIRST_EVENT + (ticket["id"] - FIRST_TICKET) * EVENTS_EACH + count
    return {
        "id": key,
        "uri": f"/api/events/{key}/",
        "context": people.identifier(rng),
        "type": kind,
        "object_type": "Ticket",
        "object_id": ticket["id"],
        "user_id": ticket["assignee_user_id"],
        "data": {"status": ticket["status"]} if kind != "ticket-created" else None,
        "created_datetime": spelled(rng, moment),
    }


def new_survey(rng: Random, number: int, ticket: Row, closed: datetime, *, sends: bool = True) -> Row:
    """Make the survey of a ticket that has been closed; its customer has not answered yet."""
    return {
        "id": FIRST_SURVEY + number,
        "uri": f"/api/satisfaction-surveys/{FIRST_SURVEY + number}/",
        "ticket_id": ticket["id"],
        "customer_id": ticket["customer"]["id"],
        "body_text": None,
        "score": None,
        "meta": {"sent-by": "rule"} if sends else None,
        "created_datetime": spelled(rng, closed),
        "scored_datetime": None,
        "sent_datetime": spelled(rng, closed) if sends else None,
        "should_send_datetime": spelled(rng, closed) if sends else None,
    }


def answer(rng: Random, moment: datetime, waited: timedelta = timedelta(hours=3)) -> Row:
    """What a survey gets when it is answered: the longer the customer waited for an answer, the worse."""
    weights = next(weights for longest, weights in _PATIENCE if waited < longest)
    score = rng.choices(range(1, 6), weights)[0]
    return {
        "score": score,
        "body_text": _COMMENTS.get(score) if rng.random() < _HALF else None,
        "scored_datetime": spelled(rng, moment),
    }


def _person(row: Row, *, meta: Row) -> Row:
    return {**{key: row[key] for key in ("id", "email", "name", "firstname", "lastname")}, "meta": meta}


def _label(number: int) -> Row:
    row = tag(number)
    return {key: row[key] for key in ("id", "name", "uri", "decoration")}
