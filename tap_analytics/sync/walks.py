"""What to ask for, and when enough has been read.

A stream reads one or more walks, one after another; a walk is what one paginator goes through. A stream's bookmark
moves only between walks: it is the newest instant among the rows that were written, never an edge of what was asked
for, and never later than the start of the run.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from msgspec import Struct
from typing_extensions import Self, override

from tap_analytics.records.datetimes import DateStyle
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_analytics.paging.page_token import Params
    from tap_analytics.sync.parents import Place

Key: TypeAlias = tuple[object, ...]
"""The values of a row's primary key."""

Days: TypeAlias = tuple[date | None, date | None]
"""The first and the last day of a span, None where it is open."""

Bounds: TypeAlias = tuple[datetime | None, datetime | None]
"""The first and the last instant, None where there is no bound."""

_DAY = timedelta(days=1)


class Walk:
    """One walk through the pages of a list: the whole list, each row of it.

    Args:
        params: Query parameters that every page of the walk repeats.
    """

    pages_ahead: ClassVar[int] = 1
    """Pages that may wait for their turn. A second one would make no chain of cursors faster."""

    def __init__(self, params: Params | None = None) -> None:
        self.params: Params = params or {}
        self.path: str | None = None
        """The list's path, where it is not the stream's."""
        self.place = ""
        """What tells the list from those of other parents."""
        self.added: dict[str, Any] = {}
        """Fields that each object gets from its parent's record."""
        self.is_doubtful = False
        """Whether rows may have been left out of its pages, so that no bookmark may pass them."""

    def at(self, place: Place) -> Self:
        """Let the walk go through the list of one parent's record."""
        self.params = {**self.params, **place.params}
        self.path = place.path
        self.place = place.key
        self.added = place.added
        return self

    def objects(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the objects of a page as they are to become records."""
        return [_with(self.added, record) for record in records] if self.added else records

    def count(self, rows: int) -> None:
        """Take in how many rows a page had."""

    def finish(self) -> None:
        """Take in that the last page has been read."""

    def takes(self, key: Key, instant: datetime | None) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether a row belongs to this walk.

        Args:
            key: The row's primary key.
            instant: The row's replication key; None when it is missing or no date.
        """
        return True

    def is_done(self, instants: Sequence[datetime | None]) -> bool:  # noqa: ARG002 - for the narrower walks
        """Say whether the walk may stop after a page.

        Args:
            instants: The replication keys of the page's rows, in the order of the answer.
        """
        return False


class NewestFirst(Walk):
    """A list that is asked for newest first, read until it is older than what is known.

    The order is an API's claim, and a reader that believes it loses rows as soon as one is out of place. So the walk
    stops only once a strict descent has been seen on a page, and no ascent anywhere, and after a page whose every row
    has a date older than `until`. A page that proves nothing (equal dates, one row, no dates) is read past.

    Args:
        until: The bookmark less the look-back; None reads everything.
        bounds: The first and the last instant that any row may have, where they are bounded.
    """

    def __init__(self, until: datetime | None, bounds: Bounds = (None, None)) -> None:
        super().__init__()
        self._until = until
        self._bounds = bounds
        self._descends = False
        self._ascends = False
        self._last: datetime | None = None
        # The last date of each page.
        self._ends: list[datetime] = []
        self.pages = 0
        self.first_page: list[tuple[Key, datetime | None]] = []
        """Which rows the first page had."""

    @property
    def may_have_moved(self) -> bool:
        """Whether a row that was changed during the walk can be on a page that had been read by then.

        One answer is of one moment; and where the order was not the one that was asked for, rows do not move so.
        """
        return self.pages > 1 and bool(self.first_page) and not self._ascends

    def front(self, look_back: timedelta, run_start: datetime, known: Sequence[object]) -> Front:
        """Return the walk that reads again what may have changed since this one began.

        Args:
            look_back: How much later than its date a row may be committed.
            run_start: What is later than this is no date of a change.
            known: The first page of the walk before.
        """
        # The newest date of the first page is the service's own clock, whatever ours says.
        newest = max((at for _, at in self.first_page if at is not None and at <= run_start), default=None)
        if newest is None:
            # It holds rows without a date, or dated in the future: a later page tells.
            newest = next((at for at in self._ends if at <= run_start), None)
        front = Front(None if newest is None else newest - look_back, self._bounds, known)
        front.params, front.path, front.place = self.params, self.path, self.place
        front.added = self.added
        return front

    @override
    def takes(self, key: Key, instant: datetime | None) -> bool:
        if not self.pages:
            self.first_page.append((key, instant))
        return _is_within(self._bounds, instant)

    @override
    def is_done(self, instants: Sequence[datetime | None]) -> bool:
        self.pages += 1
        dated = [instant for instant in instants if instant is not None]
        before = [self._last] if self._last is not None else []
        self._ascends = self._ascends or any(a < b for a, b in pairwise([*before, *dated]))
        self._descends = self._descends or any(a > b for a, b in pairwise(dated))
        if dated:
            self._last = dated[-1]
            self._ends.append(self._last)
        return (
            self._until is not None
            and self._descends
            and not self._ascends
            and 0 < len(dated) == len(instants)
            and all(instant < self._until for instant in dated)
        )


class Front(NewestFirst):
    """The newest rows of a list, read again after the whole of it.

    A row that is changed during a walk jumps to the front, maybe from a page that was still to come to one that had
    been read. Here the order has been seen on all pages of the walk before, so the last row of a page is enough to
    tell that all further ones are older.

    Args:
        until: When the walk before began; None if it had no dates: then only the first page is read.
        bounds: The first and the last instant that any row may have, where they are bounded.
        known: The first page of the walk before.
    """

    def __init__(self, until: datetime | None, bounds: Bounds, known: Sequence[object]) -> None:
        super().__init__(until, bounds)
        self._known = known

    @override
    def is_done(self, instants: Sequence[datetime | None]) -> bool:
        super().is_done(instants)
        last = instants[-1] if instants else None
        return self._until is None or (last is not None and last < self._until and not self._ascends)

    @property
    def is_whole(self) -> bool:
        """Whether no row can have been missed: all came in one answer, or no row had come to the front before it."""
        return (self.pages <= 1 and self._until is not None) or self.first_page == self._known


class DateWindow(Walk):
    """The rows of some calendar days, where the API filters by date.

    Whether the ends of an API's date filter are inclusive is unknown, and so is the time zone of its days. So windows
    overlap by a day, and a window leaves out by key what its predecessor has already read. Rows from far outside its
    days are left to the window that they belong to: the bookmark must not run ahead of the windows still to be read.

    Args:
        params: Query parameters that every page of the walk repeats, the dates included.
        days: The first and the last day of the window; None where it is open.
        bounds: The first and the last instant that any row may have, where they are bounded.
        before: The window before this one.
        widths: What learns how many rows the window holds.
    """

    # Windows are fetched side by side, so that each has to go on while another one is read.
    pages_ahead = 6

    def __init__(
        self,
        params: Params,
        days: Days,
        bounds: Bounds = (None, None),
        before: DateWindow | None = None,
        widths: WindowWidths | None = None,
    ) -> None:
        super().__init__(params)
        self._days = days
        self._widths = widths
        self._pages: list[int] = []
        first_day, last_day = days
        # A day for the overlap, or for an end that is not inclusive, and one for the time zone.
        inner_first = _midnight(first_day) - _DAY if before and first_day else None
        inner_last = _midnight(last_day) + 2 * _DAY if last_day else None
        self._bounds = (
            max(filter(None, (bounds[0], inner_first)), default=None),
            min(filter(None, (bounds[1], inner_last)), default=None),
        )
        self._seam = _midnight(last_day) - 2 * _DAY if last_day else None
        self._read_before: set[Key] = before.read_at_seam if before else set()
        self.read_at_seam: set[Key] = set()
        """Keys of rows that the next window may give again."""
        self.newest_days: NewestDays | None = None
        """The walk that reads the newest days again, once all windows have been read."""

    @override
    def at(self, place: Place) -> Self:
        if self.newest_days is not None:
            self.newest_days.at(place)
        return super().at(place)

    def repeat(self, params: Params, first_day: date) -> None:
        """Let the newest days of this window, the last one, be read again.

        Args:
            params: Query parameters that every page of the further walk repeats, the dates included.
            first_day: The first of these days.
        """
        self.newest_days = NewestDays(params, self._bounds, since=_midnight(first_day))

    @override
    def count(self, rows: int) -> None:
        self._pages.append(rows)

    @override
    def finish(self) -> None:
        first, last = self._days
        if self._widths is not None:
            self._widths.learn((last - first).days + 1 if first and last else None, self._pages)

    @override
    def takes(self, key: Key, instant: datetime | None) -> bool:
        if not _is_within(self._bounds, instant):
            return False
        if self._seam is not None and (instant is None or instant >= self._seam):
            self.read_at_seam.add(key)
        if self.newest_days is not None:
            self.newest_days.learn(key, instant)
        return key not in self._read_before


class NewestDays(Walk):
    """The newest days of a list, read again after all of its windows.

    Windows are read side by side. A row whose date is that of its last change moves, when it is changed during the
    read, from a window that is still to come to the newest one, which may have been read by then.

    Args:
        params: Query parameters that every page of the walk repeats, the dates included.
        bounds: The first and the last instant that any row may have, where they are bounded.
        since: The first instant that is asked for.
    """

    def __init__(self, params: Params, bounds: Bounds, since: datetime) -> None:
        super().__init__(params)
        self._bounds = bounds
        self._since = since
        self._read: set[tuple[Key, datetime | None]] = set()

    def learn(self, key: Key, instant: datetime | None) -> None:
        """Take in a row that has been read."""
        if instant is None or instant >= self._since:
            self._read.add((key, instant))

    @override
    def takes(self, key: Key, instant: datetime | None) -> bool:
        return _is_within(self._bounds, instant) and (key, instant) not in self._read


class DateFilter(Struct, frozen=True, kw_only=True):
    """An API's filter by calendar day, or none at all: then what is too old is read and left out.

    Attributes:
        start_param: The query parameter that takes the first day; None where the API has none.
        end_param: The query parameter that takes the last day; None where the API has none.
        window: Days from the beginning of a window to its end at least, two or more. Windows get wider where days hold
            few rows.
        style: How dates are written. A day that is written as a date-time is its midnight in UTC.
        always_ends: Whether `end_param` is sent where no end is wanted, too: then the day after tomorrow is.
    """

    start_param: str | None
    end_param: str | None = None
    window: int = 20
    style: DateStyle = DateStyle()
    always_ends: bool = False

    def windows(
        self,
        since: datetime | None,
        start: datetime | None,
        end: datetime | None,
        today: date,
        widths: WindowWidths | None = None,
    ) -> Iterator[DateWindow]:
        """Cut what is to be read into windows, each beginning a day before its predecessor ended.

        How wide a window is depends on those that have been read by the time that it is taken. Where there are several,
        the last one knows the walk that reads the newest days again.

        Args:
            since: The bookmark less the look-back.
            start: The first instant that the user wants.
            end: The last instant that the user wants.
            today: The day up to which rows can be expected.
            widths: What is known of how many rows windows hold.

        Yields:
            The windows, oldest first; one without a beginning where neither `since` nor `start` is known.
        """
        first = max(filter(None, (since, start)), default=None)
        # Two days of margin: one in case an end is not inclusive, one for the time zone.
        first_day = first.date() - 2 * _DAY if first else None
        last_day = end.date() + 2 * _DAY if end else None
        if first_day and last_day and first_day > last_day:
            return
        before = None
        widths = widths or WindowWidths(self.window)
        for days in self._cut(first_day, last_day, today, widths):
            window = DateWindow(self._params(days, today), days, (first, end), before, widths)
            newest = today - 2 * _DAY
            if before is not None and days[1] == last_day and (last_day is None or newest <= last_day):
                window.repeat(self._params((newest, last_day), today), newest)
            before = window
            yield window

    def _params(self, days: Days, today: date) -> Params:
        first, last = days
        if last is None and self.always_ends:
            # A day in case the end is not inclusive, and one for the time zone.
            last = max(first or today, today) + 2 * _DAY
        params = zip((self.start_param, self.end_param), (first, last), strict=True)
        return {param: self.style.write(_midnight(day)) for param, day in params if param and day}

    def _cut(self, first: date | None, last: date | None, today: date, widths: WindowWidths) -> Iterator[Days]:
        if first is not None and self.start_param is not None and self.end_param is not None:
            # Whatever lies beyond today fits into one window: an end for ever must not cost thousands of requests.
            until = min(last or today, today)
            while (left := until - first) > (step := timedelta(days=widths.next_width(left.days))):
                yield first, first + step
                first += step - _DAY
        yield first, last


def _with(added: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its parent's fields; one of its own that has such a name goes where no column is."""
    if not added.keys().isdisjoint(record):
        record = {f"{name}#" if name in added else name: value for name, value in record.items()}
    # The parent's come first: a field of the object's own that becomes the same column is the second one.
    return {**added, **record}


def _is_within(bounds: Bounds, instant: datetime | None) -> bool:
    """Say whether an instant lies within bounds; what has none is within any."""
    first, last = bounds
    return instant is None or ((first is None or first <= instant) and (last is None or instant <= last))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.utc)


class Bookmark:
    """How far a stream has been read: an instant that never goes back and is never later than the run's start.

    Args:
        value: The instant that an earlier run left behind.
        run_start: When this run began.
    """

    def __init__(self, value: datetime | None, run_start: datetime) -> None:
        self._run_start = run_start
        self.value = min(value, run_start) if value else None

    def see(self, instant: datetime) -> None:
        """Count a written row. One dated in the future is left out, for it would blind the next runs."""
        if instant <= self._run_start and (self.value is None or instant > self.value):
            self.value = instant
