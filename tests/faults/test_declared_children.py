"""Children of different parents: their keys, and the fields that they get from their parents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import run_here
from tests.faults.server import Server, whole
from tests.faults.test_declared_bookmarks import settings

if TYPE_CHECKING:
    from tests.faults.server import Script
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
