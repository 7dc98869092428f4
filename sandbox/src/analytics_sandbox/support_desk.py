"""The support API's desk: its team, its tickets and its calls, and what can happen to them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from analytics_sandbox import support_calls, support_data, support_stories, support_team, support_tickets
from analytics_sandbox.data import copied
from analytics_sandbox.support_world import CUSTOMERS, SupportWorld
from analytics_sandbox.table import Table
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from random import Random

    from analytics_sandbox.support_calls import Call
    from analytics_sandbox.support_stories import Story
    from analytics_sandbox.wire import Row

    Order = Callable[[Row], tuple[Any, ...]]

TICKETS, MESSAGES, EVENTS = "support/tickets", "support/messages", "support/events"
SURVEYS, MACROS, VIEWS = "support/satisfaction_surveys", "support/macros", "support/views"

_FEW: Final[Mapping[str, tuple[int, Callable[[int], Row]]]] = {
    "users": (support_team.USERS, support_team.user),
    "teams": (support_team.TEAMS, support_team.team),
    "tags": (support_team.TAGS, support_team.tag),
    "views": (support_team.VIEWS, support_team.view),
    "rules": (support_team.RULES, support_team.rule),
    "jobs": (support_team.JOBS, support_team.job),
    "integrations": (support_team.INTEGRATIONS, support_team.integration),
    "widgets": (support_team.WIDGETS, support_team.widget),
}
"""Lists of which there are few rows, whatever the size of the world: how many, and what makes each."""

_SURVEY_DAYS: Final = timedelta(days=14)


class SupportDesk(SupportWorld):
    """The whole of the support API's data."""

    @override
    def makers(self) -> dict[str, Callable[[], Table]]:
        makers: dict[str, Callable[[], Table]] = {
            TICKETS: lambda: _table(
                (each.ticket for each in self.stories),
                _by("created_datetime", "updated_datetime") | {"status": _by_status},
            ),
            MESSAGES: lambda: _table((row for each in self.stories for row in each.messages), _by("created_datetime")),
            EVENTS: lambda: _table((row for each in self.stories for row in each.events), _by("created_datetime")),
            SURVEYS: lambda: _table((each.survey for each in self.stories if each.survey), _by("created_datetime")),
            MACROS: lambda: _table(map(support_team.macro, range(support_team.MACROS)), _MACRO_ORDERS),
            "support/voice_calls": lambda: _table((each.call for each in self._calls), {}),
            "support/voice_call_events": lambda: _table((row for each in self._calls for row in each.events), {}),
            "support/voice_call_recordings": lambda: _table(
                (each.recording for each in self._calls if each.recording), {}
            ),
        }
        for name, (count, make) in _FEW.items():
            makers[f"support/{name}"] = _maker(count, make)
        return super().makers() | makers

    @cached_property
    def _desk_chance(self) -> Random:
        return self.chance("what happens next", "desk")

    @cached_property
    def stories(self) -> list[Story]:
        """All tickets of the past, each with all that belongs to it."""
        rng = self.chance("support", "tickets")
        fields = [row["id"] for row in self.first_custom_fields if row["object_type"] == "Ticket"]
        came = support_stories.arrivals(rng, self.first_contacts, self.subscribers, self.anchor)
        return [
            support_stories.story(rng, number, contact, fields, opened=moment, anchor=self.anchor)
            for number, (moment, contact) in enumerate(came)
        ]

    @cached_property
    def _calls(self) -> list[Call]:
        """All calls of the past."""
        rng = self.chance("support", "calls")
        tickets = [each.ticket for each in self.stories if each.ticket["channel"] == "phone"]
        return [support_calls.call(rng, number, ticket) for number, ticket in enumerate(tickets)]

    def views_items(self) -> list[Row]:
        """The tickets of each view, with the view's id."""
        return [
            {"view_id": view["id"], **ticket}
            for view in self.rows(VIEWS)
            for ticket in self.rows(TICKETS)
            if support_team.status_of(view) in {None, ticket["status"]}
        ]

    def customer_custom_fields(self) -> list[Row]:
        """The values of each customer's custom fields, with the customer's id."""
        return [
            {"customer_id": row["id"], **value} for row in self.rows(CUSTOMERS) for value in self.values_of(row["id"])
        ]

    def values_of(self, customer_id: int) -> list[Row]:
        """The values of a customer's custom fields."""
        fields = [row for row in self.custom_fields("Customer") if not support_data.is_archived(row)]
        values = {"text": "Größe::XL", "number": 2.5, "boolean": True}
        return [
            {"field": field, "value": values[field["definition"]["data_type"]]}
            for field in fields
            if (field["id"] + customer_id) % 3
        ]

    def add_tickets(self, n: int = 1) -> list[int]:
        """Let customers write, now.

        Returns:
            The ids of the tickets.
        """
        rng, now = self._desk_chance, self.clock.now()
        with self.lock:
            contacts, tickets = self.tables[CUSTOMERS], self.tables[TICKETS]
            fields = [row["id"] for row in self.custom_fields("Ticket")]
            added = []
            for _ in range(n if contacts.keys() else 0):
                number = (
                    max(tickets.keys(), default=support_tickets.FIRST_TICKET - 1) + 1 - support_tickets.FIRST_TICKET
                )
                contact = contacts[rng.choice(contacts.keys())]
                row = support_tickets.new_ticket(rng, number, contact, fields, now)
                first = support_tickets.message(rng, row, 0, now)
                row |= {"messages_count": 1, "last_message_datetime": first["created_datetime"]}
                tickets.add(row)
                self.tables[MESSAGES].add(first)
                self._happen(row, "ticket-created")
                added.append(row["id"])
            return added

    def close_ticket(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Close a ticket; its customer is asked about it, if that has not been done.

        Returns:
            The ticket as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            now = self._now()
            row = self.tables[TICKETS].change(id, {"status": "closed", "closed_datetime": now, "updated_datetime": now})
            self._happen(row, "ticket-closed")
            number = id - support_tickets.FIRST_TICKET
            if support_tickets.FIRST_SURVEY + number not in self.tables[SURVEYS]:
                survey = support_tickets.new_survey(self._desk_chance, number, row, self.clock.now())
                self.tables[SURVEYS].add(survey)
            return copied(row)

    def reopen_ticket(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Open a ticket again.

        Returns:
            The ticket as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            changes = {"status": "open", "closed_datetime": None, "updated_datetime": self._now()}
            row = self.tables[TICKETS].change(id, changes)
            self._happen(row, "ticket-reopened")
            return copied(row)

    def answer_survey(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Let a customer answer a survey: its `created_datetime` stays what it was.

        Returns:
            The survey as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            answer = support_tickets.answer(self._desk_chance, self.clock.now())
            return copied(self.tables[SURVEYS].change(id, answer))

    def open_message(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Let a message be opened: its `created_datetime` stays what it was.

        Returns:
            The message as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            return copied(self.tables[MESSAGES].change(id, {"opened_datetime": self._now()}))

    def archive_macro(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Move a macro to the archived ones.

        Returns:
            The macro as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            now = self._now()
            return copied(self.tables[MACROS].change(id, {"archived_datetime": now, "updated_datetime": now}))

    def evolve_support(self) -> dict[str, list[Any]]:
        """Let a little of everything happen.

        Returns:
            For each kind of change the keys, as they were, of the rows concerned.
        """
        done = super().evolve_support()
        with self.lock:
            return {**done, **self._evolve_desk()}

    def _evolve_desk(self) -> dict[str, list[Any]]:
        since = self.clock.now() - _SURVEY_DAYS
        unopened = [row["id"] for row in self._newer(MESSAGES, since) if row["opened_datetime"] is None]
        active = [row["id"] for row in self.rows(MACROS) if not row["archived_datetime"]]
        done = {
            "tickets_reopened": self._some(self._in_state("closed"), 2, self.reopen_ticket),
            "tickets_added": self.add_tickets(3),
            "tickets_closed": self._some(self._in_state("open"), 3, self.close_ticket),
            "messages_opened": self._some(unopened, 2, self.open_message),
            "macros_archived": self._some(active, 1, self.archive_macro),
        }
        # A survey that is a fortnight old is answered no more.
        unscored = [row["id"] for row in self._newer(SURVEYS, since) if row["score"] is None]
        return done | {"surveys_answered": self._some(unscored, 1, self.answer_survey)}

    def _in_state(self, status: str) -> list[int]:
        return [row["id"] for row in self.tables[TICKETS].rows() if row["status"] == status]

    def _newer(self, table: str, since: datetime) -> list[Row]:
        return [row for row in self.rows(table) if instant(row["created_datetime"]) > since]

    def _some(self, keys: list[int], n: int, act: Callable[[int], object]) -> list[int]:
        chosen = self._desk_chance.sample(keys, min(n, len(keys)))
        for key in chosen:
            act(key)
        return chosen

    def _happen(self, ticket: Row, kind: str) -> None:
        """Add an event to a ticket."""
        events = self.tables[EVENTS]
        first = support_tickets.event(self._desk_chance, ticket, 0, kind, self.clock.now())
        while first["id"] in events:
            first["id"] += 1
        events.add(first | {"uri": f"/api/events/{first['id']}/"})

    def _now(self) -> str:
        return support_data.spelled(self._desk_chance, self.clock.now())


def is_archived(macro: Row) -> bool:
    """Whether a macro is in the list of archived ones only."""
    return macro["archived_datetime"] is not None


def _by(*fields: str) -> dict[str, Order]:
    return {field: support_data.by_instant(field) for field in fields}


def _by_status(ticket: Row) -> tuple[Any, ...]:
    return ticket["status"], *support_data.by_instant("updated_datetime")(ticket)


def _by_archived(field: str) -> Order:
    def key(row: Row) -> tuple[Any, ...]:
        return is_archived(row), instant(row[field]) if field.endswith("_datetime") else row[field]

    return key


_MACRO_ORDERS: Final[Mapping[str, Order]] = {
    field: _by_archived(field) for field in ("created_datetime", "updated_datetime", "name", "usage")
}
"""A list of macros is one of active or one of archived ones, in any order."""


def _table(rows: Iterable[Row], orders: Mapping[str, Order]) -> Table:
    return Table("id", {"id": lambda _row: (), **orders}).load(rows)


def _maker(count: int, make: Callable[[int], Row]) -> Callable[[], Table]:
    orders = _by("created_datetime")
    return lambda: _table(map(make, range(count)), orders)
