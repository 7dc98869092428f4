"""How a stream's records and version leave the tap.

The SDK's private names for records, state and versions are used in this package only. The SDK is pinned to its minor
version for them.
"""

from __future__ import annotations

import json
from abc import ABC
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform, SameRecordTransform
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.quoting import shorten
from tap_analytics.singer.bookmarked_stream import BookmarkedStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.mapper import StreamMap
    from singer_sdk.singerlib import SchemaMessage

    from tap_analytics.singer.writer import LineWriter

    _Transform = Callable[[dict[str, Any]], dict[str, Any] | None]

T = TypeVar("T")


def prefixed(name: str, config: Mapping[str, Any]) -> str:
    """Return the name that a stream has outside of the tap: in messages, catalog, state and stream maps.

    Args:
        name: The name that its class, or its resource, gives it.
        config: The settings.
    """
    return f"{config.get('stream_prefix') or ''}{name}"


class OutputStream(BookmarkedStream, ABC):
    """A stream that writes its own messages, and activates a version after its last record."""

    activates_version: ClassVar[bool] = True
    """Whether rows that a whole read no longer finds are to go."""

    # Records leave `get_records` as the schema wants them; the SDK would guess booleans and drop fields.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    record_was_written = True
    """Whether the last record that `get_records` yielded went out; a stream map may leave records out."""

    records_written = 0
    """How many records `messages` has written so far; those that a stream map leaves out are among them."""

    pages_taken = 0
    """How many pages these records were on."""

    version_outcome: str | None = None
    """What became of the version of a whole read: activated, or not and why; None as long as it is not known."""

    _outputs: Sequence[tuple[_Transform | None, bytes]] = ()
    """For each message of a record: what maps the record, if anything does, and what stands before it in its line."""

    _after_record = b""
    _doubt = ""

    def __init__(self, tap: Tap) -> None:
        # Each class has a name, though the SDK declares it of their objects only.
        super().__init__(tap, name=prefixed(type(self).name, tap.config))  # type: ignore[misc]

    # Records

    @cached_property
    def writer(self) -> LineWriter:
        """What writes the tap's messages."""
        return cast("LineWriter", self._tap.message_writer)

    @cached_property
    def _selected_fields(self) -> list[str]:
        return [name for name in self.effective_schema.get("properties", {}) if self.mask["properties", name]]

    def begin_page(self) -> None:
        """Take note of when the records that follow were read."""
        self.pages_taken += 1
        version = f',"version":{self._stream_version}' if self._stream_version is not None else ""
        time_extracted = datetime.now(timezone.utc).isoformat()
        self._outputs = [
            (
                _transform(each, self._selected_fields),
                f'{{"type":"RECORD","stream":{json.dumps(each.stream_alias)},"record":'.encode(),
            )
            for each in self.stream_maps
        ]
        self._after_record = f'{version},"time_extracted":"{time_extracted}"}}\n'.encode()

    @override
    def _write_record_message(self, record: dict[str, Any]) -> None:
        # Unlike the SDK's own, this looks for no deselected fields: the records have none. And it lets the writer
        # collect the records, where the SDK writes each one by itself.
        self.record_was_written = False
        for transform, before in self._outputs:
            try:
                mapped = record if transform is None else transform(record)
            except Exception as error:
                # The SDK's own text says which expression failed, its cause says why.
                why = "".join(f" {shorten(str(each))}" for each in (error, error.__cause__) if each is not None)
                # The package is not among the tap's own.
                hint = ". Install the package 'faker' beside the tap" if "'fake' is not defined" in why else ""
                msg = f"{self.name}: 'stream_maps' or flattening failed: {type(error).__name__}:{why}{hint}"
                raise StreamError(msg) from error
            if mapped is not None:
                self.writer.write_record(before, mapped, self._after_record)
                self.record_was_written = True

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        for message in super()._generate_schema_messages():
            # A replication key inside of an object is no column, and the message names columns.
            if self.replication_key not in self.schema["properties"]:
                message.bookmark_properties = None
            yield message

    @property
    def is_dry_run(self) -> bool:
        """Whether only a few records are to be read, to see that it works."""
        return self.ABORT_AT_RECORD_COUNT is not None

    def messages(self, items: Iterator[dict[str, Any] | T]) -> Iterator[T]:
        """Write the messages of a whole sync.

        Args:
            items: The records, and anything else in between, which is handed on.
        """
        self._write_schema_message()
        write, most = self._write_record_message, self.ABORT_AT_RECORD_COUNT
        with self.get_record_counter() as counter, self.get_sync_timer():
            written = 0
            try:
                for item in items:
                    if type(item) is dict:
                        if written == most:
                            # The SDK would raise an error here, and its metrics say that the stream failed.
                            break
                        write(item)
                        written += 1
                    else:
                        # The counter looks at the clock each time.
                        counter.increment(written - self.records_written)
                        self.records_written = written
                        yield cast("T", item)
            finally:
                counter.increment(written - self.records_written)
                self.records_written = written
        # The state names every stream that has been read, be it without a bookmark.
        _ = self.stream_state
        self.state_manager.is_flushed = False

    @property
    def is_mapped_away(self) -> bool:
        """Whether the user's stream maps remove the stream, under each name that they give it."""
        return all(isinstance(each, RemoveRecordTransform) for each in self.stream_maps)

    # Version

    def begin_version(self) -> None:
        """Give a version to the records of a whole read, if the user wants versions."""
        if self.activates_version and self.config["emit_activate_version_messages"]:
            # Milliseconds, unlike the SDK's seconds: two runs in one second must not share a version.
            self._stream_version = self._initialized_at

    def withhold_version(self, reason: str) -> None:
        """Do not activate this sync's version: the read may not hold all rows that the source has.

        Args:
            reason: Why it may not, for the log.
        """
        self._doubt = self._doubt or reason

    @property
    def has_version(self) -> bool:
        """Whether the records of this sync have a version."""
        return self._stream_version is not None

    @property
    def is_doubtful(self) -> bool:
        """Whether the read may not hold all rows that the source has."""
        return bool(self._doubt)

    def activate_version(self) -> None:
        """Tell the target that a whole read is complete, and what has no part in it is gone."""
        if self._stream_version is None or self.writer.is_muted:
            return
        if self._doubt:
            self.version_outcome = f"not activated: this read {self._doubt}"
            self.log("%s: no row is dropped from the target's table, since this read %s", self.name, self._doubt)
            return
        self.version_outcome = "activated"
        self._write_activate_version_message(self._stream_version)

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # The SDK sends the message before the first record: a run that then dies leaves an empty table behind.
        return False


