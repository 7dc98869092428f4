"""The JSON schema of the words, for the tap's settings and for editors."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from msgspec.json import schema_components

from tap_analytics.apis.declared.configuration import OF_A_PROJECT
from tap_analytics.apis.declared.vocabulary.base import SHORT_FORM
from tap_analytics.apis.declared.vocabulary.resources import Configuration

JsonSchema: TypeAlias = dict[str, Any]

_LEFT_OUT: Final = {"title", "discriminator", "default"}
_NULL: Final = {"type": "null"}


def schema_of(word: Any) -> JsonSchema:  # noqa: ANN401 - any type
    """Return the JSON schema of a declaration that has no short forms, without references."""
    (schema,), parts = schema_components([word])
    inlined: JsonSchema = _inlined(schema, parts)
    return inlined


def editor_schema() -> JsonSchema:
    """Return the JSON schema of all that the setting `resources` takes, for editors: with short forms and null."""
    (whole,), parts = schema_components([Configuration], ref_template="#/$defs/{name}")
    definitions = {name: _with_short_forms(part) for name, part in parts.items()}
    words = definitions["Configuration"]["properties"]
    resources = words["resources"]
    words |= {name: {"description": "Of a project file of dlt; has no effect."} for name in sorted(OF_A_PROJECT)}
    alternatives = [option for option in resources["anyOf"] if option != _NULL]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Declared resources of tap-analytics",
        "description": "A configuration of dlt's REST API source: the whole object, or the list of its resources.",
        "anyOf": [whole, *alternatives],
        "$defs": definitions,
    }


def _inlined(value: Any, parts: JsonSchema) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_inlined(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        part = _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
        return {**part, **_inlined({key: item for key, item in value.items() if key != "$ref"}, parts)}
    # A title would only repeat the name of a class, a discriminator points to what is no longer there, and the SDK's
    # validator would write the defaults of one paginator into another one.
    kept = {key: item for key, item in value.items() if key not in {*_LEFT_OUT, SHORT_FORM}}
    return {key: _inlined(item, parts) for key, item in kept.items()}


def _with_short_forms(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema that takes short forms, and null for whatever need not be there."""
    if isinstance(value, list):
        return [_with_short_forms(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _with_short_forms(item) for key, item in value.items() if key not in {"discriminator", SHORT_FORM}}
    needed = value.get("required", [])
    if isinstance(value.get("properties"), dict):
        found["properties"] = {
            name: item if name in needed or name == "type" else _or([_NULL], item)
            for name, item in found["properties"].items()
        }
    return _or(value[SHORT_FORM], found) if SHORT_FORM in value else found


def _or(options: list[JsonSchema], schema: JsonSchema) -> JsonSchema:
    """Return a schema that takes some more; what tells about it stays outside."""
    told: JsonSchema = {key: schema[key] for key in ("description", "default") if key in schema}
    rest = {key: item for key, item in schema.items() if key not in told}
    if not rest:
        return schema
    alternatives = rest["anyOf"] if rest.keys() == {"anyOf"} else [rest]
    return {**told, "anyOf": [*alternatives, *options]}
