"""How a stream's records, bookmark and version leave the tap.

The SDK's private names for records, state and versions are used here and in `state.py` only. The SDK is pinned to its
minor version for them.
"""

from __future__ import annotations

import json
import logging
from abc import ABC
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform, SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL, Metadata
from singer_sdk.streams import RESTStream
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_token import Params
from tap_analytics.quoting import shorten
from tap_analytics.records.replication_values import INSTANTS
from tap_analytics.singer.state import BookmarkStore

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.mapper import StreamMap
    from singer_sdk.singerlib import Catalog, SchemaMessage

    from tap_analytics.records.replication_values import ReplicationType, ReplicationValue
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


class OutputStream(RESTStream[Params], ABC):
    """A stream that moves its own bookmark, and activates a version after its last record."""

    replication_key: str | None = None

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

    _outputs: Sequence[tuple[Callable[[dict[str, Any]], dict[str, Any] | None] | None, bytes]] = ()
    """For each message of a record: what maps the record, if anything does, and what stands before it in its line."""

    _after_record = b""
    _doubt = ""

    def __init__(self, tap: Tap) -> None:
        # Each class has a name, though the SDK declares it of their objects only.
        super().__init__(tap, name=prefixed(type(self).name, tap.config))  # type: ignore[misc]

    @property
    def run_start(self) -> datetime:
        """When this run of the tap began."""
        return datetime.fromtimestamp(self._initialized_at / 1000, tz=timezone.utc)

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

    # Bookmark

    @property
    def is_incremental(self) -> bool:
        """Whether this sync begins at a bookmark and leaves one behind."""
        return self.replication_method == REPLICATION_INCREMENTAL

    @property
    @override
    def replication_method(self) -> str:
        if self.replication_key and self.forced_replication_method != REPLICATION_FULL_TABLE:
            return REPLICATION_INCREMENTAL
        return REPLICATION_FULL_TABLE

    @property
    def is_child(self) -> bool:
        """Whether the stream has a list, and a bookmark, for each record of another stream."""
        return False

    @property
    def replication_type(self) -> ReplicationType:
        """What the values of the replication key are."""
        return INSTANTS

    @property
    def stored_bookmarks(self) -> dict[str, ReplicationValue]:
        """The bookmarks that an earlier run left behind, by partition; empty for a whole read.

        Raises:
            SettingsError: The state holds something else than the values of the replication key.
        """
        if not self.is_incremental:
            return {}
        store, field = self.state_manager, str(self.replication_key)
        if self.is_child:
            return store.read_parents(field, self.replication_type)
        value = store.read(field, self.replication_type)
        return {} if value is None else {"": value}

    def check_bookmark(self) -> None:
        """Refuse a bookmark that is no value of the replication key, and warn of one that is not this stream's.

        Raises:
            SettingsError: The state holds something else than the values of the replication key.
        """
        if not self.is_incremental:
            return
        store, field = self.state_manager, str(self.replication_key)
        if oddity := store.oddity(field, by_parent=self.is_child):
            self.log("%s: read whole, since its bookmark in the state %s", self.name, oddity, level=logging.WARNING)
        elif self.is_child and store.is_of_all_parents(field):
            self.log("%s: read whole, since the state has one bookmark for all parents and not one for each", self.name)
        _ = self.stored_bookmarks

    def put_bookmarks(self, bookmarks: Mapping[str, ReplicationValue], *, is_whole: bool) -> None:
        """Put bookmarks into the state; all records up to them have been written.

        Args:
            bookmarks: The bookmarks, by the partition's key.
            is_whole: Whether the stream has been read to its end.
        """
        if not self.is_incremental or not (bookmarks or self.is_child):
            return
        field = str(self.replication_key)
        if self.is_child:
            self.state_manager.write_parents(field, bookmarks, self.replication_type, is_whole=is_whole)
        else:
            self.state_manager.write(field, bookmarks[""], self.replication_type)

    def take_new_state(self) -> bool:
        """Say whether the state has changed since this was asked last."""
        is_new = not self.state_manager.is_flushed
        self.state_manager.is_flushed = True
        return is_new

    @cached_property
    @override
    def state_manager(self) -> BookmarkStore:
        return BookmarkStore(tap_name=self.tap_name, stream_name=self.name, tap_state=self._tap_state)

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        declared, keys = self.replication_key, self.primary_keys
        super().apply_catalog(catalog)
        entry = catalog.get_stream(self.name)
        if entry and entry.key_properties is None and not self.primary_keys:
            # A catalog made by hand may not mention the key; a table without one would get every row again and again.
            self.primary_keys = keys
        if self.replication_key not in {None, declared}:
            self.log(
                "%s: the API gives no way to read by '%s', which the catalog wants as replication key; using %s",
                self.name,
                self.replication_key,
                f"'{declared}'" if declared else "none",
                level=logging.WARNING,
            )
            self.replication_key = declared
        self._include_keys(catalog)

    def _include_keys(self, catalog: Catalog) -> None:
        """Include the fields that a record cannot do without, whatever the catalog says of them."""
        entry = catalog.get_stream(self.name)
        for name in (*self.primary_keys, *filter(None, [type(self).replication_key])):
            metadata = entry.metadata.get(("properties", name)) if entry else None
            if metadata is not None:
                metadata.inclusion = Metadata.InclusionType.AUTOMATIC

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
        made = transform({**blank, **record})
        return made and {
            name: value for name, value in made.items() if value is not None or name in record or name not in blank
        }

    return mapped