def _transform(stream_map: StreamMap, fields: Iterable[str]) -> _Transform | None:
    """Return what makes the record of a message of a record with some fields, None if that is the record as it is."""
    transform: _Transform = stream_map.transform
    if isinstance(stream_map, CustomStreamMap):
        transform = _with_all_fields(transform, fields)
    if not stream_map.flattening_enabled:
        # Without a map the SDK's transform gives the record as it is.
        return None if isinstance(stream_map, SameRecordTransform) else transform
    columns = stream_map.transformed_schema.get("properties", {})

    def flat(record: dict[str, Any]) -> dict[str, Any] | None:
        mapped = transform(record)
        # Of an object that is null the SDK leaves a column that the SCHEMA message does not have.
        return mapped and {name: value for name, value in mapped.items() if value is not None or name in columns}

    return flat


def _with_all_fields(transform: _Transform, fields: Iterable[str]) -> _Transform:
    """Return a map to whose expressions a field that a record lacks is null."""
    blank = dict.fromkeys(fields)

    def mapped(record: dict[str, Any]) -> dict[str, Any] | None:
        # Most records have all the fields that expressions name.
        try:
            return transform(record)
        except Exception:
            if blank.keys() <= record.keys():
                raise
        made = transform({**blank, **record})
        return made and {
            name: value for name, value in made.items() if value is not None or name in record or name not in blank
        }

    return mapped
