"""What a target is told of a declared stream's columns holds for all that comes, and nothing that comes is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.sinks.core import JSONSchemaValidator

from tests.faults.runs import KEY, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from tests.faults.server import Request
    from tests.singer import Run

ROWS: list[dict[str, Any]] = [
    {"id": 1, "v": 5, "o": {"a": 1, "in": {"b": None}}, "m": {"2024-01-31": 1}, "l": [{"x": None}]},
    {"id": 2, "v": "n/a", "o": None, "m": {}, "l": None},
]
LATER = {"id": 3, "v": {"w": 1.50}, "o": {"a": "n/a", "new": 1, "in": None}, "m": {"2024-02-01": 2}, "l": []}


def run(
    rows: list[dict[str, Any]],
    later: list[dict[str, Any]] | None = None,
    streams: tuple[str, ...] = (),
    **settings: Any,
) -> tuple[Run, Any]:
    """Sync a declared list whose second answer, if there is one, has other rows than those of discovery."""
    resource = {"name": "a", "primary_key": "id", "endpoint": {"path": "/a"}, **settings.pop("words", {})}
    answers = [rows, rows if later is None else later]
    with Server(lambda _: [whole(answers[min(len(server.requests), 2) - 1])]) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [resource], **settings}
        done = run_here(config, *streams)
    assert done.exit_code == 0, done.stderr
    [schema] = done.of("a", "SCHEMA")
    validator = JSONSchemaValidator(schema["schema"])
    for record in done.records("a"):
        validator.validate(record)
        # A target makes columns of what is in the schema only.
        assert {name for name, value in record.items() if value is not None} <= schema["schema"]["properties"].keys()
    return done, schema


def test_values_of_several_types_arrive_as_texts_in_one_column() -> None:
    done, schema = run(ROWS, [*ROWS, LATER])
    assert schema["schema"]["properties"]["v"]["type"] == ["string", "null"]
    assert [record["v"] for record in done.records("a")] == ["5", "n/a", '{"w":1.5}']
    assert not any(record["_rescued_data"] for record in done.records("a"))


def test_a_key_with_values_of_both_types_is_a_text() -> None:
    done, schema = run([{"id": 1}, {"id": "b"}])
    assert schema["schema"]["properties"]["id"]["type"] == "string"
    assert [record["id"] for record in done.records("a")] == ["1", "b"]


def test_inferred_objects_are_flattened_and_what_is_new_in_them_is_rescued() -> None:
    done, schema = run(ROWS, [*ROWS, LATER], flattening_enabled=True, flattening_max_depth=1)
    columns = {"id", "v", "o__a", "o__in", "m", "l", "_rescued_data"}
    assert schema["schema"]["properties"].keys() == columns
    first, second, last = done.records("a")
    assert (first["o__a"], first["o__in"], first["m"]) == (1, '{"b":null}', '{"2024-01-31":1}')
    assert second.get("o__a") is None
    assert last["_rescued_data"] == '{"o.a":"n/a","o.new":1}'


def test_without_flattening_objects_stay_as_they_came() -> None:
    done, _ = run(ROWS, [*ROWS, LATER])
    assert [record["o"] for record in done.records("a")] == [row["o"] for row in [*ROWS, LATER]]


GIVEN = {
    "type": "object",
    "required": ["id", "o"],
    "properties": {
        "id": {"type": "integer", "maximum": 1},
        "v": {"anyOf": [{"type": "string"}, {"type": "number"}]},
        "o": {
            "type": "object",
            "required": ["gone"],
            "additionalProperties": {"type": "integer"},
            "properties": {"a": {"type": "integer"}, "in": {"type": "object", "properties": {"b": {"const": "c"}}}},
        },
        "m": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "l": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"x": {"enum": ["y"]}}}},
    },
}


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_no_record_breaks_the_schema_that_was_given(depth: int) -> None:
    flattening: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": depth} if depth else {}
    done, _ = run([*ROWS, LATER], words={"schema": GIVEN}, **flattening)
    assert [record["id"] for record in done.records("a")] == [1, 2, 3]


@pytest.mark.parametrize("streams", [(), ("a",)], ids=["by itself", "with a catalog"])
def test_a_list_that_was_empty_at_discovery_is_read_under_its_key_and_says_what_to_do(streams: tuple[str, ...]) -> None:
    done, _ = run([], ROWS, streams=streams)
    assert [record["id"] for record in done.records("a")] == ["1", "2"]
    assert [record["_rescued_data"]["v"] for record in done.records("a")] == [5, "n/a"]
    assert "a: the catalog has no field but the key, so all others are in _rescued_data; discover again" in done.stderr


def test_a_list_that_is_all_key_is_not_warned_of() -> None:
    done, _ = run([{"id": 1}], streams=("a",))
    assert not done.warnings


@pytest.mark.parametrize("path", ["/a", "/p/{resources.p.id}/a"])
def test_a_sample_reaches_rows_of_any_age_where_the_list_is_filtered_by_date(path: str) -> None:
    row = {"id": "1", "at": "2019-03-01", "name": "x"}

    def script(request: Request) -> list[bytes]:
        if request.path == "/p":
            return [whole([{"id": 1}])]
        return [whole([row] if request.params["since"] <= row["at"] <= request.params["until"] else [])]

    dates = {"cursor_path": "at", "start_param": "since", "end_param": "until", "initial_value": "2000-01-01"}
    resources = ["p", {"name": "a", "endpoint": {"path": path, "incremental": dates}}]
    with Server(script) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": resources}
        done = run_here({**config, "resource_defaults": {"primary_key": "id"}})
    assert done.exit_code == 0, done.stderr
    assert [record["name"] for record in done.records("a")] == ["x"]
