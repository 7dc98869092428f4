"""Date-times of every style that the two services write."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.records.datetimes import (
    DateStyle,
    end_of,
    format_instant,
    normalize_instant,
    parse_date,
    parse_instant,
)

INSTANTS = st.datetimes(timezones=st.just(timezone.utc))
# A day from either end of the calendar, so that any offset can be written.
INNER_INSTANTS = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.just(timezone.utc),
)
OFFSETS = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-01-01T12:00:00+00:00", "2016-01-01T12:00:00.000000+00:00"),
        ("2016-01-01T12:00:00-04:00", "2016-01-01T16:00:00.000000+00:00"),
        ("2015-11-01T00:00:00.000Z", "2015-11-01T00:00:00.000000+00:00"),
        ("2020-05-06T01:00:00", "2020-05-06T01:00:00.000000+00:00"),
        ("2019-04-13T03:27:56.973873", "2019-04-13T03:27:56.973873+00:00"),
        ("2024-11-01T10:59:29+00:00", "2024-11-01T10:59:29.000000+00:00"),
        ("2024-11-01 10:59:29", "2024-11-01T10:59:29.000000+00:00"),
        ("2024-11-01T10:59:29+0000", "2024-11-01T10:59:29.000000+00:00"),
        ("2024-11-01 10:59:29.5 -0330", "2024-11-01T14:29:29.500000+00:00"),
        ("2024-11-01T10:59Z", "2024-11-01T10:59:00.000000+00:00"),
        ("2024-11-01", "2024-11-01T00:00:00.000000+00:00"),
    ],
)
def test_the_styles_of_both_services_come_out_as_one(text: str, expected: str) -> None:
    assert format_instant(parse_instant(text)) == expected


def test_digits_beyond_the_microsecond_are_cut_and_never_round_up() -> None:
    assert format_instant(parse_instant("2023-12-31T23:59:59.999999999Z")) == "2023-12-31T23:59:59.999999+00:00"


@given(INSTANTS)
def test_what_was_formatted_is_read_back_unchanged(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(INNER_INSTANTS, OFFSETS, INNER_INSTANTS, OFFSETS)
def test_formatted_instants_sort_as_the_instants_do(
    one: datetime, zone: timezone, other: datetime, other_zone: timezone
) -> None:
    texts = [format_instant(one.astimezone(zone)), format_instant(other.astimezone(other_zone))]
    assert (texts[0] < texts[1]) == (one < other)
    assert (texts[0] == texts[1]) == (one == other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1700000000",
        "2024",
        "2024-13-01T00:00:00Z",
        "2024-02-30",
        "2023-02-29T00:00:00Z",
        "0000-00-00 00:00:00",
        "2024-01-01T25:00:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00+99:00",
        "2024-01-01T00:00:00 CET",
        "2024-W01-1",
        "20240101T000000Z",
        "01/02/2024",
        "٢٠٢٤-01-01",
        "2024-01-01T00:00:00Z\n",
        "2024-01-01T00:00:0\\u0030Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:00:00-02:00",
    ],
)
def test_what_is_no_date_time_is_refused_rather_than_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


# Mostly what some service could write, some of it with parts that are out of range or of another style.
ODD_TEXTS = st.tuples(
    st.sampled_from(["0001-01-01", "2024-02-29", "2023-02-29", "9999-12-31", "0000-00-00"]),
    st.sampled_from(["T", "T", " ", "t", "_"]),
    st.sampled_from(["00:00:00", "23:59:59", "23:59", "23:59:60", "24:00:00"]),
    st.just("") | st.text("0123456789", max_size=10).map(".{}".format),
    st.sampled_from(["", "", " "]),
    st.sampled_from(["", "Z", "z", "+00:00", "-00:00", "+0200", "-0330", "+14:00", "+24:00", "-23:60", "+02"]),
).map("".join)
PARTS = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s?(?:Z|([+-])(\d\d):?(\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)


def made_of_parts(text: str) -> datetime | None:
    """Read a date-time by its numbers; None where there is no such date-time."""
    match = PARTS.fullmatch(text)
    if match is None:
        return None
    *numbers, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    microsecond = int((fraction or "").ljust(6, "0")[:6])
    try:
        zone = timezone(-offset if sign == "-" else offset)
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return datetime(year, month, day, hour, minute, second, microsecond, zone).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


@given(ODD_TEXTS | st.text())
def test_a_text_is_the_instant_that_its_numbers_make_or_refused(text: str) -> None:
    expected = made_of_parts(text)
    if expected is None:
        with pytest.raises(ValueError, match=r"."):
            parse_instant(text)
    else:
        assert parse_instant(text) == expected
        # Not `timezone.utc` itself: below Python 3.11 the SDK replaces `fromisoformat` by one with zones of its own.
        assert parse_instant(text).utcoffset() == timedelta()
        assert normalize_instant(text) == expected.isoformat(timespec="microseconds")


@given(st.dates())
def test_a_day_is_read_as_written(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["2024-W01-1", "20240101", "2024-1-1", "2024-02-30", "2024-01-01T00:00:00Z", "", " 2024-01-01"]
)
def test_what_is_no_day_is_refused_rather_than_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@given(st.dates(), INSTANTS)
def test_an_end_without_a_time_takes_in_the_whole_day(day: date, instant: datetime) -> None:
    assert (instant <= end_of(day.isoformat())) == (instant.date() <= day)


def test_an_end_with_a_time_is_that_instant() -> None:
    assert end_of("2024-01-31T12:00:00+02:00") == datetime(2024, 1, 31, 10, tzinfo=timezone.utc)


def test_an_end_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="date"):
        end_of("soon")


ZONES = st.sampled_from(["", "Z", "+00:00", "+0000", " +0000", "-03:30", "+1400"])
SEPARATORS = st.sampled_from(["T", " "])
STYLES = st.builds(DateStyle, separator=SEPARATORS, fraction=st.integers(0, 9), zone=ZONES) | st.builds(
    lambda separator, zone: DateStyle(separator, seconds=False, zone=zone), SEPARATORS, ZONES
)


@given(STYLES, INNER_INSTANTS)
def test_a_style_writes_what_it_is_read_from_and_loses_only_what_it_has_no_digits_for(
    style: DateStyle, instant: datetime
) -> None:
    text = style.write(instant)
    assert DateStyle.of(text) == style
    step = timedelta(microseconds=10 ** max(0, 6 - style.fraction)) if style.seconds else timedelta(minutes=1)
    assert timedelta() <= instant - parse_instant(text) < step
    assert style.write(parse_instant(text)) == text


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("2023-06-20", "2024-01-31"),
        ("2023-06-20 00:00:00", "2024-01-31 22:30:05"),
        ("2023-06-20T00:00:00", "2024-01-31T22:30:05"),
        ("2023-06-20T00:00Z", "2024-01-31T22:30Z"),
        ("2023-06-20T00:00:00.000Z", "2024-01-31T22:30:05.250Z"),
        ("2023-06-20T00:00:00.0000000Z", "2024-01-31T22:30:05.2500000Z"),
        ("2023-06-20T00:00:00+00:00", "2024-01-31T22:30:05+00:00"),
        ("2023-06-20 00:00:00 +0000", "2024-01-31 22:30:05 +0000"),
        ("2023-06-20T00:00:00+0200", "2024-02-01T00:30:05+0200"),
        ("2023-06-20T00:00:00-05:30", "2024-01-31T17:00:05-05:30"),
    ],
)
def test_dates_are_written_in_the_style_of_a_sample(sample: str, expected: str) -> None:
    assert DateStyle.of(sample).write(datetime(2024, 1, 31, 22, 30, 5, 250_000, tzinfo=timezone.utc)) == expected


@pytest.mark.parametrize("text", ["", "soon", "1687219200", "20.06.2023", "2023-06", "2023-06-20T"])
def test_what_is_no_date_has_no_style(text: str) -> None:
    with pytest.raises(ValueError, match="not a date-time"):
        DateStyle.of(text)
