"""A stream of the tap: which walks it reads, and how what they give becomes records."""

from __future__ import annotations

import fnmatch
import logging
from abc import ABC
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.http.cancellation import Scope
from tap_analytics.quoting import escape, shorten
from tap_analytics.records.datetimes import EARLIEST, LATEST, end_of, parse_instant
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.shaper import RecordShaper, emitted_name, without_open_objects
from tap_analytics.sync.api_stream import ApiStream
from tap_analytics.sync.bookmarks import Bookmark, Bookmarks
from tap_analytics.sync.date_windows import DateFilter, DateWindow
from tap_analytics.sync.newest_first import NewestFirst
from tap_analytics.sync.open_walks import OpenWalks
from tap_analytics.sync.parent_failures import Absences, Failures
from tap_analytics.sync.parent_lists import ParentList, Subscription
from tap_analytics.sync.parents import Places
from tap_analytics.sync.readers import Consumer, Reader
from tap_analytics.sync.run import CHILDREN, OWN, Run
from tap_analytics.sync.shared_keys import SharedKeys
from tap_analytics.sync.waits import PAUSE, Wait
from tap_analytics.sync.walks import Bounds, Key, Walk
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.waits import Item, Waiting

_MOST_FRONTS: Final = 5

CUT_OFF: Final = "was cut off by 'end_date'"
NOTHING_ASKED: Final = "asked for nothing: no day up to now is within the dates that are set"


