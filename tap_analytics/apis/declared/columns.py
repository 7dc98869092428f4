"""The schemas of columns: each has one type, may be null, and has a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_analytics.records.value_types import ANY_AS_TEXT, types_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_ANNOTATIONS: Final = ("title", "description", "deprecated", "x-sql-datatype", "x-sql-datatype-properties")
"""Keywords that no value can break."""


def columns(properties: Mapping[str, dict[str, Any]], keys: Collection[str], depth: int) -> dict[str, dict[str, Any]]:
    """Return the schemas of columns: each has one type, a text where values may have several types.

    Args:
        properties: The schemas of an object's fields.
        keys: Those fields that are never null.
        depth: How many levels of objects are flattened.
    """
    changed = {}
    for name, schema in properties.items():
        column: dict[str, Any]
        if len(types_of(schema)) != 1:
            column = {**annotations_of(schema), "type": "string", **ANY_AS_TEXT}
        elif depth > 0 and "properties" in schema:
            column = {**schema, "properties": columns(schema["properties"], (), depth - 1)}
        else:
            column = schema
        changed[name] = with_null(column, is_key=name in keys)
    return changed


def keep_names_apart(properties: Mapping[str, dict[str, Any]], separator: str) -> None:
    """Take the properties from objects that flattening would give the names of other columns: the SDK refuses them.

    Args:
        properties: The schemas of a record's fields; changed in place.
        separator: What flattening puts between the names of an object and of its field.
    """
    taken = set(properties)
    for name, schema in properties.items():
        names = list(_flat_names(name, schema, separator))
        if "properties" in schema and (len(set(names)) < len(names) or not taken.isdisjoint(names)):
            del schema["properties"]
        else:
            taken.update(names)


def with_null(schema: Mapping[str, Any], *, is_key: bool = False) -> dict[str, Any]:
    """Return the schema of a value that may be null, unless it is a field of the primary key.

    Args:
        schema: The value's schema. One without a type takes null as it is.
        is_key: Whether the value is a field of the primary key.
    """
    if "type" not in schema:
        return dict(schema)
    # What is always null is declared as a text, in case another value comes later.
    types = types_of(schema) or ["string"]
    return {**schema, "type": types if is_key else [*types, "null"]}


def annotations_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of a schema that no value can break."""
    return {word: schema[word] for word in _ANNOTATIONS if word in schema}


def _flat_names(name: str, schema: Mapping[str, Any], separator: str) -> Iterator[str]:
    if "properties" not in schema:
        yield name
    for inner, item in schema.get("properties", {}).items():
        yield from _flat_names(f"{name}{separator}{inner}", item, separator)
