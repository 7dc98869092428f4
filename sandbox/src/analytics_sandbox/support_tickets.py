"""Made-up tickets of the support API, with all that belongs to them: messages, events and a survey."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import people
from analytics_sandbox.support_data import spelled, with_fraction
from analytics_sandbox.support_team import TAGS, TEAMS, USERS, tag, team, user

if TYPE_CHECKING:
    from random import Random

    from analytics_sandbox.wire import Row

FIRST_TICKET, FIRST_MESSAGE, FIRST_EVENT, FIRST_SURVEY = 30_000_001, 600_000_001, 900_000_001, 7_000_001
PER_CUSTOMER = 2
MESSAGES_EACH, EVENTS_EACH = 8, 16
"""How many ids a ticket has for its messages and events."""

_HISTORY, _RECENT = 3 * 365, 40
_OPENS, _CLOSES = 8, 18
_LONGEST_CHAIN = 4
_MOSTLY, _HALF, _SELDOM = 0.7, 0.5, 0.15
_SUBJECTS = ("Where is my order?", "Größe tauschen", 'Refund "now"', "Broken\ton arrival", "Re: 数据", "")
_CHANNELS = ("email", "chat", "api", "phone", "facebook-messenger")


class Story(NamedTuple):
    """A ticket with all that belongs to it.

    Attributes:
        ticket: The ticket.
        messages: Its messages, oldest first.
        events: What happened to it, oldest first.
        survey: What its customer was asked about it, None if nothing.
    """

    ticket: Row
    messages: list[Row]
    events: list[Row]
    survey: Row | None


def working_time(moment: datetime) -> datetime:
    """The first instant of the working week from a moment on."""
    if moment.hour >= _CLOSES:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(_OPENS), timezone.utc)
    elif moment.hour < _OPENS:
        moment = moment.replace(hour=_OPENS)
    weekday = moment.weekday()
    days = max(0, 7 - weekday) if weekday > 4 else 0  # noqa: PLR2004 - Friday
    return datetime.combine(moment.date() + timedelta(days=days), time(_OPENS), timezone.utc) if days else moment


def story(rng: Random, number: int, contact: Row, fields: list[int], anchor: datetime) -> Story:
    """Make a ticket with a past.

    Args:
        rng: Where chance comes from.
        number: Which ticket this is, from 0.
        contact: The customer who wrote.
        fields: The custom fields that tickets have.
        anchor: The instant before which everything happened.

    Returns:
        The ticket and all that belongs to it.
    """
    days = _RECENT if rng.random() < _HALF else _HISTORY
    begin = people.moment(rng, anchor - timedelta(days=days), anchor - timedelta(days=4))
    # The last moment of the working week before the anchor is two days earlier at most, and never after it.
    moments = [with_fraction(rng, working_time(begin))]
    for _ in range(rng.randrange(_LONGEST_CHAIN)):
        later = with_fraction(rng, working_time(moments[-1] + timedelta(minutes=rng.randrange(5, 3000))))
        if later < anchor:
            moments.append(later)
    ticket = new_ticket(rng, number, contact, fields, moments[0])
    messages = [message(rng, ticket, count, at) for count, at in enumerate(moments)]
    events = [event(rng, ticket, 0, "ticket-created", moments[0])]
    events += [event(rng, ticket, count, "ticket-message-created", at) for count, at in enumerate(moments, 1)]
    last = moments[-1]
    received = [each for each in messages if not each["from_agent"]]
    ticket |= {
        "messages_count": len(messages),
        "last_message_datetime": messages[-1]["created_datetime"],
        "last_received_message_datetime": received[-1]["created_datetime"] if received else None,
    }
    survey = None
    closed = with_fraction(rng, working_time(last + timedelta(minutes=rng.randrange(1, 600))))
    if closed < anchor and rng.random() < _MOSTLY:
        ticket |= {"status": "closed", "closed_datetime": spelled(rng, closed)}
        events.append(event(rng, ticket, len(events), "ticket-closed", closed))
        survey = new_survey(rng, number, ticket, closed) if rng.random() < _HALF else None
        last = closed
        scored = closed + timedelta(hours=rng.randrange(1, 240))
        if survey and scored < anchor and rng.random() < _HALF:
            survey |= answer(rng, scored)
        reopened = with_fraction(rng, working_time(closed + timedelta(hours=rng.randrange(1, 200))))
        if reopened < anchor and rng.random() < _SELDOM:
            ticket |= {"status": "open", "closed_datetime": None}
            events.append(event(rng, ticket, len(events), "ticket-reopened", reopened))
            last = reopened
    ticket["updated_datetime"] = spelled(rng, last)
    return Story(ticket, messages, events, survey)


def new_ticket(rng: Random, number: int, contact: Row, fields: list[int], moment: datetime) -> Row:
    """Make a ticket that has just been opened."""
    assignee = user(rng.randrange(USERS)) if rng.random() < _MOSTLY else None
    group = team(rng.randrange(TEAMS)) if rng.random() < _HALF else None
    chosen = rng.sample(fields, min(2, len(fields)))
    created = spelled(rng, moment)
    return {
        "id": FIRST_TICKET + number,
        "uri": f"/api/tickets/{FIRST_TICKET + number}/",
        "external_id": f"order-{number}" if number % 5 == 0 else None,
        "language": rng.choice(("de", "en", None)),
        "status": "open",
        "priority": rng.choice(("critical", "high", "normal", "low")),
        "channel": rng.choice(_CHANNELS),
        "via": rng.choice(("email", "api", "helpdesk", "rule")),
        "from_agent": rng.random() < _SELDOM,
        "spam": rng.choice((True, False, None)),
        "customer": _person(contact, meta=people.free_form(rng) if rng.random() < _SELDOM else {}),
        "assignee_user": _person(assignee, meta={}) if assignee else None,
        "assignee_user_id": assignee and assignee["id"],
        "assignee_team": {key: group[key] for key in ("id", "name", "decoration")} if group else None,
        "assignee_team_id": group and group["id"],
        "subject": rng.choice(_SUBJECTS),
        "excerpt": "Hello,\nI ordered …",
        "summary": {"content": "A short story.", "created_datetime": created} if number % 7 == 0 else None,
        "integrations": [{"id": 70_001, "name": "Shop & Co.", "type": "http"}] if number % 2 else [],
        "meta": people.free_form(rng) if number % 3 == 0 else None,
        "tags": [_label(each) for each in sorted(rng.sample(range(TAGS), rng.randrange(3)))],
        "custom_fields": {
            str(key): {"id": key, "value": rng.choice(("Größe::XL", 7, 2.5, True)), "prediction": None}
            for key in chosen
        }
        or None,
        "messages_count": 0,
        "is_unread": rng.random() < _HALF,
        "created_datetime": created,
        "opened_datetime": created,
        "last_received_message_datetime": None,
        "last_message_datetime": None,
        "updated_datetime": created,
        "closed_datetime": None,
        "snooze_datetime": None,
        # The list has trashed tickets, too, unless they are left out by a parameter.
        "trashed_datetime": created if number % 11 == 10 else None,  # noqa: PLR2004 - one of eleven
    }


def message(rng: Random, ticket: Row, count: int, moment: datetime) -> Row:
    """Make a message of a ticket; every other one is an answer.

    Args:
        rng: Where chance comes from.
        ticket: The ticket.
        count: How many messages it had before.
        moment: When it was written.

    Returns:
        The message, as the API gives it.
    """
    from_agent = count % 2 == 1
    created = spelled(rng, moment)
    person = ticket["customer"]
    agent = _person(user(rng.randrange(USERS)), meta={})
    key = FIRST_MESSAGE + (ticket["id"] - FIRST_TICKET) * MESSAGES_EACH + count
    has_failed = from_agent and rng.random() < _SELDOM
    address = {"name": person["name"], "address": person["email"]}
    desk = {"name": "Desk", "address": "desk@example.com"}
    return {
        "id": key,
        "uri": f"/api/tickets/{ticket['id']}/messages/{key}/",
        "message_id": f"<{key}@mail.example.com>",
        "ticket_id": ticket["id"],
        "external_id": None,
        "public": count != 2,  # noqa: PLR2004 - the third is an internal note
        "channel": ticket["channel"],
        "via": ticket["via"],
        "source": {
            "type": ticket["channel"],
            "from": desk if from_agent else address,
            "to": [address if from_agent else desk],
            "cc": [],
        },
        "sender": agent if from_agent else person,
        "receiver": person if from_agent else None,
        "integration_id": 70_001,
        "rule_id": 301 if rng.random() < _SELDOM else None,
        "intents": [{"name": "order/status", "rejected": False}] if count == 0 else [],
        "from_agent": from_agent,
        "subject": ticket["subject"],
        "body_text": "Hello,\nwhere is it? 数据",
        "body_html": '<p class="x">Hello,<br/>where is it?</p>',
        "stripped_text": "where is it?",
        "stripped_html": "<p>where is it?</p>",
        "stripped_signature": None,
        # Both kinds have been seen of these.
        "headers": rng.choice(({"Message-Id": f"<{key}@mail.example.com>"}, "Received: by mail", None)),
        "meta": rng.choice(({"current_page": "https://shop.example.com/?a=b"}, "{}", None)),
        "attachments": [{"url": "https://files.example.com/1.png", "name": "a.png", "size": 12, "public": True}]
        if rng.random() < _SELDOM
        else [],
        "macros": [{"id": 5001}] if from_agent and rng.random() < _SELDOM else [],
        "actions": [{"name": "setStatus", "arguments": {"status": "closed"}}] if from_agent else None,
        "mention_ids": [401] if count == 2 else None,  # noqa: PLR2004 - the internal note
        "created_datetime": created,
        "sent_datetime": None if has_failed or not from_agent else created,
        "failed_datetime": created if has_failed else None,
        "deleted_datetime": None,
        "opened_datetime": None,
        "last_sending_error": rng.choice(("Mailbox full", {"error": "5.2.2"})) if has_failed else None,
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


def new_survey(rng: Random, number: int, ticket: Row, closed: datetime) -> Row:
    """Make the survey of a ticket that has been closed; its customer has not answered yet."""
    sends = rng.random() < _MOSTLY
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


def answer(rng: Random, moment: datetime) -> Row:
    """What a survey gets when it is answered."""
    return {
        "score": rng.randrange(1, 6),
        "body_text": rng.choice(("Merci!", "", "Never\nagain")),
        "scored_datetime": spelled(rng, moment),
    }


def _person(row: Row, *, meta: Row) -> Row:
    return {**{key: row[key] for key in ("id", "email", "name", "firstname", "lastname")}, "meta": meta}


def _label(number: int) -> Row:
    row = tag(number)
    return {key: row[key] for key in ("id", "name", "uri", "decoration")}
