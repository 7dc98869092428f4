"""The streams of the subscription API, all of them at once: they hold what the service has, and it adds up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import pytest
import requests
from analytics_sandbox import Sandbox

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import run_here
from tests.integration.texts import TEXTS
from tests.integration.truth import INTERVALS, metric_of, records_of, without_empty_rescue
from tests.singer import Run, Tables, select, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS = streams_of("subscription")
NAMES = [stream.name for stream in STREAMS]
LISTS = [stream for stream in STREAMS if metric_of(stream.name) is None]
NOT_SELECTED = {"customer_subscriptions", "plan_group_plans"}
EARLIER = (
    *("account", "activities", "customers"),
    *(f"customer_{every}_count" for every in ("daily", "weekly", "monthly", "quarterly")),
)
"""The streams that there were in the beginning."""

HIDDEN = {
    "invoices": {"validation_type": "all", "with_disabled": "true"},
    "subscription_events": {"with_disabled": "true"},
}
"""Lists from which the service leaves rows out unless it is told otherwise."""

UNTOLD = {
    "account": ("include", {"refund_handling", "churn_recognition", "auto_churn_subscription"}),
    "data_sources": ("with_processing_status", {"processing_status", "invoice_handling_setting"}),
}
"""Objects from which it leaves fields out: a parameter that asks for some, and some of the fields."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose data stay as they are."""
    with Sandbox(size=20, seed=3) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def run(sandbox: Sandbox) -> Run:
    """A run that reads all streams."""
    return read(sandbox)


def read(sandbox: Sandbox, **settings: Any) -> Run:
    """Read all streams."""
    run = run_here({**sandbox.subscription_config, **settings}, *NAMES)
    assert run.exit_code == 0, run.stderr
    return run


def loaded(*runs: Run) -> Tables:
    """Load what some runs wrote."""
    tables = Tables()
    for run in runs:
        tables.load(run.messages)
    return tables


def wrong(tables: Tables, sandbox: Sandbox) -> dict[str, tuple[object, object]]:
    """Return the lists whose tables are not what the service has, each with the first row that differs."""
    truth = sandbox.world.truth("subscription")
    found: dict[str, tuple[object, object]] = {}
    for stream in LISTS:
        rows = without_empty_rescue(tables.rows(stream.name))
        expected = records_of(truth[stream.name], *stream.primary_keys, texts=TEXTS.get(stream.name, ()))
        if rows != expected:
            found[stream.name] = next(pair for pair in zip_longest(rows, expected) if pair[0] != pair[1])
    return found


@pytest.mark.parametrize("style", ["today", "page", "sketch"])
def test_every_list_is_read_whole_whatever_the_style_of_its_pages(style: Literal["today", "page", "sketch"]) -> None:
    with Sandbox(size=12, style=style) as sandbox:
        assert not wrong(loaded(read(sandbox, page_size=7)), sandbox)
        assert all(sandbox.world.truth("subscription").values())


def test_every_list_is_the_service_s_after_changes_and_one_more_run() -> None:
    with Sandbox(size=20) as sandbox:
        first = read(sandbox)
        changes = sandbox.world.evolve()
        assert all(changes.values())
        second = run_here(sandbox.subscription_config, *NAMES, state=first.state)
        # What is gone from an incremental stream only a whole read finds out.
        assert wrong(loaded(first, second), sandbox).keys() == {"activities"}
        assert not wrong(loaded(first, second, read(sandbox)), sandbox)


def test_streams_that_cost_requests_for_each_row_of_another_one_are_read_only_if_they_are_selected(
    sandbox: Sandbox,
) -> None:
    run = run_here(sandbox.subscription_config)
    assert {message["stream"] for message in run.messages if message["type"] == "SCHEMA"} == {*NAMES} - NOT_SELECTED
    catalog = TapAnalytics(config=sandbox.subscription_config).catalog_dict
    roots = {
        entry["tap_stream_id"]: next(item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
        for entry in catalog["streams"]
    }
    assert {name for name, root in roots.items() if not root["selected-by-default"]} == NOT_SELECTED


def test_a_catalog_from_before_there_were_more_streams_goes_on_working(sandbox: Sandbox) -> None:
    catalog = select(TapAnalytics(config=sandbox.subscription_config).catalog_dict, *EARLIER)
    catalog["streams"] = [entry for entry in catalog["streams"] if entry["tap_stream_id"] in EARLIER]
    account = next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == "account")
    for name in [name for name in account["schema"]["properties"] if "churn" in name or name.endswith("g")]:
        # A column that the catalog does not have.
        del account["schema"]["properties"][name]
    run = run_here(sandbox.subscription_config, catalog=catalog)
    assert run.exit_code == 0, run.stderr
    assert {message["stream"] for message in run.messages if message["type"] == "RECORD"} == {*EARLIER}
    (record,) = run.records("account")
    assert record["_rescued_data"]["churn_recognition"]


