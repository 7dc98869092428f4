"""How the support API answers."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

CUSTOMERS = "/api/customers"
FIELDS = "/api/custom-fields"


def walk(get: Get, path: str, **params: Any) -> list[Any]:
    """Read a list to its end."""
    rows: list[Any] = []
    while True:
        body = get(path, params).json()
        rows += body["data"]
        if not body["meta"]["next_cursor"]:
            return rows
        params["cursor"] = body["meta"]["next_cursor"]


def test_list_has_the_envelope_of_the_service(get: Get) -> None:
    body = get(CUSTOMERS).json()
    assert list(body) == ["object", "uri", "data", "meta"]
    assert (body["object"], body["uri"], len(body["data"])) == ("list", CUSTOMERS, 30)
    assert set(body["meta"]) == {"prev_cursor", "next_cursor"}
    assert body["meta"]["prev_cursor"] is None


def test_sketch_has_data_and_the_next_cursor_alone(sandbox: Sandbox, get: Get) -> None:
    sandbox.style = "sketch"
    body = get("/support/v1/customers", {"limit": 40}).json()
    assert (set(body), body["meta"]) == ({"data", "meta"}, {"next_cursor": None})


def test_walk_is_complete_and_by_id(sandbox: Sandbox, get: Get) -> None:
    assert [row["id"] for row in walk(get, CUSTOMERS, limit=7)] == sorted(
        row["id"] for row in sandbox.world.customers("support")
    )


@pytest.mark.parametrize("field", ["updated_datetime", "created_datetime"])
def test_order_is_honoured_both_ways(get: Get, field: str) -> None:
    down = [instant(row[field]) for row in walk(get, CUSTOMERS, limit=7, order_by=f"{field}:desc")]
    up = [instant(row[field]) for row in walk(get, CUSTOMERS, limit=7, order_by=f"{field}:asc")]
    assert up == sorted(up)
    assert down == up[::-1]
    assert len(up) == 40


def test_customers_share_instants(sandbox: Sandbox) -> None:
    moments = [instant(row["updated_datetime"]) for row in sandbox.world.customers("support")]
    assert len(set(moments)) < len(moments)


def test_cursor_goes_back_byte_for_byte(sandbox: Sandbox, get: Get) -> None:
    cursors = [get(CUSTOMERS, {"limit": limit}).json()["meta"]["next_cursor"] for limit in range(1, 30)]
    assert any(set(cursor) & {"+", "/"} for cursor in cursors)
    cursor = next(cursor for cursor in cursors if "+" in cursor)
    assert get(CUSTOMERS, {"cursor": cursor}).status_code == 200
    support = sandbox.support_config
    unquoted = f"{sandbox.url}{CUSTOMERS}?cursor={quote(cursor, safe='+')}"
    answer = requests.get(unquoted, auth=(support["username"], support["password"]), timeout=10)
    assert answer.status_code == 400


def test_previous_cursor_leads_back(get: Get) -> None:
    first = get(CUSTOMERS, {"limit": 5}).json()
    second = get(CUSTOMERS, {"limit": 5, "cursor": first["meta"]["next_cursor"]}).json()
    third = get(CUSTOMERS, {"limit": 5, "cursor": second["meta"]["next_cursor"]}).json()
    assert get(CUSTOMERS, {"limit": 5, "cursor": third["meta"]["prev_cursor"]}).json()["data"] == second["data"]
    assert get(CUSTOMERS, {"limit": 5, "cursor": second["meta"]["prev_cursor"]}).json()["data"] == first["data"]


def test_cursor_expires(sandbox: Sandbox, get: Get) -> None:
    cursor = get(CUSTOMERS).json()["meta"]["next_cursor"]
    sandbox.world.advance(timedelta(hours=2))
    answer = get(CUSTOMERS, {"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["error"]["data"] == {"cursor": ["Invalid or expired cursor."]}


def test_cursor_belongs_to_its_order(get: Get) -> None:
    cursor = get(CUSTOMERS, {"order_by": "updated_datetime:desc"}).json()["meta"]["next_cursor"]
    assert get(CUSTOMERS, {"cursor": cursor}).status_code == 400
    assert get(CUSTOMERS, {"cursor": cursor, "order_by": "updated_datetime:desc"}).status_code == 200


def test_row_changed_during_a_walk_jumps_to_its_front(sandbox: Sandbox, get: Get) -> None:
    params = {"order_by": "updated_datetime:desc", "limit": 20}
    first = get(CUSTOMERS, params).json()
    last = walk(get, CUSTOMERS, **params)[-1]
    sandbox.world.update_customer("support", last["id"], note="changed")
    rest = walk(get, CUSTOMERS, cursor=first["meta"]["next_cursor"], **params)
    assert last["id"] not in [row["id"] for row in first["data"] + rest]
    assert get(CUSTOMERS, params).json()["data"][0]["id"] == last["id"]


def test_custom_fields_need_an_object_type(sandbox: Sandbox, get: Get) -> None:
    answer = get(FIELDS)
    assert answer.status_code == 400
    assert answer.json()["error"]["data"] == {"object_type": ["Missing data for required field."]}
    assert get(FIELDS, {"object_type": "Order"}).status_code == 400
    for object_type in ("Ticket", "Customer"):
        rows = walk(get, FIELDS, object_type=object_type, limit=2)
        assert {row["object_type"] for row in rows} == {object_type}
    sandbox.style = "sketch"
    assert {row["object_type"] for row in walk(get, FIELDS)} == {"Ticket", "Customer"}


@pytest.mark.parametrize("archived", [False, True])
def test_custom_fields_are_active_or_archived_ones(sandbox: Sandbox, get: Get, archived: bool) -> None:  # noqa: FBT001
    params = {"archived": "true"} if archived else {}
    key = sandbox.world.archive_custom_field(sandbox.world.custom_fields("Customer")[0]["id"])["id"]
    rows = walk(get, FIELDS, object_type="Customer", limit=2, **params)
    truth = sandbox.world.custom_fields("Customer")
    assert {row["id"] for row in rows} == {
        row["id"] for row in truth if (row["deactivated_datetime"] is not None) == archived
    }
    assert (key in {row["id"] for row in rows}) == archived
    sandbox.style = "sketch"
    without = walk(get, FIELDS, **params)
    assert {row["deactivated_datetime"] is not None for row in without} == ({True} if archived else {True, False})


def test_account_is_one_object_whose_settings_are_free_form(sandbox: Sandbox, get: Get) -> None:
    body = get("/api/account").json()
    assert (body["domain"], "id" in body) == ("sandbox", False)
    assert {type(setting["data"]) for setting in body["settings"]} == {dict, list}
    assert body["current_subscription"] == sandbox.world.account("support")["current_subscription"]


def test_instants_come_in_five_spellings(sandbox: Sandbox) -> None:
    texts = [row["updated_datetime"] for row in sandbox.world.customers("support")]
    for pattern in (
        r"T[\d:]+\.\d{6}",
        r"T[\d:]+\.\d{6}\+00:00",
        r" [\d:]+(\.\d{6})?\+00:00",
        r"T[\d:.]+\+0000",
        r"T[\d:]+(\+00:00|\+0000)?",
    ):
        assert any(re.fullmatch(r"\d{4}-\d\d-\d\d" + pattern, text) for text in texts), pattern


@pytest.mark.parametrize(
    ("path", "params", "param"),
    [
        (CUSTOMERS, {"page": 1}, "page"),
        (CUSTOMERS, {"limit": 0}, "limit"),
        (CUSTOMERS, {"limit": 101}, "limit"),
        (CUSTOMERS, {"cursor": "made-up"}, "cursor"),
        (CUSTOMERS, {"order_by": "note:desc"}, "order_by"),
        (CUSTOMERS, {"order_by": "updated_datetime:down"}, "order_by"),
        ("/api/account", {"limit": 1}, "limit"),
        (FIELDS, {"object_type": "Ticket", "order_by": "updated_datetime"}, "order_by"),
        (FIELDS, {"object_type": "Ticket", "archived": "yes"}, "archived"),
    ],
)
def test_wrong_and_unknown_parameters_are_refused(get: Get, path: str, params: dict[str, Any], param: str) -> None:
    answer = get(path, params)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["data"]) == [param]


def test_wrong_credentials_and_paths_are_refused(sandbox: Sandbox, get: Get) -> None:
    answer = requests.get(sandbox.url + CUSTOMERS, auth=(sandbox.support_config["username"], "wrong"), timeout=10)
    assert (answer.status_code, set(answer.json()["error"])) == (401, {"msg", "data"})
    answer = get("/api/nothing")
    assert (answer.status_code, answer.json()["error"]["msg"]) == (404, "Not found.")
