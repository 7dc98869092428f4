"""Lists that the API filters by date, read in windows of calendar days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from msgspec import Struct
from typing_extensions import Self, override

from tap_analytics.records.date_styles import InstantStyle  # noqa: TC001 - msgspec looks at it
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.sync.walks import Bounds, Key, Walk
from tap_analytics.sync.window_progress import WindowProgress
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_analytics.paging.page_token import Params
    from tap_analytics.records.replication_values import ReplicationValue
    from tap_analytics.sync.partitions import Partition

Days: TypeAlias = tuple[date | None, date | None]
"""The first and the last day of a span, None where it is open."""

_DAY = timedelta(days=1)
_NO_BOUNDS: Final = Bounds()


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
        progress: What learns how far the window has been read, and how many rows it holds.
    """

    def __init__(
        self,
        params: Params,
        days: Days,
        bounds: Bounds = _NO_BOUNDS,
        before: DateWindow | None = None,
        progress: WindowProgress | None = None,
    ) -> None:
        super().__init__(params)
        self._days = days
        self._progress = progress
        self._pages: list[int] = []
        first_day, last_day = days
        # A day for the overlap, or for an end that is not inclusive, and one for the time zone.
        inner_first = _midnight(first_day) - _DAY if before and first_day else None
        inner_last = _midnight(last_day) + 2 * _DAY if last_day else None
        self._bounds = bounds.within(Bounds(inner_first, inner_last))
        self._seam = _midnight(last_day) - 2 * _DAY if last_day else None
        self._read_before: set[Key] = before.read_at_seam if before else set()
        self.counted_bounds = bounds
        """Rows outside of these are counted: the first window looks at the beginning only, the last one at the end."""
        self.read_at_seam: set[Key] = set()
        """Keys of rows that the next window may give again."""
        self.until: date | None = None
        """The last day of all windows that may have rows."""
        self.newest_days: NewestDays | None = None
        """The walk that reads the newest days again, once all windows have been read."""

    @override
    def at(self, partition: Partition) -> Self:
        if self.newest_days is not None:
            self.newest_days.at(partition)
        return super().at(partition)

    def plan_second_read(self, params: Params, first_day: date) -> None:
        """Let the newest days of this window, the last one, be read again.

        Args:
            params: Query parameters that every page of the further walk repeats, the dates included.
            first_day: The first of these days.
        """
        self.newest_days = NewestDays(params, self._bounds, since=_midnight(first_day))

    @override
    def count(self, rows: int) -> None:
        self._pages.append(rows)
        if self._progress is not None:
            self._progress.see(rows)

    @override
    def finish(self) -> None:
        first, last = self._days
        if self._progress is not None:
            days_left = (self.until - last).days if self.until and last else 0
            self._progress.finish((last - first).days + 1 if first and last else None, self._pages, max(0, days_left))

    @override
    def is_done(self, values: Sequence[ReplicationValue | None]) -> bool:
        first, until = self._days[0], self.until
        dates = [value.date() for value in (*values[:1], *values[-1:]) if isinstance(value, datetime)]
        if self._progress is not None and first and until and len(dates) > 1 and dates[0] < dates[1]:
            self._progress.reach(max(1, (dates[1] - first).days), max(0, (until - dates[1]).days))
        return False

    @override
    def takes(self, key: Key, value: ReplicationValue | None) -> bool:
        if not self._bounds.hold(value):
            self.left_out += not self.counted_bounds.hold(value)
            return False
        if self._seam is not None and (value is None or value >= self._seam):
            self.read_at_seam.add(key)
        if self.newest_days is not None:
            self.newest_days.learn(key, value)
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
        self._read: set[tuple[Key, ReplicationValue | None]] = set()

    def learn(self, key: Key, value: ReplicationValue | None) -> None:
        """Take in a row that has been read."""
        if value is None or value >= self._since:
            self._read.add((key, value))

    @override
    def takes(self, key: Key, value: ReplicationValue | None) -> bool:
        return self._bounds.hold(value) and (key, value) not in self._read


