"""A schema that a user gives comes out with the tap's names and nulls, and takes whatever it says that it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.apis.declared.schemas import checked_schema, given_schema
from tap_analytics.records.shaper import RecordShaper
from tap_analytics.records.value_types import types_of
from tests.unit.shaping import sent

if TYPE_CHECKING:
    from pathlib import Path

JsonObject = dict[str, Any]

GIVEN: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": ["integer", "null"]},
        "signed-up": {"type": "string", "format": "date-time"},
        "plan": {"type": "object", "properties": {"unit-price": {"type": "number"}, "any": True}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"sku-code": {"type": "string"}}}},
        "meta": {"type": "object", "properties": {}},
        "whatever": {},
    },
}


def test_names_are_those_that_go_out_and_all_but_the_key_may_be_null() -> None:
    properties = given_schema(GIVEN, {"id"})["properties"]
    assert properties["id"]["type"] == ["integer"]
    assert properties["signed_up"] == {"type": ["string", "null"], "format": "date-time"}
    assert set(properties["plan"]["properties"]) == {"unit_price", "any"}
    assert set(properties["lines"]["items"]["properties"]) == {"sku_code"}
    assert "properties" not in properties["meta"]
    assert properties["plan"]["properties"]["unit_price"] == {"type": ["number", "null"]}
    assert properties["lines"]["items"]["type"] == ["object", "null"]
    assert properties["lines"]["items"]["properties"]["sku_code"] == {"type": ["string", "null"]}


def test_a_file_gives_the_same_as_its_content(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(GIVEN), encoding="utf-8")
    assert checked_schema(str(file)) == GIVEN
    assert given_schema(str(file), {"id"}) == given_schema(GIVEN, {"id"})


@pytest.mark.parametrize("value", [1, "a", {"b": [1]}, [None], True])
def test_what_a_schema_says_nothing_of_takes_anything(value: object) -> None:
    told: list[str] = []
    shaper = RecordShaper(
        given_schema(GIVEN, {"id"}),
        is_selected=lambda _: True,
        renames={},
        excluded=set(),
        warn=lambda field, fault: told.append(f"{field} {fault}"),
    )
    raw = {"id": 1, "whatever": value, "plan": {"unit-price": 2, "any": value}, "meta": {"free-form": value}}
    assert shaper.shape(raw) == {
        "id": 1,
        # A column has one type.
        "whatever": value if isinstance(value, str) else json.dumps(value, separators=(",", ":")),
        "plan": {"unit_price": 2, "any": value},
        "meta": {"free-form": value},
    }
    assert not told


TEXT = {"type": ["string", "null"]}
ANY = {**TEXT, "contentMediaType": "text/plain"}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        # What a value may be refused for, and the tap does not look at, is not promised.
        ({"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^a", "enum": ["a"], "const": "a"}, TEXT),
        ({"type": "integer", "minimum": 0, "maximum": 9, "multipleOf": 3}, {"type": ["integer", "null"]}),
        ({"type": "array", "minItems": 1, "uniqueItems": True, "contains": {}}, {"type": ["array", "null"]}),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}},
            {
                "type": ["object", "null"],
                "properties": {"a": {"type": ["integer", "null"]}},
            },
        ),
        ({"type": "string", "format": "uuid"}, TEXT),
        ({"type": "string", "format": "date"}, {**TEXT, "format": "date"}),
        ({"type": "string", "format": "integer"}, TEXT),
        ({"type": "object", "not": {}, "if": {}, "then": False}, {"type": ["object", "null"]}),
        # Types that are not called so
        ({"enum": ["a", "b", None]}, TEXT),
        ({"enum": [1, 1.5]}, {"type": ["number", "null"]}),
        ({"const": True}, {"type": ["boolean", "null"]}),
        ({"properties": {"a": True}}, {"type": ["object", "null"], "properties": {"a": {}}}),
        ({"type": "null"}, TEXT),
        ({"type": ["integer", "number"]}, {"type": ["number", "null"]}),
        # Combinations
        ({"anyOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]}, {**TEXT, "format": "date-time"}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, ANY),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "string"}]}, TEXT),
        ({"anyOf": [{"type": "string"}, True]}, ANY),
        ({"title": "A"}, {**ANY, "title": "A"}),
        ({"allOf": [{"type": "string"}], "description": "A."}, {**TEXT, "description": "A."}),
        ({"allOf": [{"type": ["number", "string"]}, {"type": "integer"}]}, {"type": ["integer", "null"]}),
        (
            {"allOf": [{"properties": {"a-b": {"type": "string"}}}, {"properties": {"c": {"type": "string"}}}]},
            {
                "type": ["object", "null"],
                "properties": {"a_b": TEXT, "c": TEXT},
            },
        ),
        # Lists and maps
        ({"prefixItems": [{"type": "string"}], "items": False}, {"type": ["array", "null"]}),
        ({"items": {"type": "string", "minLength": 1}}, {"type": ["array", "null"], "items": TEXT}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"type": ["object", "null"]}),
        ({"type": "object", "patternProperties": {"^a": {"type": "string"}}}, {"type": ["object", "null"]}),
        (
            {"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}},
            {
                "type": ["object", "null"],
                "properties": {"a": TEXT},
                "additionalProperties": True,
            },
        ),
        # Details of one of several types
        ({"type": ["object", "string"], "properties": {"a": {"type": "string"}}}, ANY),
    ],
    ids=str,
)
def test_only_what_the_tap_checks_is_promised_and_null_always(field: JsonObject, expected: JsonObject) -> None:
    given = {"properties": {"field": field}}
    found = given_schema(given, ())
    assert found["properties"]["field"] == expected
    # What stands in a catalog is what a declaration may be given.
    assert given_schema(found, ()) == found


NAMES = st.sampled_from(["a", "b-c", "b_c", "d"])
KINDS = ["string", "integer", "number", "boolean", "array", "object", "null"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "2024-01-31", "2024-01-31T10:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[JsonObject]:
    several = st.lists(inner, min_size=1, max_size=3)
    words: dict[str, st.SearchStrategy[Any]] = {
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "items": inner,
        **dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), several),
        "additionalProperties": inner,
        "patternProperties": st.dictionaries(st.just("^a"), inner, max_size=1),
        "required": st.lists(NAMES, unique=True),
        "enum": st.sampled_from([["a"], [1, None], [{}], [[], 1]]),
        "const": st.sampled_from(["a", 1, None]),
        "format": st.sampled_from(["date", "date-time", "uuid", "time", "email"]),
        "minLength": st.just(2),
        "pattern": st.just("^a"),
        "minimum": st.just(3),
        "minItems": st.just(1),
        "not": inner,
        "contentMediaType": st.sampled_from(["text/plain", "application/json"]),
    }
    # A few words at a time: all at once seldom say anything.
    chosen = st.lists(st.sampled_from(sorted(words)), max_size=4, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: words[name] for name in names}))


FIELDS = st.dictionaries(NAMES, combined(combined(combined(st.booleans()))), min_size=1, max_size=2)


@given(
    FIELDS,
    st.lists(st.dictionaries(NAMES, VALUES), max_size=3),
    st.sets(st.sampled_from(["a", "b_c"])),
    st.integers(0, 2),
)
def test_no_record_breaks_what_is_promised_of_it(
    fields: JsonObject, objects: list[JsonObject], keys: set[str], depth: int
) -> None:
    checked_schema({"properties": fields})
    schema = given_schema({"properties": fields}, keys, depth)
    assert given_schema(schema, keys, depth) == schema
    assert all(len(types_of(column)) == 1 for column in schema["properties"].values())
    sent(objects, schema, keys)
