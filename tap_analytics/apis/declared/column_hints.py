"""Types of columns that are declared in `columns`, as far as the sampled records agree with them.

A value is never converted into a declared type: a hint that the sampled records contradict is left out, so that their
values stay in their columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import UnsetType

from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import ANY_AS_TEXT, MISFIT, ValueType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tap_analytics.apis.declared.vocabulary import Column

_SCHEMAS: Final[Mapping[str, Mapping[str, str]]] = {
    "text": {"type": "string"},
    "double": {"type": "number"},
    "bool": {"type": "boolean"},
    "timestamp": {"type": "string", "format": "date-time"},
    "bigint": {"type": "integer"},
    "decimal": {"type": "number"},
    "wei": {"type": "number"},
    "date": {"type": "string", "format": "date"},
}
"""What becomes of dlt's types; columns of the others (`json`, `binary`, `time`) are as the records have them."""


def keys_of(columns: Mapping[str, Column]) -> list[str]:
    """Return the columns that are declared to be of the primary key."""
    return [name for name, column in columns.items() if column.primary_key is True]


def with_hints(
    schema: Mapping[str, Any],
    columns: Mapping[str, Column],
    records: Sequence[Mapping[str, Any]],
    keys: Collection[str],
) -> dict[str, Any]:
    """Return the schema of sampled records, with the types that are declared.

    Args:
        schema: The schema as the records have it.
        columns: What is declared of columns.
        records: The sample.
        keys: The fields of the primary key, as they go out.
    """
    properties = dict(schema["properties"])
    for column, word in columns.items():
        hint = {} if isinstance(word.data_type, UnsetType) else dict(_SCHEMAS.get(word.data_type, {}))
        name = emitted_name(column, {})
        values = [value for record in records for key, value in record.items() if emitted_name(key, {}) == name]
        if word.data_type == "text" and not all(isinstance(value, str | None) for value in values):
            hint |= ANY_AS_TEXT
        if hint and _fits(hint, values):
            properties[name] = hint if name in keys else {**hint, "type": [hint["type"], "null"]}
    return {**schema, "properties": properties}


def _fits(schema: Mapping[str, Any], values: Sequence[Any]) -> bool:
    """Say whether all values are of a type; null and an empty text are in every column."""
    fit = ValueType(schema).fit
    return all(value is None or value == "" or fit(value) is not MISFIT for value in values)
