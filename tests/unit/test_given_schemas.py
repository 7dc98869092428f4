"""A schema that a user gives comes out with the tap's names and nulls, and takes whatever it says that it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.declared.schemas import checked_schema, given_schema
from tap_analytics.records import RecordShaper

if TYPE_CHECKING:
    from pathlib import Path

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
        "whatever": value,
        "plan": {"unit_price": 2, "any": value},
        "meta": {"free-form": value},
    }
    assert not told
