"""What becomes of single values: names, numbers, booleans, texts, dates, and what has no place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_analytics.records.rescue import RESCUED_DATA, RESCUED_DATA_SCHEMA
from tap_analytics.records.shaper import RecordShaper

JsonObject = dict[str, Any]


class Shaped:
    """Records of a schema, and the warnings about them."""

    def __init__(self, renames: dict[str, str] | None = None, /, **properties: JsonObject) -> None:
        self.warnings: list[str] = []
        self.shaper = RecordShaper(
            {"type": "object", "properties": {**properties, RESCUED_DATA: RESCUED_DATA_SCHEMA}},
            is_selected=lambda _: True,
            renames=renames or {},
            excluded=frozenset(),
            warn=lambda field, fault: self.warnings.append(f"{field} {fault}"),
        )

    def __call__(self, raw: JsonObject) -> JsonObject:
        """Return the record of an object."""
        return self.shaper.shape(raw)


def nullable(kind: str, **more: Any) -> JsonObject:
    return {"type": [kind, "null"], **more}


KINDS = {
    "string": nullable("string"),
    "integer": nullable("integer"),
    "number": nullable("number"),
    "boolean": nullable("boolean"),
    "array": nullable("array"),
    "list": nullable("array", items=nullable("integer")),
    "free": nullable("object"),
    "object": nullable("object", properties={"a": nullable("integer")}),
    "date-time": nullable("string", format="date-time"),
    "date": nullable("string", format="date"),
}


MISFITS: dict[str, list[object]] = {
    "boolean": [0, 1, "true", "false", "yes", "0", Decimal(1), []],
    "integer": [True, False, "1", Decimal("1.5"), 2**63, -(2**63) - 1, [1]],
    "number": [True, "1.5", [1], {}],
    "string": [0, 1, True, Decimal("0.1"), [], {}],
    "date-time": [1704067200, "soon", "0000-00-00 00:00:00", True],
    "date": [20240131, "2024-02-30", "2024-01-31T00:00:00Z", "31.01.2024"],
    "array": ["a", {}, 0, False],
    "list": ["a", {}, 0, False],
    "free": ["a", [], 0, False],
    "object": ["a", [], 0, False],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in MISFITS.items() for value in values])
def test_a_value_that_does_not_fit_is_rescued_as_it_came_and_null_in_its_column(kind: str, value: object) -> None:
    shaped = Shaped(v=KINDS[kind])
    assert shaped({"v": value}) == {"v": None, RESCUED_DATA: {"v": value}}
    [warning] = shaped.warnings
    assert warning.startswith("v is not ")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "string"])
def test_an_empty_text_where_no_text_belongs_is_plainly_null(kind: str) -> None:
    shaped = Shaped(v=KINDS[kind])
    assert shaped({"v": ""}) == {"v": None, RESCUED_DATA: None}
    assert not shaped.warnings


@pytest.mark.parametrize("text", ["", " ", "null", "\x00", "\ud800", "0", "é", "x" * 100_000])
def test_a_text_comes_out_as_it_came(text: str) -> None:
    assert Shaped(v=KINDS["string"])({"v": text}) == {"v": text, RESCUED_DATA: None}


@pytest.mark.parametrize("number", [0, 2**63 - 1, -(2**63), 8_043_370_848])
def test_integers_of_64_bits_come_out_as_they_came(number: int) -> None:
    assert Shaped(v=KINDS["integer"])({"v": number}) == {"v": number, RESCUED_DATA: None}


@pytest.mark.parametrize(
    ("written", "number"), [("3.0", 3), ("1E+3", 1000), ("-0.0", 0), ("9223372036854775807.0", 2**63 - 1)]
)
def test_a_whole_number_with_a_decimal_point_is_a_whole_number(written: str, number: int) -> None:
    value = Shaped(v=KINDS["integer"])({"v": Decimal(written)})["v"]
    assert value == number
    assert type(value) is int


@pytest.mark.parametrize("text", ["10908.61093020998", "3.141592653589793238462643383279", "1E+400", "0.10", "-0.0"])
def test_a_decimal_keeps_every_digit(text: str) -> None:
    value = Shaped(v=KINDS["number"])({"v": Decimal(text)})["v"]
    assert isinstance(value, Decimal)
    assert str(value) == text


def test_a_number_has_no_bounds() -> None:
    assert Shaped(v=KINDS["number"])({"v": 10**40})["v"] == 10**40


def test_dates_come_out_in_one_style() -> None:
    shaped = Shaped(at=KINDS["date-time"], on=KINDS["date"])
    assert shaped({"at": "2016-01-01 12:00:00-0400", "on": "2016-01-01"}) == {
        "at": "2016-01-01T16:00:00.000000+00:00",
        "on": "2016-01-01",
        RESCUED_DATA: None,
    }


def test_names_become_snake_case_and_a_vendors_name_a_neutral_one() -> None:
    shaped = Shaped(
        {"chartmogul-url": "app_url"},
        customer_since=KINDS["string"],
        external_id=KINDS["string"],
        app_url=KINDS["string"],
    )
    raw = {"customer-since": "s", "external_id": "e", "chartmogul-url": "u"}
    assert shaped(raw) == {"customer_since": "s", "external_id": "e", "app_url": "u", RESCUED_DATA: None}


def test_names_inside_known_objects_become_snake_case_too() -> None:
    address = nullable("object", properties={"address_zip": KINDS["string"]})
    shaped = Shaped(address=address, lines=nullable("array", items=address))
    raw = {"address": {"address-zip": "1"}, "lines": [{"address-zip": "2"}, None]}
    assert shaped(raw) == {"address": {"address_zip": "1"}, "lines": [{"address_zip": "2"}, None], RESCUED_DATA: None}


def test_free_form_objects_stay_untouched_inside() -> None:
    custom = {"a-b": {"c-d": [1, {"e-f": ""}]}, "12": True, "since": "2024-01-01 00:00:00", "": None}
    assert Shaped(custom=KINDS["free"])({"custom": custom}) == {"custom": custom, RESCUED_DATA: None}


def test_an_open_object_takes_unknown_fields_as_they_came() -> None:
    shaped = Shaped(o=nullable("object", properties={"a_b": KINDS["string"]}, additionalProperties=True))
    assert shaped({"o": {"a-b": "x", "c-d": 1}}) == {"o": {"a_b": "x", "c-d": 1}, RESCUED_DATA: None}


def test_unknown_fields_are_rescued_under_their_own_spelling_and_path() -> None:
    line = nullable("object", properties={"amount": KINDS["number"]})
    shaped = Shaped(
        address=nullable("object", properties={"zip": KINDS["string"]}), line_items=nullable("array", items=line)
    )
    raw = {
        "new-field": {"deep": [1]},
        "address": {"zip": "1", "zip4": "1234"},
        "line-items": [{"amount": 1}, {"amount": "two", "note": ""}],
    }
    assert shaped(raw) == {
        "address": {"zip": "1"},
        "line_items": [{"amount": 1}, {"amount": None}],
        RESCUED_DATA: {
            "new-field": {"deep": [1]},
            "address.zip4": "1234",
            "line-items.1.amount": "two",
            "line-items.1.note": "",
        },
    }


def test_a_null_in_an_unknown_field_is_rescued_too() -> None:
    assert Shaped(id=KINDS["integer"])({"id": 1, "new": None})[RESCUED_DATA] == {"new": None}


def test_a_second_field_of_the_same_name_is_rescued() -> None:
    shaped = Shaped(a_b=KINDS["integer"])
    assert shaped({"a-b": 1, "a_b": 2}) == {"a_b": 1, RESCUED_DATA: {"a_b": 2}}
    assert shaped.warnings == ["a_b is a second 'a_b'"]


def test_the_apis_own_rescued_data_is_data_like_any_other() -> None:
    assert Shaped()({RESCUED_DATA: "theirs"}) == {RESCUED_DATA: {RESCUED_DATA: "theirs"}}


def test_two_values_never_share_one_place_among_the_rescued() -> None:
    shaped = Shaped(a=KINDS["object"])
    rescued = shaped({"a": {"b": 1}, "a.b": 2})[RESCUED_DATA]
    assert sorted(rescued.values()) == [1, 2]


def test_each_field_is_warned_of_once_and_counted() -> None:
    shaped = Shaped(n=KINDS["integer"], lines=nullable("array", items=KINDS["object"]))
    for _ in range(3):
        shaped({"n": "one", "lines": [{"b": 1}, {"b": 2, "c": 3}]})
    shaped({"n": 1, "lines": []})
    assert shaped.warnings == [
        "n is not a whole number of 64 bits",
        "lines.*.b is not in the schema",
        "lines.*.c is not in the schema",
    ]
    assert shaped.shaper.rescued() == "lines.*.b (6), lines.*.c (3), n (3)"


@pytest.mark.parametrize("is_declared", [True, False])
def test_rescued_data_can_be_deselected_or_left_out_of_the_catalog(is_declared: bool) -> None:  # noqa: FBT001
    declared = {RESCUED_DATA: RESCUED_DATA_SCHEMA} if is_declared else {}
    shaper = RecordShaper(
        {"type": "object", "properties": {"a": KINDS["integer"], **declared}},
        is_selected=lambda path: path != (RESCUED_DATA,),
        renames={},
        excluded=frozenset(),
        warn=lambda field, fault: None,  # noqa: ARG005
    )
    assert shaper.shape({"a": "x", "b": 1}) == {"a": None}


@pytest.mark.parametrize("text", ["1E+3000000", "-1E+999999999", "1.5E+400000"])
def test_a_huge_exponent_costs_nothing_and_is_rescued(text: str) -> None:
    assert Shaped(v=KINDS["integer"])({"v": Decimal(text)}) == {"v": None, RESCUED_DATA: {"v": Decimal(text)}}


def test_an_object_of_which_a_part_is_deselected_is_not_rescued_whole() -> None:
    child = {"type": ["object", "null"], "properties": {"zip": nullable("string"), "city": nullable("string")}}
    shaper = RecordShaper(
        {"type": "object", "properties": {"address": child, RESCUED_DATA: RESCUED_DATA_SCHEMA}},
        is_selected=lambda path: path != ("address", "zip"),
        renames={"ADDRESS": "address"},
        excluded=frozenset(),
        warn=lambda *_: None,
    )
    assert shaper.shape({"address": [{"zip": "12345"}]}) == {"address": None, RESCUED_DATA: None}
    twice = {"address": {"city": "Rome", "zip": "1"}, "ADDRESS": {"zip": "2"}}
    assert shaper.shape(twice) == {"address": {"city": "Rome"}, RESCUED_DATA: None}
