"""Laws of records: nothing is lost, nothing is guessed, and what comes out is what the schema says."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tap_analytics.records.datetimes import parse_instant
from tap_analytics.records.rescue import MOST_TOLD, RESCUED_DATA, RESCUED_DATA_SCHEMA
from tap_analytics.records.shaper import RecordShaper

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

JsonObject = dict[str, Any]
Path = tuple[str | int, ...]

RENAMES = {"brand-url": "app_url"}
NAMES = st.sampled_from(["a", "b_c", "d", "app_url"])
# Known ones in both spellings, a renamed one, unknown ones, and some that could be taken for a path.
KEYS = st.sampled_from(["a", "b_c", "b-c", "d", "app_url", "brand-url", "x", "x-y", "a.d", "", "0", RESCUED_DATA])
TEXTS = st.sampled_from(["", "text", "true", "1", "2024-01-31", "2024-01-31 10:00:00+0200", "2024-02-30"])
NUMBERS = st.integers() | st.sampled_from(
    [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 0, 1, Decimal("1.0"), Decimal("-7E+3")]
)
SCALARS = st.none() | st.booleans() | TEXTS | NUMBERS | st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=8)

ANYTHING = ["object", "array", "string", "number", "boolean", "null"]
PLAIN: list[JsonObject] = [
    *({"type": [kind, "null"]} for kind in ("string", "integer", "number", "boolean", "object", "array")),
    {"type": ["string", "null"], "format": "date-time"},
    {"type": ["string", "null"], "format": "date"},
    {"type": ["integer", "string", "null"]},
    {"type": ANYTHING},
]


def object_schema(properties: JsonObject) -> JsonObject:
    return {"type": ["object", "null"], "properties": properties}


PROPERTIES = st.recursive(
    st.sampled_from(PLAIN),
    lambda inner: (
        inner.map(lambda items: {"type": ["array", "null"], "items": items})
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(object_schema)
    ),
    max_leaves=5,
)
SCHEMAS = st.dictionaries(NAMES, PROPERTIES, min_size=1, max_size=4).map(
    lambda properties: {"type": "object", "properties": {**properties, RESCUED_DATA: RESCUED_DATA_SCHEMA}}
)


def shaper(
    schema: JsonObject, deselected: Collection[tuple[str, ...]] = (), excluded: Collection[str] = ()
) -> RecordShaper:
    return RecordShaper(
        schema,
        is_selected=lambda path: path not in deselected,
        renames=RENAMES,
        excluded=frozenset(excluded),
        warn=lambda field, fault: None,  # noqa: ARG005
    )


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    match value:
        case dict() if value:
            for key, item in value.items():
                yield from leaves(item, (*path, key))
        case list() if value:
            for position, item in enumerate(value):
                yield from leaves(item, (*path, position))
        case _:
            yield path, value


def at(value: Any, path: Path) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return what stands under a raw path: under the raw names, or under emitted ones."""
    if not path:
        return [value]
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        return at(value[key], rest) if isinstance(key, int) and key < len(value) else []
    if not isinstance(value, dict) or isinstance(key, int):
        return []
    names = {key, key.replace("-", "_"), RENAMES.get(key, key)}
    return [found for name in names if name in value for found in at(value[name], rest)]


def is_same(raw: object, out: object) -> bool:
    """Say whether a value came out whole: as it was, a whole number as one, a date in the one style, "" as null."""
    if type(raw) is type(out) and str(raw) == str(out):
        return True
    match raw, out:
        case Decimal(), int():
            return raw == out
        case str(), str():
            try:
                return parse_instant(raw) == parse_instant(out)
            except ValueError:
                return False
    return raw == "" and out is None


@given(SCHEMAS, OBJECTS)
def test_every_value_is_in_the_record_or_rescued_under_its_raw_path(schema: JsonObject, raw: JsonObject) -> None:
    record = shaper(schema).shape(raw)
    rescued = record.pop(RESCUED_DATA) or {}
    for path, value in leaves(raw):
        found = at(record, path)
        for length in range(1, len(path) + 1):
            name = ".".join(map(str, path[:length]))
            found += [item for key in rescued if key.rstrip("#") == name for item in at(rescued[key], path[length:])]
        assert any(is_same(value, item) for item in found), path


def closed(schema: JsonObject) -> JsonObject:
    """Return a schema that allows no property, and no whole number, that a strict target has no place for."""
    strict = dict(schema)
    if "properties" in schema:
        strict["properties"] = {name: closed(item) for name, item in schema["properties"].items()}
        strict["additionalProperties"] = False
    if "items" in schema:
        strict["items"] = closed(schema["items"])
    if "integer" in schema["type"]:
        strict |= {"minimum": -(2**63), "maximum": 2**63 - 1}
    return strict


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_our_date_time(value: object) -> bool:
    return not isinstance(value, str) or (
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", value) is not None
        and datetime.fromisoformat(value).tzinfo == timezone.utc
    )


@FORMATS.checks("date", raises=ValueError)
def is_date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


@given(SCHEMAS, OBJECTS)
def test_a_record_is_always_valid_against_the_schema(schema: JsonObject, raw: JsonObject) -> None:
    Draft202012Validator(closed(schema), format_checker=FORMATS).validate(shaper(schema).shape(raw))


