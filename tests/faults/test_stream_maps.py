"""Stream maps: what they take out is not read, and what they leave out moves no bookmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import bookmark, failure_of, run_here, subscription
from tests.faults.server import Server, always, routes, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.server import Script

ACTIVITIES = [{"uuid": name, "date": f"2024-03-0{day}T00:00:00Z"} for name, day in (("a", 1), ("b", 3), ("c", 5))]
STATE = {"bookmarks": {"activities": bookmark("date", "2024-02-01T00:00:00.000000+00:00")}}


def scripts() -> Mapping[str, Script]:
    """Return the answers to two streams."""
    return {
        "/v1/activities": always(whole({"entries": ACTIVITIES, "has_more": False})),
        "/v1/customers": always(whole({"entries": [{"id": 1, "uuid": "u"}], "has_more": False})),
        "/customers/u/notes": always(whole([{"id": 7}])),
    }


@pytest.mark.parametrize(
    "maps",
    [
        {"activities": None},
        {"activities": "__NULL__"},
        {"act*": None},
        {"customers": {}, "__else__": None},
        {"customers": {"__alias__": "people"}, "__else__": "__NULL__"},
    ],
)
def test_a_stream_that_the_maps_remove_is_not_read_and_keeps_its_bookmark(maps: dict[str, Any]) -> None:
    with Server(routes(scripts())) as server:
        run = run_here(subscription(server.url, stream_maps=maps), "activities", "customers", state=STATE)
        assert {request.path for request in server.requests} == {"/v1/customers"}
    assert run.exit_code == 0, run.stderr
    assert {message.get("stream") for message in run.messages if message["type"] != "STATE"} <= {"customers", "people"}
    assert run.state["bookmarks"]["activities"] == STATE["bookmarks"]["activities"]
    assert "streams failed" not in run.stderr


@pytest.mark.parametrize(
    "maps",
    [
        {"activities": None, "copy": {"__source__": "activities"}},
        {"copy": {"__source__": "activities"}, "__else__": None},
    ],
)
def test_a_stream_of_which_a_copy_is_left_is_read(maps: dict[str, Any]) -> None:
    with Server(routes(scripts())) as server:
        run = run_here(subscription(server.url, stream_maps=maps), "activities", state=STATE)
    assert run.exit_code == 0, run.stderr
    assert {row["uuid"] for row in run.records("copy")} == {"a", "b", "c"}
    assert not run.records("activities")
    assert run.state["bookmarks"]["activities"]["replication_key_value"] == "2024-03-05T00:00:00.000000+00:00"


def test_maps_that_leave_no_stream_are_refused_in_one_line_before_the_first_request() -> None:
    with Server(routes(scripts())) as server:
        run = run_here(subscription(server.url, stream_maps={"__else__": None}), "activities", "customers")
        assert not server.requests
    assert run.exit_code == 1
    [line] = run.errors
    assert "'stream_maps'" in line


def test_a_removed_stream_still_gives_its_records_to_its_children() -> None:
    notes = {
        "name": "notes",
        "primary_key": "id",
        "endpoint": {"path": "/customers/{resources.customers.uuid}/notes"},
        "schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
    }
    with Server(routes(scripts())) as server:
        config = subscription(server.url, resources=[notes], stream_maps={"customers": None})
        run = run_here(config, "customers", "notes")
    assert run.exit_code == 0, run.stderr
    assert run.records("notes") == [{"id": 7, "_rescued_data": None}]
    assert not run.of("customers", "SCHEMA")


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        ({"activities": {"__filter__": "uuid != 'c'"}}, "2024-03-03"),
        ({"activities": {"__filter__": "uuid == 'a'"}}, "2024-03-01"),
        ({"activities": {"__filter__": "False"}}, "2024-02-01"),
        # One of the maps writes it.
        ({"activities": {"__filter__": "False"}, "copy": {"__source__": "activities"}}, "2024-03-05"),
        ({"activities": None, "copy": {"__source__": "activities", "__filter__": "uuid != 'c'"}}, "2024-03-03"),
    ],
)
def test_records_that_a_map_leaves_out_move_no_bookmark(maps: dict[str, Any], expected: str) -> None:
    with Server(routes(scripts())) as server:
        run = run_here(subscription(server.url, stream_maps=maps), "activities", state=STATE)
    assert run.exit_code == 0, run.stderr
    assert run.state["bookmarks"]["activities"]["replication_key_value"][:10] == expected


def test_a_map_for_a_stream_that_is_not_selected_does_not_matter() -> None:
    scripts = {"/v1/account": always(whole({"id": "a"}))}
    with Server(routes(scripts)) as server:
        run = run_here(subscription(server.url, stream_maps={"customers": {"__filter__": "id == 1"}}), "account")
    assert run.exit_code == 0, run.stderr
    assert [row["id"] for row in run.records("account")] == ["a"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"stream_maps": {"customers": {"__alias__": "activities"}}}, "'activities' to more than one stream"),
        ({"stream_maps": {"activities": {"__source__": "customers"}}}, "'activities' to more than one stream"),
        ({"stream_maps": {"customers": {"__fliter__": "id > 1"}}}, "'__fliter__' (is it '__filter__'?)"),
        ({"stream_maps": {"customers": {"x": ""}}}, "'stream_maps' or flattening: "),
        (
            {"flattening_enabled": True, "flattening_max_depth": 2, "flattening_max_key_length": 1},
            "'stream_maps' or flattening: Duplicate column name",
        ),
        ({"flattening_enabled": True}, "Settings: flattening_max_depth"),
    ],
)
def test_maps_that_cannot_be_followed_are_refused_before_the_first_request(settings: dict[str, Any], told: str) -> None:
    with Server(routes(scripts())) as server:
        run = run_here({**subscription(server.url), **settings})
        assert not server.requests
    assert run.exit_code == 1
    assert told in run.errors[-1]
    assert not run.messages


def test_a_map_of_a_stream_that_does_not_exist_is_warned_of() -> None:
    maps = {"custmers": {"email": "md5(email)"}, "act*": {}, "__else__": None}
    with Server(routes(scripts())) as server:
        run = run_here(subscription(server.url, stream_maps=maps), "activities")
    (warning,) = [line for line in run.warnings if "stream_maps" in line]
    assert "'custmers', since there is no such stream (is it 'customers'?)" in warning


def test_flattening_leaves_no_column_of_an_object_that_is_null() -> None:
    """A target such as target-csv ends with an error at a column that the SCHEMA message does not have."""
    address = {"type": ["object", "null"], "properties": {"city": {"type": ["string", "null"]}}}
    people = {
        "name": "people",
        "primary_key": "id",
        "endpoint": {"path": "/people"},
        "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "address": address}},
    }
    rows = [{"id": 1, "address": {"city": "Bonn"}}, {"id": 2, "address": None}]
    with Server(routes({"/people": always(whole(rows))})) as server:
        flat = {"flattening_enabled": True, "flattening_max_depth": 1}
        run = run_here(subscription(server.url, resources=[people], **flat), "people")
    nothing = {"_rescued_data": None}
    assert run.records("people") == [{"id": 1, "address__city": "Bonn", **nothing}, {"id": 2, **nothing}]


def test_a_map_that_fakes_values_says_which_package_it_needs() -> None:
    with Server(always(whole({"entries": [{"id": 1}], "has_more": False}))) as server:
        run = run_here(subscription(server.url, stream_maps={"customers": {"name": "fake.name()"}}), "customers")
    assert "Install the package 'faker' beside the tap" in failure_of(run, "customers")


@pytest.mark.parametrize("is_flat", [False, True])
def test_a_field_that_one_record_lacks_is_null_to_the_expressions_of_maps(is_flat: bool) -> None:  # noqa: FBT001
    rows = [{"id": 1, "status": "Active", "email": "a", "address": {"city": "B"}}, {"id": 2}, {"id": 3, "email": None}]
    maps = {"customers": {"__filter__": "status != 'Lead'", "hash": "md5(str(email))", "email": None}}
    flat = {"flattening_enabled": True, "flattening_max_depth": 2} if is_flat else {}
    with Server(always(whole({"entries": rows, "has_more": False}))) as server:
        run = run_here(subscription(server.url, stream_maps=maps, **flat), "customers")
    assert run.exit_code == 0, run.stderr
    first, second, third = run.records("customers")
    assert second == {"id": 2, "_rescued_data": None, "hash": third["hash"]}
    assert first["hash"] != third["hash"]
    assert "email" not in first


def test_a_filter_by_a_field_that_no_schema_has_still_ends_its_stream() -> None:
    maps = {"customers": {"__filter__": "stauts == 'Active'"}}
    with Server(always(whole({"entries": [{"id": 1}], "has_more": False}))) as server:
        run = run_here(subscription(server.url, stream_maps=maps), "customers")
    assert "'stauts' is not defined" in failure_of(run, "customers")
