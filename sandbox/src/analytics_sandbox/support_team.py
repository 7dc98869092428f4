"""Made-up people and tools of the support API: users, teams, tags, views, rules, macros, jobs, integrations, widgets.

What is made here depends on nothing but its number: there are few of each, and tickets name them.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from analytics_sandbox import support_topics
from analytics_sandbox.wire import SUPPORT_SPELLINGS

if TYPE_CHECKING:
    from analytics_sandbox.wire import Row

USERS, VIEWS, RULES, MACROS, JOBS, INTEGRATIONS, WIDGETS = 7, 5, 6, 11, 6, 4, 5
TEAMS, TAGS = len(support_topics.TEAMS), len(support_topics.TAGS)
FIRST_USER, FIRST_VIEW, FIRST_MACRO, FIRST_RULE = 401, 77, 5001, 301

_FOUNDED = datetime(2021, 2, 1, 9, 30, 15, 250_000, tzinfo=timezone.utc)
_NAMES = (
    ("Ada", "Ångström"),
    ("Björn", "Brown"),
    ("Chloé", "Castillo"),
    ("Dmitri", "D'Arcy"),
    ("Eun-ji", "Evans"),
    ("Desk", "Robot"),
    ("Grace", "García"),
)
_ROLES = ("admin", "agent", "agent", "basic-agent", "lite-agent", "bot", "observer-agent")
_RULES = ("Close spam", "Route invoices", "Route errors", "Greet in chat", "Ask for a rating", "Größer: call back")
_MACROS = ("Reset the password", "Send the invoice", "Ask for a screenshot", "Apologise", "Say goodbye")
_VIEWS = (("Open", "open"), ("Closed", "closed"), ("All", None), ("Nothing", "none"), ("Größe ✓", "open"))


def _at(number: int, *, days: int = 0) -> str:
    moment = _FOUNDED + timedelta(days=number * 9 + days, microseconds=-250_000 if number % 3 == 0 else 0)
    return SUPPORT_SPELLINGS[number % len(SUPPORT_SPELLINGS)](moment)


@cache
def user(number: int) -> Row:
    """Make a user."""
    first, last = _NAMES[number]
    return {
        "id": FIRST_USER + number,
        "name": f"{first} {last}",
        "firstname": first,
        "lastname": last,
        "email": f"agent{number}@example.com",
        "external_id": str(number) if number % 2 else None,
        "active": number != USERS - 1,
        "bio": "Answers" if number == 1 else None,
        "country": "FR" if number % 2 else None,
        "language": "en",
        "timezone": "Europe/Paris",
        "role": {"name": _ROLES[number % len(_ROLES)]},
        "meta": {"profile-picture_url": "https://files.example.com/1.png", "2fa": {"enabled": True}},
        "client_id": None,
        "created_datetime": _at(number),
        "updated_datetime": _at(number, days=3),
        "deactivated_datetime": None if number != USERS - 1 else _at(number, days=90),
    }


def number_of(user_id: int | None) -> int:
    """Which user it is, by number; nobody is the first one."""
    return 0 if user_id is None else user_id - FIRST_USER


@cache
def team(number: int) -> Row:
    """Make a team."""
    emoji = ("🚀", {"id": "tada", "name": "Tada", "colons": ":tada:", "skin": None, "native": "🎉"}, None)[number % 3]
    members = [user(each) for each in support_topics.MEMBERS[number]]
    return {
        "id": 21 + number,
        "uri": f"/api/teams/{21 + number}/",
        "name": support_topics.TEAMS[number],
        "description": None if number else "Whoever has no other team",
        "decoration": {"emoji": emoji} if number < TEAMS - 1 else None,
        "members": [{key: each[key] for key in ("id", "name", "email", "meta")} for each in members],
        "created_datetime": _at(number),
    }


@cache
def tag(number: int) -> Row:
    """Make a tag."""
    return {
        "id": 1001 + number,
        "uri": f"/api/tags/{1001 + number}/",
        "name": support_topics.TAGS[number],
        "description": None,
        "decoration": {"color": "#EB144C"} if number % 2 else None,
        "usage": 900 // (number + 1) ** 2,
        "created_datetime": _at(number),
        "deleted_datetime": _at(number, days=20) if number == TAGS - 1 else None,
    }


def view(number: int) -> Row:
    """Make a view."""
    name, status = _VIEWS[number % len(_VIEWS)]
    leaf = {"type": "CallExpression", "callee": {"type": "Identifier", "name": "eq"}, "arguments": [{"raw": status}]}
    return {
        "id": FIRST_VIEW + number,
        "uri": f"/api/views/{FIRST_VIEW + number}/",
        "name": name,
        "slug": name.lower(),
        "type": "ticket-list",
        "category": "user" if number % 2 else None,
        "visibility": ("public", "shared", "private")[number % 3],
        "fields": ["details", "tags", "customer"],
        "filters": f"eq(ticket.status, '{status}')" if status else "",
        "filters_ast": {"type": "Program", "body": [{"type": "ExpressionStatement", "expression": leaf}]},
        "order_by": "updated_datetime",
        "order_dir": "desc",
        "search": None,
        "decoration": {"emoji": "📬"} if number else None,
        "section_id": 3 if number == 1 else None,
        "shared_with_users": [{key: user(1)[key] for key in ("id", "name", "meta")}] if number == 1 else [],
        "shared_with_teams": [{key: team(1)[key] for key in ("id", "name", "decoration")}] if number == 1 else [],
        "created_datetime": _at(number),
        "deactivated_datetime": _at(number, days=60) if number == VIEWS - 1 else None,
    }


def status_of(view: Row) -> str | None:
    """The status of the tickets that a view shows; None for all."""
    return _VIEWS[(view["id"] - FIRST_VIEW) % len(_VIEWS)][1]


def rule(number: int) -> Row:
    """Make a rule."""
    return {
        "id": FIRST_RULE + number,
        "uri": f"/api/rules/{FIRST_RULE + number}/",
        "name": _RULES[number],
        "description": "Closes what is spam" if number % 2 else None,
        "type": "user" if number else "managed",
        "priority": 100 - number,
        "code": "if (eq(ticket.spam, true)) {\n\tAction('setStatus', {status: 'closed'})\n}",
        "code_ast": {"type": "Program", "body": [{"type": "IfStatement", "test": {"arguments": [[1], {"x-y": []}]}}]},
        "event_types": "ticket-created,ticket-updated",
        "created_datetime": _at(number),
        "updated_datetime": _at(number, days=1),
        "deactivated_datetime": _at(number, days=7) if number % 3 == 1 else None,
    }


def macro(number: int) -> Row:
    """Make a macro."""
    return {
        "id": FIRST_MACRO + number,
        "uri": f"/api/macros/{FIRST_MACRO + number}/",
        "external_id": None if number % 4 else f"macro-{number}",
        "name": f"{_MACROS[number % len(_MACROS)]} № {number}",
        "intent": "order/status" if number % 3 == 0 else None,
        "language": "en" if number % 2 else None,
        "usage": 3 * number * number,
        "actions": [
            {"name": "setStatus", "title": "Close", "type": "user", "arguments": {"status": "closed"}},
            {"name": "addTags", "title": "Tag", "type": "user", "arguments": {"tags": "a,b", "x-y": [[1], None]}},
        ],
        "created_datetime": _at(number),
        "updated_datetime": _at(number, days=5),
        "archived_datetime": _at(number, days=5) if number % 4 == 3 else None,  # noqa: PLR2004 - one of four
    }


def job(number: int) -> Row:
    """Make a job."""
    status = ("done", "pending", "errored", "canceled", "running", "scheduled")[number % 6]
    has_begun = status not in {"pending", "scheduled"}
    return {
        "id": 801 + number,
        "uri": f"/api/jobs/{801 + number}/",
        "type": "exportTicket" if number % 2 else "applyMacro",
        "status": status,
        "user_id": 401,
        "params": {"ticket_ids": [30_000_001], "updates": {"status": "closed"}},
        "info": {"progress_count": 3} if has_begun else None,
        "meta": {"key-1": []} if number == 1 else None,
        "created_datetime": _at(number),
        "scheduled_datetime": _at(number) if status == "scheduled" else None,
        "started_datetime": _at(number) if has_begun else None,
        "ended_datetime": _at(number, days=1) if status == "done" else None,
        "failed_datetime": _at(number, days=1) if status == "errored" else None,
        "locked_datetime": _at(number) if status == "running" else None,
        "cancel_requested_datetime": _at(number) if status == "canceled" else None,
        "cancelled_datetime": _at(number) if status == "canceled" else None,
    }


def integration(number: int) -> Row:
    """Make an integration."""
    http: Row = {"url": "https://shop.example.com/hook", "method": "POST", "headers": {"X-Made-Up": "none"}, "form": []}
    return {
        "id": 70_001 + number,
        "uri": f"/api/integrations/{70_001 + number}/",
        "type": "http" if number % 2 == 0 else "email",
        "name": "Shop & Co.",
        "description": None,
        "http": http if number % 2 == 0 else None,
        "meta": {"address": "desk@example.com", "77": {"on": True}},
        "managed": number == 1,
        "user": {"id": 401},
        "application_id": None if number else "5fd0a9a3c4",
        "business_hours_id": None if number else 1,
        "created_datetime": _at(number),
        "updated_datetime": _at(number, days=2),
        "deactivated_datetime": _at(number, days=9) if number == 1 else None,
        "deleted_datetime": None,
        "locked_datetime": None,
    }


def widget(number: int) -> Row:
    """Make a widget."""
    inner: Row = {"type": "card", "path": "orders[0]", "widgets": [{"type": "text", "path": "total-price", "order": 0}]}
    return {
        "id": 91 + number,
        "uri": f"/api/widgets/{91 + number}/",
        "type": "http",
        "context": ("ticket", "customer", "user")[number % 3],
        "order": number,
        "template": {"type": "wrapper", "widgets": [inner] * (number % 3)},
        "integration_id": 70_001 if number % 2 == 0 else None,
        "app_id": None if number % 2 == 0 else "63ce1f",
        "created_datetime": _at(number),
        "deactivated_datetime": _at(number, days=5) if number == 1 else None,
    }
