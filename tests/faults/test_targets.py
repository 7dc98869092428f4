"""What a target that checks its input would refuse never leaves the tap, whatever the API gives."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from analytics_sandbox import Sandbox
from jsonschema import Draft4Validator
from singer_sdk import Target
from singer_sdk.sinks import BatchSink
from typing_extensions import override

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import KEY, run_here, subscription, support
from tests.faults.server import Server, whole
from tests.singer import select, streams_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.faults.server import End, Request
    from tests.singer import Run

# As JSON, which has values that Python's encoder does not write.
ODD = [
    *("null", "true", "0", "-0.0", "1.5", "1e400", "12345678901234567890.123456789"),
    *(str(number) for number in (2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400)),
    *('""', '" "', '"text"', '"nan"', '"7"', r'"a\u0000b"', r'"\ud800"', r'"\udfff\ud800"', r'"\ud83d\ude00"'),
    *('"2024-01-31"', '"2024-02-30"', '"2024-02-29T24:00:00Z"', '"2024-13-01T00:00:00Z"', '"2016-12-31T23:59:60Z"'),
    *('"0000-00-00"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59.999999-12:00"', '"10000-01-01"'),
    *('"2024-01-31T10:00:00.123456789Z"', '"31/01/2024"', '"1706659200"', '"2024-W05-3"', '"now"', '"infinity"'),
    *("[]", "[null]", '["a", 1, {"b": null}]', "{}", '{"a": null}', '{"": {"a-b": [[], {}]}}', '[[{"id": null}]]'),
]


class CheckedSink(BatchSink):
    """Checks as the sink of target-postgres does, and formats as well."""

    validate_field_string_format = True

    @override
    def process_batch(self, context: dict[str, Any]) -> None:
        """Store nothing."""


class CheckingTarget(Target):
    """The SDK's own target: with `validate_records` it checks what target-postgres does, by the same code."""

    name = "target-checking"
    config_jsonschema: ClassVar[dict[str, Any]] = {"properties": {}}
    default_sink_class = CheckedSink


def check(run: Run) -> set[str]:
    """Give all messages of a run to a target, and each record to the validator of another one.

    Returns:
        The streams that have records.
    """
    assert run.exit_code == 0, run.stderr
    # By the draft that target-duckdb checks by, too.
    CheckingTarget(config={"add_record_metadata": True, "validate_records": True}).listen(io.StringIO(run.stdout))
    validators: dict[str, Any] = {}
    streams = set()
    for message in run.messages:
        if message["type"] == "SCHEMA":
            # That of target-jsonl.
            validators[message["stream"]] = Draft4Validator(message["schema"])
        elif message["type"] == "RECORD":
            streams.add(message["stream"])
            validators[message["stream"]].validate(message["record"])
            # A column that the target does not know is lost.
            schema = validators[message["stream"]].schema["properties"]
            assert {name for name, value in message["record"].items() if value is not None} <= schema.keys()
    return streams


class Odd(str):
    """A piece of JSON that `encoded` leaves as it is."""

    __slots__ = ()


