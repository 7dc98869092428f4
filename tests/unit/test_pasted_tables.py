"""Tables, columns and write dispositions as a configuration of dlt's REST API source declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_analytics.apis.declared.checking import check
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import faults_of, resource, tap_of
from tests.unit.pasted import JsonObject, declared
from tests.unit.taps import URL

if TYPE_CHECKING:
    from requests_mock import Mocker


# Words of a resource


def test_a_table_name_is_the_stream_s_and_other_resources_refer_to_the_name() -> None:
    words = [
        {**resource("posts"), "table_name": "articles"},
        {**resource("comments", path="/posts/{resources.posts.id}/comments"), "include_from_parent": ["id"]},
    ]
    streams = tap_of(words).streams
    assert set(streams) == {"articles", "comments"}
    parent = streams["comments"].parent  # type: ignore[attr-defined]
    assert (parent.name, dict(parent.added)) == ("articles", {"id": "_posts_id"})


def test_a_table_that_another_resource_has_is_not_shared_with_it() -> None:
    words = [{**resource("posts"), "table_name": "articles"}, {**resource("others"), "table_name": "articles"}]
    assert set(tap_of(words).streams) == {"articles", "others"}
    [note] = check({"api_url": URL, "resources": words}).notes
    assert "'articles' is the table of resources[0] already, so the rows go to 'others'" in note
    assert set(tap_of([resource("posts"), {**resource("b"), "table_name": "posts"}]).streams) == {"posts", "b"}
    [fault] = faults_of({**resource("a"), "table_name": "b"}, resource("b"))
    assert fault.startswith("resources[1].")


def test_what_is_skipped_is_not_selected() -> None:
    words = [{**resource("a"), "write_disposition": "skip"}, resource("b")]
    streams = tap_of(words).streams
    assert [streams[name].selected_by_default for name in "ab"] == [False, True]


@pytest.mark.parametrize("word", ["replace", {"disposition": "replace", "strategy": "insert-from-staging"}])
def test_a_write_disposition_may_have_a_strategy(word: object) -> None:
    assert declared(resources=[{**resource(), "write_disposition": word}])[0].disposition == "replace"


COLUMNS: JsonObject = {
    "id": {"data_type": "bigint", "primary_key": True, "nullable": False, "x-mine": 1},
    "price": {"data_type": "text"},
    "seen": {"data_type": "timestamp"},
    "day": {"data_type": "date"},
    "flag": {"data_type": "bool"},
    "none-yet": {"data_type": "double"},
    "meta": {"data_type": "json"},
}


@pytest.mark.parametrize("columns", [COLUMNS, [{"name": name, **word} for name, word in COLUMNS.items()]])
def test_columns_have_their_types_as_far_as_the_records_agree(columns: object, requests_mock: Mocker) -> None:
    row = {"id": 1, "price": 5, "seen": "2024-01-31", "day": "2024-01-31", "flag": "yes", "meta": {"a": 1}}
    requests_mock.get(f"{URL}/a", json=[row])
    config = {"client": {"base_url": URL}, "resources": [{**resource(), "columns": columns}]}
    stream = TapAnalytics(config=config).streams["a"]
    found = stream.schema["properties"]
    assert stream.primary_keys == ("id",)
    assert found["id"] == {"type": "integer"}
    assert found["price"] == {"type": ["string", "null"], "contentMediaType": "text/plain"}
    assert found["seen"] == {"type": ["string", "null"], "format": "date-time"}
    assert found["day"] == {"type": ["string", "null"], "format": "date"}
    assert found["flag"] == {"type": ["string", "null"]}
    assert found["none_yet"] == {"type": ["number", "null"]}
    assert found["meta"] == {"type": ["object", "null"]}


def test_columns_of_all_resources_are_added_to() -> None:
    defaults = {"columns": {"id": {"data_type": "text", "primary_key": True}}}
    own = {**resource(), "columns": [{"name": "id", "data_type": "bigint"}, {"name": "b", "data_type": "date"}]}
    [found] = declared(resources=[own], resource_defaults=defaults)
    types = {name: column.data_type for name, column in found.resource.columns.items()}
    assert (types, found.primary_keys) == ({"id": "bigint", "b": "date"}, ("id",))
