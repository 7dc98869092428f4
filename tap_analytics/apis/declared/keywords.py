"""Which keywords of a given JSON schema the stream's schema has, and as what.

A target may refuse a record that breaks any keyword of the stream's schema, and end the run with it. So the schema has
only what the tap checks of every record: names, types, and the formats of dates. Alternatives (`anyOf`, `oneOf`) and
conjunctions (`allOf`) become types; other keywords (`enum`, `pattern`, `required`, `maximum`, ...) are left out.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.apis.declared.columns import annotations_of, with_null
from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import ANY_AS_TEXT, FORMATS, takes_any_as_text, types_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TYPES: Final = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


# Further keywords that are kept, by the type that they are about.
_DETAILS: Final = {
    "object": ("properties", "additionalProperties"),
    "array": ("items",),
    "string": ("format", *ANY_AS_TEXT),
}


def emitted_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a property's schema with emitted names, and with the kept keywords only. Everything in it may be null."""
    return with_null(_with_nulls_inside(_plain(schema)))


def _with_nulls_inside(schema: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(schema)
    if "properties" in schema:
        changed["properties"] = {
            name: with_null(_with_nulls_inside(item)) for name, item in schema["properties"].items()
        }
    if "items" in schema:
        changed["items"] = with_null(_with_nulls_inside(schema["items"]))
    return changed


def _plain(schema: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a schema without combinations.

    Args:
        schema: A JSON schema; `true`, or one that says nothing, takes anything.

    Returns:
        The schema, null left out of account. Its `type` is a list: an empty one of what is always null. What takes
        values of every type has none.
    """
    if not isinstance(schema, dict):
        return {}
    parts = [_own(schema), *map(_plain, schema.get("allOf", ()))]
    parts += [_either([_plain(each) for each in schema[word]]) for word in ("anyOf", "oneOf") if word in schema]
    found = reduce(_both, parts)
    types = found.get("type", [])
    # The details of one type say nothing of a value that may be of another one.
    details = {word: found[word] for word in _DETAILS.get(types[0], ()) if word in found} if len(types) == 1 else {}
    return {**annotations_of(schema), **({"type": types} if "type" in found else {}), **details}


def _own(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a schema says by itself, without `allOf`, `anyOf` and `oneOf`."""
    types = _types(schema)
    if types is None:
        return {}
    found: dict[str, Any] = {"type": _without_subtypes(types)}
    # An object without known fields has no `properties` at all.
    if schema.get("properties"):
        found["properties"] = {emitted_name(name, {}): _plain(item) for name, item in schema["properties"].items()}
        if schema.get("additionalProperties") or schema.get("patternProperties"):
            found["additionalProperties"] = True
    if "prefixItems" not in schema and "type" in (items := _plain(schema.get("items"))):
        found["items"] = items
    if schema.get("format") in FORMATS:
        found["format"] = schema["format"]
    return {**found, **(ANY_AS_TEXT if takes_any_as_text(schema) else {})}


def _types(schema: Mapping[str, Any]) -> list[str] | None:
    """Return the types of a schema, null apart; None if it says nothing of them."""
    if "type" in schema:
        return types_of(schema)
    if "enum" in schema or "const" in schema:
        kinds = [_TYPES[type(value)] for value in schema.get("enum", [schema.get("const")])]
        return [kind for kind in kinds if kind != "null"]
    words = {"properties": "object", "items": "array", "prefixItems": "array", "format": "string"}
    return next(([kind] for word, kind in words.items() if word in schema), None)


def _without_subtypes(types: Iterable[str]) -> list[str]:
    """Return types without repetition, and without whole numbers where there are numbers."""
    kinds = list(dict.fromkeys(types))
    return [kind for kind in kinds if kind != "integer" or "number" not in kinds]


def _either(schemas: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a schema that takes what any of some schemas takes."""
    # One that takes null only adds nothing.
    kept = [schema for schema in schemas if schema.get("type") != []]
    if not kept:
        return {"type": []}
    if any("type" not in schema for schema in kept):
        return {}
    found: dict[str, Any] = {"type": _without_subtypes(kind for schema in kept for kind in schema["type"])}
    if all("properties" in schema for schema in kept):
        fields: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for name, item in (field for schema in kept for field in schema["properties"].items()):
            fields[name].append(item)
        found["properties"] = {name: _either(items) for name, items in fields.items()}
        if any("additionalProperties" in schema for schema in kept):
            found["additionalProperties"] = True
    if all("items" in schema for schema in kept) and "type" in (items := _either(each["items"] for each in kept)):
        found["items"] = items
    for word in _DETAILS["string"]:
        if len({schema.get(word) for schema in kept}) == 1 and word in kept[0]:
            found[word] = kept[0][word]
    return found


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that takes what both of two schemas take."""
    found = {**one, **other}
    if "type" in one and "type" in other:
        first, second = (
            {*types, *(["integer"] if "number" in types else [])} for types in (one["type"], other["type"])
        )
        # No type in common is a mistake in the schema; the types of the first one are kept.
        found["type"] = _without_subtypes(sorted(first & second) or one["type"])
    if "properties" in one and "properties" in other:
        shared = one["properties"].keys() & other["properties"].keys()
        combined = {name: _both(one["properties"][name], other["properties"][name]) for name in shared}
        found["properties"] = {**one["properties"], **other["properties"], **combined}
    if "items" in one and "items" in other:
        found["items"] = _both(one["items"], other["items"])
    return found