class DateFilter(Struct, frozen=True, kw_only=True):
    """An API's filter by calendar day, or none at all: then what is too old is read and left out.

    Attributes:
        start_param: The query parameter that takes the first day; None where the API has none.
        end_param: The query parameter that takes the last day; None where the API has none.
        window: Days from the beginning of a window to its end at least, two or more. Windows get wider where days hold
            few rows.
        style: How dates are written. A day that is written as a date-time is its midnight in UTC.
        always_ends: Whether `end_param` is sent where no end is wanted, too: then the day after tomorrow is.
        exact: Whether the parameters are known to take instants, the first of which is included and the last is not:
            then nothing is asked for twice.
    """

    start_param: str | None
    end_param: str | None = None
    window: int = 20
    style: InstantStyle = DateStyle()
    always_ends: bool = False
    exact: bool = False

    def windows(
        self,
        since: ReplicationValue | None,
        bounds: Bounds,
        today: date,
        progress: WindowProgress | None = None,
    ) -> Iterator[DateWindow]:
        """Cut what is to be read into windows, each beginning a day before its predecessor ended, or where it ended.

        How wide a window is depends on those that have been read by the time that it is taken. Where there are several,
        the last one knows the walk that reads the newest days again.

        Args:
            since: The bookmark less the look-back.
            bounds: The first and the last instant that the user wants.
            today: The day up to which rows can be expected.
            progress: What is known of how many rows windows hold.

        Yields:
            The windows, oldest first; one without a beginning where neither `since` nor the first instant is known.
        """
        bounds = bounds.since(since)
        first, end = cast("tuple[datetime | None, datetime | None]", bounds[:2])
        first_day, last_day = self._days_of(bounds)
        if first_day and last_day and first_day > last_day:
            return
        before = None
        progress = progress or WindowProgress(WindowWidths(self.window))
        for days in self._cut(first_day, last_day, today, progress.widths):
            params = self._params(days, today, first if before is None else None)
            window = DateWindow(params, days, bounds, before, progress)
            is_last = days[1] == last_day
            window.is_part = before is not None or not is_last
            window.until = min(last_day or today, today)
            window.counted_bounds = bounds._replace(
                first=first if before is None else None, last=end if is_last else None
            )
            newest = today - 2 * _DAY
            if before is not None and is_last and (last_day is None or newest <= last_day):
                window.plan_second_read(self._params((newest, last_day), today), newest)
            before = window
            yield window

    def samples(self, bounds: Bounds, today: date) -> Iterator[DateWindow]:
        """Cut what may be read into windows to find out what rows look like: few reach the oldest ones.

        Args:
            bounds: The first and the last instant that the user wants.
            today: The day up to which rows can be expected.

        Yields:
            The windows, newest first, each twice as wide as the one before it.
        """
        first, last = self._days_of(bounds)
        end, newest, width = last, min(last or today, today), timedelta(days=self.window)
        if first and self.start_param and self.end_param:
            while newest - first > width:
                newest -= width
                yield DateWindow(self._params((newest, end), today), (newest, end), bounds)
                end, width = newest, 2 * width
        yield from self._window_of(bounds, (first, end), today)

    def whole(self, bounds: Bounds, today: date) -> Iterator[DateWindow]:
        """Return one window for all that may be read: its first answer tells whether there is anything at all.

        Args:
            bounds: The first and the last instant that the user wants.
            today: The day up to which rows can be expected.
        """
        return self._window_of(bounds, self._days_of(bounds), today)

    def _window_of(self, bounds: Bounds, days: Days, today: date) -> Iterator[DateWindow]:
        """Yield the window of some days, which begins where the bounds do; none if the first day is behind the last."""
        first, last = days
        if not first or not last or first <= last:
            yield DateWindow(self._params(days, today, cast("datetime | None", bounds.first)), days, bounds)

    def _days_of(self, bounds: Bounds) -> Days:
        """Return the first and the last day that may have rows."""
        first, end = cast("tuple[datetime | None, datetime | None]", bounds[:2])
        # Two days of margin: one in case an end is not inclusive, one for the time zone.
        first_day = first.date() - (0 if self.exact else 2) * _DAY if first else None
        last_day = end.date() + (1 if self.exact else 2) * _DAY if end else None
        return first_day, last_day

    def _params(self, days: Days, today: date, oldest: datetime | None = None) -> Params:
        """Return the parameters that ask for some days, or for those since an instant if the first one is known."""
        first, last = days
        if last is None and self.always_ends:
            # A day in case the end is not inclusive, and one for the time zone.
            last = max(first or today, today) + 2 * _DAY
        params = zip((self.start_param, self.end_param), (first, last), strict=True)
        asked: Params = {param: self.style.write(_midnight(day)) for param, day in params if param and day}
        if self.exact and self.start_param is not None and oldest is not None:
            asked[self.start_param] = self.style.write(oldest)
        return asked

    def _cut(self, first: date | None, last: date | None, today: date, widths: WindowWidths) -> Iterator[Days]:
        if first is not None and self.start_param is not None and self.end_param is not None:
            # Whatever lies beyond today fits into one window: an end for ever must not cost thousands of requests.
            until = min(last or today, today)
            while (left := until - first) > (step := timedelta(days=widths.next_width(left.days))):
                yield first, first + step
                first += step - (0 if self.exact else 1) * _DAY
        yield first, last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.utc)
