"""Values: nothing is guessed, nothing is lost, and a row without its key is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here, subscription, support
from tests.faults.server import Server, always, in_turn, whole

if TYPE_CHECKING:
    from tests.singer import Run


def pages_of(*pages: list[dict[str, Any]]) -> Run:
    """Read the support API's customers from these pages."""
    answers = [
        whole({"data": rows, "meta": {"next_cursor": str(number) if number < len(pages) else None}})
        for number, rows in enumerate(pages, 1)
    ]
    with Server(in_turn(*([answer] for answer in answers))) as server:
        return run_here(support(server.url), "customers")


def test_what_the_schema_does_not_know_or_take_is_rescued_at_any_depth_and_warned_of_once_with_its_count() -> None:
    channel = {"id": 7, "type": "email", "brand_new": {"a": [1]}, "preferred": "yes"}
    rows: list[dict[str, Any]] = [
        {"id": 1, "surprise": {"deep": [1, None]}, "channels": [channel, {**channel, "id": 2**64}]},
        {"id": 2, "surprise": None, "name": ["no", "text"], "channels": "none"},
    ]
    run = pages_of(rows, [{"id": 3, "surprise": 3, "created_datetime": "someday"}])
    assert run.exit_code == 0, run.stderr
    # A list that comes newest first is read again at its front, without dates until that no longer changes: here that
    # is the last answer twice more.
    first, second, third, *again = run.records("customers")
    assert again == [third, third]
    assert first["_rescued_data"] == {
        "surprise": {"deep": [1, None]},
        "channels.0.brand_new": {"a": [1]},
        "channels.0.preferred": "yes",
        "channels.1.brand_new": {"a": [1]},
        "channels.1.preferred": "yes",
        "channels.1.id": 2**64,
    }
    assert [channel["preferred"] for channel in first["channels"]] == [None, None]
    assert second["_rescued_data"] == {"surprise": None, "name": ["no", "text"], "channels": "none"}
    assert third["_rescued_data"] == {"surprise": 3, "created_datetime": "someday"}
    fields = {"surprise": 5, "channels.*.brand_new": 2, "channels.*.preferred": 2, "channels.*.id": 1}
    fields |= {"name": 1, "channels": 1, "created_datetime": 3}
    for field in fields:
        assert len([line for line in run.warnings if f"'{field}' " in line]) == 1, field
    (counts,) = [line for line in run.warnings if "values in _rescued_data" in line]
    for field, count in fields.items():
        assert f"{field} ({count})" in counts


@pytest.mark.parametrize("value", [0, 1, "true", "false", "False", "yes", "on", "1", [], [True], {"value": True}, 1.0])
def test_booleans_are_never_guessed(value: object) -> None:
    run = pages_of([{"id": 1, "active": value}, {"id": 2, "active": True}, {"id": 3, "active": False}])
    assert run.exit_code == 0, run.stderr
    assert [row["active"] for row in run.records("customers")] == [None, True, False]
    assert [row["_rescued_data"] for row in run.records("customers")] == [{"active": value}, None, None]


@pytest.mark.parametrize("key", [{}, {"id": None}, {"id": ""}, {"id": "twelve"}, {"id": True}, {"id": 2**64}])
def test_a_row_without_a_usable_key_fails_its_stream_and_tells_its_position(key: dict[str, Any]) -> None:
    run = pages_of([{"id": 1}, {"id": 2}], [{"id": 3}, {"name": "nobody", **key}, {"id": 5}])
    line = failure_of(run, "customers")
    assert "record 1 of a page of /customers has no usable primary key (id); its fields: name" in line
    assert {1, 2} <= {row["id"] for row in run.records("customers")} <= {1, 2, 3}
    assert "replication_key_value" not in run.stdout


def test_a_date_that_does_not_exist_is_kept_as_it_came() -> None:
    row = {"id": 1, "uuid": "u", "customer-since": "2024-02-30T00:00:00Z", "lead_created_at": "2024-13-01"}
    with Server(in_turn([whole({"entries": [row], "has_more": False})])) as server:
        run = run_here(subscription(server.url), "customers")
    assert run.exit_code == 0
    (record,) = run.records("customers")
    assert record["customer_since"] is None
    assert record["_rescued_data"] == {name: row[name] for name in ("customer-since", "lead_created_at")}


def test_keys_without_end_are_told_in_a_few_lines() -> None:
    rows = [{"id": number, f"key_{number}": 1} for number in range(200)]
    with Server(always(whole({"entries": rows, "has_more": False}))) as server:
        run = run_here(subscription(server.url), "customers")
    assert run.exit_code == 0
    assert len(run.records("customers")) == 200
    told = [line for line in run.stderr.splitlines() if "| WARNING" in line]
    assert len(told) == 12
    assert "and 190 other fields (190)" in told[-1]


def test_a_field_without_a_name_is_told_of_like_any_other() -> None:
    with Server(always(whole({"entries": [{"id": 1, "": 5}], "has_more": False}))) as server:
        run = run_here(subscription(server.url), "customers")
    assert run.records("customers")[0]["_rescued_data"] == {"": 5}
    assert any("customers: '' is not in the schema" in line for line in run.warnings)
