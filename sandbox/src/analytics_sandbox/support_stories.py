"""Tickets of the support API as they went: who asked what and when, who answered how soon, and how it was liked."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from analytics_sandbox import office, support_team, support_tickets, support_topics
from analytics_sandbox.support_data import spelled, with_fraction
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random

    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.wire import Row

PER_CUSTOMER = 2
"""How many tickets there are for each customer, on average: some write often, many never."""

_UNKNOWN = 9
_STAYS, _TRIES, _ASKS = timedelta(days=20), timedelta(days=45), timedelta(days=200)
_MOST_WEIGHT, _SKEW, _EARLY = 12.0, 1.3, 1.2

_MINUTES = {"phone": 2, "chat": 5, "facebook-messenger": 80, "email": 150, "api": 170}
"""After how many minutes of office hours a ticket has its first answer, in the median, by channel."""
_RUSH = {"critical": 0.3, "high": 0.6, "normal": 1.0, "low": 1.6}
_LOAD = (1.15, 1.0, 1.0, 0.9, 0.9, 0.95, 1.2, 1.4, 1.0, 1.0, 1.3, 1.7)
"""How much longer answers take in each month: holidays in summer, much to do before Christmas."""
_MONDAY = 1.3
_SPREAD, _CLOSING_MINUTES = 1.0, 180
_AT_NIGHT, _NOTED, _GOES_ON, _REOPENED, _LEFT_OPEN = 0.04, 0.12, 0.36, 0.06, 0.06
_LEFT_FOR = timedelta(days=70)
_ASKED, _SCORED, _SENT, _READ = 0.65, 0.45, 0.92, 0.55


class Story(NamedTuple):
    """A ticket with all that belongs to it.

    Attributes:
        ticket: The ticket.
        messages: Its messages, oldest first.
        events: What happened to it, oldest first.
        survey: What its customer was asked about it, None if nothing.
        opened: When it was opened.
        answered: When the first public answer was written, None if there is none.
        closed: When it was closed for good, None if it is open.
        scored: When its survey was answered, None if it was not.
    """

    ticket: Row
    messages: list[Row]
    events: list[Row]
    survey: Row | None
    opened: datetime
    answered: datetime | None = None
    closed: datetime | None = None
    scored: datetime | None = None


def arrivals(
    rng: Random, contacts: Sequence[Row], subscribers: Sequence[Subscriber], anchor: datetime
) -> list[tuple[datetime, Row]]:
    """When who wrote, oldest first: customers write while they are customers, most of all in their first months."""
    spans = [
        (instant(contact["created_datetime"]), _until(number, one, anchor))
        for number, (contact, one) in enumerate(zip(contacts, subscribers, strict=True))
    ]
    weights = list(
        accumulate(
            min(_MOST_WEIGHT, rng.paretovariate(_SKEW)) * max(1.0, (until - since).total_seconds()) ** 0.6
            for since, until in spans
        )
    )
    found = []
    for place in rng.choices(range(len(spans)), cum_weights=weights, k=len(spans) * PER_CUSTOMER) if spans else ():
        since, until = spans[place]
        wants = since + max(until - since, timedelta()) * rng.random() ** _EARLY
        moment = max(office.writes(rng, wants, anchor), since)
        found.append((with_fraction(rng, moment), contacts[place]))
    return sorted(found, key=lambda pair: (pair[0], pair[1]["id"]))


def _until(number: int, one: Subscriber, anchor: datetime) -> datetime:
    """Until when somebody has questions."""
    end = anchor
    if number % 10 == _UNKNOWN:
        end = one.seen + _ASKS
    elif not one.steps:
        end = one.seen + _TRIES
    elif one.steps[-1].kind == "churn":
        end = one.steps[-1].moment + _STAYS
    return min(end, anchor - timedelta(hours=1))


class _Pen:
    """Writes a ticket's story down, step by step."""

    def __init__(self, rng: Random, ticket: Row, opened: datetime, anchor: datetime) -> None:
        self.ticket, self.opened, self.anchor = ticket, opened, anchor
        self._rng = rng
        self._messages: list[Row] = []
        self._events = [support_tickets.event(rng, ticket, 0, "ticket-created", opened)]
        self._last, self._last_received = opened, None if ticket["from_agent"] else opened
        self.answered: datetime | None = None
        self.closed: datetime | None = None
        self.survey: Row | None = None
        self.scored: datetime | None = None

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._messages)

    def message(self, moment: datetime, *, from_agent: bool, public: bool = True) -> None:
        """Let somebody write."""
        rng = self._rng
        read = None
        if from_agent and public:
            if self._messages:
                self.answered = self.answered or moment
            if rng.random() < _READ:
                read = moment + timedelta(minutes=45 * rng.lognormvariate(0, 1.5))
        elif not from_agent:
            self._last_received = moment
        self._messages.append(
            support_tickets.message(
                rng,
                self.ticket,
                self.count,
                moment,
                from_agent=from_agent,
                public=public,
                opened=read if read and read < self.anchor else None,
            )
        )
        self._happened("ticket-message-created", moment)

    def close(self, moment: datetime) -> None:
        """Let the ticket be closed."""
        self.closed = moment
        self.ticket["status"] = "closed"
        self._happened("ticket-closed", moment)

    def reopen(self, moment: datetime) -> None:
        """Let the ticket be opened again."""
        self.closed = None
        self.ticket["status"] = "open"
        self._happened("ticket-reopened", moment)

    def story(self) -> Story:
        """All that was written down."""
        rng, received = self._rng, self._last_received
        self.ticket |= {
            "messages_count": self.count,
            "last_message_datetime": self._messages[-1]["created_datetime"],
            "last_received_message_datetime": received and spelled(rng, received),
            "closed_datetime": self.closed and spelled(rng, self.closed),
            "updated_datetime": spelled(rng, self._last),
        }
        return Story(
            self.ticket,
            self._messages,
            self._events,
            self.survey,
            self.opened,
            self.answered,
            self.closed,
            self.scored,
        )

    def _happened(self, kind: str, moment: datetime) -> None:
        self._events.append(support_tickets.event(self._rng, self.ticket, len(self._events), kind, moment))
        self._last = moment