class AnalyticsStream(ApiStream, ABC):
    """A stream, as the classes of the API packages declare it."""

    lookback: ClassVar[timedelta] = timedelta()
    """How far before its bookmark an incremental stream reads again."""

    newest_first: ClassVar[bool] = False
    """Whether the list is asked for newest first by its replication key, so that a walk can stop at the bookmark."""

    date_filter: ClassVar[DateFilter | None] = None
    """How the API filters the list by date, where it does."""

    split_by: ClassVar[tuple[str, str] | None] = None
    """A query parameter and the setting whose values it takes, one walk for each; without values, one walk without."""

    parent: ClassVar[Parent | None] = None
    """The list under whose records this one lies; path and query parameters then have placeholders."""

    renames: ClassVar[Mapping[str, str]] = {}
    """Emitted names of raw keys that do not become snake_case by themselves."""

    key_fallbacks: ClassVar[Mapping[str, str]] = {}
    """Fields that stand in for a primary key where an older service gives none."""

    walks_take_requests: ClassVar[bool] = False
    """Whether requests have to be sent to find out what to ask for; `walks` then runs in a thread."""

    _undated = False

    # What to read

    def walks(self, since: datetime | None) -> Iterable[Walk]:
        """Return the walks of one sync, in the order in which they are read.

        Args:
            since: The bookmark less the look-back; None for a whole read.
        """
        if self.date_filter is not None:
            today = self.run_start.date()
            return self.date_filter.windows(since, self.start_date, self.end_date, today, self._window_widths)
        if self.newest_first:
            start, _ = self.bounds
            return [NewestFirst(max(filter(None, (since, start)), default=None), self.bounds)]
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
    def bounds(self) -> Bounds:
        """The first and the last instant that the user's dates leave to this stream, None where there is no bound."""
        return (self.start_date, self.end_date) if self.date_filter is not None else (None, None)

    @property
    def cut_by_dates(self) -> str:
        """Why the user's dates leave a read without rows that the source may have now; empty if they do not.

        A `start_date` in the past is no reason: what is older is not to be in the table.
        """
        start, end = self.bounds
        if end is not None and end < self.run_start:
            return CUT_OFF
        if start is not None and start > min(filter(None, (end, self.run_start))):
            return NOTHING_ASKED
        return ""

    @property
    @override
    def is_child(self) -> bool:
        return self.parent is not None

    @property
    def effective_lookback(self) -> timedelta:
        """The look-back that the user set, else the stream's own."""
        days = self.config.get("lookback_days")
        return self.lookback if days is None else timedelta(days=days)

    @cached_property
    def _window_widths(self) -> WindowWidths:
        """How wide the stream's windows are, whatever list they are of."""
        size = (self.paginator.limit or self.page_size) if self.paginator.limit_param else None
        return WindowWidths(self.date_filter.window if self.date_filter else 0, size)

    # How it is read

    @override
    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:
        run = Run()
        with closing(run), closing(self.items(run)) as items:
            yield from run.pool.blocking(items)

    def items(self, run: Run) -> Generator[Item]:
        """Read the stream within a run.

        Args:
            run: What all streams of the run share.

        Yields:
            Records, and what has to be waited for. The generator goes on only when the record before has been written.
        """
        bookmarks = Bookmarks(self.stored_bookmarks, self.run_start)
        if not bookmarks.instants:
            self.begin_version()
        if reason := self.cut_by_dates:
            self.withhold_version(reason)
        absences = Absences()
        try:
            yield from self._all_items(bookmarks, absences, run)
        except Exception:
            # What has been read of other parents need not be read again.
            if self.parent is not None and not bookmarks.are_saved:
                self._save(bookmarks)
            raise
        if told := absences.told():
            self.log("%s", told, level=logging.WARNING)
        if self.parent is not None and not self.is_doubtful:
            bookmarks.forget_unlisted()
        self._save(bookmarks, is_whole=True)
        self._report_rescued()
        self.activate_version()

    def _all_items(self, bookmarks: Bookmarks, absences: Absences, run: Run) -> Iterator[Item]:
        open_pages = partial(self._open_pages, run, OWN, absences=absences)
        walks = OpenWalks(self._plan(bookmarks, run), open_pages, self._walks_at_once)
        shared = self.shared_keys
        failures = Failures()
        has_walked = False
        with self.counted_requests(), closing(walks):
            while (opened := (yield from walks.next_walk())) is not None:
                walk = opened.walk
                has_walked = True
                if walk.place in failures:
                    # A later window of a list whose earlier one failed: its bookmark must not pass the gap.
                    continue
                bookmark = bookmarks.of(walk.place)
                try:
                    yield from self._walk_items(walk, opened.next_page, bookmark, shared)
                    if self._stream_version is not None and not self.is_doubtful:
                        for again in self._repeated(walk, self.withhold_version):
                            with closing(open_pages(again)) as pages:
                                yield from self._walk_items(again, pages.next, bookmark, shared)
                except StreamError as error:
                    if self.parent is None:
                        raise
                    failures.add(walk.place, error)
                    continue
                failures.passed()
                # The generator goes on only when the walk's last record has been written.
                bookmarks.keep(walk.place, bookmark, is_doubtful=walk.is_doubtful)
                if self.parent is None or bookmarks.are_due:
                    self._save(bookmarks)
        failures.check()
        if not has_walked and self.parent is None:
            self.withhold_version(NOTHING_ASKED)

    def _save(self, bookmarks: Bookmarks, *, is_whole: bool = False) -> None:
        self.put_bookmarks(bookmarks.instants, is_whole=is_whole)
        bookmarks.saved()

    def _open_pages(self, run: Run, who: str, walk: Walk, absences: Absences | None = None) -> Consumer[Page]:
        """Begin to fetch the pages of a walk."""

        def start(consumers: int) -> Sequence[Consumer[Page]]:
            # A dry run wants one record, and a walk that may end at any page no pages that nobody reads.
            ahead = -1 if self.is_dry_run or walk.may_stop else walk.pages_ahead
            scope = Scope(run.pool.scope, is_chain=not walk.is_part)
            name = f"read-ahead {self.name} {walk.path or ''}{walk.params}"
            return Reader(
                name, partial(self._fetched, walk, absences), run.pool, scope, ahead=ahead, consumers=consumers
            ).consumers

        if walk.path is None and self.name in run.shared_pages:
            return run.shared_pages[self.name].open(who, repr(sorted(walk.params.items())), start)
        return start(1)[0]

    def _fetched(self, walk: Walk, absences: Absences | None) -> Iterator[Page]:
        pages = self.pages(walk.params, walk.path)
        return pages if walk.path is None or absences is None else absences.passed(pages, walk.path)

    def _repeated(self, walk: Walk, withhold: Callable[[str], None]) -> Iterator[Walk]:
        """Yield the walks that read the newest rows again: a changed one may have jumped over the place of the read.

        Each is read to its end before the next one is asked for.
        """
        if isinstance(walk, DateWindow) and walk.newest_days is not None:
            yield walk.newest_days
        if not isinstance(walk, NewestFirst) or not walk.may_have_moved:
            return
        known = walk.first_page
        for _ in range(_MOST_FRONTS):
            front = walk.front(self.lookback, self.run_start, known)
            yield front
            if front.is_whole:
                return
            known = front.first_page
        withhold(f"saw rows come to the front of the list in each of {_MOST_FRONTS} further reads of it")

    def _walks_at_once(self) -> int:
        if self.is_dry_run or self.newest_first:
            return 1
        return min(self.parallel_requests, self._window_widths.at_once if self.date_filter else self.parallel_requests)

    # What is asked for

    def _plan(self, bookmarks: Bookmarks, run: Run) -> Generator[Walk | Wait]:
        if self.parent is None:
            yield from self._own_plan(self._since(bookmarks.of("")), run)
            return
        parents = self.subscribe(run)
        places = Places(self.parent, self.path, self.params)
        try:
            while (record := (yield from parents.next())) is not None:
                place = places.find(record)
                if place is None:
                    continue
                bookmarks.mark_listed(place.key)
                since = self._since(bookmarks.of(place.key))
                yield from (walk.at(place) for walk in self.walks(since))
            places.finish(self.warn)
        except StreamError as error:
            msg = f"{self.name}: {error}"
            raise StreamError(msg) from error
        finally:
            parents.close()

    def _own_plan(self, since: datetime | None, run: Run) -> Generator[Walk | Wait]:
        if not self.walks_take_requests:
            yield from self.walks(since)
            return
        scope = Scope(run.pool.scope)
        (walks,) = Reader(f"read-ahead {self.name}", lambda: iter(self.walks(since)), run.pool, scope).consumers
        with closing(walks):
            while (walk := (yield from walks.next())) is not None:
                yield walk

    def _since(self, bookmark: Bookmark) -> datetime | None:
        value = bookmark.value
        return max(value, EARLIEST) - self.effective_lookback if value else None

    @property
    def shares_pages(self) -> bool:
        """Whether its own reading of the list asks for the same pages as that for the streams under its records."""
        return self.date_filter is None and not self.walks_take_requests

    def subscribe(self, run: Run) -> Subscription:
        """Take part in the list of parents; each call by the same stream within a run gives the same part.

        Args:
            run: The run.
        """
        name = cast("Parent", self.parent).name
        parent = cast("AnalyticsStream", self._tap.streams[name])
        parents = run.parent_list(name, lambda: ParentList(partial(parent.objects, run)))
        return parents.subscribe(self.name, lambda reason: self.withhold_version(f"{reason} (for its parent stream)"))

    def objects(self, run: Run, doubt: Callable[[str], None]) -> Generator[Item]:
        """Read all objects of the list, for the streams that lie under them.

        Args:
            run: What all streams of the run share.
            doubt: Called with each reason why these may not be all objects of the list.

        Yields:
            The objects that a whole read of the stream would write, as the API gives them, and what has to be waited
            for.
        """
        if reason := self.cut_by_dates:
            doubt(reason)
        with ExitStack() as stack:
            if self.name in run.shared_pages:
                stack.callback(run.shared_pages[self.name].leave, CHILDREN)
            for planned in self._own_plan(None, run):
                if isinstance(planned, Wait):
                    yield planned
                    continue
                for walk in chain([planned], self._repeated(planned, doubt)):
                    with closing(self._open_pages(run, CHILDREN, walk)) as pages:
                        yield from self._walk_objects(walk, pages, doubt)

    def _walk_objects(self, walk: Walk, pages: Consumer[Page], doubt: Callable[[str], None]) -> Iterator[Item]:
        end = self.bounds[1]
        while (page := (yield from pages.next())) is not None:
            if page.doubt:
                doubt(page.doubt)
            walk.count(len(page.records))
            objects = walk.objects(page.records)
            instants = [self._raw_instant(raw) for raw in objects]
            for raw, instant in zip(objects, instants, strict=True):
                if walk.takes((repr(raw),), instant):
                    yield raw
                elif end is not None and instant is not None and instant > end:
                    doubt(CUT_OFF)
            if walk.is_done(instants):
                break
        walk.finish()

    def _raw_instant(self, raw: Mapping[str, Any]) -> datetime | None:
        """Return the replication key of an object as the API gives it, None where it is no date-time."""
        field = type(self).replication_key
        key = next((key for key in raw if emitted_name(key, self.renames) == field), None)
        try:
            return None if key is None else parse_instant(raw[key])
        except (TypeError, ValueError):
            return None

    def _walk_items(
        self,
        walk: Walk,
        next_page: Callable[[], Waiting[Page | None]],
        bookmark: Bookmark,
        shared: SharedKeys | None,
    ) -> Iterator[Item]:
        shape, key_of, instant_of = self._shaper.shape, self._key_of, self._instant_of
        end = self.bounds[1]
        number = 0
        while (page := (yield from next_page())) is not None:
            self.begin_page()
            walk.count(len(page.records))
            if page.doubt:
                # Nothing at all is how some services write an empty list; nothing after other pages is not.
                walk.is_doubtful |= bool(page.records) or number > 0
                self.withhold_version(page.doubt)
            number += 1
            instants = []
            for position, raw in enumerate(walk.objects(page.records)):
                record = shape(raw)
                key = key_of(record, position)
                instant = instant_of(record)
                instants.append(instant)
                if walk.takes(key, instant):
                    if shared is not None:
                        shared.see(key, walk.place, record)
                    yield record
                    # A record that a stream map filters out must come again once the filter is another one.
                    if instant is not None and self.record_was_written:
                        bookmark.see(instant)
                elif end is not None and instant is not None and instant > end:
                    self.withhold_version(CUT_OFF)
            if walk.is_done(instants):
                break
            # The decoded page may be large, and the next one takes its time.
            del page
            yield PAUSE
        walk.finish()

    @property
    def shared_keys(self) -> SharedKeys | None:
        """Looks for keys that records of different parents share; None where there are no such records."""
        if self.parent is None or not self.primary_keys:
            return None
        return SharedKeys(self.parent, self.primary_keys, self.warn)

    def _key_of(self, record: dict[str, Any], position: int) -> Key:
        if self.key_fallbacks:
            self._fall_back(record)
        key = tuple(map(record.get, self.primary_keys))
        if not key and self.date_filter is not None:
            # Nothing else tells whether a row has been read before.
            return (repr(record),)
        if None in key:
            missing = ", ".join(name for name in self.primary_keys if record.get(name) is None)
            msg = f"{self.name}: record {position} of a page of {self.path} has no usable primary key ({missing})"
            raise StreamError(msg)
        return key

    def _fall_back(self, record: dict[str, Any]) -> None:
        for name, stand_in in self.key_fallbacks.items():
            if record.get(name) is None and record.get(stand_in) is not None:
                self.log("%s: records have no '%s'; '%s' stands in for it", self.name, name, stand_in)
                record[name] = record[stand_in]

    def _instant_of(self, record: dict[str, Any]) -> datetime | None:
        # The class knows it, whatever the catalog says: a full table, too, ends where the user's dates do.
        field = type(self).replication_key
        if field is None:
            return None
        value = record.get(field)
        if value is not None:
            try:
                return self._read_instant(value)
            except (TypeError, ValueError):
                # A column that is any text may hold what is no date: "", or "0000-00-00".
                pass
        if self.is_incremental and not self._undated:
            self._undated = True
            self.warn(f"a record has no usable '{self.replication_key}'; it is written, but does not move the bookmark")
        return None

    @cached_property
    def _read_instant(self) -> Callable[[str], datetime]:
        """Reads a record's replication key: in the tap's own style, unless the catalog says that it is any text."""
        declared = self.effective_schema["properties"].get(type(self).replication_key, {})
        return datetime.fromisoformat if declared.get("format") == "date-time" else parse_instant

    @cached_property
    def _shaper(self) -> RecordShaper:
        schema = self.effective_schema
        if RESCUED_DATA not in schema["properties"]:
            self.warn(f"the catalog has no '{RESCUED_DATA}', so what it does not know is lost: discover again")
        return RecordShaper(
            without_open_objects(schema) if self.config.get("flattening_enabled") else schema,
            is_selected=self._is_selected,
            renames=self.renames,
            excluded=self._mapped_fields(),
            warn=self._warn_of_misfit,
        )

    def warn(self, text: str) -> None:
        """Log a warning about this stream.

        Args:
            text: What it says, without the stream's name.
        """
        self.log("%s: %s", self.name, text, level=logging.WARNING)

    def told_failure(self, error: Exception) -> str:
        """Say in one line what ended the stream.

        Args:
            error: What was raised while its records were read, shaped or written.
        """
        if isinstance(error, StreamError):
            told = str(error)
        elif isinstance(error, RecursionError):
            told = self.told("gave a record that is nested too deeply")
        else:
            told = f"{type(error).__name__}: {shorten(str(error))} (TAP_ANALYTICS_LOGLEVEL=DEBUG shows where)"
        return told if told.startswith(f"{self.name}: ") else f"{self.name}: {told}"

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
        told = f"'{escape(field)}' {fault}; see {RESCUED_DATA}" if field else f"there {fault}"
        self.warn(told)

    def _report_rescued(self) -> None:
        if told := self._shaper.rescued():
            self.warn(f"values in {RESCUED_DATA}: {escape(told)}")
