"""The types that a sample of records gives a declared resource: safe ones, for a column can not change later."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from singer_sdk.helpers._flattening import flatten_schema

from tap_analytics.apis.declared.columns import keep_names_apart
from tap_analytics.apis.declared.inference import infer
from tap_analytics.paging.json_decoding import decode
from tap_analytics.records.datetimes import parse_instant
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import ANY_AS_TEXT
from tests.unit.shaping import sent

JsonObject = dict[str, Any]


TEXT_OF_ANY = {"type": ["string", "null"], **ANY_AS_TEXT}


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
    "values",
    [
        [1, "a"],
        ["a", Decimal("1.5"), True],
        [1, INSTANT],
        [True, 1],
        [["a"], "a", None],
        [["a"], INSTANT],
        [["a"], {}],
        [{"a": 1}, "a"],
        [{}, "a", [], 1, False],
        [1, "", "a"],
    ],
    ids=repr,
)
def test_a_field_with_values_of_several_types_is_a_text_of_whatever_comes(values: list[Any]) -> None:
    assert inferred(values) == inferred(values[::-1]) == TEXT_OF_ANY


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
    assert inferred([1, "a"], name) == TEXT_OF_ANY


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
        ([1, "a"], {"type": "string", **ANY_AS_TEXT}),
        ([1, None, ""], {"type": "integer"}),
        ([None, None], {"type": "string", **ANY_AS_TEXT}),
        ([], {"type": "string", **ANY_AS_TEXT}),
        ([{"a": 1}], {"type": "string", **ANY_AS_TEXT}),
        ([["a"]], {"type": "string", **ANY_AS_TEXT}),
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
    assert infer([{"b-c": 1}, {"b_c": "a"}], ())["properties"] == {"b_c": TEXT_OF_ANY}


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
    if isinstance(out, str) and not isinstance(raw, str) and ANY_AS_TEXT.items() <= schema.items():
        is_number = isinstance(raw, int | Decimal) and not isinstance(raw, bool)
        return out == str(raw) if is_number else raw == json.loads(out, parse_float=Decimal)
    # What `==` takes for the same is not: 1, 1.0 and true.
    return repr(raw) == repr(out)


@given(SAMPLES, st.sets(st.sampled_from(["a", "id", "b_c", "missing"])))
@example([{"id": 2**63, "a": Decimal("1E+400")}, {"id": -1, "a": True}], {"id"})
def test_a_sampled_record_fits_its_schema_whole(records: list[JsonObject], keys: set[str]) -> None:
    schema = infer(records, keys)
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    for raw, record in zip(records, sent(records, schema, keys), strict=True):
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


@given(SAMPLES, SAMPLES, st.sets(st.sampled_from(["a", "id", "b_c", "missing"])), st.integers(0, 3))
@example([{"a": {"b": 1}, "a__b": 2}], [{"a": {"b": None}}], set(), 1)
def test_whatever_comes_later_is_what_the_target_was_promised(
    sample: list[JsonObject], records: list[JsonObject], keys: set[str], depth: int
) -> None:
    schema = infer(sample, keys, depth)
    sent(records, schema, keys)
    keep_names_apart(schema["properties"], "__")
    # The SDK refuses columns of one name.
    flatten_schema(schema, depth)


@pytest.mark.parametrize("sample", [[5, "n/a"], [{}, "n/a"], [["a"], 5]], ids=repr)
def test_a_text_of_whatever_comes_loses_nothing(sample: list[Any]) -> None:
    values = [*sample, Decimal("1.50"), 2**70, True, None, "", {"a": [Decimal("0.10"), "é"]}]
    schema = infer([{"v": value} for value in sample], ())
    texts = [record["v"] for record in sent([{"v": value} for value in values], schema)]
    assert texts[2:] == ["1.50", "1180591620717411303424", "true", None, "", '{"a":[0.10,"é"]}']
    pairs = zip(sample, texts, strict=False)
    assert [text if isinstance(value, str) else decode(text.encode()) for value, text in pairs] == sample


ROWS: list[JsonObject] = [
    {"o": {"a": 1, "in-ner": {"at": INSTANT, "rest": {"x": 1}}, "list": [{"a": 1}]}, "null": {}},
    {"o": {"a": None, "b": "n/a"}, "null": None},
]


def test_objects_have_properties_as_deep_as_they_are_flattened() -> None:
    inner = nullable("object", properties={"at": DATE_TIME, "rest": nullable("object")})
    fields = {"a": nullable("number"), "in_ner": inner, "list": nullable("array"), "b": nullable("string")}
    assert infer(ROWS, (), 2)["properties"] == {
        "o": nullable("object", properties=fields),
        "null": nullable("object"),
    }
    assert infer(ROWS, (), 1)["properties"]["o"]["properties"]["in_ner"] == nullable("object")
    assert infer(ROWS, ())["properties"]["o"] == nullable("object")


@pytest.mark.parametrize(
    "objects",
    [
        [{"2024-01-31": 1}],
        [{"7": 1}],
        [{"a b": 1}],
        [{f"k{number}": 1} for number in range(50)],
        [{f"k{number}": 1 for number in range(101)}],
    ],
    ids=lambda objects: str(list(objects[0])[:1]),
)
def test_a_map_whose_keys_are_data_stays_free_form(objects: list[JsonObject]) -> None:
    assert inferred(objects) == infer([{"field": each} for each in objects], (), 3)["properties"]["field"]


def test_an_object_whose_columns_would_have_the_names_of_others_stays_free_form() -> None:
    found = infer([{"a": {"b": 1}, "a__b": 2, "c": {"d": {"e": 1}, "d__e": 2}, "x": {"y": 1}}], (), 2)["properties"]
    keep_names_apart(found, "__")
    assert [name for name, schema in found.items() if "properties" in schema] == ["x"]
