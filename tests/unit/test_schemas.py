"""The catalog of both APIs: what every stream and every column of it must be."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.apis.registry import STREAMS
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.value_types import ANY_AS_TEXT, takes_any_as_text
from tests.unit.taps import tap_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.sync.stream import AnalyticsStream
    from tap_analytics.tap import TapAnalytics

JsonObject = dict[str, Any]
ALL = {(api, name): cast("AnalyticsStream", stream) for api in STREAMS for name, stream in tap_of(api).streams.items()}
# The service's own name for an address of its own.
VENDOR = "chartmogul-url".removesuffix("-url")
SUPPORT = {
    **dict.fromkeys(("custom_fields", "users", "teams", "tags", "views", "rules", "macros", "jobs"), ("id",)),
    **dict.fromkeys(("integrations", "widgets", "voice_calls", "voice_call_events"), ("id",)),
    "account": ("domain",),
    "customer_custom_fields": ("customer_id", "field_id"),
    "views_items": ("view_id", "id"),
    "voice_call_recordings": ("id",),
    # Those that are read by a date.
    **dict.fromkeys(("customers", "tickets"), ("id", "updated_datetime")),
    **dict.fromkeys(("messages", "events", "satisfaction_surveys"), ("id", "created_datetime")),
}
"""The streams of the support API, each with its key, and its replication key after it."""
INTERVALS = ("daily", "weekly", "monthly", "quarterly", "yearly")
SUBSCRIPTION = {
    **dict.fromkeys(("contacts", "customer_notes", "data_sources", "invoices", "opportunities"), ("uuid",)),
    **dict.fromkeys(("plan_groups", "plans"), ("uuid",)),
    **dict.fromkeys(("account", "customers", "subscription_events"), ("id",)),
    **{f"customer_{every}_count": ("date",) for every in INTERVALS},
    **{f"{metric}_{every}": ("date",) for metric in ("key_metrics", "mrr") for every in INTERVALS},
    "customer_subscriptions": ("customer_uuid", "id"),
    "plan_group_plans": ("plan_group_uuid", "uuid"),
    "tasks": ("task_uuid",),
    # Read by its date.
    "activities": ("uuid", "date"),
}
"""The streams of the subscription API, each with its key, and its replication key after it."""

KEYS = {"subscription": SUBSCRIPTION, "support": SUPPORT}

every_stream = pytest.mark.parametrize(("api", "name"), ALL)


def columns(schema: JsonObject, path: str = "") -> Iterator[tuple[str, JsonObject]]:
    """Return every property of a schema, those of objects in objects and lists too."""
    for name, item in schema.get("properties", {}).items():
        yield f"{path}{name}", item
        yield from columns(item, f"{path}{name}.")
        yield from columns(item.get("items", {}), f"{path}{name}.*.")


def filled(schema: JsonObject) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with everything in it that a schema knows."""
    if "properties" in schema:
        return {name: filled(item) for name, item in schema["properties"].items()}
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next(kind for kind in kinds if kind != "null")
    text = {"date": "2024-01-31", "date-time": "2024-01-31T00:00:00.000000+00:00"}.get(schema.get("format", ""), "text")
    values = {"string": text, "integer": 1, "number": 1, "boolean": True, "object": {"free": {"form": 1}}}
    return [filled(schema["items"]) if "items" in schema else 1] if kind == "array" else values[kind]


@pytest.mark.parametrize("api", STREAMS)
def test_each_api_has_its_streams(api: str) -> None:
    assert {name for its, name in ALL if its == api} == KEYS[api].keys()


@every_stream
def test_every_column_has_a_type_and_a_description(api: str, name: str) -> None:
    for path, column in columns(ALL[api, name].schema):
        assert column.get("type"), path
        assert column.get("description", "").endswith("."), path


@every_stream
def test_every_column_but_the_keys_takes_null(api: str, name: str) -> None:
    stream = ALL[api, name]
    for path, column in columns(stream.schema):
        assert ("null" in column["type"]) == (path not in stream.primary_keys), path


@every_stream
def test_a_schema_promises_only_what_the_tap_checks_and_null_in_lists_too(api: str, name: str) -> None:
    for path, column in columns(ALL[api, name].schema):
        assert column.keys() <= {"type", "description", "format", "properties", "items", *ANY_AS_TEXT}, path
        if "items" in column:
            assert "null" in column["items"]["type"], path
            assert column["items"].keys() <= {"type", "properties"}, path


@every_stream
def test_dates_say_that_they_are(api: str, name: str) -> None:
    for path, column in columns(ALL[api, name].schema):
        field = path.rpartition(".")[2]
        is_date = field.endswith(("_at", "_date", "_datetime", "_end", "_since", "_start")) or field == "date"
        assert is_date == (column.get("format") in {"date", "date-time"}), path


