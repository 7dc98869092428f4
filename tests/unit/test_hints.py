"""No fault hides another one, and whoever does what a hint says has a declaration that works."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tap_analytics.tap import TapAnalytics
from tests.unit.declared import HINTS, faults_of, resource

JsonObject = dict[str, Any]

SINCE = {"cursor_path": "at", "start_param": "since", "initial_value": "2024-01-31"}
PARENT = "{resources.built_in.id}"
FLATTENED = {"flattening_enabled": True, "flattening_max_depth": 1}


def followed(*, settings: JsonObject | None = None, **words: Any) -> tuple[JsonObject, JsonObject]:
    """Return the resource, and the settings, of somebody who did what a hint says."""
    return resource(**words), settings or {}


NOTHING = followed()
CHILD = followed(path=f"/{PARENT}/a", params={"parent": PARENT}, include_from_parent=["id"], primary_key=["id"])
REMEDIES = {
    "processing_steps": followed(
        path=f"/{PARENT}/a", parent_filter="id > 1", settings={"stream_maps": {"a": {"__filter__": "id > 1"}}}
    ),
    "session": NOTHING,
    "primary_key": followed(primary_key="id"),
    **dict.fromkeys(("parent_table_name", "parent"), CHILD),
    "access_token": followed(auth={"type": "bearer"}),
    "incremental": followed(incremental=SINCE),
    "initial_interval": followed(error_handler={"backoff_factor": 1}),
    **dict.fromkeys(("convert", "transform"), followed(incremental={**SINCE, "cursor_format": "%Y-%m-%d"})),
    "cursor_key": followed(paginator={"type": "header_cursor", "cursor_key": "X-Next"}),
    "skip": ({**resource(), "selected": False}, {}),
    "params": followed(params={"filter": '{"status": "paid"}', "filter[status]": "paid"}),
    "initial_value": followed(incremental=SINCE),
}


@pytest.mark.parametrize("word", HINTS)
def test_what_a_hint_says_is_a_declaration_that_works(word: str) -> None:
    remedy, settings = REMEDIES[word]
    assert faults_of(remedy, **settings) == []
    known = json.dumps([remedy, settings, sorted(TapAnalytics.config_jsonschema["properties"])])
    # Alternatives are paginators, or to leave a word out.
    named = set(re.findall("'([^']+)'", HINTS[word].replace("false'", "'").replace("selected: ", "selected")))
    named -= {
        "filter",
        "map",
        "bearer",
        "end_param",
        "cursor",
        "cursor_path",
        "paginator",
        "incremental",
        "_rescued_data",
        "name",
        "/",
    }
    assert all(f'"{name}' in known for name in named), HINTS[word]


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({"columns": 7}, "columns"),
        ({"endpoint.method": "PUT"}, "endpoint.method"),
        ({"endpoint.params": {"x": {"type": "resolve"}, "api_key": "1"}}, "endpoint.params.x"),
        ({"endpoint.paginator": {"type": "nope"}}, "endpoint.paginator.type"),
        ({"endpoint.paginator": "nope"}, "endpoint.paginator"),
        ({"endpoint.paginator": {"type": "offset", "limit": 5.0}}, "endpoint.paginator.limit"),
        (
            {"endpoint.error_handler": {"retry_on_status_codes": [200]}},
            "endpoint.error_handler.retry_on_status_codes[0]",
        ),
        ({"endpoint.incremental": {"lag": "1", "end_param": "b"}}, "endpoint.incremental.lag"),
        ({"write_disposition": "upsert"}, "write_disposition"),
        ({"name": 7}, "name"),
        ({"primary_key": [""]}, "primary_key[0]"),
    ],
    ids=str,
)
def test_what_is_ill_formed_hides_nothing_else(fault: JsonObject, place: str) -> None:
    declaration = resource(data_selector="$[", headers={"Cookie": "a"}, schema={})
    for word, value in fault.items():
        part, _, name = word.rpartition(".")
        (declaration[part] if part else declaration)[name] = value
    places = {line.partition(": ")[0].removeprefix("resources[0].") for line in faults_of(declaration)}
    assert {place, "endpoint.data_selector", "endpoint.headers.Cookie", "schema"} <= places


def test_what_is_told_as_ill_formed_is_not_told_as_missing_too() -> None:
    since = {"cursor_path": 7, "start_param": 7, "end_param": "b"}
    told = faults_of(resource(path=7, include_from_parent=["id"], incremental=since))
    assert [line.partition(": ")[0] for line in told] == [
        f"resources[0].endpoint.{word}" for word in ("path", "incremental.cursor_path", "incremental.start_param")
    ]


def test_a_cursor_in_two_places_is_told_beside_an_unknown_word_of_the_paginator() -> None:
    told = faults_of(resource(paginator={"type": "cursor", "cursor_path": "a", "cursor_field": "b", "limt": 1}))
    assert [line.partition(": ")[0].rpartition(".")[2] for line in told] == ["limt", "paginator"]
