"""How a stream's records, bookmark and version leave the tap.

What leans on the SDK's private names is here and in `state.py`; the SDK is pinned to its minor version for it.
"""

from __future__ import annotations

import logging
from abc import ABC
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL
from singer_sdk.streams import Stream
from typing_extensions import override

from tap_analytics.state import BookmarkStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import Catalog

    from tap_analytics.writer import LineWriter


class OutputStream(Stream, ABC):
    """A stream that moves its own bookmark, and activates a version after its last record."""

    replication_key: str | None = None

    # Records leave `get_records` as the schema wants them; the SDK would guess booleans and drop fields.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    _time_extracted = ""

    @property
    def run_start(self) -> datetime:
        """When this run of the tap began."""
        return datetime.fromtimestamp(self._initialized_at / 1000, tz=timezone.utc)

    # Records

    @property
    def writer(self) -> LineWriter:
        """What writes the tap's messages."""
        return cast("LineWriter", self._tap.message_writer)

    def begin_page(self) -> None:
        """Take note of when the records that follow were read."""
        self._time_extracted = datetime.now(timezone.utc).isoformat()

    @override
    def _write_record_message(self, record: dict[str, Any]) -> None:
        if not self._goes_out_as_it_is:
            super()._write_record_message(record)
            return
        message: dict[str, Any] = {"type": "RECORD", "stream": self.name, "record": record}
        if self._stream_version is not None:
            message["version"] = self._stream_version
        message["time_extracted"] = self._time_extracted
        self.writer.write_record(message)
        self.state_manager.is_flushed = False

    @cached_property
    def _goes_out_as_it_is(self) -> bool:
        """Whether neither a stream map nor flattening has a say in the stream's records."""
        (first, *others) = self.stream_maps
        return type(first) is SameRecordTransform and not others and not first.flattening_enabled

    @override
    def generate_child_contexts(self, record: Record, context: Context | None) -> Iterable[Context | None]:
        # The SDK copies each record for children that no stream has.
        return ()

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
    def stored_bookmark(self) -> datetime | None:
        """The bookmark that an earlier run left behind, None for a whole read.

        Raises:
            SettingsError: The state holds something else than a date-time.
        """
        return self.state_manager.read(str(self.replication_key)) if self.is_incremental else None

    def write_bookmark(self, instant: datetime | None) -> None:
        """Send a bookmark to the target; all records up to it have been written.

        Args:
            instant: The bookmark; None leaves things as they are.
        """
        if self.is_incremental and instant is not None:
            self.state_manager.write(str(self.replication_key), instant)
            self._write_state_message()

    @cached_property
    @override
    def state_manager(self) -> BookmarkStore:
        return BookmarkStore(tap_name=self.tap_name, stream_name=self.name, tap_state=self._tap_state)

    @override
    def _increment_stream_state(self, latest_record: dict[str, Any], *, context: Context | None = None) -> None:
        """Do nothing: see `state.py`."""

    @property
    @override
    def partitions(self) -> None:
        # The SDK would take partitions from a foreign state.
        return None

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        declared = self.replication_key
        super().apply_catalog(catalog)
        if self.replication_key not in {None, declared}:
            self.log(
                "%s: the API gives no way to read by '%s', which the catalog wants as replication key; using %s",
                self.name,
                self.replication_key,
                f"'{declared}'" if declared else "none",
                level=logging.WARNING,
            )
            self.replication_key = declared

    # Version

    def begin_version(self) -> None:
        """Give a version to the records of a whole read, if the user wants versions."""
        if self.config["emit_activate_version_messages"]:
            # Milliseconds, unlike the SDK's seconds: two runs in one second must not share a version.
            self._stream_version = self._initialized_at

    def activate_version(self) -> None:
        """Tell the target that a whole read is complete, and what has no part in it is gone."""
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # The SDK sends the message before the first record: a run that then dies leaves an empty table behind.
        return False
