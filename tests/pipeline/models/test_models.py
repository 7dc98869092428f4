"""The models tell what is true: their figures are those that the sandbox's data were made of."""

# ruff: noqa: S608 - the names in the statements are our own
from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from analytics_sandbox import truth

from demo.browser import CHROMIUM, View, chromium
from demo.dashboard.marts import Marts
from demo.dashboard.page import PANELS, render
from tests.pipeline.models.questions import questions
from tests.pipeline.models.warehouses import SCHEMAS, Warehouse
from tests.singer import streams_of

if TYPE_CHECKING:
    from pathlib import Path

    from analytics_sandbox.lifecycle import Step
    from analytics_sandbox.subscription_data import Subscriber
    from analytics_sandbox.world import World

    from tests.pipeline.models.built_models import Models


def money(cents: int) -> Decimal:
    """Return an amount in units, as the marts have it."""
    return Decimal(cents) / 100


def test_every_model_is_built_and_every_test_of_the_data_passes(models: Models) -> None:
    for name, outcome in models.outcomes.items():
        broken = {node: status for node, status in outcome.items() if status not in {"success", "pass"}}
        assert not broken, name
        assert "mrr_equals_the_services_own_metrics" in outcome


def test_a_staging_model_has_a_row_for_each_row_of_its_stream(models: Models) -> None:
    if "duckdb" not in models.warehouses:
        pytest.skip("there are wheels of DuckDB 1.0.0 for Python 3.10 to 3.12")
    query = models.warehouses["duckdb"].query
    counts = {
        f"stg_{api}__{stream.name}": f"(select count(*) from {schema}.{stream.name})"
        for api, schema in SCHEMAS.items()
        for stream in streams_of(api)
    }
    (row,) = query(
        "select " + ", ".join(f"{there} - (select count(*) from {name}) as {name}" for name, there in counts.items())
    )
    assert set(row.values()) == {0}, row


def test_a_stream_that_was_not_loaded_has_no_rows(models: Models) -> None:
    assert models.warehouses["postgres"].query("select * from stg_subscription__tasks") == []


def test_recurring_revenue_is_what_customers_pay(models: Models, warehouse: Warehouse) -> None:
    for mart, column, expected in (
        ("mrr_by_day", "day", truth.mrr_by_day(models.world)),
        ("mrr_by_month", "month", truth.mrr_by_month(models.world)),
    ):
        rows = warehouse.query(f"select * from {mart}")
        assert {row[column]: row["mrr"] for row in rows} == {when: money(cents) for when, cents in expected.items()}
        assert {row["currency"] for row in rows} == {"EUR"}


def test_movements_are_what_customers_did(models: Models, warehouse: Warehouse) -> None:
    kinds = {"new_business": "new_biz"} | {kind: kind for kind in ("expansion", "contraction", "churn", "reactivation")}
    rows = warehouse.query("select * from mrr_movements_by_month")
    found = {(row["month"], kind): row[name] for row in rows for name, kind in kinds.items() if row[name]}
    assert found == {key: money(each.cents) for key, each in truth.movements(models.world).items() if each.cents}


def test_customers_are_counted_by_what_they_are(models: Models, warehouse: Warehouse) -> None:
    expected = {
        (month, status): count
        for month, counts in truth.customers_by_status(models.world).items()
        for status, count in counts.items()
        if count
    }
    rows = warehouse.query("select * from customers_by_status_and_month")
    assert {(row["month"], row["status"]): row["customers"] for row in rows} == expected


def test_cohorts_keep_whom_they_keep(models: Models, warehouse: Warehouse) -> None:
    expected = {
        (month, since): count
        for month, counts in truth.cohorts(models.world).items()
        for since, count in enumerate(counts)
    }
    rows = warehouse.query("select * from cohort_retention")
    assert {(row["cohort_month"], row["months_since"]): row["retained_customers"] for row in rows} == expected


