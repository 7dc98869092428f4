"""How far a stream has been read: its bookmarks in the state, and the key of its records that they are values of."""

from __future__ import annotations

import logging
from abc import ABC
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL, Metadata
from singer_sdk.streams import RESTStream
from typing_extensions import override

from tap_analytics.paging.page_token import Params
from tap_analytics.records.replication_values import INSTANTS
from tap_analytics.singer.state import BookmarkStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk.singerlib import Catalog

    from tap_analytics.records.replication_values import ReplicationType, ReplicationValue


class BookmarkedStream(RESTStream[Params], ABC):
    """A stream that moves its own bookmark; the SDK would move it with each record."""

    replication_key: str | None = None

    @property
    def run_start(self) -> datetime:
        """When this run of the tap began."""
        return datetime.fromtimestamp(self._initialized_at / 1000, tz=timezone.utc)

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
