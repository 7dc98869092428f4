"""The incremental replication of declared streams."""

from __future__ import annotations

from abc import ABC
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from msgspec import UNSET
from typing_extensions import override

from tap_analytics.records.datetimes import EARLIEST, LATEST
from tap_analytics.sync.stream import AnalyticsStream
from tap_analytics.sync.walks import Bounds, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.apis.declared.replication import Replication
    from tap_analytics.records.replication_values import LookBack, ReplicationType, ReplicationValue

_CUT_OFF: Final = "was cut off by 'end_value'"


class ReplicatedStream(AnalyticsStream, ABC):
    """A declared list, with its replication."""

    declaration: ClassVar[Declaration]

    # dlt leaves them out as well.
    leaves_out_older_rows = True

    is_sampling = False
    """Whether records are read to find out what their schema is."""

    @property
    @override
    def replication_method(self) -> str:
        is_whole = self.declaration.disposition == "replace" or self._has_end
        return "FULL_TABLE" if is_whole else super().replication_method

    @cached_property
    def replication(self) -> Replication | None:
        """Its incremental replication, None if the whole list is read each time."""
        return self.declaration.replication

    @property
    @override
    def replication_type(self) -> ReplicationType:
        if self.replication is None:
            return super().replication_type
        return self.replication.values() if self.is_sampling else self._known_replication_type

    @cached_property
    def _known_replication_type(self) -> ReplicationType:
        return cast("Replication", self.replication).values(self._replication_schema)

    @property
    def _replication_schema(self) -> Mapping[str, Any]:
        """The schema of the replication key; empty where it says nothing new, and while it is looked for."""
        replication = self.replication
        if replication is None or replication.is_declared or replication.path is not None or self.is_sampling:
            return {}
        schema: Mapping[str, Any] = self.schema["properties"].get(replication.key, {})
        return schema

    @property
    @override
    def own_lookback(self) -> LookBack:
        replication = self.replication
        return super().own_lookback if replication is None else replication.lookback(self._replication_schema)

    @cached_property
    @override
    def bounds(self) -> Bounds:
        # Whatever the catalog makes of the replication key.
        replication = self.replication
        if replication is None:
            return Bounds()
        values, word = self.replication_type, replication.word
        first, last = replication.first(values), replication.last(values)
        if values.has_instants:
            # People write 0001-01-01 for "ever".
            first = self.start_date if first is None else min(first, LATEST) if first > EARLIEST else None
            last = self.end_date if last is None else last
        return Bounds(
            first,
            last,
            without_first=word.range_start == "open",
            without_last=self._has_end and word.range_end == "open",
            need_value=word.on_cursor_value_missing == "exclude",
        )

    @override
    def walks(self, since: ReplicationValue | None) -> Iterable[Walk]:
        if self.is_sampling and self.date_filter is not None and self.replication_type.has_instants:
            return self.date_filter.samples(self.bounds, self.run_start.date())
        return super().walks(since)

    @property
    def _has_end(self) -> bool:
        """Whether each run reads up to the same value, whatever the bookmark."""
        replication = self.replication
        return replication is not None and replication.word.end_value is not UNSET

    @property
    @override
    def cut_by_dates(self) -> str:
        reason = super().cut_by_dates
        return _CUT_OFF if self._has_end and (reason or not self.replication_type.has_instants) else reason