def story(  # noqa: PLR0913 - a ticket depends on so many things
    rng: Random, number: int, contact: Row, fields: list[int], *, opened: datetime, anchor: datetime
) -> Story:
    """Make a ticket with a past.

    Args:
        rng: Where chance comes from.
        number: Which ticket this is, from 0.
        contact: The customer who wrote.
        fields: The custom fields that tickets have.
        opened: When it was opened.
        anchor: The instant before which everything happened.

    Returns:
        The ticket and all that belongs to it.
    """
    ticket = support_tickets.new_ticket(rng, number, contact, fields, opened)
    pen = _Pen(rng, ticket, opened, anchor)
    pen.message(opened, from_agent=ticket["from_agent"])
    if ticket["spam"]:
        closed = opened + timedelta(minutes=rng.randrange(1, 90))
        if closed < anchor:
            pen.close(closed)
        return pen.story()
    effort = support_topics.effort_of(ticket["subject"])
    last = _conversation(rng, pen, effort)
    if last is None:
        return pen.story()
    closed = with_fraction(rng, _after(rng, last, _CLOSING_MINUTES * effort, 1.2))
    is_left = rng.random() < _LEFT_OPEN and opened > anchor - _LEFT_FOR
    if closed >= anchor or is_left:
        return pen.story()
    pen.close(closed)
    if rng.random() < _ASKED:
        pen.survey = support_tickets.new_survey(rng, number, ticket, closed, sends=rng.random() < _SENT)
        scored = with_fraction(rng, closed + timedelta(hours=20 * rng.lognormvariate(0, 1.0)))
        if pen.survey["sent_datetime"] and scored < anchor and rng.random() < _SCORED:
            pen.scored = scored
            pen.survey |= support_tickets.answer(rng, scored, (pen.answered or closed) - opened)
    reopened = with_fraction(rng, closed + timedelta(hours=30 * rng.lognormvariate(0, 1.0)))
    if rng.random() < _REOPENED and reopened < anchor:
        pen.reopen(reopened)
        again = with_fraction(rng, _after(rng, reopened, 2 * _CLOSING_MINUTES, 1.0))
        if again < anchor:
            pen.close(again)
    return pen.story()


def _conversation(rng: Random, pen: _Pen, effort: float) -> datetime | None:
    """Let the desk answer a ticket's first message, and perhaps more of them.

    Returns:
        When the last answer was written; None if one is still to come.
    """
    ticket, opened, anchor = pen.ticket, pen.opened, pen.anchor
    speed = support_topics.SPEED[support_team.number_of(ticket["assignee_user_id"])]
    minutes = _MINUTES[ticket["channel"]] * _RUSH[ticket["priority"]] * _LOAD[opened.month - 1] * speed
    minutes *= (_MONDAY if opened.weekday() == 0 else 1) * math.sqrt(effort)
    is_call = ticket["channel"] == "phone"
    moment = _after(rng, opened, minutes, _SPREAD if not is_call else _SPREAD / 2)
    if rng.random() < _NOTED and not is_call:
        noted = opened + (moment - opened) * rng.random()
        if noted < anchor:
            pen.message(with_fraction(rng, noted), from_agent=True, public=False)
    if ticket["from_agent"]:
        # The customer is the one to answer.
        moment = opened + timedelta(minutes=240 * rng.lognormvariate(0, 1.2))
    is_from_agent = not ticket["from_agent"]
    while moment < anchor:
        pen.message(with_fraction(rng, moment), from_agent=is_from_agent)
        if is_from_agent and (rng.random() >= _GOES_ON or pen.count > support_tickets.MESSAGES_EACH - 3):
            return moment
        is_from_agent = not is_from_agent
        if is_from_agent:
            moment = _after(rng, moment, 0.7 * minutes * effort, _SPREAD)
        else:
            moment += timedelta(minutes=200 * rng.lognormvariate(0, 1.2))
    return None


def _after(rng: Random, moment: datetime, median: float, spread: float) -> datetime:
    """When an agent gets round to something, in office hours but for some who look at night."""
    minutes = max(1.0, median * rng.lognormvariate(0, spread))
    if rng.random() < _AT_NIGHT and not office.is_open(moment):
        return moment + timedelta(minutes=minutes)
    return office.working_time(moment, minutes)
