"""When a walk may stop, and how a bookmark moves."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.sync.bookmarks import Bookmark
from tap_analytics.sync.newest_first import NewestFirst
from tap_analytics.sync.walks import Bounds, Walk

NOW = datetime(2024, 3, 15, 10, 30, tzinfo=timezone.utc)
# Few instants, so that rows often share one.
INSTANTS = st.integers(min_value=-10, max_value=10).map(lambda hours: NOW + timedelta(hours=hours))
Rows = list[datetime | None]


def pages_read(walk: Walk, rows: Rows, size: int) -> list[Rows]:
    """Walk through a list as a stream does, and return the pages that were read."""
    read = []
    for first in range(0, len(rows), size):
        read.append(rows[first : first + size])
        if walk.is_done(read[-1]):
            break
    return read


def is_proved(pages: list[Rows], until: datetime) -> bool:
    """Say whether a walk may stop after these pages, in the words of the rule."""
    dated = [instant for page in pages for instant in page if instant is not None]
    no_ascent = all(a >= b for a, b in pairwise(dated))
    descents = [a > b for page in pages for a, b in pairwise([at for at in page if at is not None])]
    return no_ascent and any(descents) and bool(pages[-1]) and all(at is not None and at < until for at in pages[-1])


@given(st.lists(INSTANTS, max_size=30), st.integers(1, 8), INSTANTS)
def test_newest_first_reads_all_that_is_new_where_the_order_is_true(
    instants: list[datetime], size: int, until: datetime
) -> None:
    rows: Rows = [*sorted(instants, reverse=True)]
    read = pages_read(NewestFirst(until), rows, size)
    assert sum(map(len, read)) >= sum(instant >= until for instant in instants)


@given(st.lists(st.none() | INSTANTS, max_size=30), st.integers(1, 8), INSTANTS)
def test_no_answer_in_whatever_order_is_cut_short_without_proof(rows: Rows, size: int, until: datetime) -> None:
    read = pages_read(NewestFirst(until), rows, size)
    if sum(map(len, read)) < len(rows):
        assert is_proved(read, until)
    assert not any(is_proved(read[:count], until) for count in range(1, len(read)))


@given(st.lists(INSTANTS, max_size=30), st.integers(1, 8), INSTANTS)
def test_an_answer_that_is_oldest_first_is_read_to_its_end(
    instants: list[datetime], size: int, until: datetime
) -> None:
    rows: Rows = [*sorted(instants)]
    assert sum(map(len, pages_read(NewestFirst(until), rows, size))) == len(rows)


@given(st.lists(st.none() | INSTANTS, max_size=30), st.integers(1, 8))
def test_without_a_bookmark_everything_is_read(rows: Rows, size: int) -> None:
    assert sum(map(len, pages_read(NewestFirst(None), rows, size))) == len(rows)


def test_a_true_order_stops_after_the_first_page_that_is_older() -> None:
    rows: Rows = [NOW - timedelta(hours=hours) for hours in range(9)]
    assert len(pages_read(NewestFirst(NOW - timedelta(hours=2)), rows, 3)) == 2


def test_a_row_at_the_bookmark_is_new() -> None:
    walk = NewestFirst(NOW)
    assert not walk.is_done([NOW + timedelta(hours=1), NOW])
    assert walk.is_done([NOW - timedelta(hours=1), NOW - timedelta(hours=2)])


def test_pages_that_prove_nothing_are_read_past() -> None:
    old = NOW - timedelta(hours=1)
    for page in ([], [old], [old, old], [None], [old, None]):
        assert not NewestFirst(NOW).is_done(page)


def test_a_page_with_an_undated_row_is_read_past_however_true_the_order() -> None:
    walk = NewestFirst(NOW)
    assert not walk.is_done([NOW + timedelta(hours=2), NOW + timedelta(hours=1)])
    assert not walk.is_done([NOW - timedelta(hours=1), None, NOW - timedelta(hours=2)])
    assert walk.is_done([NOW - timedelta(hours=3)])


def test_after_an_ascent_nothing_is_proved_any_longer() -> None:
    walk = NewestFirst(NOW)
    assert not walk.is_done([NOW + timedelta(hours=1), NOW + timedelta(hours=2)])
    for hours in range(1, 9, 2):
        assert not walk.is_done([NOW - timedelta(hours=hours), NOW - timedelta(hours=hours + 1)])


def test_an_ascent_between_two_pages_is_one() -> None:
    walk = NewestFirst(NOW)
    assert not walk.is_done([NOW - timedelta(hours=1)])
    assert not walk.is_done([NOW - timedelta(minutes=30), NOW - timedelta(hours=2)])


@given(st.lists(INSTANTS | st.none(), max_size=5))
def test_a_plain_walk_takes_every_row_of_every_page(rows: Rows) -> None:
    walk = Walk()
    assert pages_read(walk, rows, 1) == [[row] for row in rows]
    assert all(walk.takes((number,), row) for number, row in enumerate(rows))
    assert walk.params == {}


@given(st.none() | INSTANTS, st.lists(INSTANTS))
def test_a_bookmark_never_goes_back_and_never_beyond_the_start_of_the_run(
    earlier: datetime | None, seen: list[datetime]
) -> None:
    bookmark = Bookmark(earlier, NOW)
    values = [bookmark.value]
    for instant in seen:
        bookmark.see(instant)
        values.append(bookmark.value)
    known = [value for value in values if value is not None]
    assert known == sorted(known)
    assert all(value <= NOW for value in known)
    assert values[-1] == max([at for at in seen if at <= NOW] + [min(at, NOW) for at in [earlier] if at], default=None)


def test_a_bookmark_compares_instants_and_not_texts() -> None:
    bookmark = Bookmark(datetime(2024, 3, 1, 12, tzinfo=timezone.utc), NOW)
    bookmark.see(datetime(2024, 3, 1, 13, tzinfo=timezone(timedelta(hours=2))))
    assert bookmark.value == datetime(2024, 3, 1, 12, tzinfo=timezone.utc)


def test_rows_beyond_the_users_dates_are_left_out_and_those_without_a_date_are_not() -> None:
    first, last = (datetime(2024, 1, day, tzinfo=timezone.utc) for day in (10, 20))
    walk = NewestFirst(first, Bounds(first, last))
    taken = [day for day in range(1, 31) if walk.takes((day,), datetime(2024, 1, day, tzinfo=timezone.utc))]
    assert taken == list(range(10, 21))
    assert walk.takes((0,), None)
