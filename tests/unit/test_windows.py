"""Windows of dates: whatever a server's date filter means, every row is read once and no bookmark runs ahead."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import islice, pairwise
from math import ceil
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tap_analytics.records.datetimes import DateStyle, parse_instant
from tap_analytics.sync.bookmarks import Bookmark
from tap_analytics.sync.date_windows import DateFilter, DateWindow
from tap_analytics.sync.walks import Bounds
from tap_analytics.sync.window_progress import WindowProgress
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page_token import Params

TODAY = date(2024, 3, 15)
NOW = datetime.combine(TODAY, time(10, 30), tzinfo=timezone.utc)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
Row = tuple[int, datetime | None]

# Hours, so that rows often share an instant, or lie at midnight.
INSTANTS = st.integers(min_value=-24 * 40, max_value=24 * 10).map(
    lambda hours: NOW + timedelta(hours=hours, minutes=-30)
)
ROWS = st.lists(st.none() | INSTANTS, max_size=30).map(lambda instants: list(enumerate(instants)))


@dataclass(frozen=True)
class Server:
    """An API that filters by calendar days: which of them, and where a day begins, is nowhere written down."""

    takes_start: bool
    takes_end: bool
    offset: timedelta
    obeys_start: bool = True
    obeys_end: bool = True

    def answer(self, rows: list[Row], params: Params) -> list[Row]:
        """Return the rows that the filter lets through."""
        return [row for row in rows if row[1] is None or self._has((row[1] + self.offset).date(), params)]

    def _has(self, day: date, params: Params) -> bool:
        first, last = (date.fromisoformat(str(params[name])) if name in params else None for name in ("from", "to"))
        if self.obeys_start and first is not None and (day < first or (day == first and not self.takes_start)):
            return False
        return not (self.obeys_end and last is not None and (day > last or (day == last and not self.takes_end)))


SERVERS = st.builds(
    Server,
    takes_start=st.booleans(),
    takes_end=st.booleans(),
    offset=st.sampled_from([-12 * HOUR, 14 * HOUR]) | st.integers(-12 * 4, 14 * 4).map(lambda n: n * HOUR / 4),
    obeys_start=st.booleans(),
    obeys_end=st.booleans(),
)
FILTERS = st.builds(DateFilter, start_param=st.just("from"), end_param=st.just("to"), window=st.integers(2, 15))
UTC_DAYS = Server(takes_start=True, takes_end=True, offset=timedelta())


@settings(max_examples=400)
@example(  # An end that is not inclusive, of days that end half a day later: both margins at once.
    rows=[(0, NOW), (1, NOW + 3 * DAY)],
    server=Server(takes_start=False, takes_end=False, offset=-12 * HOUR),
    date_filter=DateFilter(start_param="from", end_param="to"),
    since=None,
    start=NOW,
    end=NOW + 3 * DAY,
    random=Random(0),  # noqa: S311
)
@example(
    rows=[(0, NOW), (1, NOW + 3 * DAY)],
    server=Server(takes_start=False, takes_end=False, offset=14 * HOUR),
    date_filter=DateFilter(start_param="from", end_param="to"),
    since=NOW,
    start=None,
    end=NOW + 3 * DAY,
    random=Random(0),  # noqa: S311
)
@given(ROWS, SERVERS, FILTERS, *[st.none() | INSTANTS] * 3, st.randoms())
def test_every_row_within_bounds_is_read_once_and_no_bookmark_runs_ahead(  # noqa: PLR0913, PLR0917
    rows: list[Row],
    server: Server,
    date_filter: DateFilter,
    since: datetime | None,
    start: datetime | None,
    end: datetime | None,
    random: Random,
) -> None:
    first = max(filter(None, (since, start)), default=None)
    allowed = {key for key, at in rows if at is None or ((not first or at >= first) and (not end or at <= end))}
    wanted = {key for key, at in rows if key in allowed and at}
    bookmark = Bookmark(since, NOW)
    read: Counter[int] = Counter()
    progress = WindowProgress(WindowWidths(date_filter.window, random.choice([None, 2, 200])))
    for window in date_filter.windows(since, Bounds(start, end), TODAY, progress):
        answer = server.answer(rows, window.params)
        random.shuffle(answer)
        window.count(len(answer))
        window.finish()
        for key, at in answer:
            if window.takes((key,), at):
                read[key] += 1
                if at is not None:
                    bookmark.see(at)
        unread = [at for key, at in rows if key in wanted and not read[key] and at]
        assert bookmark.value is None or all(at >= bookmark.value for at in unread)
    assert wanted <= set(read) <= allowed
    assert set(read.values()) <= {1}


def test_the_days_asked_for_are_bare_dates_with_a_margin() -> None:
    date_filter = DateFilter(start_param="start-date", end_param="end-date")
    [window] = date_filter.windows(None, Bounds(NOW, NOW), TODAY)
    assert set(window.params) == {"start-date", "end-date"}
    first, last = (date.fromisoformat(str(value)) for value in window.params.values())
    assert first < TODAY < last


def spans(windows: list[DateWindow]) -> list[tuple[str | None, str | None]]:
    return [
        (str(w.params["from"]) if "from" in w.params else None, str(w.params["to"]) if "to" in w.params else None)
        for w in windows
    ]


@given(FILTERS, INSTANTS, st.none() | INSTANTS)
def test_a_window_begins_one_day_before_its_predecessor_ended(
    date_filter: DateFilter, start: datetime, end: datetime | None
) -> None:
    assume(end is None or end >= start)
    asked = spans(list(date_filter.windows(None, Bounds(start, end), TODAY)))
    for (_, last), (first, _) in pairwise(asked):
        assert first is not None
        assert last is not None
        assert date.fromisoformat(last) - date.fromisoformat(first) == DAY
    assert asked


@given(FILTERS, INSTANTS)
def test_the_last_window_has_no_end_unless_one_is_set(date_filter: DateFilter, start: datetime) -> None:
    assert spans(list(date_filter.windows(None, Bounds(start, None), TODAY)))[-1][1] is None
    assert spans(list(date_filter.windows(None, Bounds(start, start + DAY), TODAY)))[-1][1] is not None


@given(FILTERS, st.none() | INSTANTS)
def test_where_an_end_is_always_sent_the_newest_one_lies_after_today_and_hides_no_row(
    date_filter: DateFilter, start: datetime | None
) -> None:
    always = msgspec.structs.replace(date_filter, always_ends=True)
    without, windows = (list(each.windows(None, Bounds(start, None), TODAY)) for each in (date_filter, always))
    ends = [end for _, end in spans(windows)]
    assert [first for first, _ in spans(windows)] == [first for first, _ in spans(without)]
    assert ends[:-1] == [end for _, end in spans(without)[:-1]]
    assert ends[-1] is not None
    assert date.fromisoformat(ends[-1]) >= max(TODAY, start.date() if start else TODAY)
    # A server that ignores the end gives rows of the future, and these are written.
    assert windows[-1].takes((1,), NOW + 900 * DAY)


@given(FILTERS, INSTANTS, INSTANTS)
def test_an_end_that_the_user_sets_is_the_one_that_is_sent(
    date_filter: DateFilter, start: datetime, end: datetime
) -> None:
    always = msgspec.structs.replace(date_filter, always_ends=True)
    asked = [spans(list(each.windows(None, Bounds(start, end), TODAY))) for each in (date_filter, always)]
    assert asked[0] == asked[1]


@given(FILTERS, st.none() | INSTANTS)
def test_without_a_beginning_there_is_one_window(date_filter: DateFilter, end: datetime | None) -> None:
    assert [first for first, _ in spans(list(date_filter.windows(None, Bounds(None, end), TODAY)))] == [None]


@given(INSTANTS, st.integers(2, 15))
def test_a_filter_without_an_end_has_one_window(start: datetime, days: int) -> None:
    windows = list(DateFilter(start_param="from", window=days).windows(None, Bounds(start, None), TODAY))
    assert [set(window.params) for window in windows] == [{"from"}]


@given(FILTERS, INSTANTS, INSTANTS)
@example(DateFilter(start_param="from", end_param="to"), NOW, NOW - 30 * DAY)
def test_what_begins_after_its_end_reads_no_row(date_filter: DateFilter, start: datetime, end: datetime) -> None:
    assume(start > end)
    rows: list[Row] = [(0, start), (1, end), (2, start - (start - end) / 2)]
    for window in date_filter.windows(None, Bounds(start, end), TODAY):
        assert not any(window.takes((key,), at) for key, at in UTC_DAYS.answer(rows, window.params))


def test_the_later_of_bookmark_and_start_date_is_what_is_asked_for() -> None:
    date_filter = DateFilter(start_param="from", end_param="to")
    early, late = NOW - 20 * DAY, NOW - 5 * DAY
    expected = spans(list(date_filter.windows(None, Bounds(late, None), TODAY)))
    assert spans(list(date_filter.windows(late, Bounds(early, None), TODAY))) == expected
    assert spans(list(date_filter.windows(early, Bounds(late, None), TODAY))) == expected


def asked_for(
    rows_per_day: Callable[[int], float], days: int, page_size: int, readers: int, *, known: bool = True
) -> tuple[list[int], int, int]:
    """Read windows as a run does, and return their widths, the requests that they cost, and the pages of all rows."""
    first = TODAY - days * DAY
    filled = DateFilter(start_param="from", end_param="to")
    widths = WindowWidths(filled.window, page_size if known else None)
    start = datetime.combine(first, time(), tzinfo=timezone.utc)
    windows = filled.windows(None, Bounds(start, None), TODAY, WindowProgress(widths))
    under_way: deque[DateWindow] = deque()
    spans_read, requests = [], 0
    while True:
        under_way.extend(islice(windows, max(0, min(readers, widths.at_once) - len(under_way))))
        if not under_way:
            break
        window = under_way.popleft()
        begin = date.fromisoformat(str(window.params["from"]))
        end = date.fromisoformat(str(window.params.get("to", TODAY)))
        spans_read.append((end - begin).days)
        left = sum(int(rows_per_day((begin + n * DAY - first).days)) for n in range((end - begin).days + 1))
        pages = [min(page_size, left - at) for at in range(0, max(left, 1), page_size)]
        requests += len(pages)
        for rows in pages:
            window.count(rows)
        window.finish()
    rows = sum(int(rows_per_day(n)) for n in range(days + 1))
    return spans_read, requests, max(1, ceil(rows / page_size))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("readers", [1, 4, 8])
@pytest.mark.parametrize("days", [40, 365, 1461, 3000])
@pytest.mark.parametrize(
    "rows_per_day",
    [
        lambda _: 0,
        lambda n: n % 4 != 0,
        lambda _: 5,
        lambda _: 30,
        lambda _: 100,
        lambda n: n / 60,
        lambda n: 2 * (n > 700),
        lambda n: 60 * (n % 30 == 0),
    ],
    ids=["none", "few", "some", "more", "many", "growing", "late", "bursts"],
)
def test_windows_cost_few_requests_more_than_their_rows_have_pages(
    rows_per_day: Callable[[int], float], days: int, readers: int, *, known: bool
) -> None:
    _, requests, pages = asked_for(rows_per_day, days, 200, readers, known=known)
    assert requests <= 1.2 * pages + readers + 2


def test_dense_days_are_asked_for_in_narrow_windows_so_that_all_readers_have_some() -> None:
    widths, _, _ = asked_for(lambda _: 100, 1461, 200, 8)
    assert len(widths) > 40
    assert min(widths[:-1]) >= 20


def test_windows_widen_only_as_far_as_is_known() -> None:
    widths, _, _ = asked_for(lambda n: 100 * (n > 400), 1461, 200, 8)
    # What is left over is divided evenly among the last ones.
    assert all(width <= 2 * 9 * max(widths[:at], default=20) for at, width in enumerate(widths))


@settings(max_examples=100)
@given(rows=ROWS, window=st.integers(2, 15), since=st.none() | INSTANTS, end=st.none() | INSTANTS)
def test_a_filter_by_instants_is_asked_for_nothing_twice(
    rows: list[Row], window: int, since: datetime | None, end: datetime | None
) -> None:
    assume(since is None or end is None or since <= end)
    date_filter = DateFilter(
        start_param="from", end_param="to", window=window, style=DateStyle("T", zone="Z"), exact=True
    )
    read: Counter[int] = Counter()
    asked: list[tuple[object, object]] = []
    for each in date_filter.windows(since, Bounds(last=end), TODAY):
        asked.append((each.params.get("from"), each.params.get("to")))
        first, last = (None if text is None else parse_instant(str(text)) for text in asked[-1])
        given_rows = [
            (key, at) for key, at in rows if at is not None and (not first or first <= at) and (not last or at < last)
        ]
        read.update(key for key, at in given_rows if each.takes((key,), at))
    wanted = {key for key, at in rows if at is not None and (not since or since <= at) and (not end or at <= end)}
    assert read == dict.fromkeys(wanted, 1)
    assert all(before[1] == after[0] for before, after in pairwise(asked))
    assert asked[0][0] == (DateStyle("T", zone="Z").write(since) if since else None)


def test_how_much_of_a_span_of_dates_has_been_read_is_judged_by_the_rows_of_its_days_so_far() -> None:
    progress = WindowProgress(WindowWidths(20, 200))
    assert progress.share is None
    progress.see(100)
    progress.finish(10, [100], days_left=90)
    assert progress.share == pytest.approx(100 / 1000)
    # Half of the expected rows of the next window have come.
    progress.see(50)
    assert progress.share == pytest.approx(150 / 1000)
    # More rows than in all days that were left: in no order nobody knows, in order of their dates the last one tells.
    progress.see(1000)
    assert progress.share is None
    progress.reach(30, days_left=60)
    assert progress.share == pytest.approx(1150 / (1150 + 60 * 35))
    progress.finish(90, [1050], days_left=0)
    assert progress.share == 1
