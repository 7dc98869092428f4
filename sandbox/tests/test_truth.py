"""The company is believable, and all that is told of it agrees."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from statistics import mean, median
from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox, truth
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from analytics_sandbox.world import World

NOW = datetime(2025, 6, 15, 12, tzinfo=timezone.utc)
TODAY = date(2025, 6, 15)
START = date(2022, 6, 1)
KINDS = ("new_biz", "expansion", "contraction", "churn", "reactivation")
NAMES = ("mrr-new-business", "mrr-expansion", "mrr-contraction", "mrr-churn", "mrr-reactivation")


@pytest.fixture(scope="module")
def world() -> World:
    return Sandbox(size=400, now=NOW).world


def agree(world: World) -> None:
    """Assert that activities, customers, subscriptions, counts and metrics say the same of the revenue."""
    activities = defaultdict(list)
    for row in world.activities():
        activities[row["customer-uuid"]].append(row)
    subscriptions = {row["customer_uuid"]: row for row in world.rows("subscription/customer_subscriptions")}
    paying = 0
    for customer in world.customers("subscription"):
        past = activities.pop(customer["uuid"], [])
        assert customer["mrr"] == sum(row["activity-mrr-movement"] for row in past), customer
        assert round(subscriptions.get(customer["uuid"], {"mrr": 0})["mrr"]) == customer["mrr"]
        assert (customer["status"] in {"Active", "Past Due"}) == (customer["mrr"] > 0), customer
        assert customer["arr"] == 12 * customer["mrr"]
        paying += customer["mrr"] > 0
    assert not activities
    (now,) = world.metric("all", "day", TODAY, TODAY)
    assert now["mrr"] == sum(row["mrr"] for row in world.customers("subscription"))
    assert now["customers"] == paying


def test_all_that_tells_of_the_revenue_agrees_also_when_the_data_have_lived(world: World) -> None:
    agree(world)
    other = Sandbox(size=60, now=NOW).world
    for _ in range(4):
        other.evolve()
        agree(other)


def test_the_metrics_are_the_truth_to_the_cent(world: World) -> None:
    months, moved, statuses = truth.mrr_by_month(world), truth.movements(world), truth.customers_by_status(world)
    rows = world.metric("mrr", "month", START, TODAY)
    for row in rows:
        month = date.fromisoformat(row["date"]).replace(day=1)
        assert row["mrr"] == months.get(month, 0)
        for kind, name in zip(KINDS, NAMES, strict=True):
            assert row[name] == moved.get((month, kind), truth.Movement(0, 0)).cents
    assert truth.mrr(world, TODAY - timedelta(days=100)) == truth.mrr_by_day(world)[TODAY - timedelta(days=100)]
    for row in world.counts("month", START, TODAY):
        month = date.fromisoformat(row["date"]).replace(day=1)
        assert row["customers"] == statuses.get(month, Counter())["active"]


def test_the_company_grows_loses_some_and_nobody_pays_a_fortune(world: World) -> None:
    months = list(truth.mrr_by_month(world).values())
    assert 36 <= len(months) <= 37
    assert months[-1] > 1.2 * months[-13] > 1.2 * months[-25]
    paid = [one.steps[-1].mrr for one in world.subscribers if one.steps and one.steps[-1].mrr]
    assert 20_00 < median(paid) < 200_00
    assert max(paid) < 5_000_00
    moved = Counter(step.kind for one in world.subscribers for step in one.steps)
    assert moved["expansion"] > moved["contraction"] > moved["reactivation"] > 0
    retained = [counts for counts in truth.cohorts(world).values() if len(counts) > 12]
    lost = [sum(c[k] - c[k + 3] for c in retained) / sum(c[k] for c in retained) for k in (0, 9)]
    assert 0.3 > lost[0] > lost[1] > 0


def test_invoices_follow_the_subscriptions_and_most_are_paid(world: World) -> None:
    bills = defaultdict(list)
    for row in world.rows("subscription/invoices"):
        if row.get("disabled") is not True and not row.get("errors"):
            bills[row["customer_uuid"]].append(row)
    for one in world.subscribers:
        rows = sorted(bills[one.customer["uuid"]], key=lambda row: row["date"])
        assert bool(rows) == bool(one.steps)
        ends: dict[str, str] = {}
        for row in rows:
            (item,) = (each for each in row["line_items"] if each["type"] == "subscription")
            assert row["currency"] == one.terms.currency
            assert item["service_period_start"] == row["date"] < item["service_period_end"]
            if not item["prorated"]:
                # No period of a plan is billed twice.
                assert row["date"] >= ends.get(item["plan_uuid"], "")
                ends[item["plan_uuid"]] = item["service_period_end"]
    count = sum(map(len, bills.values()))
    overdue = [each for each in truth.open_invoices(world, TODAY).values() if each.is_overdue]
    assert 0 < len(overdue) < 0.02 * count
    late = truth.open_invoices(world, TODAY - timedelta(days=60))
    assert late.keys() - truth.open_invoices(world, TODAY).keys()


def hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def test_answers_come_within_office_hours_and_slow_ones_are_liked_less(world: World) -> None:
    times = truth.ticket_times(world)
    waits = {key: hours(each.first_response) for key, each in times.items() if each.first_response}
    assert 0.5 < median(waits.values()) < 8
    weekend = [story.ticket["id"] for story in world.stories if story.opened.weekday() > 4]
    assert median(waits[key] for key in weekend if key in waits) > 12
    surveys = [story.survey for story in world.stories if story.survey and story.scored]
    scores = [(waits[row["ticket_id"]], row["score"]) for row in surveys if row["ticket_id"] in waits]
    middle = median(wait for wait, _ in scores)
    assert (
        mean(score for wait, score in scores if wait <= middle) > mean(s for wait, s in scores if wait > middle) + 0.2
    )
    writes = Counter(story.ticket["customer"]["id"] for story in world.stories)
    assert sum(count for _, count in writes.most_common(80)) > 0.5 * len(world.stories)


def test_the_truth_of_the_desk_is_what_its_rows_say(world: World) -> None:
    tickets = {row["id"]: row for row in world.rows("support/tickets")}
    answers: dict[int, datetime] = {}
    for row in world.rows("support/messages"):
        if row["from_agent"] and row["public"]:
            moment = instant(row["created_datetime"])
            answers[row["ticket_id"]] = min(answers.get(row["ticket_id"], moment), moment)
    for key, times in truth.ticket_times(world).items():
        row = tickets[key]
        opened, closed = instant(row["created_datetime"]), row["closed_datetime"]
        assert times.resolution == (instant(closed) - opened if closed else None)
        has_answer = key in answers and not row["from_agent"]
        assert times.first_response == (answers[key] - opened if has_answer else None)
    scores = [row["score"] for row in world.rows("support/satisfaction_surveys") if row["score"]]
    assert sorted(scores) == sorted(score for given in truth.satisfaction(world).values() for score in given)
    assert truth.tickets_opened(world).total() == len(tickets)


def test_most_who_write_are_paying_customers_and_some_are_known_under_no_address(world: World) -> None:
    assert 0.2 * world.size < truth.unmatched(world) < 0.4 * world.size
    risks = truth.at_risk(world)
    assert risks
    assert all(risk.mrr > 0 and (risk.open_tickets or risk.bad_ratings) for risk in risks.values())
    known = {row["email"] for row in world.customers("subscription")}
    written = {row["email"] for row in world.customers("support")}
    assert {email.lower() for email in written} & known > written & known
