"""What is wrong with a catalog, told where it enters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.errors import SettingsError
from tap_analytics.schema_faults import JSON_TYPES
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_catalog(catalog: Any) -> None:  # noqa: ANN401 - it may be anything
    """Refuse a catalog that is not built like one.

    Args:
        catalog: The catalog that the tap was given, as JSON.

    Raises:
        SettingsError: It is no list of streams with their schemas and metadata.
    """
    if fault := next(_faults(catalog), None):
        msg = f"Catalog: {fault}. Discover again"
        raise SettingsError(msg)


def _faults(catalog: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    entries = catalog.get("streams") if isinstance(catalog, dict) else None
    if not isinstance(entries, list):
        yield 'it must be an object like {"streams": [{"tap_stream_id": …}]}'
        return
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("tap_stream_id"), str):
            yield f"streams[{position}] must be an object with a 'tap_stream_id'"
            return
        yield from (f"stream '{shorten(entry['tap_stream_id'])}': {fault}" for fault in _entry_faults(entry))


def _entry_faults(entry: dict[str, Any]) -> Iterator[str]:
    schema = entry.get("schema")
    if not isinstance(schema, dict) or "properties" not in schema:
        yield "'schema' must be an object with 'properties'"
        return
    yield from _schema_faults(schema, "schema")
    keys = entry.get("key_properties")
    if keys is not None and not _are_texts(keys):
        yield "'key_properties' must be a list of names"
    items = entry.get("metadata", [])
    if not isinstance(items, list) or not all(map(_is_metadata, items)):
        yield "'metadata' must be a list of objects with a 'breadcrumb' and 'metadata'"


def _schema_faults(schema: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if not isinstance(schema, dict):
        yield f"'{place}' must be an object"
        return
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not _are_texts(types):
        yield f"'{place}.type' must be a type or a list of types"
    elif unknown := [kind for kind in types if kind not in JSON_TYPES]:
        yield f"'{place}' has the type '{shorten(unknown[0])}', which JSON schemas do not know"
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        yield f"'{place}.properties' must be an object"
        return
    for name, value in properties.items():
        yield from _schema_faults(value, f"{place}.{shorten(name)}")
    if "items" in schema:
        yield from _schema_faults(schema["items"], f"{place}.items")


def _is_metadata(item: object) -> bool:
    return isinstance(item, dict) and _are_texts(item.get("breadcrumb")) and isinstance(item.get("metadata"), dict)


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
