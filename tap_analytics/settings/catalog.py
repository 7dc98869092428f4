"""What is wrong with a catalog, told where it enters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_analytics.errors import SettingsError
from tap_analytics.quoting import shorten
from tap_analytics.records.schema_faults import JSON_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator


_METHODS: Final = (REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL)


def given_catalog(catalog: Any) -> dict[str, Any]:  # noqa: ANN401 - it may be anything
    """Return a catalog as the SDK reads it, or refuse one that is not built like a catalog.

    The replication method that a user chose stands in the stream's metadata, by the Singer specification, or beside
    it, where the SDK looks for it.

    Args:
        catalog: The catalog that the tap was given, as JSON.

    Raises:
        SettingsError: It is no list of streams with their schemas and metadata.
    """
    if fault := next(_faults(catalog), None):
        msg = f"Catalog: {fault}. Discover again"
        raise SettingsError(msg)
    entries = [{**entry, "replication_method": (_method(entry) or "").upper() or None} for entry in catalog["streams"]]
    return {**catalog, "streams": entries}


def _method(entry: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    return _of_stream(entry).get("replication-method") or entry.get("replication_method")


def _of_stream(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of the stream itself."""
    items = entry.get("metadata", [])
    return next((item["metadata"] for item in items if not item["breadcrumb"]), {})


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
    elif missing := [key for key in keys or () if key not in schema["properties"]]:
        yield f"'key_properties' has '{shorten(missing[0])}', and 'schema' has no such property"
    items = entry.get("metadata", [])
    if not isinstance(items, list) or not all(map(_is_metadata, items)):
        yield "'metadata' must be a list of objects with a 'breadcrumb' and 'metadata'"
        return
    if any(not isinstance(item["metadata"].get("selected"), bool | None) for item in items):
        yield "'selected' must be true or false in 'metadata'"
    if entry.get("selected") != _of_stream(entry).get("selected") and "selected" in entry:
        # The SDK passes over it: what was deselected there would be read.
        yield "'selected' counts in the 'metadata' whose 'breadcrumb' is [], and not beside it. Move it there"
    if entry.get("stream") not in {None, entry["tap_stream_id"]}:
        yield "'stream' must be the same name; '__alias__' in 'stream_maps' gives another one"
    method = _method(entry)
    if method and (not isinstance(method, str) or method.upper() not in _METHODS):
        yield f"the replication method must be {' or '.join(_METHODS)}"


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
