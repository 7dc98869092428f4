"""The data live, and are the same each time."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests
from analytics_sandbox import Sandbox
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    Get = Callable[..., requests.Response]

NOW = datetime(2025, 6, 15, 12, tzinfo=timezone.utc)
PATHS = ("/v1/customers", "/v1/activities", "/api/customers", "/api/custom-fields?object_type=Ticket", "/api/account")


def everything(sandbox: Sandbox) -> list[bytes]:
    """The bytes of one answer of each list."""
    with sandbox:
        support = sandbox.support_config["username"], sandbox.support_config["password"]
        key = sandbox.subscription_config["api_key"], ""
        return [
            requests.get(sandbox.url + path, auth=key if path.startswith("/v1") else support, timeout=10).content
            for path in PATHS
        ]


def test_same_arguments_give_the_same_bytes_and_another_seed_others() -> None:
    first = everything(Sandbox(seed=7, size=20, now=NOW))
    assert everything(Sandbox(seed=7, size=20, now=NOW + timedelta(hours=3))) == first
    assert not set(everything(Sandbox(seed=8, size=20, now=NOW))) & set(first)


def test_same_past_gives_the_same_future() -> None:
    worlds = [Sandbox(seed=7, size=20, now=NOW).world for _ in range(2)]
    assert worlds[0].evolve() == worlds[1].evolve()
    assert worlds[0].evolve() == worlds[1].evolve()
    assert worlds[0].activities() == worlds[1].activities()
    assert worlds[0].customers("support") == worlds[1].customers("support")


def test_size_is_the_number_of_customers_who_have_two_or_three_activities_each() -> None:
    world = Sandbox(size=500, now=NOW).world
    assert len(world.customers("subscription")) == len(world.customers("support")) == 500
    activities = world.activities()
    assert 1000 < len(activities) < 1500
    dates = [instant(row["date"]) for row in activities]
    assert dates == sorted(dates)
    assert timedelta(days=1000) < dates[-1] - dates[0] < timedelta(days=1100)
    assert dates[-1] < NOW


def test_what_a_customer_pays_for_is_a_plan_of_its_data_source() -> None:
    world = Sandbox(size=60, now=NOW).world
    for _ in range(2):
        plans = {(row["data_source_uuid"], row["external_id"]): row["uuid"] for row in world.rows("subscription/plans")}
        paid = {(row["billing-connector-uuid"], row["plan-external-id"]) for row in world.activities()}
        assert paid <= plans.keys()
        assert {source for source, _ in paid} == {row["uuid"] for row in world.rows("subscription/data_sources")}
        sources = {row["uuid"]: row["data_source_uuid"] for row in world.customers("subscription")}
        for invoice in world.rows("subscription/invoices"):
            billed = {item.get("plan_uuid") for item in invoice["line_items"]} - {None}
            assert billed <= {key for (source, _), key in plans.items() if source == sources[invoice["customer_uuid"]]}
        world.evolve()


def test_empty_world_lives(sandbox: Sandbox) -> None:
    world = Sandbox(size=0, now=NOW).world
    assert world.customers("subscription") == world.activities() == []
    with pytest.raises(ValueError, match="no customer"):
        world.add_activities()
    assert world.evolve()["subscription_customers_added"]
    assert sandbox.size == 40


def test_truth_is_what_the_apis_answer(sandbox: Sandbox, get: Get) -> None:
    truth = sandbox.world.customers("subscription")
    answered = get("/v1/customers", {"per_page": 200}).json(parse_float=Decimal)["entries"]
    assert answered == truth
    truth[0]["name"] = "mine"
    assert sandbox.world.customers("subscription")[0]["name"] != "mine"


def test_customers_come_change_and_go(sandbox: Sandbox, get: Get) -> None:
    for api, path in (("subscription", "/v1/customers"), ("support", "/api/customers?limit=100")):
        keys = sandbox.world.add_customers(api, 2)  # type: ignore[arg-type]
        sandbox.world.update_customer(api, keys[0], name="Renamed")  # type: ignore[arg-type]
        sandbox.world.delete_customer(api, keys[1])  # type: ignore[arg-type]
        body = get(path).json()
        names = {row["id"]: row["name"] for row in body.get("entries") or body["data"]}
        assert names[keys[0]] == "Renamed"
        assert keys[1] not in names
        with pytest.raises(KeyError):
            sandbox.world.delete_customer(api, keys[1])  # type: ignore[arg-type]


def test_support_customer_is_as_new_as_its_last_change(sandbox: Sandbox) -> None:
    key = sandbox.world.customers("support")[0]["id"]
    sandbox.world.advance(timedelta(hours=1))
    assert instant(sandbox.world.update_customer("support", key)["updated_datetime"]) == NOW + timedelta(hours=1)
    row = sandbox.world.update_customer("support", key, updated_datetime=None)
    assert row["updated_datetime"] is None


def test_change_that_cannot_be_leaves_everything_as_it_was(sandbox: Sandbox) -> None:
    before = sandbox.world.customers("subscription")
    with pytest.raises(ValueError, match="soon"):
        sandbox.world.update_customer("subscription", before[0]["id"], **{"customer-since": "soon"})
    assert sandbox.world.customers("subscription") == before


def test_activities_can_be_back_dated(sandbox: Sandbox) -> None:
    (uuid,) = sandbox.world.add_activities(1, NOW - timedelta(days=2000))
    assert sandbox.world.activities()[0]["uuid"] == uuid
    (uuid,) = sandbox.world.add_activities()
    last = sandbox.world.activities()[-1]
    assert (last["uuid"], instant(last["date"])) == (uuid, NOW)


def test_activities_are_restated_reissued_and_deleted(sandbox: Sandbox) -> None:
    first, second, *_ = sandbox.world.activities()
    assert sandbox.world.restate_activity(first["uuid"])["activity-mrr"] == first["activity-mrr"] + 1
    assert sandbox.world.restate_activity(first["uuid"], **{"activity-mrr": 7})["activity-mrr"] == 7
    second = next(row for row in sandbox.world.activities() if row["uuid"] == second["uuid"])
    new = sandbox.world.reissue_activity(second["uuid"])
    rows = {row["uuid"]: row for row in sandbox.world.activities()}
    assert rows[new] == {**second, "uuid": new}
    assert second["uuid"] not in rows
    sandbox.world.delete_activity(new)
    assert new not in {row["uuid"] for row in sandbox.world.activities()}


def test_custom_fields_come_and_go(sandbox: Sandbox) -> None:
    (key,) = sandbox.world.add_custom_fields(1, "Customer")
    assert sandbox.world.custom_fields("Customer")[-1]["id"] == key
    sandbox.world.delete_custom_field(key)
    assert key not in {row["id"] for row in sandbox.world.custom_fields()}
    with pytest.raises(ValueError, match="Ticket, Customer"):
        sandbox.world.add_custom_fields(1, "Order")


def test_evolution_does_something_of_everything(sandbox: Sandbox) -> None:
    before = {row["uuid"] for row in sandbox.world.activities()}
    done = sandbox.world.evolve()
    assert all(done.values())
    after = {row["uuid"] for row in sandbox.world.activities()}
    gone = set(done["activities_deleted"] + done["activities_reissued"])
    added = set(done["activities_added"] + done["activities_backdated"])
    # Of what was issued anew nobody tells the new uuid.
    assert len(after - before) == len(added) + len(done["activities_reissued"])
    assert before - after == gone
    assert added <= after


def test_real_clock_cannot_be_moved_and_a_frozen_one_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="real clock"):
        Sandbox(size=1).world.advance(timedelta(days=1))
    with pytest.raises(ValueError, match="time zone"):
        Sandbox(size=1, now=datetime(2025, 1, 1))  # noqa: DTZ001 - that is the point
