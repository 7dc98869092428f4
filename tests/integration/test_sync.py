"""What a sync reads, and what the next one reads."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest
from analytics_sandbox import Sandbox

from tests.integration.texts import TEXTS
from tests.integration.truth import metric_of, metric_row, records_of, without_empty_rescue
from tests.singer import Tables, select, streams_of

if TYPE_CHECKING:
    from analytics_sandbox.manners import Api

    from tests.singer import Message, Run, Tap

Style: TypeAlias = Literal["today", "page", "sketch"]


def _loaded(*runs: Run) -> Tables:
    tables = Tables()
    for run in runs:
        assert run.exit_code == 0, run.stderr
        tables.load(run.messages)
    return tables


def _assert_truth(tables: Tables, sandbox: Sandbox, api: Api) -> None:
    """Hold the tables of all streams that are selected by default, but for the metrics, to the sandbox's data."""
    truth = sandbox.world.truth(api)
    for stream in streams_of(api):
        if stream.name in truth and stream.selected_by_default:
            texts = TEXTS.get(stream.name, ())
            records = records_of(truth[stream.name], *stream.primary_keys, texts=texts)
            assert without_empty_rescue(tables.rows(stream.name)) == records, stream.name


@pytest.mark.parametrize("style", ["today", "page", "sketch"])
@pytest.mark.parametrize("page_size", [7, 200])
def test_every_pagination_style_gives_the_same_records(tap: Tap, style: Style, page_size: int) -> None:
    with Sandbox(size=25, style=style) as sandbox:
        run = tap.run({**sandbox.subscription_config, "page_size": page_size})
        _assert_truth(_loaded(run), sandbox, "subscription")
        run = tap.run({**sandbox.support_config, "page_size": min(page_size, 100)})
        _assert_truth(_loaded(run), sandbox, "support")


@pytest.mark.parametrize("start", ["2025-01-01", None])
def test_metrics_are_the_account_s_with_the_open_period_under_its_final_date(
    tap: Tap, sandbox: Sandbox, start: str | None
) -> None:
    run = tap.run(sandbox.subscription_config | ({"start_date": start} if start else {}))
    asked = {
        (request.path.rpartition("/")[2], request.params["interval"][0]): request.params
        for request in sandbox.requests
        if "interval" in request.params
    }
    for stream in streams_of("subscription"):
        if (of := metric_of(stream.name)) is None:
            continue
        first, last = (datetime.fromisoformat(asked[of][name][0]).date() for name in ("start-date", "end-date"))
        rows = run.records(stream.name)
        truth = records_of((metric_row(row, of[1]) for row in sandbox.world.metric(*of, first, last)), "date")
        assert [{**row, "date": None} for row in truth] == [
            {name: value for name, value in row.items() if name not in {"_rescued_data", "is_complete"}}
            | {"date": None}
            for row in rows
        ]
        assert [row["date"] for row in rows[:-1]] == [row["date"] for row in truth[:-1]]
        assert rows[-1]["date"] >= truth[-1]["date"]
        assert [row["is_complete"] for row in rows] == [True] * (len(rows) - 1) + [False]
        assert all(row["_rescued_data"] is None for row in rows)


def test_all_metrics_and_the_account_ask_for_the_account_once(tap: Tap, sandbox: Sandbox) -> None:
    tap.run(sandbox.subscription_config)
    assert len([request for request in sandbox.requests if request.path == "/v1/account"]) == 1


