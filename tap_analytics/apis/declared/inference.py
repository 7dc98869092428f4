"""The schema of a declared resource, inferred from a sample of its records.

A target cannot change the type of a column later, so a type is rather too wide than too narrow. Not every target takes
a column of several types, so a field with values of several types is a text, and each value goes out as its text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.records.datetimes import parse_instant
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import ANY_AS_TEXT, fits_64_bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

# The last word of a name: customer_id, customerId, userID; not paid, not PAID.
_ID: Final = re.compile(r"((?<![^\W_])id|Id|(?<![A-Z])ID)\Z")

# Keys that are data, like dates and numbers, make no good columns.
_COLUMN: Final = re.compile(r"[^\W\d][\w-]*")
_MOST_COLUMNS: Final = 100
_FEW_COLUMNS: Final = 10

_KINDS: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def infer(records: Sequence[Mapping[str, Any]], keys: Collection[str], depth: int = 0) -> dict[str, Any]:
    """Return the JSON schema of sampled records, its properties in the order in which they were first seen.

    A field that never had a value is a text; values of other types are rescued until the schema is discovered again.

    Args:
        records: Objects as the API gave them.
        keys: Emitted names of the primary key's fields: they are in the schema whether or not a record has them.
        depth: How many levels of objects are flattened: these get properties of their own, all others are free-form.
    """
    values = _values(records)
    values |= {name: [] for name in sorted(keys) if name not in values}
    # The tap has a property of its own under this name, which takes the API's, too.
    values.pop(RESCUED_DATA, None)
    properties = {name: _property(name, found, depth, is_key=name in keys) for name, found in values.items()}
    return {"type": "object", "properties": properties}


def _values(objects: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of each field, nulls among them, under its emitted name."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for each in objects:
        for key, value in each.items():
            found[emitted_name(key, {})].append(value)
    return dict(found)


def _property(name: str, values: Iterable[Any], depth: int, *, is_key: bool) -> dict[str, Any]:
    texts_and_others = [value for value in values if value is not None]
    # An empty text beside other values is how some services write null; alone it is a text.
    found = [value for value in texts_and_others if value != ""] or texts_and_others
    kinds = {_KINDS[type(value)] for value in found}
    # No target can compare rows by objects or lists.
    if len(kinds) == 1 and not (is_key and kinds <= {"array", "object"}):
        schema = _schema_of(kinds.pop(), found, depth, is_id=is_key or bool(_ID.search(name)))
    else:
        schema = {"type": "string", **(ANY_AS_TEXT if kinds or is_key else {})}
    return schema if is_key else {**schema, "type": [schema["type"], "null"]}


def _schema_of(kind: str, values: Sequence[Any], depth: int, *, is_id: bool) -> dict[str, Any]:
    """Return the schema of values that are all of one kind."""
    match kind:
        # Whole numbers in a sample are no proof that all are whole: the next price may have a fraction.
        case "number" if is_id and all(map(fits_64_bits, values)):
            return {"type": "integer"}
        case "string" if all(map(_is_instant, values)):
            return {"type": "string", "format": "date-time"}
        # Other lists have no `items`, so that a target takes JSON and not the type of the first one.
        case "array" if {type(item) for value in values for item in value} - {type(None)} == {str}:
            return {"type": "array", "items": {"type": ["string", "null"]}}
        case "object" if depth > 0 and _have_columns(values):
            properties = {
                name: _property(name, found, depth - 1, is_key=False) for name, found in _values(values).items()
            }
            return {"type": "object", "properties": properties}
    return {"type": kind}


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    # `parse_instant` takes a date without a time as well.
    return len(text) > len("2024-01-31")


def _have_columns(objects: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether objects share their keys, as rows do; keys of a map are data, and differ between objects."""
    filled = [each for each in objects if each]
    keys = {key for each in filled for key in each}
    usual = sum(map(len, filled)) / max(len(filled), 1)
    return 0 < len(keys) <= min(max(_FEW_COLUMNS, 4 * usual), _MOST_COLUMNS) and all(map(_COLUMN.fullmatch, keys))
