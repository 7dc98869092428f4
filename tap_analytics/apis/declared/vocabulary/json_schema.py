"""The JSON schema of the words, for the tap's settings and for editors."""

from __future__ import annotations

from typing import Any

from msgspec.json import schema_components

_LEFT_OUT = {"title", "discriminator", "default"}


def schema_of(word: Any) -> dict[str, Any]:  # noqa: ANN401 - any type
    """Return the JSON schema of a declaration, without references."""
    (schema,), parts = schema_components([word])
    inlined: dict[str, Any] = _inlined(schema, parts)
    return inlined


def _inlined(value: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_inlined(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        part = _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
        return {**part, **_inlined({key: item for key, item in value.items() if key != "$ref"}, parts)}
    # A title would only repeat the name of a class, a discriminator points to what is no longer there, and the SDK's
    # validator would write the defaults of one paginator into another one.
    return {key: _inlined(item, parts) for key, item in value.items() if key not in _LEFT_OUT}
