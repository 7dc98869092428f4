"""A stream of the tap: its walks, its records, its bookmark and its version.

What leans on the SDK's private names is here and in `state.py`; the SDK is pinned to its minor version for it.
"""

from __future__ import annotations

import fnmatch
import logging
from abc import ABC
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import SchemaDirectory, StreamSchema
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_analytics.client import ClientStream
from tap_analytics.datetimes import EARLIEST, LATEST, end_of, parse_instant
from tap_analytics.errors import StreamError
from tap_analytics.read_ahead import read_ahead
from tap_analytics.records import RESCUED_DATA, RESCUED_DATA_SCHEMA, RecordShaper
from tap_analytics.replication import Bookmark, DateFilter, Key, NewestFirst, Walk
from tap_analytics.state import BookmarkStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import Catalog
    from singer_sdk.streams import Stream

    from tap_analytics.answers import Page
    from tap_analytics.writer import LineWriter


class SchemaFile(StreamSchema[str]):
    """The schema file of a stream, with the place for what it does not know.

    Args:
        package: The API's package; its `schemas` folder holds a file for each stream.
        key: Name of the file, without `.json`; the stream's own name by default.
    """

    def __init__(self, package: str, *, key: str | None = None) -> None:
        super().__init__(SchemaDirectory(files(package) / "schemas"), key=key)

    @override
    def get_stream_schema(self, stream: Stream, stream_class: type[Stream]) -> dict[str, Any]:
        schema: dict[str, Any] = super().get_stream_schema(stream, stream_class)
        schema["properties"].setdefault(RESCUED_DATA, RESCUED_DATA_SCHEMA)
        return schema


