"""Children of different parents: their keys, and the fields that they get from their parents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.declared import settings
from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from tests.faults.server import Request, Script
    from tests.singer import Run

ORDERS = {"name": "orders", "primary_key": "id", "endpoint": {"path": "/orders"}}
LINES: dict[str, Any] = {"name": "lines", "endpoint": {"path": "/orders/{resources.orders.id}/lines"}}
SCHEMA = {"type": "object", "properties": {"line": {"type": "integer"}, "sku": {"type": "string"}}}


def script(lines: dict[int, list[dict[str, Any]]]) -> Script:
    """Return a server with the lines of some orders."""

    def answer(path: str) -> object:
        return [{"id": order} for order in lines] if path == "/orders" else lines[int(path.split("/")[2])]

    return lambda request: [whole(answer(request.path))]


def read(lines: dict[int, list[dict[str, Any]]], **words: Any) -> Run:
    """Read the lines of some orders."""
    with Server(script(lines)) as server:
        return run_here(settings(server.url, ORDERS, {**LINES, **words}), "lines")


TEN = {order: [{"line": 1, "sku": f"s{order}"}] for order in range(10)}


@pytest.mark.parametrize("schema", [{}, {"schema": SCHEMA}])
@pytest.mark.parametrize("fields", [{}, {"include_from_parent": ["id"]}])
def test_children_of_different_parents_with_one_key_are_warned_of_once_and_the_remedy_works(
    schema: dict[str, Any], fields: dict[str, Any]
) -> None:
    run = read(TEN, primary_key="line", **schema, **fields)
    assert run.exit_code == 0, run.stderr
    assert len(run.records("lines")) == 10
    [warning] = [line for line in run.warnings if "the same key" in line][-1:]
    for word in ("lines: ", "'orders'", "(line)", "'include_from_parent'", "'primary_key'", "'_orders_"):
        assert word in warning
    mended = read(TEN, primary_key=["_orders_id", "line"], include_from_parent=["id"], **schema)
    assert mended.exit_code == 0, mended.stderr
    assert not mended.warnings
    assert len({(row["_orders_id"], row["line"]) for row in mended.records("lines")}) == 10


def test_discovery_warns_of_a_shared_key_and_a_sync_once(caplog: pytest.LogCaptureFixture) -> None:
    with Server(script(TEN)) as server:
        config = settings(server.url, ORDERS, {**LINES, "primary_key": "line"})
        catalog = TapAnalytics(config=config).catalog_dict
        assert len([message for message in caplog.messages if "the same key" in message]) == 1
        caplog.clear()
        TapAnalytics(config=config, catalog=catalog).sync_all()
    assert len([message for message in caplog.messages if "the same key" in message]) == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        # One record under two parents, as a tag or a company is.
        ({1: [{"line": 1, "sku": "a"}], 2: [{"line": 1, "sku": "a"}]}, {"primary_key": "line"}),
        # A record that one parent gives twice.
        (
            {1: [{"line": 1, "sku": "a"}, {"line": 1, "sku": "b"}], 2: [{"line": 2, "sku": "b"}]},
            {"primary_key": "line"},
        ),
        (TEN, {"primary_key": "line", "write_disposition": "append"}),
        (TEN, {"primary_key": "sku"}),
    ],
)
def test_keys_by_which_nothing_is_lost_are_not_warned_of(
    lines: dict[int, list[dict[str, Any]]], words: dict[str, Any]
) -> None:
    run = read(lines, schema=SCHEMA, **words)
    assert run.exit_code == 0, run.stderr
    assert not run.warnings


@pytest.mark.parametrize("name", ["_orders_id", "_orders-id"])
@pytest.mark.parametrize("schema", [{}, {"schema": SCHEMA}])
def test_a_childs_own_field_with_the_name_of_its_parents_is_rescued_with_one_warning(
    name: str, schema: dict[str, Any]
) -> None:
    lines = {order: [{"line": 1, name: f"own {order}", "sku": "s"}] for order in (1, 2)}
    run = read(lines, primary_key=["_orders_id", "line"], include_from_parent=["id"], **schema)
    assert run.exit_code == 0, run.stderr
    rows = run.records("lines")
    assert [row["_orders_id"] for row in rows] == [1, 2]
    assert [list(row["_rescued_data"].values()) for row in rows] == [["own 1"], ["own 2"]]
    assert len([line for line in run.warnings if "_orders" in line and "see _rescued_data" in line]) == 1


def owned(path: str) -> object:
    """Return three orders with nested fields, and a line that tells whose it is."""
    if path != "/orders":
        return [{"line": 1, "sku": path}]
    return [
        {"id": 1, "state": "open", "owner": {"id": 7, "full name": "a"}, "tags": [{"id": "x"}, {"id": "y"}]},
        {"id": 2, "state": "shut", "owner": {"id": 8}, "tags": []},
        {"id": 3, "state": "open", "owner": None},
    ]


@pytest.mark.parametrize("schema", [{}, {"schema": SCHEMA}])
def test_fields_at_any_path_into_a_parent_become_columns(schema: dict[str, Any]) -> None:
    fields = ["id", "owner.id", "tags[0].id", "$.owner['full name']", "gone"]
    with Server(lambda request: [whole(owned(request.path))]) as server:
        lines = {**LINES, "primary_key": ["_orders_id", "line"], "include_from_parent": fields, **schema}
        run = run_here(settings(server.url, ORDERS, lines), "lines")
    assert run.exit_code == 0, run.stderr
    columns = ["_orders_id", "_orders_owner_id", "_orders_tags_0_id", "_orders_owner_full_name", "_orders_gone"]
    rows = [[row[column] for column in columns] for row in run.records("lines")]
    assert [[None if value is None else str(value) for value in row] for row in rows] == [
        ["1", "7", "x", "a", None],
        ["2", "8", None, None, None],
        ["3", None, None, None, None],
    ]
    assert not any(row["_rescued_data"] for row in run.records("lines"))


@pytest.mark.parametrize("selected", [["lines"], ["orders", "lines"]])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("state == 'open'", [1, 3]),
        ("owner and owner['id'] > 7", [2]),
        ("record.get('tags') is None", [3]),
        ("id > 9", []),
    ],
)
def test_a_filter_of_parents_leaves_out_their_lists_and_no_row_of_their_own(
    condition: str, expected: list[int], selected: list[str]
) -> None:
    with Server(lambda request: [whole(owned(request.path))]) as server:
        lines = {**LINES, "primary_key": "sku", "parent_filter": condition, "schema": SCHEMA}
        orders = {**ORDERS, "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}
        run = run_here(settings(server.url, orders, lines), *selected)
        asked = sorted(request.path for request in server.requests)
    assert run.exit_code == 0, run.stderr
    assert asked == ["/orders", *(f"/orders/{order}/lines" for order in expected)]
    assert [row["sku"] for row in run.records("lines")] == asked[1:]
    assert [row["id"] for row in run.records("orders")] == ([1, 2, 3] if "orders" in selected else [])
    assert run.of("lines", "ACTIVATE_VERSION")


def test_a_filter_that_no_parent_has_the_field_of_fails_its_stream_alone() -> None:
    with Server(lambda request: [whole(owned(request.path))]) as server:
        lines = {**LINES, "primary_key": "sku", "parent_filter": "sate == 'open'", "schema": SCHEMA}
        run = run_here(settings(server.url, {**ORDERS, "schema": SCHEMA, "primary_key": []}, lines), "orders", "lines")
    assert "lines: no record has 'sate', which 'sate == 'open'' asks for" in failure_of(run, "lines")
    assert run.of("orders", "ACTIVATE_VERSION")


def test_a_parent_that_is_read_by_date_and_one_that_comes_newest_first_give_all_their_children() -> None:
    days: list[dict[str, Any]] = [{"id": order, "at": f"2024-03-{order:02}T00:00:00Z"} for order in range(9, 0, -1)]

    def answer(request: Request) -> list[bytes]:
        if request.path != "/orders":
            return [whole([{"line": 1, "sku": request.path}])]
        since = request.params.get("since", "")[:10]
        return [whole([row for row in days if row["at"][:10] >= since])]

    dated = {"type": "object", "properties": {"id": {"type": "integer"}, "at": {"type": "string"}}}
    for words in ({"start_param": "since"}, {"row_order": "desc"}, {}):
        endpoint = {"path": "/orders", "incremental": {"cursor_path": "at", **words}}
        orders = {**ORDERS, "schema": dated, "endpoint": endpoint}
        with Server(answer) as server:
            config = settings(server.url, orders, {**LINES, "primary_key": "sku", "schema": SCHEMA})
            run = run_here(config, "orders", "lines")
            again = run_here(config, "orders", "lines", state=run.state)
        # What is new of the parents is one thing; their children are those of all.
        for each in (run, again):
            assert each.exit_code == 0, each.stderr
            assert sorted(row["sku"] for row in each.records("lines")) == [f"/orders/{n}/lines" for n in range(1, 10)]
            assert each.of("lines", "ACTIVATE_VERSION")
