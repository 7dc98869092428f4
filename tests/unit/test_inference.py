"""The types that a sample of records gives a declared resource: safe ones, for a column can not change later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tap_analytics.datetimes import parse_instant
from tap_analytics.declared.inference import infer
from tap_analytics.records import RESCUED_DATA, RESCUED_DATA_SCHEMA, RecordShaper, emitted_name

JsonObject = dict[str, Any]


def nullable(*kinds: str, **more: Any) -> JsonObject:
    return {"type": [*kinds, "null"], **more}


def inferred(values: list[Any], name: str = "field", keys: tuple[str, ...] = ()) -> JsonObject | None:
    """Return the schema of a field that had these values, None if it has none."""
    found: JsonObject | None = infer([{name: value} for value in values], keys)["properties"].get(
        emitted_name(name, {})
    )
    return found


DATE_TIME = nullable("string", format="date-time")
INSTANT = "2024-01-31T10:00:00Z"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], nullable("number")),
        ([Decimal("1.5"), 2**64], nullable("number")),
        ([True, False], nullable("boolean")),
        (["a", "b"], nullable("string")),
        (["1", "true"], nullable("string")),
        ([None, 1, None], nullable("number")),
        ([{"a": 1}, {"b": {"c": []}}, {}], nullable("object")),
        ([INSTANT, None, "2024-01-31 10:00"], DATE_TIME),
        ([INSTANT, "soon"], nullable("string")),
        ([INSTANT, "2024-01-31"], nullable("string")),
        (["2024-01-31"], nullable("string")),
        (["2024-02-30T10:00:00Z"], nullable("string")),
    ],
    ids=repr,
)
def test_values_of_one_kind_have_its_type_and_may_be_null(values: list[Any], expected: JsonObject) -> None:
    assert inferred(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "a"], nullable("number", "string")),
        (["a", Decimal("1.5"), True], nullable("boolean", "number", "string")),
        ([1, INSTANT], nullable("number", "string")),
        ([["a"], "a", None], nullable("array", "string")),
        ([["a"], INSTANT], nullable("array", "string")),
        ([{}, "a", [], 1, False], nullable("array", "boolean", "number", "object", "string")),
        ([1, "", "a"], nullable("number", "string")),
    ],
    ids=repr,
)
def test_values_of_several_kinds_have_all_their_types_and_no_details(values: list[Any], expected: JsonObject) -> None:
    assert inferred(values) == inferred(values[::-1]) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["", 1], nullable("number")),
        (["", False], nullable("boolean")),
        (["", INSTANT], DATE_TIME),
        (["", ["a"]], nullable("array", items=nullable("string"))),
        (["", {}], nullable("object")),
        (["", "a"], nullable("string")),
        (["", None], nullable("string")),
    ],
    ids=repr,
)
def test_an_empty_text_is_a_text_only_where_there_is_nothing_but_texts(values: list[Any], expected: JsonObject) -> None:
    assert inferred(values) == inferred(values[::-1]) == expected


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ([["a"], [], ["b", ""]], {"items": nullable("string")}),
        ([[None, "a"]], {"items": nullable("string")}),
        ([[INSTANT]], {"items": nullable("string")}),
        ([["a"], [1]], {}),
        ([["a", {}]], {}),
        ([[1, 2]], {}),
        ([[["a"]]], {}),
        ([[], [None]], {}),
    ],
    ids=repr,
)
def test_only_a_list_of_texts_says_what_is_in_it(values: list[Any], items: JsonObject) -> None:
    assert inferred(values) == nullable("array", **items)


@pytest.mark.parametrize(
    "name", ["id", "ID", "Id", "_id", "customer_id", "customer-id", "customer.id", "customerId", "userID", "USER_ID"]
)
def test_a_field_named_id_is_an_integer(name: str) -> None:
    assert inferred([1, None, -(2**63), 2**63 - 1], name) == nullable("integer")
    assert inferred([1, "a"], name) == nullable("integer", "string")


@pytest.mark.parametrize(
    "name",
    [
        "paid",
        "amount_paid",
        "amount-paid",
        "valid",
        "uuid",
        "PAID",
        "AMOUNT_PAID",
        "ids",
        "id_type",
        "identity",
        "idea",
    ],
)
def test_a_name_that_only_has_these_letters_is_no_id(name: str) -> None:
    assert inferred([1], name) == nullable("number")


@pytest.mark.parametrize("value", [Decimal("1.5"), Decimal("1.0"), 2**63, -(2**63) - 1])
def test_an_id_is_a_number_if_one_is_no_whole_number_of_64_bits(value: int | Decimal) -> None:
    assert inferred([1, value, 1], "id") == nullable("number")
    assert inferred([1, value, 1], "no", keys=("no",)) == {"type": "number"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], {"type": "integer"}),
        (["a"], {"type": "string"}),
        ([INSTANT], {"type": "string", "format": "date-time"}),
        ([1, "a"], {"type": ["integer", "string"]}),
        ([1, None, ""], {"type": "integer"}),
        ([None, None], {"type": ["integer", "string"]}),
        ([], {"type": ["integer", "string"]}),
    ],
    ids=repr,
)
def test_a_key_is_never_null_and_always_there(values: list[Any], expected: JsonObject) -> None:
    assert inferred(values, "account-no", keys=("account_no",)) == expected


def test_a_field_that_never_had_a_value_is_a_text() -> None:
    properties = {"a": nullable("string"), "b": nullable("number")}
    assert infer([{"a": None, "b": 1}, {"a": None}], ()) == {"type": "object", "properties": properties}


def test_properties_come_in_the_order_in_which_they_were_seen_then_missing_keys() -> None:
    records: list[JsonObject] = [{"z": None, "b-c": 1}, {"id": 1, "a": 1}, {"z": 1}]
    assert list(infer(records, {"no", "id", "key"})["properties"]) == ["z", "b_c", "id", "a", "key", "no"]


def test_raw_names_that_share_an_emitted_one_share_its_type() -> None:
    assert infer([{"b-c": 1}, {"b_c": "a"}], ())["properties"] == {"b_c": nullable("number", "string")}


def test_the_name_of_the_rescued_data_is_left_to_the_tap() -> None:
    assert infer([{RESCUED_DATA: "a"}], ())["properties"] == {}


TEXTS = st.sampled_from(["", "text", "1", "2024-01-31", "2024-02-30T00:00:00Z", "é"])
INSTANTS = st.sampled_from(
    [INSTANT, "2024-01-31 10:00", "2024-01-31t23:59:59.1234567+0200", "9999-12-31T23:59:59-0100"]
)
INTEGERS = st.integers() | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1])
NUMBERS = INTEGERS | st.decimals(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | TEXTS | INSTANTS | NUMBERS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
# Most fields of an API have values of one kind.
KINDS = st.sampled_from(
    [
        *(st.none(), st.booleans(), TEXTS, INSTANTS, INTEGERS, NUMBERS, ANYTHING),
        *(st.lists(TEXTS | st.none()), st.lists(ANYTHING), st.dictionaries(TEXTS, ANYTHING)),
    ]
).map(lambda values: values | st.sampled_from([None, ""]))
NAMES = st.sampled_from(["a", "id", "user-id", "user_id", "b-c", "b_c", "customerId", "", "x.y", RESCUED_DATA])
SAMPLES = st.dictionaries(NAMES, KINDS).flatmap(
    lambda kinds: st.lists(st.fixed_dictionaries({}, optional=kinds), max_size=5)
)


def is_same(raw: object, out: object, schema: JsonObject) -> bool:
    """Say whether a value came out whole: as it was, a date-time in the one style, an empty text as null."""
    if raw == "" and out is None:
        return True
    if isinstance(raw, str) and isinstance(out, str) and "format" in schema:
        return parse_instant(raw) == parse_instant(out)
    # What `==` takes for the same is not: 1, 1.0 and true.
    return repr(raw) == repr(out)


@given(SAMPLES, st.sets(st.sampled_from(["a", "id", "b_c", "missing"])))
@example([{"id": 2**63, "a": Decimal("1E+400")}, {"id": -1, "a": True}], {"id"})
def test_a_sampled_record_fits_its_schema_whole(records: list[JsonObject], keys: set[str]) -> None:
    schema = infer(records, keys)
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    shaper = RecordShaper(
        {**schema, "properties": {**properties, RESCUED_DATA: RESCUED_DATA_SCHEMA}},
        is_selected=lambda _: True,
        renames={},
        excluded=set(),
        warn=lambda field, fault: None,  # noqa: ARG005
    )
    for raw in records:
        record = shaper.shape(raw)
        rescued = record.pop(RESCUED_DATA) or {}
        assert record.keys() <= properties.keys()
        names = [emitted_name(key, {}) for key in raw]
        for key, value in raw.items():
            name = emitted_name(key, {})
            if name not in properties:
                # Nothing is known of it but null, or it has the name of the tap's own property.
                assert value is None or name == RESCUED_DATA
            elif names.count(name) == 1:
                assert key not in rescued
                assert is_same(value, record[name], properties[name])
            else:
                assert key in rescued or is_same(value, record[name], properties[name])
