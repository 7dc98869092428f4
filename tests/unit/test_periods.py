"""The calendar's days, weeks, months, quarters and years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.apis.subscription.periods import Interval

# A year from either end of the calendar.
DAYS = st.dates(min_value=date(2, 1, 1), max_value=date(9998, 12, 31))
INTERVALS = st.sampled_from(Interval)
WEEK_STARTS = st.integers(min_value=0, max_value=6)
DAY = timedelta(days=1)


@given(INTERVALS, DAYS, WEEK_STARTS)
def test_a_period_contains_its_day(interval: Interval, day: date, week_start: int) -> None:
    assert interval.first_day(day, week_start) <= day <= interval.last_day(day, week_start)


@given(INTERVALS, DAYS, WEEK_STARTS)
def test_all_days_of_a_period_have_the_same_ends(interval: Interval, day: date, week_start: int) -> None:
    first, last = interval.first_day(day, week_start), interval.last_day(day, week_start)
    for other in (first, last):
        assert (interval.first_day(other, week_start), interval.last_day(other, week_start)) == (first, last)


@given(INTERVALS, DAYS, WEEK_STARTS)
def test_periods_tile_the_calendar(interval: Interval, day: date, week_start: int) -> None:
    first, last = interval.first_day(day, week_start), interval.last_day(day, week_start)
    assert interval.first_day(last + DAY, week_start) == last + DAY
    assert interval.last_day(first - DAY, week_start) == first - DAY


@given(DAYS, WEEK_STARTS)
def test_a_week_has_seven_days_and_begins_on_its_weekday(day: date, week_start: int) -> None:
    first = Interval.WEEK.first_day(day, week_start)
    assert first.weekday() == week_start
    assert Interval.WEEK.last_day(day, week_start) - first == timedelta(days=6)


@given(DAYS)
def test_months_and_quarters_begin_with_their_first_month(day: date) -> None:
    assert Interval.MONTH.first_day(day) == date(day.year, day.month, 1)
    quarter = Interval.QUARTER.first_day(day)
    assert (quarter.day, quarter.month) in {(1, 1), (1, 4), (1, 7), (1, 10)}


@given(DAYS)
def test_years_are_the_calendar_s(day: date) -> None:
    assert Interval.YEAR.first_day(day) == date(day.year, 1, 1)
    assert Interval.YEAR.last_day(day) == date(day.year, 12, 31)


@pytest.mark.parametrize(
    ("interval", "last"),
    [
        (Interval.DAY, date(2024, 2, 10)),
        (Interval.WEEK, date(2024, 2, 11)),
        (Interval.MONTH, date(2024, 2, 29)),
        (Interval.QUARTER, date(2024, 3, 31)),
        (Interval.YEAR, date(2024, 12, 31)),
    ],
)
def test_the_last_day_of_a_period_is_the_calendars(interval: Interval, last: date) -> None:
    assert interval.last_day(date(2024, 2, 10)) == last


def test_intervals_bear_the_names_that_the_api_takes() -> None:
    assert [interval.value for interval in Interval] == ["day", "week", "month", "quarter", "year"]
