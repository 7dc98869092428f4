"""Which lists a stream reads, and from when on: the words that its class declares."""

from __future__ import annotations

from abc import ABC
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final, cast

from typing_extensions import override

from tap_analytics.paging.placeholders import is_of_parent
from tap_analytics.records.datetimes import EARLIEST, LATEST, end_of, parse_instant
from tap_analytics.singer.output import prefixed
from tap_analytics.sync.extent import Extent
from tap_analytics.sync.newest_first import NewestFirst
from tap_analytics.sync.record_stream import RecordStream
from tap_analytics.sync.shared_keys import SharedKeys
from tap_analytics.sync.splits import parts_of
from tap_analytics.sync.walks import Bounds, Walk
from tap_analytics.sync.window_progress import WindowProgress
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from singer_sdk import Tap

    from tap_analytics.http.session import ApiSession
    from tap_analytics.records.replication_values import LookBack, ReplicationValue
    from tap_analytics.sync.bookmarks import Bookmark
    from tap_analytics.sync.date_windows import DateFilter
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.splits import Split
    from tap_analytics.sync.value_filters import ValueFilter

CUT_OFF: Final = "was cut off by 'end_date'"
NOTHING_ASKED: Final = "asked for nothing: no day up to now is within the dates that are set"

_LISTS_PER_REQUEST: Final = 4
"""How many lists are open for each request that may be under way: they are written in order, and a slow answer for one
must not keep the others from being asked for."""

_MOST_LISTS: Final = 32
"""How many lists are open at most, if no more requests than that may be under way: each takes a thread."""


class ListStream(RecordStream, ABC):
    """A stream as a declaration."""

    lookback: ClassVar[timedelta] = timedelta()
    """How far before its bookmark an incremental stream reads again."""

    newest_first: ClassVar[bool] = False
    """Whether the list is asked for newest first by its replication key, so that a walk can stop at the bookmark."""

    replication_key_is_fixed: ClassVar[bool] = False
    """Whether a row keeps its replication key for ever, so that no change brings it to the front of the list."""

    date_filter: ClassVar[DateFilter | None] = None
    """How the API filters the list by date, where it does."""

    value_filter: ClassVar[ValueFilter | None] = None
    """How the API filters the list by its replication key where that is no date, or the request says how."""

    split_by: ClassVar[Split] = {}
    """Query parameters with the values that each takes: one walk for every combination of them."""

    parent: ClassVar[Parent | None] = None
    """The list under whose records this one lies; path and query parameters then have placeholders."""

    selected_by_default: bool = True
    """Whether the stream is read without a catalog: not where its requests grow with the rows of another stream."""

    walks_take_requests: ClassVar[bool] = False
    """Whether requests have to be sent to find out what to ask for; `walks` then runs in a thread."""

    leaves_out_older_rows: ClassVar[bool] = False
    """Whether rows of a list that comes newest first are left out where they are older than what the run reads.

    The page that shows that the walk may stop has such rows. Written, they bring what the service changed in them
    without a sign.
    """

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap, session)
        self.extent = Extent()
        """How much of the stream has been read."""

    @property
    def share_read(self) -> float | None:
        """The part of what there is to read that has been read, from 0 to 1; None if that is not known."""
        has_windows = self.parent is None and self.date_filter is not None
        share = self.window_progress.share if has_windows else None
        return self.extent.share if share is None else share

    # What to read

    def walks(self, since: ReplicationValue | None) -> Iterable[Walk]:
        """Return the walks of one sync, in the order in which they are read.

        Args:
            since: The bookmark less the look-back; None for a whole read.
        """
        if self.date_filter is not None and self.replication_type.has_instants:
            if self.is_dry_run:
                return self.date_filter.whole(self.bounds, self.run_start.date())
            return self.date_filter.windows(since, self.bounds, self.run_start.date(), self.window_progress)
        if self.newest_first:
            wanted = self.bounds.since(since)
            return [NewestFirst(wanted.first, wanted if self.leaves_out_older_rows else self.bounds)]
        if self.value_filter is not None:
            return [self.value_filter.walk(since, self.bounds, self.replication_type)]
        return [Walk(params) for params in parts_of(self.split_by, self.config)]

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
    def bounds(self) -> Bounds:
        """What the replication keys of wanted rows lie between; the user's dates, where the API filters by date."""
        return Bounds(self.start_date, self.end_date) if self.date_filter is not None else Bounds()

    @property
    def cut_by_dates(self) -> str:
        """Why the user's dates leave a read without rows that the source may have now; empty if they do not.

        A `start_date` in the past is no reason: what is older is not to be in the table.
        """
        start, end, *_ = self.bounds
        if end is not None and self.latest is not None and end < self.latest:
            return CUT_OFF
        if start is not None and self.bounds.within(Bounds(last=self.latest)).end_before(start):
            return NOTHING_ASKED
        return ""

    @property
    @override
    def is_child(self) -> bool:
        return self.parent is not None

    @property
    def effective_lookback(self) -> LookBack:
        """The look-back that the user set, else the stream's own. Numbers have no days."""
        days, own = self.config.get("lookback_days"), self.own_lookback
        return own if days is None or not isinstance(own, timedelta) else timedelta(days=days)

    @property
    def own_lookback(self) -> LookBack:
        """The stream's own look-back."""
        return self.lookback

    @cached_property
    def window_widths(self) -> WindowWidths:
        """How wide the stream's windows are, whatever list they are of."""
        size = (self.paginator.limit or self.page_size) if self.paginator.limit_param else None
        return WindowWidths(self.date_filter.window if self.date_filter else 0, size)

    @cached_property
    def window_progress(self) -> WindowProgress:
        """How much of the stream's windows has been read."""
        return WindowProgress(self.window_widths)

    def since(self, bookmark: Bookmark) -> ReplicationValue | None:
        """Return from when on rows are to be read: the bookmark less the look-back, None for all."""
        value = bookmark.value
        return None if value is None else self.replication_type.shifted(value, -self.effective_lookback)

    def look_back(self, value: ReplicationValue) -> ReplicationValue:
        """Return from when on rows may be committed later than a value, whatever the user set."""
        return self.replication_type.shifted(value, -self.own_lookback)

    @property
    def latest(self) -> ReplicationValue | None:
        """The last value that a bookmark may have, None if there is no such value."""
        return self.replication_type.latest(self.run_start)

    @property
    def shares_pages(self) -> bool:
        """Whether its own reading of the list asks for the same pages as that for the streams under its records."""
        filters = self.date_filter is not None and self.date_filter.start_param is not None
        return not filters and not self.walks_take_requests and all(map(is_of_parent, self.template.names))

    def walks_at_once(self) -> int:
        """Return how many walks to read at once for now."""
        if self.is_dry_run:
            return 1
        if self.date_filter is not None:
            return min(self.parallel_requests, self.window_widths.at_once)
        return max(self.parallel_requests, min(_LISTS_PER_REQUEST * self.parallel_requests, _MOST_LISTS))

    @property
    def shared_keys(self) -> SharedKeys | None:
        """Looks for keys that records of different parents share; None where there are no such records."""
        if self.parent is None or not self.primary_keys:
            return None
        return SharedKeys(self.parent, self.primary_keys, self.warn)

    @property
    def parent_stream(self) -> ListStream:
        """The stream under whose records this one lies."""
        name = prefixed(cast("Parent", self.parent).name, self.config)
        return cast("ListStream", self._tap.streams[name])