def test_invoices_are_open_until_they_are_paid(models: Models, warehouse: Warehouse) -> None:
    today = models.world.today()
    expected = {
        key: (
            each.customer_uuid,
            each.currency,
            each.due,
            max((today - each.due).days, 0),
            money(each.total - each.paid),
        )
        for key, each in truth.open_invoices(models.world, today).items()
    }
    columns = ("customer_uuid", "currency", "due_day", "days_overdue", "amount_due")
    rows = warehouse.query("select * from invoices_open")
    assert {row["invoice_uuid"]: tuple(row[name] for name in columns) for row in rows} == expected


def test_plans_share_all_of_the_revenue(models: Models, warehouse: Warehouse) -> None:
    rows = warehouse.query("select * from plans_overview")
    assert all(row["plan_name"] for row in rows)
    today = models.world.today()
    for column, day in (("mrr", today), ("mrr_90_days_ago", today - timedelta(days=90))):
        assert sum(row[column] for row in rows) == money(truth.mrr(models.world, day))


def test_tickets_are_counted_by_day(models: Models, warehouse: Warehouse) -> None:
    rows = warehouse.query("select * from tickets_by_day")
    opened, closed = truth.tickets_opened(models.world), truth.tickets_closed(models.world)
    for column, expected in (("opened", opened), ("closed", closed)):
        assert +Counter({(row["day"], row["channel"]): row[column] for row in rows}) == expected
    last_day = max(row["day"] for row in rows)
    backlog = sum(row["backlog"] for row in rows if row["day"] == last_day)
    assert backlog == sum(opened.values()) - sum(closed.values())


def test_tickets_are_counted_by_tag(models: Models, warehouse: Warehouse) -> None:
    rows = warehouse.query("select * from tickets_by_tag")
    for column, expected in (
        ("opened", truth.tickets_opened_by_tag(models.world)),
        ("closed", truth.tickets_closed_by_tag(models.world)),
    ):
        assert +Counter({(row["day"], row["tag"]): row[column] for row in rows}) == expected


def test_times_of_tickets_are_those_between_their_events(models: Models, warehouse: Warehouse) -> None:
    rows = {row["ticket_id"]: row for row in warehouse.query("select * from ticket_times")}
    expected = truth.ticket_times(models.world)
    assert rows.keys() == expected.keys()
    for key, times in expected.items():
        for column, span in (
            ("first_response_minutes", times.first_response),
            ("resolution_minutes", times.resolution),
        ):
            minutes = None if span is None else span / timedelta(minutes=1)
            assert rows[key][column] == (None if minutes is None else pytest.approx(minutes)), (key, column)


def test_satisfaction_is_that_of_each_agents_tickets(models: Models, warehouse: Warehouse) -> None:
    rows = warehouse.query("select * from satisfaction_by_agent_and_month")
    found = {(row["assignee_user_id"], row["month"]): row for row in rows}
    expected = truth.satisfaction(models.world)
    assert found.keys() == expected.keys()
    for key, scores in expected.items():
        assert found[key]["ratings"] == len(scores)
        assert found[key]["average_score"] == pytest.approx(sum(scores) / len(scores))
        assert found[key]["bad_ratings"] == sum(score <= truth.BAD_SCORE for score in scores)


def test_revenue_is_at_risk_where_a_paying_customer_is_not_content(models: Models, warehouse: Warehouse) -> None:
    expected = {
        key: (money(each.mrr), each.open_tickets, each.bad_ratings) for key, each in truth.at_risk(models.world).items()
    }
    assert expected
    rows = warehouse.query("select * from revenue_at_risk")
    found = {row["customer_uuid"]: (row["mrr"], row["open_tickets"], row["bad_ratings"]) for row in rows}
    assert found == expected
    unmatched = warehouse.query("select * from revenue_at_risk_unmatched where unmatched like 'support customers%'")
    assert sum(row["counted"] for row in unmatched) == truth.unmatched(models.world)


def test_each_question_of_the_page_has_an_answer(warehouse: Warehouse) -> None:
    assert len(questions()) == 10
    for question, query in questions().items():
        assert warehouse.query(query), question