class AnalyticsStream(ClientStream, ABC):
    """A stream, as the classes of the API packages declare it."""

    replication_key: str | None = None

    lookback: ClassVar[timedelta] = timedelta()
    """How far before its bookmark an incremental stream reads again."""

    newest_first: ClassVar[bool] = False
    """Whether the list is asked for newest first by its replication key, so that a walk can stop at the bookmark."""

    date_filter: ClassVar[DateFilter | None] = None
    """How the API filters the list by date, where it does."""

    split_by: ClassVar[tuple[str, str] | None] = None
    """A query parameter and the setting whose values it takes, one walk for each; without values, one walk without."""

    renames: ClassVar[Mapping[str, str]] = {}
    """Emitted names of raw keys that do not become snake_case by themselves."""

    key_fallbacks: ClassVar[Mapping[str, str]] = {}
    """Fields that stand in for a primary key where an older service gives none."""

    _undated = False
    _time_extracted = ""

    # Records leave `get_records` as the schema wants them; the SDK would guess booleans and drop fields.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    # What to read

    def walks(self, since: datetime | None) -> Iterable[Walk]:
        """Return the walks of one sync, in the order in which they are read.

        Args:
            since: The bookmark less the look-back; None for a whole read.
        """
        if self.date_filter is not None:
            return self.date_filter.windows(since, self.start_date, self.end_date, self.run_start.date())
        if self.newest_first:
            return [NewestFirst(until=since)]
        if self.split_by is not None:
            param, setting = self.split_by
            return [Walk({param: value}) for value in self.config[setting]] or [Walk()]
        return [Walk()]

    @property
    def start_date(self) -> datetime | None:
        """The first instant that the user wants, None for no bound."""
        start = parse_instant(self.config["start_date"]) if "start_date" in self.config else EARLIEST
        return min(start, LATEST) if start > EARLIEST else None

    @property
    def end_date(self) -> datetime | None:
        """The last instant that the user wants, None for no bound."""
        end = end_of(self.config["end_date"]) if "end_date" in self.config else LATEST
        return end if end < LATEST else None

    @property
    def run_start(self) -> datetime:
        """When this run of the tap began."""
        return datetime.fromtimestamp(self._initialized_at / 1000, tz=timezone.utc)

    # How it is read

    @override
    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:
        bookmark = Bookmark(self.stored_bookmark, self.run_start)
        if bookmark.value is None and self.config["emit_activate_version_messages"]:
            # Milliseconds, unlike the SDK's seconds: two runs in one second must not share a version.
            self._stream_version = self._initialized_at
        since = max(bookmark.value, EARLIEST) - self.effective_lookback if bookmark.value else None
        with self.request_counter:
            walks = list(self.walks(since))
            with closing(read_ahead(walks, self._read_walk, self._threads)) as fetched:
                for walk, pages in fetched:
                    yield from self._walk_records(walk, pages, bookmark)
                    # The generator goes on only when the walk's last record has been written.
                    self._checkpoint(bookmark)
        self._report_rescued()
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    @property
    def _threads(self) -> int:
        # A dry run wants one record, and no pages that nobody reads.
        return self.parallel_requests if self.ABORT_AT_RECORD_COUNT is None else 1

    def _read_walk(self, walk: Walk) -> Iterator[Page]:
        return self.pages(walk.params)

    def _walk_records(self, walk: Walk, pages: Iterator[Page], bookmark: Bookmark) -> Iterator[dict[str, Any]]:
        for page in pages:
            self._time_extracted = datetime.now(timezone.utc).isoformat()
            instants = []
            for position, raw in enumerate(walk.objects(page.records)):
                record = self._shaper.shape(raw)
                key = self._key_of(record, position)
                instant = self._instant_of(record)
                instants.append(instant)
                if walk.takes(key, instant):
                    if instant is not None:
                        bookmark.see(instant)
                    yield record
            # The next answer may take its time; what is here must not wait for it.
            self._writer.flush()
            if walk.is_done(instants):
                return

    def _checkpoint(self, bookmark: Bookmark) -> None:
        if self.is_incremental and bookmark.value is not None:
            self.state_manager.write(str(self.replication_key), bookmark.value)
            self._write_state_message()

    def _key_of(self, record: dict[str, Any], position: int) -> Key:
        for name, stand_in in self.key_fallbacks.items():
            if record.get(name) is None and record.get(stand_in) is not None:
                self.log("%s: records have no '%s'; '%s' stands in for it", self.name, name, stand_in)
                record[name] = record[stand_in]
        key = tuple(record.get(name) for name in self.primary_keys)
        if None in key:
            missing = ", ".join(name for name in self.primary_keys if record.get(name) is None)
            msg = f"{self.name}: record {position} of a page of {self.path} has no usable primary key ({missing})"
            raise StreamError(msg)
        return key

    def _instant_of(self, record: dict[str, Any]) -> datetime | None:
        if not self.is_incremental:
            return None
        value = record.get(str(self.replication_key))
        if value is not None:
            return parse_instant(value)
        if not self._undated:
            self._undated = True
            self.log(
                "%s: a record has no usable '%s'; it is written, but does not move the bookmark",
                self.name,
                self.replication_key,
                level=logging.WARNING,
            )
        return None

    @cached_property
    def _shaper(self) -> RecordShaper:
        schema = self.effective_schema
        if RESCUED_DATA not in schema["properties"]:
            self.log(
                "%s: the catalog has no '%s', so what it does not know is lost: discover again",
                self.name,
                RESCUED_DATA,
                level=logging.WARNING,
            )
        return RecordShaper(
            schema,
            is_selected=self._is_selected,
            renames=self.renames,
            excluded=self._mapped_fields(),
            warn=self._warn_of_misfit,
        )

    def _is_selected(self, path: tuple[str, ...]) -> bool:
        return self.mask[tuple(part for name in path for part in ("properties", name))]

    def _mapped_fields(self) -> set[str]:
        """Return the fields that the user's stream maps name: whoever hashes or drops a field wants no copy of it."""
        return {
            field
            for pattern, fields in self.config.get("stream_maps", {}).items()
            if isinstance(fields, dict) and fnmatch.fnmatch(self.name, fields.get("__source__", pattern))
            for field in fields
            if not field.startswith("__")
        }

    def _warn_of_misfit(self, field: str, fault: str) -> None:
        self.log("%s: '%s' %s; see %s", self.name, field, fault, RESCUED_DATA, level=logging.WARNING)

    def _report_rescued(self) -> None:
        if counts := self._shaper.rescued_counts:
            told = ", ".join(f"{field} ({count})" for field, count in sorted(counts.items()))
            self.log("%s: values in %s: %s", self.name, RESCUED_DATA, told, level=logging.WARNING)

    # What is written

    @override
    def _write_record_message(self, record: dict[str, Any]) -> None:
        if not self._goes_out_as_it_is:
            super()._write_record_message(record)
            return
        message: dict[str, Any] = {"type": "RECORD", "stream": self.name, "record": record}
        if self._stream_version is not None:
            message["version"] = self._stream_version
        message["time_extracted"] = self._time_extracted
        self._writer.write_record(message)
        self.state_manager.is_flushed = False

    @cached_property
    def _goes_out_as_it_is(self) -> bool:
        """Whether neither a stream map nor flattening has a say in the stream's records."""
        (first, *others) = self.stream_maps
        return type(first) is SameRecordTransform and not others and not first.flattening_enabled

    @property
    def _writer(self) -> LineWriter:
        return cast("LineWriter", self._tap.message_writer)

    @override
    def _increment_stream_state(self, latest_record: dict[str, Any], *, context: Context | None = None) -> None:
        """Do nothing: see `state.py`."""

    @override
    def generate_child_contexts(self, record: Record, context: Context | None) -> Iterable[Context | None]:
        # The SDK copies each record for children that no stream has.
        return ()

    # Bookmark and version

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

    @property
    def effective_lookback(self) -> timedelta:
        """The look-back that the user set, else the stream's own."""
        days = self.config.get("lookback_days")
        return self.lookback if days is None else timedelta(days=days)

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

    @cached_property
    @override
    def state_manager(self) -> BookmarkStore:
        return BookmarkStore(tap_name=self.tap_name, stream_name=self.name, tap_state=self._tap_state)

    @property
    @override
    def partitions(self) -> None:
        # The SDK would take partitions from a foreign state.
        return None

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # The SDK sends the message before the first record: a run that then dies leaves an empty table behind.
        return False
