"""Metrics by period: under which date each row goes out, and which period is complete."""

from __future__ import annotations

from calendar import MONDAY, SUNDAY
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.apis.subscription.period_walks import Periods, PeriodWalk
from tap_analytics.apis.subscription.periods import Interval
from tap_analytics.errors import StreamError

Row = dict[str, Any]
DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2024, 12, 31))
WEEK_STARTS = st.sampled_from([MONDAY, SUNDAY])
TODAY = date(2024, 5, 15)


def answer(interval: Interval, start: date, end: date, week_start: int) -> list[Row]:
    """Answer as the service does: each row under the last day of its period, the open one under the end asked for."""
    rows: list[Row] = []
    day = start
    while day <= end:
        last = interval.last_day(day, week_start)
        rows.append({"date": min(last, end).isoformat(), "customers": len(rows)})
        day = last + DAY
    return rows


def shaped(
    interval: Interval, rows: list[Row], end: date, today: date, week_start: int = MONDAY
) -> tuple[list[Row], list[str]]:
    warnings: list[str] = []
    start = date.fromisoformat(rows[0]["date"]) if rows else end
    walk = PeriodWalk("/metrics", Periods(interval, start, end, today, week_start), warnings.append, lambda _: None)
    return walk.objects(rows), warnings


@given(st.sampled_from(Interval), DAYS, st.integers(0, 499), st.integers(0, 100), WEEK_STARTS, st.randoms())
def test_every_period_goes_out_under_its_last_day_and_only_over_ones_are_complete(  # noqa: PLR0913, PLR0917
    interval: Interval,
    first: date,
    length: int,
    later: int,
    week_start: int,
    random: Any,  # noqa: ANN401
) -> None:
    start = interval.first_day(first, week_start)
    end = start + length * DAY
    rows = answer(interval, start, end, week_start)
    today = end + later * DAY
    random.shuffle(rows)
    records, warnings = shaped(interval, rows, end, today, week_start)
    last_days = {record["customers"]: date.fromisoformat(record["date"]) for record in records}
    assert [last_days[n] for n in sorted(last_days)] == [
        interval.last_day(start + n * DAY, week_start)
        for n in range((end - start).days + 1)
        if interval.first_day(start + n * DAY, week_start) == start + n * DAY
    ]
    for record in records:
        last = last_days[record["customers"]]
        assert record["is_complete"] is (last < today and last <= end)
    assert not warnings


@given(st.sampled_from([i for i in Interval if i is not Interval.DAY]), DAYS, WEEK_STARTS)
def test_the_next_run_overwrites_the_open_period(interval: Interval, today: date, week_start: int) -> None:
    start = interval.first_day(today - 200 * DAY, week_start)
    runs = [
        shaped(interval, answer(interval, start, end, week_start), end, end, week_start)[0]
        for end in (today, today + DAY)
    ]
    dates = [{record["date"] for record in records} for records in runs]
    assert dates[0] <= dates[1]


def test_the_open_month_is_moved_to_its_end_and_no_other_row_is() -> None:
    rows = [{"date": "2015-01-31", "customers": 1}, {"date": "2015-02-01", "customers": 2}]
    records, _ = shaped(Interval.MONTH, rows, date(2015, 2, 1), date(2015, 2, 1))
    assert [(record["date"], record["is_complete"]) for record in records] == [
        ("2015-01-31", True),
        ("2015-02-28", False),
    ]


def test_an_odd_date_that_is_not_the_last_stays_as_the_api_gave_it() -> None:
    records, _ = shaped(Interval.MONTH, [{"date": "2015-01-15"}, {"date": "2015-02-28"}], date(2015, 2, 28), TODAY)
    assert [record["date"] for record in records] == ["2015-01-15", "2015-02-28"]


def test_a_period_that_was_not_asked_for_to_its_end_is_not_complete() -> None:
    records, _ = shaped(Interval.MONTH, [{"date": "2015-02-15"}], date(2015, 2, 15), date(2020, 1, 1))
    assert records == [{"date": "2015-02-28", "is_complete": False}]


def test_a_period_that_ends_today_is_not_complete() -> None:
    records, _ = shaped(Interval.MONTH, [{"date": "2015-02-28"}], date(2015, 2, 28), date(2015, 2, 28))
    assert [record["is_complete"] for record in records] == [False]


def test_weeks_follow_the_answer_where_it_differs_from_the_account_with_one_warning() -> None:
    sundays = [{"date": day} for day in ("2024-05-04", "2024-05-11", "2024-05-15")]
    records, warnings = shaped(Interval.WEEK, sundays, TODAY, TODAY, MONDAY)
    assert [record["date"] for record in records] == ["2024-05-04", "2024-05-11", "2024-05-18"]
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("days", "week_start", "last"),
    [
        # A first row that is dated by its own first day.
        (("2024-05-01", "2024-05-11", "2024-05-18", "2024-05-20"), SUNDAY, "2024-05-25"),
        (("2024-05-01", "2024-05-11", "2024-05-18", "2024-05-20"), MONDAY, "2024-05-25"),
        (("2024-05-01", "2024-05-12", "2024-05-19", "2024-05-22"), SUNDAY, "2024-05-26"),
        # One closed row, and several that do not agree: the account decides.
        (("2024-05-01", "2024-05-20"), SUNDAY, "2024-05-25"),
        (("2024-05-01", "2024-05-20"), MONDAY, "2024-05-26"),
        (("2024-05-01", "2024-05-11", "2024-05-20"), SUNDAY, "2024-05-25"),
        (("2024-05-01", "2024-05-11", "2024-05-20"), MONDAY, "2024-05-26"),
        (("2024-04-27", "2024-05-04", "2024-05-12", "2024-05-19", "2024-05-20"), MONDAY, "2024-05-26"),
    ],
)
def test_weeks_begin_on_the_weekday_that_most_closed_rows_agree_on(
    days: tuple[str, ...], week_start: int, last: str
) -> None:
    records, _ = shaped(Interval.WEEK, [{"date": day} for day in days], TODAY, TODAY, week_start)
    assert [record["date"] for record in records] == [*days[:-1], last]


@pytest.mark.parametrize(("week_start", "last"), [(MONDAY, "2024-05-19"), (SUNDAY, "2024-05-18")])
def test_a_single_week_follows_the_account(week_start: int, last: str) -> None:
    records, warnings = shaped(Interval.WEEK, [{"date": "2024-05-15"}], TODAY, TODAY, week_start)
    assert [record["date"] for record in records] == [last]
    assert not warnings


def test_no_rows_are_no_records() -> None:
    assert shaped(Interval.MONTH, [], TODAY, TODAY) == ([], [])


@pytest.mark.parametrize("row", [{}, {"date": None}, {"date": 20240131}, {"date": "soon"}, {"date": "2024-02-30"}])
def test_a_row_without_a_usable_date_ends_the_stream(row: Row) -> None:
    with pytest.raises(StreamError, match="'date'"):
        shaped(Interval.MONTH, [{"date": "2024-01-31"}, row], TODAY, TODAY)


@pytest.mark.parametrize("day", [None, "soon", 20240131])
def test_a_row_without_a_date_is_told_with_the_path_that_it_came_from(day: object) -> None:
    with pytest.raises(StreamError, match="a row of /metrics has no 'date'"):
        shaped(Interval.DAY, [{"date": "2024-05-14"}, {"date": day}], TODAY, TODAY)