def encoded(value: object) -> str:
    """Return a value as JSON."""
    match value:
        case Odd():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{encoded(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(encoded, value)) + "]"
    return json.dumps(value)


def filled(schema: Mapping[str, Any], odd: Odd) -> Any:  # noqa: ANN401 - any JSON
    """Return a value of the shape that a schema has, with the odd value in all places."""
    if properties := schema.get("properties"):
        return {name: filled(item, odd) for name, item in properties.items()}
    return [filled(schema["items"], odd), odd] if "items" in schema else odd


def key_value(schema: Mapping[str, Any], number: int) -> int | str:
    """Return a value that a key may have."""
    if "format" in schema:
        return (date(2024, 1, 1) + timedelta(days=number)).isoformat()
    return number if "integer" in schema["type"] else str(number)


def odd_rows(schema: Mapping[str, Any], keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows with each odd value in all of their fields, first at the top and then as deep as the schema goes."""
    rows = []
    for number, odd in enumerate(map(Odd, ODD * 2)):
        properties = schema["properties"].items()
        row = {name: odd if number < len(ODD) else filled(item, odd) for name, item in properties}
        del row["_rescued_data"]
        rows.append({**row, "unknown": odd, **{key: key_value(schema["properties"][key], number) for key in keys}})
    return rows


def run_odd(
    config: Callable[[str], dict[str, Any]], samples: Mapping[str, list[dict[str, Any]]] | None = None
) -> set[str]:
    """Sync all streams of an API whose every value is odd, and check what comes out.

    Args:
        config: Returns the settings for the server's address.
        samples: By stream, the rows that discovery finds.

    Returns:
        The streams that have records.
    """
    rows = dict(samples or {})

    def answer(request: Request) -> list[bytes | float | End]:
        # Without the version, and without the key of a parent.
        path = "/".join(
            part for part in request.path.split("/") if part not in {"", "api", "v1"} and not part.isdigit()
        )
        stream = PATHS.get(path, path.replace("-", "_"))
        # One parent's list is enough: all others are empty.
        found = rows.get(stream, []) if {part for part in request.path.split("/") if part.isdigit()} <= {"1"} else []
        if stream == "account" and found:
            # One object, and not a list of them: each of its fields has another odd value.
            keys = {name: value for name, value in found[0].items() if not isinstance(value, Odd)}
            return [whole(encoded({**dict(zip(found[0], map(Odd, ODD), strict=False)), **keys}).encode())]
        roots = dict.fromkeys(("entries", "data", request.path.rpartition("/")[2]), found)
        body = {**roots, "has_more": False, "meta": {"next_cursor": None}}
        return [whole(encoded(body).encode())]

    with Server(answer) as server:
        catalog = deepcopy(TapAnalytics(config=config(server.url)).catalog_dict)
        select(catalog, *(entry["tap_stream_id"] for entry in catalog["streams"]))
        for entry in catalog["streams"]:
            if entry["tap_stream_id"] != "mixed":
                rows[entry["tap_stream_id"]] = odd_rows(entry["schema"], entry["key_properties"])
        for row in rows.get("customers", []):
            # What the lists under a customer are asked for by.
            row["uuid"] = str(row["id"])
        return check(run_here(config(server.url), catalog=catalog))


PATHS = {
    "metrics/customer-count": "customer_daily_count",
    "metrics/all": "key_metrics_daily",
    "metrics/mrr": "mrr_daily",
    "plan_groups/plans": "plan_group_plans",
    "customers/subscriptions": "customer_subscriptions",
    "phone/voice-calls": "voice_calls",
    "phone/voice-call-events": "voice_call_events",
    "phone/voice-call-recordings": "voice_call_recordings",
    "views/items": "views_items",
    "customers/custom-fields": "customer_custom_fields",
}
MAPS = {
    "customers": {"email": "str(email)", "length": "int(id)", "city": None},
    "copy": {"__source__": "customers", "__filter__": "id % 2", "kept": "id"},
    "activities": {"__alias__": "movements", "description": None},
    "inferred": {"text": "str(text)", "number": "number"},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "flattened": {"flattening_enabled": True, "flattening_max_depth": 1},
    "mapped and flattened": {"stream_maps": MAPS, "flattening_enabled": True, "flattening_max_depth": 9},
}


@pytest.mark.parametrize(
    ("api", "config", "name"),
    [
        *(("subscription", subscription, name) for name in ("as it is", "mapped and flattened")),
        *(("support", support, name) for name in ("as it is", "flattened")),
    ],
)
def test_no_odd_value_of_a_built_in_stream_breaks_its_schema(
    api: str, config: Callable[..., dict[str, Any]], name: str
) -> None:
    settings = SETTINGS[name]
    streams = {stream.name for stream in streams_of(api)}
    if "stream_maps" in settings:
        streams = {"movements" if name == "activities" else name for name in streams} | {"copy"}
    assert run_odd(lambda url: config(url, end_date="2024-03-01", **settings)) == streams


def test_no_row_of_the_sandbox_breaks_its_schema() -> None:
    with Sandbox(size=8) as sandbox:
        for api, config in (("subscription", sandbox.subscription_config), ("support", sandbox.support_config)):
            names = {stream.name for stream in streams_of(api)}
            assert check(run_here(config, *names)) == names


SAMPLE = {
    "id": 1,
    "text": "a",
    "number": 1,
    "flag": True,
    "when": "2024-01-31T10:00:00Z",
    "form": {"text": "a", "deep": {"number": 1.5, "list": [{"x": 1}]}},
    "list": [{"day": "2024-01-31", "n": 1}],
}
GIVEN_SCHEMA = {
    "type": "object",
    "required": ["id", "form"],
    "properties": {
        "id": {"type": "integer", "maximum": 5},
        "mixed": {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "number"}]},
        "whole": {"type": "integer", "enum": [1, 2]},
        "day": {"type": "string", "format": "date"},
        "address": {"type": "string", "format": "ipv4"},
        "form": {
            "type": "object",
            "required": ["text"],
            "properties": {
                "text": {"type": "string", "pattern": "^a$"},
                "when": {"type": "string", "format": "date-time"},
            },
        },
        "list": {
            "type": "array",
            "maxItems": 1,
            "items": {"type": "object", "properties": {"flag": {"type": "boolean"}}},
        },
    },
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_no_odd_value_of_a_declared_stream_breaks_its_schema(settings: dict[str, Any]) -> None:
    words: dict[str, dict[str, Any]] = {"given": {"schema": GIVEN_SCHEMA}, "inferred": {}, "mixed": {}}
    endpoint = {"data_selector": "data", "paginator": {"type": "single_page"}}
    resources = [
        {"name": name, "primary_key": "id", "endpoint": {**endpoint, "path": name}, **more}
        for name, more in words.items()
    ]
    config = {"api": "declared", "api_key": KEY, "resources": resources, **settings}
    config["stream_maps"] = {name: maps for name, maps in settings.get("stream_maps", {}).items() if name in words}
    samples = {
        "inferred": [SAMPLE],
        # Discovery sees all of it, so that columns have values of several types.
        "mixed": [{"id": number, "a": odd, "b": {"c": [odd]}} for number, odd in enumerate(map(Odd, ODD))],
    }
    assert run_odd(lambda url: {**config, "api_url": url}, samples) == words.keys()
