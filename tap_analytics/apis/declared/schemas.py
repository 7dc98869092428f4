"""The JSON schema that a user gives for a resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from tap_analytics.apis.declared.columns import columns
from tap_analytics.apis.declared.keywords import emitted_schema
from tap_analytics.records.rescue import RESCUED_DATA, RESCUED_DATA_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection

_META_SCHEMA: Final = Draft7Validator.META_SCHEMA

_CHECK: Final = Draft7Validator(
    # The items of a list have one schema, as later drafts want it. To check by one of these takes five times as long.
    {**_META_SCHEMA, "properties": {**_META_SCHEMA["properties"], "items": {"$ref": "#"}}}
)


def checked_schema(word: str | dict[str, Any]) -> dict[str, Any]:
    """Return the schema that was given, unchanged, if it is valid.

    Args:
        word: The schema, or the path of the file that holds it.

    Raises:
        ValueError: There is no such file, or no such schema.
        RecursionError: It is nested too deeply.
    """
    schema = _read(word) if isinstance(word, str) else word
    fields = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(fields, dict):
        msg = "must be the JSON schema of an object, with 'properties'"
        raise ValueError(msg)  # noqa: TRY004 - it is a fault of a setting
    if not fields or not all(isinstance(field, dict) for field in fields.values()):
        msg = "must say of each field what it is, by an object with its 'type'"
        raise ValueError(msg)
    if "$ref" in json.dumps(schema):
        msg = "must not have references: put what they refer to in their place"
        raise ValueError(msg)
    if error := best_match(_CHECK.iter_errors(schema)):
        msg = f"is no JSON schema (see '{'.'.join(map(str, error.absolute_path))}')"
        raise ValueError(msg)
    return schema


def given_schema(word: str | dict[str, Any], keys: Collection[str], depth: int = 0) -> dict[str, Any]:
    """Return the schema of a stream's records: with emitted names and nulls, and without keywords that are not checked.

    Args:
        word: The schema, or the path of the file that holds it; it has been checked.
        keys: The fields of the primary key, as they go out. All others may be null.
        depth: How many levels of objects are flattened.

    Returns:
        The schema, without `_rescued_data`.
    """
    schema = _read(word) if isinstance(word, str) else word
    fields = emitted_schema({**schema, "type": "object"})["properties"]
    return {"type": "object", "properties": columns(fields, keys, depth)}


def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with `_rescued_data`, which takes what the schema does not know."""
    return {**schema, "properties": {**schema["properties"], RESCUED_DATA: RESCUED_DATA_SCHEMA}}


def _read(file: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"cannot be read: {error.strerror} (paths begin at the folder that the tap is started in)"
        raise ValueError(msg) from error
    except ValueError as error:
        msg = "is the path of a file that holds no JSON"
        raise ValueError(msg) from error