def fitting(schema: JsonObject) -> st.SearchStrategy[Any]:
    """Return values as the schema has them, null included."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "string": st.sampled_from(["", "text"]),
        "date-time": st.just("2024-01-31T00:00:00.000000+00:00"),
        "date": st.just("2024-01-31"),
        "integer": st.integers(-(2**63), 2**63 - 1),
        "number": NUMBERS,
        "boolean": st.booleans(),
        "array": st.lists(fitting(schema["items"]) if "items" in schema else VALUES, max_size=3),
        "object": st.fixed_dictionaries({}, optional={n: fitting(item) for n, item in schema["properties"].items()})
        if "properties" in schema
        else st.dictionaries(KEYS, VALUES, max_size=3),
    }
    return st.one_of([kinds[schema.get("format", kind) if kind == "string" else kind] for kind in schema["type"]])


@given(st.data(), st.dictionaries(NAMES, PROPERTIES, min_size=1, max_size=4))
def test_what_fits_comes_out_as_it_came_and_nothing_of_it_is_rescued(data: st.DataObject, known: JsonObject) -> None:
    raw = data.draw(st.fixed_dictionaries({name: fitting(item) for name, item in known.items()}))
    schema = {"type": "object", "properties": {**known, RESCUED_DATA: RESCUED_DATA_SCHEMA}}
    assert shaper(schema).shape(raw) == {**raw, RESCUED_DATA: None}


def paths(schema: JsonObject, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, item in schema.get("properties", {}).items():
        yield (*path, name)
        yield from paths(item, (*path, name))


@given(SCHEMAS, OBJECTS, st.data())
def test_what_the_user_took_out_is_neither_in_the_record_nor_rescued(
    schema: JsonObject, raw: JsonObject, data: st.DataObject
) -> None:
    deselected = data.draw(st.sets(st.sampled_from([path for path in paths(schema) if path != (RESCUED_DATA,)])))
    record = shaper(schema, deselected).shape(raw)
    rescued = record.pop(RESCUED_DATA) or {}
    # A dot inside a raw key would make the rescued names ambiguous here.
    rescued_paths = [key.rstrip("#").split(".") for key in rescued if "a.d" not in key]
    for path in deselected:
        assert not at(record, path)
        for found in rescued_paths:
            names = [RENAMES.get(key, key.replace("-", "_")) for key in found[: len(path)]]
            assert tuple(names) != path


@given(SCHEMAS, OBJECTS, st.sets(st.sampled_from(["a", "b_c", "b-c", "d", "app_url", "x", "x_y"])))
def test_nothing_is_rescued_of_what_a_stream_map_names(schema: JsonObject, raw: JsonObject, mapped: set[str]) -> None:
    raw = {key: value for key, value in raw.items() if "." not in key}
    rescued = shaper(schema, excluded=mapped).shape(raw)[RESCUED_DATA] or {}
    tops = {key.split(".")[0] for key in rescued}
    assert mapped.isdisjoint(tops | {RENAMES.get(top, top.replace("-", "_")) for top in tops})


@given(SCHEMAS, OBJECTS)
def test_a_record_owes_nothing_to_the_one_before(schema: JsonObject, raw: JsonObject) -> None:
    shape = shaper(schema).shape
    shape({"x": 1, "a": object(), "app_url": [{}]})
    assert shape(raw) == shaper(schema).shape(raw)


@given(SCHEMAS, OBJECTS)
def test_the_object_of_the_api_is_left_as_it_is(schema: JsonObject, raw: JsonObject) -> None:
    before = repr(raw)
    shaper(schema).shape(raw)
    assert repr(raw) == before


def endless_keys(number: int) -> JsonObject:
    """Return an object with keys that no other one has, at the top and in a map."""
    return {"id": number, f"top_{number}": 1, "map": {f"key_{number}": 1, "known": "x"}, "often": 1}


def test_keys_without_end_cost_neither_lines_nor_memory() -> None:
    warned: list[str] = []
    whole = {"type": ["integer", "null"]}
    properties = {"id": whole, "map": {"type": ["object", "null"], "properties": {"known": whole}}}
    shaper = RecordShaper(
        {"type": "object", "properties": {**properties, RESCUED_DATA: RESCUED_DATA_SCHEMA}},
        is_selected=lambda _: True,
        renames={},
        excluded=frozenset(),
        warn=lambda field, fault: warned.append(f"{field} {fault}"),
    )
    for number in range(3000):
        record = shaper.shape(endless_keys(number))
        assert len(record[RESCUED_DATA]) == 4
    shaper.shape({"long_" + "x" * 10**6: 1})
    assert len(warned) == MOST_TOLD + 1
    assert "more than 10 fields" in warned[-1]
    told = shaper.rescued()
    assert "map.known (3000)" in told
    assert "often (3000)" in told
    assert told.endswith("and more than 990 other fields (5993)")
    assert len(told) < 500


def test_few_fields_are_all_told_with_their_counts() -> None:
    shaper = RecordShaper(
        {"type": "object", "properties": {RESCUED_DATA: RESCUED_DATA_SCHEMA}},
        is_selected=lambda _: True,
        renames={},
        excluded=frozenset(),
        warn=lambda *_: None,
    )
    assert not shaper.rescued()
    for keys in ("ab", "a", "a"):
        shaper.shape(dict.fromkeys(keys, 1))
    assert shaper.rescued() == "a (3), b (1)"
    shaper.shape({f"f{number:02}": 1 for number in range(9)})
    assert shaper.rescued().startswith("a (3), b (1), f00 (1), ")
    assert shaper.rescued().endswith(", and 1 other field (1)")
