"""The schema files of the API packages."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from singer_sdk import SchemaDirectory, StreamSchema
from typing_extensions import override

from tap_analytics.records.rescue import RESCUED_DATA, RESCUED_DATA_SCHEMA

if TYPE_CHECKING:
    from singer_sdk.streams import Stream


class SchemaFile(StreamSchema[str]):
    """The schema file of a stream, with the place for what it does not know.

    Args:
        package: The API's package; its `schemas` folder holds a file for each stream.
        key: Name of the file, without `.json`; the name of the stream's class by default.
    """

    def __init__(self, package: str, *, key: str | None = None) -> None:
        super().__init__(SchemaDirectory(files(package) / "schemas"), key=key)

    @override
    def get_stream_schema(self, stream: Stream, stream_class: type[Stream]) -> dict[str, Any]:
        # The file has the name that the class gives the stream: the stream's own may begin with the user's prefix.
        key = self.key or stream_class.name  # type: ignore[misc]
        schema: dict[str, Any] = self.schema_source.get_schema(key, key_properties=stream.primary_keys)
        schema["properties"].setdefault(RESCUED_DATA, RESCUED_DATA_SCHEMA)
        return schema
