"""What an analyst should find, computed from the pasts that the data are made of and not from what the APIs answer.

All functions tell of the data as they were in the beginning, before anything was changed. Days and months are those of
the subscription account's time zone; a month is given by its first day. Money is in cents of the account's currency,
but that of invoices, which is in their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from analytics_sandbox.invoicing import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.support_stories import Story
    from analytics_sandbox.world import World

_DAY = timedelta(days=1)
BAD_SCORE = 2
"""A rating of so many stars, or fewer, is a bad one."""


class Movement(NamedTuple):
    """What changes of one type add up to.

    Attributes:
        number: How many there were.
        cents: By how much they changed the monthly recurring revenue.
    """

    number: int
    cents: int


class Balance(NamedTuple):
    """An invoice that is open, in cents of its own currency.

    Attributes:
        customer_uuid: Whose it is.
        currency: Its currency.
        due: The day on which it has to be paid: that of its date where it has no other.
        total: What it asks for, with tax.
        paid: What was paid of it.
        is_overdue: Whether it should have been paid on a day before.
    """

    customer_uuid: str
    currency: str
    due: date
    total: int
    paid: int
    is_overdue: bool


class Times(NamedTuple):
    """How long a ticket took.

    Attributes:
        first_response: From its opening to the first public answer of the desk, None where there is none, or where the
            desk began.
        resolution: From its opening to its closing, None while it is open.
    """

    first_response: timedelta | None
    resolution: timedelta | None


class Risk(NamedTuple):
    """A paying customer who may not be content.

    Attributes:
        mrr: Its monthly recurring revenue.
        open_tickets: How many tickets it has open, neither spam nor in the trash.
        bad_ratings: How many bad ratings it gave.
    """

    mrr: int
    open_tickets: int
    bad_ratings: int


# Revenue


def mrr(world: World, day: date) -> int:
    """The monthly recurring revenue at the end of a day."""
    return sum(_mrr_of(world, one, day) for one in world.subscribers)


def mrr_by_day(world: World) -> dict[date, int]:
    """The monthly recurring revenue at the end of each day, from the first on which there was any, until today."""
    moved: Counter[date] = Counter()
    for one in world.subscribers:
        for step in one.steps:
            moved[_day(world, step.moment)] += step.movement
    found, total = {}, 0
    day = min(moved, default=world.today())
    while day <= world.today():
        total += moved[day]
        found[day] = total
        day += _DAY
    return found


def mrr_by_month(world: World) -> dict[date, int]:
    """The monthly recurring revenue at the end of each month; of the present one, now."""
    return {day.replace(day=1): cents for day, cents in mrr_by_day(world).items()}


def movements(world: World) -> dict[tuple[date, str], Movement]:
    """What changed the revenue in each month, by type: `new_biz`, `expansion`, and so on."""
    found: defaultdict[tuple[date, str], list[int]] = defaultdict(list)
    for one in world.subscribers:
        for step in one.steps:
            found[_month(world, step.moment), step.kind].append(step.movement)
    return {key: Movement(len(each), sum(each)) for key, each in found.items()}


def customers_by_status(world: World) -> dict[date, Counter[str]]:
    """How many customers there were at the end of each month, by status.

    They are `lead` until they first pay, `active` while they pay, and `churned` while they pay no more.
    """
    found: dict[date, Counter[str]] = {}
    for month, end in _months(world, min((one.seen for one in world.subscribers), default=world.anchor)):
        found[month] = Counter()
        for one in world.subscribers:
            if _mrr_of(world, one, end):
                found[month]["active"] += 1
            elif one.steps and _day(world, one.steps[0].moment) <= end:
                found[month]["churned"] += 1
            elif _day(world, one.seen) <= end:
                found[month]["lead"] += 1
    return found


def cohorts(world: World) -> dict[date, list[int]]:
    """For the customers who first paid in each month: how many paid at the end of it, and of each month after it."""
    members: defaultdict[date, list[Subscriber]] = defaultdict(list)
    for one in world.subscribers:
        if one.steps:
            members[_month(world, one.steps[0].moment)].append(one)
    return {
        month: [sum(1 for one in members[month] if _mrr_of(world, one, end)) for _, end in _months(world, month)]
        for month in sorted(members)
    }


def open_invoices(world: World, day: date) -> dict[str, Balance]:
    """The invoices that were not wholly paid at the end of a day, by uuid.

    Those that are disabled or invalid count for nothing; what is given back does not open an invoice again.
    """
    found = {}
    for row in world.first_invoices():
        if not row["_valid"] or row.get("disabled") or _day(world, recorded(row["date"])) > day:
            continue
        total = sum(item["amount_in_cents"] for item in row["line_items"])
        paid = sum(
            each["amount_in_cents"]
            for each in row["transactions"]
            if (each["type"], each["result"]) == ("payment", "successful")
            and _day(world, recorded(each["date"])) <= day
        )
        if paid < total:
            due = _day(world, recorded(row["due_date"] or row["date"]))
            found[row["uuid"]] = Balance(row["customer_uuid"], row["currency"], due, total, paid, is_overdue=due < day)
    return found


# Support


def tickets_opened(world: World) -> Counter[tuple[date, str]]:
    """How many tickets were opened, by day and channel; those in the trash, too."""
    return Counter((_day(world, each.opened), each.ticket["channel"]) for each in world.stories)


def tickets_closed(world: World) -> Counter[tuple[date, str]]:
    """How many tickets that are closed now were closed last on each day, by day and channel."""
    return Counter((_day(world, each.closed), each.ticket["channel"]) for each in world.stories if each.closed)


def tickets_opened_by_tag(world: World) -> Counter[tuple[date, str]]:
    """How many tickets were opened, by day and the name of a tag: a ticket counts for each of its tags."""
    return Counter((_day(world, each.opened), tag) for each in world.stories for tag in _tags(each))


def tickets_closed_by_tag(world: World) -> Counter[tuple[date, str]]:
    """How many tickets that are closed now were closed last on each day, by day and the name of a tag."""
    return Counter((_day(world, each.closed), tag) for each in world.stories if each.closed for tag in _tags(each))


def ticket_times(world: World) -> dict[int, Times]:
    """How long each ticket took, by its id."""
    return {
        each.ticket["id"]: Times(
            each.answered - each.opened if each.answered and not each.ticket["from_agent"] else None,
            each.closed - each.opened if each.closed else None,
        )
        for each in world.stories
    }


def satisfaction(world: World) -> dict[tuple[int | None, date], list[int]]:
    """The ratings that were given, by the user who had the ticket and the month of the rating."""
    found: defaultdict[tuple[int | None, date], list[int]] = defaultdict(list)
    for each in world.stories:
        if each.survey and each.scored:
            found[each.ticket["assignee_user_id"], _month(world, each.scored)].append(each.survey["score"])
    return dict(found)


# Both


def at_risk(world: World) -> dict[str, Risk]:
    """The customers who pay now and have open tickets or gave bad ratings, by uuid; the e-mail address joins them."""
    opened: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for each in world.stories:
        email = each.ticket["customer"]["email"].lower()
        if not each.closed and not each.ticket["spam"] and not each.ticket["trashed_datetime"]:
            opened[email] += 1
        if each.survey and each.scored and each.survey["score"] <= BAD_SCORE:
            bad[email] += 1
    found = {}
    for one in world.subscribers:
        email, cents = one.customer["email"].lower(), one.steps[-1].mrr if one.steps else 0
        if cents and (opened[email] or bad[email]):
            found[one.customer["uuid"]] = Risk(cents, opened[email], bad[email])
    return found


def unmatched(world: World) -> int:
    """How many customers of the support API have an address that no customer of the subscription API has."""
    known = {one.customer["email"].lower() for one in world.subscribers}
    return sum(1 for row in world.first_contacts if row["email"].lower() not in known)


def _mrr_of(world: World, one: Subscriber, day: date) -> int:
    return next((step.mrr for step in reversed(one.steps) if _day(world, step.moment) <= day), 0)


def _months(world: World, since: datetime | date) -> Iterator[tuple[date, date]]:
    """Each month since a day, with its last day; of the present one, today."""
    month = (_day(world, since) if isinstance(since, datetime) else since).replace(day=1)
    while month <= world.today():
        following = (month + 31 * _DAY).replace(day=1)
        yield month, min(following - _DAY, world.today())
        month = following


def _day(world: World, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(world.manners.time_zone)).date()


def _month(world: World, moment: datetime) -> date:
    return _day(world, moment).replace(day=1)


def _tags(each: Story) -> list[str]:
    return [tag["name"] for tag in each.ticket["tags"]]