@every_stream
def test_money_and_metrics_are_numbers(api: str, name: str) -> None:
    for path, column in columns(ALL[api, name].schema):
        if path.rpartition(".")[2].startswith(
            ("mrr", "arr", "activity_mrr", "activity_arr", "customers", "percentage")
        ):
            assert column["type"] == ["number", "null"], path


@every_stream
def test_keys_and_the_replication_key_are_columns(api: str, name: str) -> None:
    stream = ALL[api, name]
    assert stream.primary_keys
    assert {*stream.primary_keys, stream.replication_key} - {None} <= set(stream.schema["properties"])
    if stream.replication_key:
        assert stream.schema["properties"][stream.replication_key]["format"] == "date-time"


@every_stream
def test_names_are_snake_case_and_of_no_vendor(api: str, name: str) -> None:
    for text in (name, *(path for path, _ in columns(ALL[api, name].schema))):
        assert text == text.lower().replace("-", "_")
        assert VENDOR not in text


@every_stream
def test_every_stream_has_a_place_for_what_its_schema_does_not_know(api: str, name: str) -> None:
    rescued = ALL[api, name].schema["properties"][RESCUED_DATA]
    assert rescued["type"] == ["object", "null"]
    assert "properties" not in rescued


@every_stream
def test_a_free_form_object_has_no_properties_at_all(api: str, name: str) -> None:
    for path, column in columns(ALL[api, name].schema):
        assert column.get("properties", True), path


@cache
def flattening_tap(api: str) -> TapAnalytics:
    """Return a tap that flattens."""
    return tap_of(api, flattening_enabled=True, flattening_max_depth=2)


@every_stream
def test_flattening_leaves_no_column_of_a_record_without_a_schema(api: str, name: str) -> None:
    stream = cast("AnalyticsStream", flattening_tap(api).streams[name])
    record = filled(stream.schema)
    [stream_map] = stream.stream_maps
    flat = stream_map.transform(record)
    assert flat is not None
    assert set(flat) == set(stream_map.transformed_schema["properties"])
    assert set(record) - set(flat) == {
        field for field, item in stream.schema["properties"].items() if "properties" in item
    }


@pytest.mark.parametrize("api", STREAMS)
def test_paths_differ_but_for_the_counts_that_differ_by_their_interval(api: str) -> None:
    streams = cast("dict[str, AnalyticsStream]", tap_of(api).streams).values()
    asked = [(stream.path, getattr(stream, "interval", None)) for stream in streams]
    assert len(set(asked)) == len(asked)
    for stream in streams:
        assert stream.path.startswith("/")
        # What stands for a field of another stream's records names that stream.
        assert ("{" in stream.path) == (stream.parent is not None)
        assert stream.parent is None or f"{{resources.{stream.parent.name}." in stream.path


@every_stream
def test_keys_never_change(api: str, name: str) -> None:
    stream = ALL[api, name]
    dates = [stream.replication_key] if stream.replication_key else []
    assert (*stream.primary_keys, *dates) == KEYS[api][name]
    assert stream.replication_method == ("INCREMENTAL" if dates else "FULL_TABLE")


def test_a_list_of_the_support_api_is_ordered_only_where_it_can_be() -> None:
    ordered = {name: ALL["support", name].params.get("order_by") for name in SUPPORT}
    assert {name for name, order in ordered.items() if order == "updated_datetime:desc"} == {"customers", "tickets"}
    newest = {name for name, order in ordered.items() if order == "created_datetime:desc"}
    assert newest == {"messages", "satisfaction_surveys"}
    # Custom fields are ordered by priority alone; calls, values of customers and the account not at all.
    without = {"account", "custom_fields", "customer_custom_fields", "views_items"}
    voice = {"voice_calls", "voice_call_events", "voice_call_recordings"}
    assert {name for name, order in ordered.items() if order is None} == without | voice
    assert set(ordered.values()) == {None, "created_datetime:asc", "created_datetime:desc", "updated_datetime:desc"}


def test_a_field_of_two_types_is_a_text_and_what_is_recursive_or_keyed_by_numbers_is_open() -> None:
    texts = {
        (name, path)
        for name in SUPPORT
        for path, item in columns(ALL["support", name].schema)
        if takes_any_as_text(item)
    }
    assert {
        ("messages", "headers"),
        ("messages", "meta"),
        ("messages", "last_sending_error"),
        ("voice_call_events", "meta"),
        ("customer_custom_fields", "value"),
    } <= texts
    for name, field in (
        ("views", "filters_ast"),
        ("rules", "code_ast"),
        ("widgets", "template"),
        ("tickets", "custom_fields"),
        ("custom_fields", "definition.input_settings"),
        ("integrations", "http"),
    ):
        item = dict(columns(ALL["support", name].schema))[field]
        assert item["type"] == ["object", "null"]
        assert "properties" not in item
    # An object by the field's number in most answers, a list in others: both are free-form.
    item = dict(columns(ALL["support", "customers"].schema))["custom_fields"]
    assert item["type"] == ["object", "array", "null"]
    assert "items" not in item
