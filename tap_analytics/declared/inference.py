"""The types of a declared resource's fields, as a sample of its records has them.

A target can not change the type of a column later, so that a type is rather too wide than too narrow.
"""

# mypy: allow-subclassing-any
# genson, whose classes are extended here, comes without types.

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from genson import SchemaBuilder
from genson.schema.strategies import Boolean, Number, String, TypedSchemaStrategy
from typing_extensions import override

from tap_analytics.datetimes import parse_instant
from tap_analytics.records import RESCUED_DATA, emitted_name
from tap_analytics.values import types_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# The last word of a name: customer_id, customerId, userID; not paid, not PAID.
_ID = re.compile(r"((?<![^\W_])id|Id|(?<![A-Z])ID)\Z")


def infer(records: Sequence[Mapping[str, Any]], keys: Collection[str]) -> dict[str, Any]:
    """Return the JSON schema of sampled records, its properties in the order in which they were first seen.

    A field that never had a value is a text: what else comes is rescued until it is discovered again.

    Args:
        records: Objects as the API gave them.
        keys: Emitted names of the primary key's fields: they are in the schema whether or not a record has them.
    """
    fields: defaultdict[str, _Field] = defaultdict(_Field)
    for record in records:
        for key, value in record.items():
            fields[emitted_name(key, {})].add_object(value)
    for name in sorted(keys):
        fields.setdefault(name, _Field())
    # The tap has a property of its own under this name, which takes the API's, too.
    fields.pop(RESCUED_DATA, None)
    properties = {name: _property_schema(name, field.to_schema(), keys) for name, field in fields.items()}
    return {"type": "object", "properties": properties}


def _property_schema(name: str, found: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Return the schema of a property out of what genson found."""
    # A type that comes with details of its own is an alternative to the others.
    parts = found.get("anyOf", [found])
    types = sorted(kind for part in parts for kind in types_of(part))
    if name not in keys and not _ID.search(name):
        # That every number of a sample is whole is no promise that the next price is.
        types = ["number" if kind == "integer" else kind for kind in types]
    # Details hold only where nothing else occurs.
    details = parts[0] if len(types) == 1 else {}
    if name in keys:
        types = types or ["integer", "string"]
        return {**details, "type": types[0] if len(types) == 1 else types}
    return {**details, "type": [*(types or ["string"]), "null"]}


class _Number(Number):
    """Whole numbers, until there is one with a fraction or beyond 64 bits."""

    PYTHON_TYPES = (int, Decimal)

    @override
    def add_object(self, obj: int | Decimal) -> None:
        if not (isinstance(obj, int) and -(2**63) <= obj < 2**63):
            self.add_schema({"type": "number"})


class _Text(String):
    """Date-times, until there is another text."""

    _are_instants = True

    @override
    def add_object(self, obj: str) -> None:
        try:
            parse_instant(obj)
        except ValueError:
            self._are_instants = False
        else:
            # A bare day is read as an instant, too, but says no time of day.
            self._are_instants &= len(obj) > len("2024-01-31")

    @override
    def to_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"} if self._are_instants else {"type": "string"}


class _List(TypedSchemaStrategy):
    """Lists of texts, or of anything: those have no `items`, so that a target takes JSON and not the first type."""

    JS_TYPE = "array"
    PYTHON_TYPE = list
    _classes: frozenset[type] = frozenset()

    @override
    def add_object(self, obj: list[Any]) -> None:
        self._classes |= {type(item) for item in obj if item is not None}

    @override
    def to_schema(self) -> dict[str, Any]:
        items = {"items": {"type": ["string", "null"]}} if self._classes == {str} else {}
        return {"type": "array", **items}


class _Object(TypedSchemaStrategy):
    """Objects of any form: what is in them is not looked at."""

    JS_TYPE = "object"
    PYTHON_TYPE = dict


class _Field(SchemaBuilder):
    """What the values of one field were."""

    STRATEGIES = (Boolean, _Number, _Text, _List, _Object)

    def __init__(self) -> None:
        super().__init__(schema_uri=None)
        self._was_empty = False

    @override
    def add_object(self, obj: object) -> None:
        if obj == "":
            self._was_empty = True
        elif obj is not None:
            super().add_object(obj)

    @override
    def to_schema(self) -> dict[str, Any]:
        found: dict[str, Any] = super().to_schema()
        # An empty text beside other values is how some services write null; alone it is a text.
        return found or ({"type": "string"} if self._was_empty else {})