@pytest.mark.parametrize("name", HIDDEN)
def test_rows_that_the_service_hides_by_default_are_read(sandbox: Sandbox, run: Run, name: str) -> None:
    (key,) = next(stream.primary_keys for stream in STREAMS if stream.name == name)
    known = {row[key] for row in sandbox.world.rows(f"subscription/{name}")}

    def shown(**params: str) -> set[object]:
        answer = requests.get(
            f"{sandbox.url}/v1/{name}", params=params, auth=(sandbox.subscription_config["api_key"], ""), timeout=10
        )
        return {row[key] for row in answer.json()[name]}

    assert shown() < known
    for param in HIDDEN[name]:
        assert shown(**{other: value for other, value in HIDDEN[name].items() if other != param}) < known
    assert shown(**HIDDEN[name]) == known == {record[key] for record in run.records(name)}


@pytest.mark.parametrize("name", UNTOLD)
def test_fields_that_the_service_tells_only_on_demand_are_read(sandbox: Sandbox, run: Run, name: str) -> None:
    param, fields = UNTOLD[name]
    answer = requests.get(f"{sandbox.url}/v1/{name}", auth=(sandbox.subscription_config["api_key"], ""), timeout=10)
    assert not any(field in answer.text for field in fields)
    assert all(record[field] is not None for record in run.records(name) for field in fields)
    asked = [request for request in sandbox.requests if request.path == f"/v1/{name}"]
    assert any(param in request.params for request in asked)


def test_no_parameter_is_sent_that_the_service_does_not_know(sandbox: Sandbox, run: Run) -> None:
    assert run.records("data_sources")
    # It refuses those of paging where a list is not paged.
    answer = requests.get(
        f"{sandbox.url}/v1/data_sources",
        params={"per_page": 5},
        auth=(sandbox.subscription_config["api_key"], ""),
        timeout=10,
    )
    assert answer.status_code == 400


def test_an_empty_text_is_null_in_a_column_of_numbers(sandbox: Sandbox, run: Run) -> None:
    raw = {row["id"]: row for row in sandbox.world.rows("subscription/subscription_events")}
    records = {record["id"]: record for record in run.records("subscription_events")}
    empty = [key for key, row in raw.items() if row["quantity"] == ""]
    assert empty
    assert all(records[key]["quantity"] is None and records[key]["_rescued_data"] is None for key in empty)
    ids = {type(row["retracted_event_id"]) for row in raw.values()}
    assert ids == {int, str, type(None)}
    assert {type(record["retracted_event_id"]) for record in records.values()} == {str, type(None)}


@pytest.mark.parametrize("every", INTERVALS)
def test_revenue_is_what_activities_add_up_to_and_all_metrics_say_the_same(
    sandbox: Sandbox, run: Run, every: str
) -> None:
    zone = ZoneInfo(sandbox.time_zone)
    movements = [
        (datetime.fromisoformat(row["date"]).astimezone(zone).date().isoformat(), row["activity_mrr_movement"])
        for row in run.records("activities")
    ]
    revenue, key_metrics = run.records(f"mrr_{every}"), run.records(f"key_metrics_{every}")
    assert [row["mrr"] for row in revenue] == [
        sum(movement for day, movement in movements if day <= row["date"]) for row in revenue
    ]
    assert revenue[-1]["mrr"] == sum(row["mrr"] for row in run.records("customers"))
    for before, row in pairwise(revenue):
        parts = ("new_business", "expansion", "contraction", "churn", "reactivation")
        assert row["mrr"] - before["mrr"] == sum(row[f"mrr_{part}"] for part in parts)
    dated = ("date", "is_complete")
    assert [[row[name] for name in (*dated, "mrr")] for row in key_metrics] == [
        [row[name] for name in (*dated, "mrr")] for row in revenue
    ]
    counts = run.records(f"customer_{every}_count")
    assert [[row[name] for name in (*dated, "customers")] for row in key_metrics] == [
        [row[name] for name in (*dated, "customers")] for row in counts
    ]


@pytest.mark.parametrize("every", INTERVALS)
def test_the_average_sale_price_is_null_where_the_service_has_none(run: Run, every: str) -> None:
    records = run.records(f"key_metrics_{every}")
    has_some = every not in {"daily", "weekly"}
    assert any(record["asp"] for record in records) == has_some
    assert all((record["asp"] is not None) == has_some for record in records)
    assert all((record["asp_percentage_change"] is not None) == has_some for record in records)


def test_what_belongs_to_a_customer_belongs_to_one_that_there_is(run: Run) -> None:
    customers = {record["uuid"]: record for record in run.records("customers")}
    external_ids = {record["external_id"] for record in customers.values()}
    for name in ("activities", "customer_subscriptions", "invoices", "contacts", "customer_notes"):
        assert {record["customer_uuid"] for record in run.records(name)} <= customers.keys(), name
    assert {record["customer_external_id"] for record in run.records("subscription_events")} <= external_ids
    plans = {record["uuid"] for record in run.records("plans")}
    assert {record["uuid"] for record in run.records("plan_group_plans")} <= plans
    paying = Counter(record["customer_uuid"] for record in run.records("customer_subscriptions"))
    assert {uuid for uuid, row in customers.items() if row["mrr"]} <= paying.keys()
    for record in run.records("customer_subscriptions"):
        assert round(record["mrr"]) == customers[record["customer_uuid"]]["mrr"]