def test_a_second_run_reads_only_the_look_back_and_moves_nothing(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.subscription_config
    first = tap.run(config)
    second = tap.run(config, state=first.state)
    bookmark = datetime.fromisoformat(first.state["bookmarks"]["activities"]["replication_key_value"])
    read = [datetime.fromisoformat(record["date"]) for record in second.records("activities")]
    assert 0 < len(read) < len(first.records("activities"))
    assert min(read) >= bookmark - timedelta(days=30)
    assert second.state == first.state


def test_a_second_run_stops_at_the_bookmark_of_a_list_that_is_newest_first(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.support_config | {"page_size": 10}
    first = tap.run(config)
    sandbox.requests.clear()
    second = tap.run(config, state=first.state)
    assert len([request for request in sandbox.requests if request.path == "/api/customers"]) == 2
    assert len({row["id"] for row in first.records("customers")}) == 60
    assert second.state == first.state


def test_tables_equal_the_truth_after_changes_and_one_more_run(tap: Tap, sandbox: Sandbox) -> None:
    world = sandbox.world
    apis: tuple[Api, ...] = ("subscription", "support")
    for api, config in zip(apis, (sandbox.subscription_config, sandbox.support_config), strict=True):
        first = tap.run(config)
        ids = [row["id"] for row in world.customers(api)]
        world.add_customers(api, 3)
        world.update_customer(api, ids[5], name="Someone Else")
        if api == "subscription":
            # Only a list that is read whole can show what is gone, and a lead has no activities that go with it.
            world.delete_customer(api, next(row["id"] for row in world.customers(api) if row["status"] == "New Lead"))
            world.add_activities(4)
        else:
            world.delete_custom_field(world.custom_fields()[0]["id"])
        second = tap.run(config, state=first.state)
        _assert_truth(_loaded(first, second), sandbox, api)


def test_a_whole_read_puts_right_what_an_incremental_run_cannot_see(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.subscription_config
    first = tap.run(config)
    oldest = min(sandbox.world.activities(), key=lambda row: row["date"])
    sandbox.world.reissue_activity(oldest["uuid"])
    catalog = select(tap.catalog(config), "activities", forced_replication_method="FULL_TABLE")
    for entry in catalog["streams"]:
        entry.pop("replication_method", None)
    second = tap.run(config, state=first.state, catalog=catalog)
    tables = _loaded(first, second)
    assert without_empty_rescue(tables.rows("activities")) == records_of(sandbox.world.activities(), "uuid")
    # It leaves the bookmark where it was: the catalog may change back.
    assert second.state["bookmarks"]["activities"] == first.state["bookmarks"]["activities"]


def test_a_whole_read_is_activated_after_its_last_record_and_an_incremental_one_not_at_all(
    tap: Tap, sandbox: Sandbox
) -> None:
    for config in (sandbox.subscription_config, sandbox.support_config):
        first = tap.run(config)
        second = tap.run(config, state=first.state)
        for run in (first, second):
            told: defaultdict[str, list[Message]] = defaultdict(list)
            for message in run.messages:
                told[message.get("stream", "")].append(message)
            for stream in filter(lambda each: each.selected_by_default, streams_of(config["api"])):
                kinds = [message["type"] for message in told[stream.name]]
                whole = run is first or stream.replication_key is None
                assert kinds == ["SCHEMA", *["RECORD"] * (len(kinds) - 1 - whole), *["ACTIVATE_VERSION"] * whole]
                assert all(("version" in message) == whole for message in told[stream.name][1:])


def test_activation_can_be_switched_off(tap: Tap, sandbox: Sandbox) -> None:
    run = tap.run(sandbox.support_config | {"emit_activate_version_messages": False})
    assert "ACTIVATE_VERSION" not in run.stdout
    assert '"version"' not in run.stdout


def test_start_and_end_date_are_inclusive_whole_days(tap: Tap, sandbox: Sandbox) -> None:
    days = sorted({record["date"][:10] for record in tap.run(sandbox.subscription_config).records("activities")})
    start, end = days[10], days[40]
    run = tap.run(sandbox.subscription_config | {"start_date": start, "end_date": end})
    read = sorted({record["date"][:10] for record in run.records("activities")})
    assert read == days[10:41]


def test_without_a_start_date_activities_are_asked_for_without_a_date(tap: Tap, sandbox: Sandbox) -> None:
    tap.run(sandbox.subscription_config, catalog=select(tap.catalog(sandbox.subscription_config), "activities"))
    first = next(request for request in sandbox.requests if request.path == "/v1/activities")
    assert dict(first.params) == {"order": ["date"], "per_page": ["200"]}


def test_an_empty_list_of_object_types_sends_no_object_type(tap: Tap) -> None:
    with Sandbox(size=20, style="sketch") as sandbox:
        run = tap.run(sandbox.support_config | {"custom_field_object_types": []})
        asked = [request for request in sandbox.requests if request.path == "/api/custom-fields"]
        assert asked
        assert all("object_type" not in request.params for request in asked)
        assert len(run.records("custom_fields")) == len(sandbox.world.custom_fields())


def test_a_bookmark_is_never_later_than_the_start_of_the_run(tap: Tap, sandbox: Sandbox) -> None:
    sandbox.world.add_activities(1, date=datetime(2999, 1, 1, tzinfo=timezone.utc))
    run = tap.run(sandbox.subscription_config)
    bookmark = datetime.fromisoformat(run.state["bookmarks"]["activities"]["replication_key_value"])
    assert any(record["date"].startswith("2999") for record in run.records("activities"))
    assert bookmark < datetime.now(timezone.utc)
    assert tap.run(sandbox.subscription_config, state=run.state).state == run.state


def test_both_apis_go_into_one_place_without_schemas_where_each_has_a_prefix(tap: Tap, sandbox: Sandbox) -> None:
    tables, configs = Tables(), (("sub_", sandbox.subscription_config), ("support_", sandbox.support_config))
    for prefix, config in configs:
        settings = {**config, "stream_prefix": prefix}
        catalog = select(tap.catalog(settings), f"{prefix}account", f"{prefix}customers")
        run = tap.run(settings, catalog=catalog)
        assert run.exit_code == 0, run.stderr
        tables.load(run.messages)
        test = tap.run(settings, "--test", catalog=catalog)
        assert (test.exit_code, f"{prefix}customers: ok" in test.stderr) == (0, True), test.stderr
    apis: tuple[tuple[str, Api], ...] = (("sub_", "subscription"), ("support_", "support"))
    for prefix, api in apis:
        truth = sandbox.world.truth(api)["customers"]
        assert len(tables.rows(f"{prefix}customers")) == len(truth)
        assert len(tables.rows(f"{prefix}account")) == 1
