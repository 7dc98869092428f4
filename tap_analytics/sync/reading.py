"""One sync of one stream: its records in order, its bookmarks and its version."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.sync.bookmarks import Bookmarks
from tap_analytics.sync.list_reading import ListReading
from tap_analytics.sync.list_stream import CUT_OFF, NOTHING_ASKED
from tap_analytics.sync.open_walks import OpenWalks
from tap_analytics.sync.parent_failures import Absences, Failures
from tap_analytics.sync.parent_reading import subscribe
from tap_analytics.sync.parents import Places
from tap_analytics.sync.waits import PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.bookmarks import Bookmark
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.shared_keys import SharedKeys
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
        self._absences = Absences()

    def items(self) -> Generator[Item]:
        """Read the stream.

        Yields:
            Records, and what has to be waited for. The generator goes on only when the record before has been written.
        """
        bookmarks = Bookmarks(self._stream.stored_bookmarks, self._stream.run_start)
        if not bookmarks.instants:
            self._stream.begin_version()
        if reason := self._stream.cut_by_dates:
            self._stream.withhold_version(reason)
        try:
            yield from self._all_items(bookmarks)
        except Exception:
            # What has been read of other parents need not be read again.
            if self._stream.parent is not None and not bookmarks.are_saved:
                self._save(bookmarks)
            raise
        if told := self._absences.told():
            self._stream.log("%s", told, level=logging.WARNING)
        if self._stream.parent is not None and not self._stream.is_doubtful:
            bookmarks.forget_unlisted()
        self._save(bookmarks, is_whole=True)
        self._stream.report_rescued()
        self._stream.activate_version()

    def _all_items(self, bookmarks: Bookmarks) -> Iterator[Item]:
        walks = OpenWalks(self.plan(bookmarks), self.open_pages, self._stream.walks_at_once)
        shared = self._stream.shared_keys
        failures = Failures()
        has_walked = False
        with self._stream.counted_requests(), closing(walks):
            while (opened := (yield from walks.next_walk())) is not None:
                walk = opened.walk
                has_walked = True
                if walk.place in failures:
                    # A later window of a list whose earlier one failed: its bookmark must not pass the gap.
                    continue
                bookmark = bookmarks.of(walk.place)
                try:
                    yield from self._walk_items(walk, opened.next_page, bookmark, shared)
                    if self._stream.has_version and not self._stream.is_doubtful:
                        for again in self.repeated(walk, self._stream.withhold_version):
                            with closing(self.open_pages(again)) as pages:
                                yield from self._walk_items(again, pages.next, bookmark, shared)
                except StreamError as error:
                    if self._stream.parent is None:
                        raise
                    failures.add(walk.place, error)
                    continue
                failures.passed()
                # The generator goes on only when the walk's last record has been written.
                bookmarks.keep(walk.place, bookmark, is_doubtful=walk.is_doubtful)
                if self._stream.parent is None or bookmarks.are_due:
                    self._save(bookmarks)
        failures.check()
        if not has_walked and self._stream.parent is None:
            self._stream.withhold_version(NOTHING_ASKED)

    def _save(self, bookmarks: Bookmarks, *, is_whole: bool = False) -> None:
        self._stream.put_bookmarks(bookmarks.instants, is_whole=is_whole)
        bookmarks.saved()

    def plan(self, bookmarks: Bookmarks) -> Generator[Walk | Wait]:
        """Yield the walks to be read in order, and what has to be waited for before the next one is known.

        Args:
            bookmarks: How far the stream has been read.
        """
        if self._stream.parent is None:
            yield from self.own_plan(self._stream.since(bookmarks.of("")))
            return
        parents = subscribe(self._stream, self._run)
        places = Places(self._stream.parent, self._stream.template)
        try:
            while (record := (yield from parents.next())) is not None:
                place = places.find(record)
                if place is None:
                    continue
                bookmarks.mark_listed(place.key)
                since = self._stream.since(bookmarks.of(place.key))
                yield from (walk.at(place) for walk in self._stream.walks(since))
            places.finish(self._stream.warn)
        except StreamError as error:
            msg = f"{self._stream.name}: {error}"
            raise StreamError(msg) from error
        finally:
            parents.close()

    def _walk_items(
        self,
        walk: Walk,
        next_page: Callable[[], Waiting[Page | None]],
        bookmark: Bookmark,
        shared: SharedKeys | None,
    ) -> Iterator[Item]:
        stream = self._stream
        # Looked up once, for what follows is done for each record.
        shape, key_of, instant_of = stream.shaper.shape, stream.key_of, stream.instant_of
        takes, see = walk.takes, bookmark.see
        end = stream.bounds[1]
        pages_read = 0
        while (page := (yield from next_page())) is not None:
            stream.begin_page()
            walk.count(len(page.records))
            if page.doubt:
                # Nothing at all is how some services write an empty list; nothing after other pages is not.
                walk.is_doubtful |= bool(page.records) or pages_read > 0
                stream.withhold_version(page.doubt)
            pages_read += 1
            instants = []
            for position, raw in enumerate(walk.objects(page.records)):
                record = shape(raw)
                key = key_of(record, position)
                instant = instant_of(record)
                instants.append(instant)
                if not key and stream.date_filter is not None:
                    # Nothing else tells whether a row has been read before.
                    key = (repr(record),)
                if takes(key, instant):
                    if shared is not None:
                        shared.see(key, walk.place, record)
                    yield record
                    # A record that a stream map filters out must come again once the filter is another one.
                    if instant is not None and stream.record_was_written:
                        see(instant)
                elif end is not None and instant is not None and instant > end:
                    stream.withhold_version(CUT_OFF)
            if walk.is_done(instants):
                break
            # The decoded page may be large, and the next one takes its time.
            del page
            yield PAUSE
        walk.finish()

    @override
    def fetched(self, walk: Walk) -> Iterator[Page]:
        pages = super().fetched(walk)
        return self._absences.passed(pages, walk.place) if walk.place else pages
