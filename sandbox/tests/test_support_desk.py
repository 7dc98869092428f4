"""The desk of the support API: what its lists take and give, how its rows belong together, and how it lives."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from analytics_sandbox.support_lists import LISTS
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

REQUIRED = {"/custom-fields": {"object_type": "Ticket"}}
every_list = pytest.mark.parametrize("path", LISTS)


def walk(get: Get, path: str, **params: Any) -> list[Any]:
    """Read a list to its end."""
    rows: list[Any] = []
    while True:
        body = get(path, params).json()
        rows += body["data"]
        cursor = body.get("meta", {}).get("next_cursor")
        if not cursor:
            return rows
        params["cursor"] = cursor


@every_list
def test_a_list_takes_its_own_parameters_and_no_others(get: Get, path: str) -> None:
    required = REQUIRED.get(path, {})
    assert get(f"/api{path}", required).status_code == 200
    assert get(f"/api{path}", {**required, "page": 1}).status_code == 400
    for order in LISTS[path].orders:
        assert get(f"/api{path}", {**required, "order_by": f"{order}:desc"}).status_code == 200
    assert get(f"/api{path}", {**required, "order_by": "subject:asc"}).status_code == 400
    others = {"archived", "object_type", "created_datetime[gte]"} - {*LISTS[path].filters}
    assert all(get(f"/api{path}", {**required, other: "true"}).status_code == 400 for other in others)


@every_list
def test_a_list_read_page_by_page_is_the_truth(sandbox: Sandbox, get: Get, path: str) -> None:
    rows = [
        row
        for object_type in (["Ticket", "Customer"] if path in REQUIRED else [None])
        for archived in (["false", "true"] if "archived" in LISTS[path].filters else [None])
        for row in walk(
            get,
            f"/api{path}",
            limit=3,
            **({"object_type": object_type} if object_type else {}),
            **({"archived": archived} if archived else {}),
        )
    ]
    truth = {row["id"] for row in sandbox.world.rows(f"support/{LISTS[path].table}")}
    assert sorted(row["id"] for row in rows) == sorted(truth)


def test_rows_belong_together(sandbox: Sandbox) -> None:
    world = sandbox.world
    customers, tickets, messages, surveys, calls = (
        {row["id"]: row for row in world.rows(f"support/{name}")}
        for name in ("customers", "tickets", "messages", "satisfaction_surveys", "voice_calls")
    )
    assert {row["customer"]["id"] for row in tickets.values()} <= customers.keys()
    assert {row["ticket_id"] for row in messages.values()} == tickets.keys()
    assert {row["object_id"] for row in world.rows("support/events")} == tickets.keys()
    assert {row["ticket_id"] for row in surveys.values()} <= tickets.keys()
    assert len({row["ticket_id"] for row in surveys.values()}) == len(surveys)
    assert {row["ticket_id"] for row in calls.values()} <= tickets.keys()
    assert {row["call_id"] for row in world.rows("support/voice_call_recordings")} <= calls.keys()
    for key, ticket in tickets.items():
        assert ticket["messages_count"] == len([row for row in messages.values() if row["ticket_id"] == key])
        assert (ticket["closed_datetime"] is not None) == (ticket["status"] == "closed")


def test_tickets_follow_a_working_week_up_to_today(sandbox: Sandbox) -> None:
    zone = ZoneInfo(sandbox.world.account("support")["settings"][0]["data"]["timezone"])
    moments = [instant(row["created_datetime"]).astimezone(zone) for row in sandbox.world.rows("support/tickets")]
    at_work = [moment for moment in moments if moment.weekday() < 5 and 8 <= moment.hour < 18]
    assert len(moments) * 0.7 < len(at_work) < len(moments)
    last = max(instant(row["updated_datetime"]) for row in sandbox.world.rows("support/tickets"))
    assert last < sandbox.world.anchor < last + timedelta(days=7)


def test_events_are_filtered_by_instants_the_first_included_and_the_last_not(sandbox: Sandbox, get: Get) -> None:
    rows = sorted(sandbox.world.rows("support/events"), key=lambda row: instant(row["created_datetime"]))
    first, last = (instant(rows[place]["created_datetime"]).isoformat() for place in (5, 15))
    for low, high, count in (("gte", "lt", 10), ("gt", "lt", 9), ("gte", "lte", 11)):
        params = {f"created_datetime[{low}]": first, f"created_datetime[{high}]": last, "limit": 100}
        found = get("/api/events", params).json()["data"]
        moments = [instant(row["created_datetime"]) for row in found]
        assert instant(first) <= min(moments)
        assert max(moments) <= instant(last)
        assert (instant(first) in moments, instant(last) in moments) == (low == "gte", high == "lte"), count
    assert get("/api/events", {"order_by": "created_datetime"}).status_code == 400
    assert get("/api/events", {"created_datetime[gte]": "soon"}).status_code == 400


def test_the_items_of_a_view_lead_to_the_next_ones_by_an_address(sandbox: Sandbox, get: Get) -> None:
    address, found = "/api/views/79/items?limit=7", []
    while address:
        body = get(address).json()
        found += [row["id"] for row in body["data"]]
        assert set(body["meta"]) == {"prev_items", "next_items"}
        address = body["meta"]["next_items"]
    assert sorted(found) == [row["id"] for row in sandbox.world.views_items() if row["view_id"] == 79]
    assert get("/api/views/1/items").status_code == 404


def test_the_values_of_a_customer_are_a_bare_array(sandbox: Sandbox, get: Get) -> None:
    key = sandbox.world.customers("support")[0]["id"]
    values = get(f"/api/customers/{key}/custom-fields").json()
    assert [value["field"]["id"] for value in values] == [
        row["field"]["id"] for row in sandbox.world.customer_custom_fields() if row["customer_id"] == key
    ]
    assert get(f"/api/customers/{key}/custom-fields", {"limit": 1}).status_code == 400
    assert get("/api/customers/1/custom-fields").status_code == 404


def test_lists_that_examples_show_as_bare_arrays_can_be_so(sandbox: Sandbox, get: Get) -> None:
    sandbox.bare_arrays = True
    for path, listing in LISTS.items():
        body = get(f"/api{path}", REQUIRED.get(path)).json()
        assert isinstance(body, list) == (listing.example == "array"), path
    assert len(get("/api/rules", {"limit": 2}).json()) == 2
    sandbox.bare_arrays = False
    assert "meta" not in get("/api/teams").json()
    assert get("/api/teams", {"limit": 1}).json()["meta"]["next_cursor"]


def test_the_desk_lives(sandbox: Sandbox) -> None:
    world = sandbox.world
    world.advance(timedelta(hours=1))
    (key,) = world.add_tickets()
    assert [row["type"] for row in world.rows("support/events") if row["object_id"] == key] == ["ticket-created"]
    assert world.close_ticket(key)["closed_datetime"] is not None
    (survey,) = [row for row in world.rows("support/satisfaction_surveys") if row["ticket_id"] == key]
    world.advance(timedelta(days=3))
    reopened = world.reopen_ticket(key)
    assert (reopened["status"], instant(reopened["updated_datetime"])) == ("open", world.clock.now())
    world.close_ticket(key)
    answered = world.answer_survey(survey["id"])
    assert answered["score"]
    assert answered["created_datetime"] == survey["created_datetime"]
    (message,) = [row for row in world.rows("support/messages") if row["ticket_id"] == key]
    assert world.open_message(message["id"])["opened_datetime"]
    assert world.archive_macro(5001)["archived_datetime"]
    with pytest.raises(KeyError):
        world.close_ticket(1)
