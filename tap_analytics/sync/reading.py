"""One sync of one stream: its records in order, its bookmarks and its version."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.sync.bookmarks import Bookmarks
from tap_analytics.sync.list_reading import ListReading
from tap_analytics.sync.list_stream import CUT_OFF, NOTHING_ASKED
from tap_analytics.sync.parent_reading import subscribe
from tap_analytics.sync.waits import PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_analytics.paging.page import Page
    from tap_analytics.records.replication_values import ReplicationValue
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.waits import Item, Wait, Waiting
    from tap_analytics.sync.walks import Walk


class Reading(ListReading):
    """Reads a stream for its own messages.

    Args:
        stream: The stream.
        run: What all streams of the run share.
    """

    def __init__(self, stream: ListStream, run: Run) -> None:
        super().__init__(stream, run)
        self._extent = stream.extent
        self._bookmarks = Bookmarks({}, None)
        self._bookmark = self._bookmarks.of("")
        """That of the walk that is being read."""
        self._shared_keys = stream.shared_keys
        self._has_walked = False

    def items(self) -> Generator[Item]:
        """Read the stream.

        Yields:
            Records, and what has to be waited for. The generator goes on only when the record before has been written.
        """
        stream = self._stream
        self._bookmarks = bookmarks = Bookmarks(stream.stored_bookmarks, stream.latest)
        if not bookmarks.values:
            stream.begin_version()
        if reason := stream.cut_by_dates:
            stream.withhold_version(reason)
        try:
            yield from self._all_items()
        except Exception:
            # What has been read of other parents need not be read again.
            if stream.parent is not None and not bookmarks.are_saved:
                self._save()
            raise
        if told := self._absences.report():
            stream.log("%s", told, level=logging.WARNING)
        if stream.parent is not None and not stream.is_doubtful:
            bookmarks.forget_unlisted()
        self._save(is_whole=True)
        stream.report_rescued()
        stream.report_left_out()
        stream.activate_version()

    def _all_items(self) -> Iterator[Item]:
        with self._stream.counted_requests():
            yield from self.read_walks(self.plan(self._bookmarks))
        if not self._has_walked and self._stream.parent is None:
            self._stream.withhold_version(NOTHING_ASKED)

    @override
    def read_walk(self, walk: Walk, next_page: Callable[[], Waiting[Page | None]]) -> Iterator[Item]:
        self._has_walked = True
        self._bookmark = self._bookmarks.of(walk.partition)
        yield from self._walk_items(walk, next_page)
        if self._stream.has_version and not self._stream.is_doubtful:
            for again, pages in self.read_again(walk, self._stream.withhold_version):
                yield from self._walk_items(again, pages.next)

    @override
    def finish_walk(self, walk: Walk) -> None:
        # The generator goes on only when the walk's last record has been written.
        self._bookmarks.keep(walk.partition, self._bookmark, is_doubtful=walk.is_doubtful)
        if self._stream.parent is None or self._bookmarks.are_due:
            self._save()

    def _save(self, *, is_whole: bool = False) -> None:
        self._stream.put_bookmarks(self._bookmarks.values, is_whole=is_whole)
        self._bookmarks.saved()

    def plan(self, bookmarks: Bookmarks) -> Generator[Walk | Wait]:
        """Yield the walks to be read in order, and what has to be waited for before the next one is known.

        Args:
            bookmarks: How far the stream has been read.
        """
        if self._stream.parent is None:
            yield from self.own_plan(self._stream.since(bookmarks.of("")))
            return

        def since_of(partition: str) -> ReplicationValue | None:
            bookmarks.mark_listed(partition)
            return self._stream.since(bookmarks.of(partition))

        yield from self.child_plan(subscribe(self._stream, self._run), since_of)

    def _walk_items(self, walk: Walk, next_page: Callable[[], Waiting[Page | None]]) -> Iterator[Item]:
        stream, shared = self._stream, self._shared_keys
        # Looked up once, for what follows is done for each record.
        shape, key_of, value_of = stream.shaper.shape, stream.key_of, stream.value_of
        takes, see = walk.takes, self._bookmark.see
        bounds, extent = stream.bounds, self._extent
        pages_read = 0
        while (page := (yield from next_page())) is not None:
            stream.begin_page()
            extent.take(page, walk, stream.paginator)
            walk.count(len(page.records))
            if page.doubt:
                # Nothing at all is how some services write an empty list; nothing after other pages is not.
                walk.is_doubtful |= bool(page.records) or pages_read > 0
                stream.withhold_version(page.doubt)
            pages_read += 1
            values = []
            for position, raw in enumerate(walk.objects(page.records)):
                record = shape(raw)
                key = key_of(record, position)
                value = value_of(record, raw)
                values.append(value)
                if not key and stream.date_filter is not None:
                    # Nothing else tells whether a row has been read before.
                    key = (repr(record),)
                if takes(key, value):
                    if shared is not None:
                        shared.see(key, walk.partition, record)
                    yield record
                    # A record that a stream map filters out must come again once the filter is another one.
                    if value is not None and stream.record_was_written:
                        see(value)
                elif bounds.end_before(value):
                    stream.withhold_version(CUT_OFF)
            if walk.is_done(values):
                break
            # The decoded page may be large, and the next one takes its time.
            del page
            yield PAUSE
        walk.finish()
        stream.rows_left_out += walk.left_out