def test_the_answers_on_the_page_are_right(models: Models, warehouse: Warehouse) -> None:
    world, today = models.world, models.world.today()
    answers = {question: warehouse.query(query) for question, query in questions().items()}
    # The day a year ago, as SQL has it: the last of February where there is no 29th.
    year_ago = today.replace(year=today.year - 1, day=min(today.day, 28) if today.month == 2 else today.day)
    mrr_now, mrr_then = (
        {one.customer["uuid"]: last[-1].mrr for one in world.subscribers if (last := steps_until(world, one, day))}
        for day in (today, year_ago)
    )
    then = sum(mrr_then.values())
    now = sum(mrr_now[key] for key, cents in mrr_then.items() if cents)
    (retention,) = answers["What is our net revenue retention?"]
    assert (retention["mrr_then"], retention["mrr_now"]) == (money(then), money(now))
    assert float(retention["net_revenue_retention"]) == pytest.approx(now / then, abs=0.001)
    assert answers["What is our recurring revenue, and why did it change?"][0]["closing_mrr"] == money(
        truth.mrr(world, today)
    )
    due: Counter[str] = Counter()
    for balance in truth.open_invoices(world, today).values():
        due[balance.currency] += balance.total - balance.paid
    found: Counter[str] = Counter()
    for row in answers["Which invoices are overdue?"]:
        found[row["currency"]] += row["amount_due"]
    assert found == {currency: money(cents) for currency, cents in due.items()}
    risk = sum(row["mrr"] for row in answers["How much revenue is at risk?"])
    assert risk == money(sum(each.mrr for each in truth.at_risk(world).values()))


def steps_until(world: World, one: Subscriber, day: date) -> list[Step]:
    """Return what changed a customer's revenue until the end of a day."""
    zone = ZoneInfo(world.manners.time_zone)
    return [step for step in one.steps if step.moment.astimezone(zone).date() <= day]


def test_tests_of_the_data_find_a_cent_too_much_and_a_row_too_many(models: Models) -> None:
    query = models.warehouses["postgres"].query
    compiled = models.project / "postgres" / "compiled"
    tests = {
        path.stem: path.read_text(encoding="utf-8")
        for name in (
            "mrr_equals_the_services_own_metrics",
            "*lead_from_month_to_month",
            "*unique_key_tickets_by_tag*",
            "*unique_key_plans*",
        )
        for path in compiled.rglob(f"{name}.sql")
    }
    assert len(tests) == 4
    assert not any(query(test) for test in tests.values())
    query("update mrr_movements_by_month set churn = churn - 0.01 where month = (select min(month) from mrr_by_month)")
    query("insert into tickets_by_tag select * from tickets_by_tag limit 1")
    query("insert into plans_overview select * from plans_overview limit 1")
    # What was paid before the first activity that was loaded has no plan.
    query("insert into plans_overview (currency, customers, mrr, mrr_90_days_ago) values ('EUR', 0, 0, 0)")
    assert {name: len(query(test)) for name, test in tests.items()} == dict.fromkeys(tests, 1)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_dashboard_shows_each_chart_wide_and_light_narrow_and_dark(models: Models, tmp_path: Path) -> None:
    query = models.warehouses["postgres"].query
    file = tmp_path / "dashboard.html"
    # A company as small as this may have been paid all that it asked for.
    unpaid = {
        "currency": "EUR",
        "amount_due": Decimal(120),
        "due_day": date.min,
        "days_overdue": 40,
        "is_overdue": True,
    }
    added = {"invoices_open": [unpaid]}
    marts = Marts(lambda mart: [*query(f"select * from {mart}"), *added.get(mart, [])])
    file.write_text(render(marts, "a test"), encoding="utf-8")
    [now] = query("select mrr from mrr_by_day order by day desc limit 1")
    with chromium() as browser:
        views = [View(browser, file, 1280, "light"), View(browser, file, 390, "dark")]
        for view in views:
            marks = view.marks()
            assert len(marks) == len(PANELS)
            assert all(marks.values()), marks
            assert view.overflow() <= 0
            view.page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
            assert view.overflow() <= 0
        light, dark = (view.background() for view in views)
        assert light != dark
        for view, other in zip(views, [dark, light], strict=True):
            view.page.click("#theme")
            assert view.background() == other
            assert view.complaints == []
            assert view.requests == [file.as_uri()]
        shown = views[0].page.text_content(".value")
    assert shown == f"€{now['mrr']:,.0f}"
