"""Values of replication keys: whatever they are, nothing is skipped, and the state holds exactly what was read."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_analytics.errors import SettingsError
from tap_analytics.records.date_styles import EPOCH_UNITS, EpochStyle, PatternStyle
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.records.replication_values import Falling, Instants, Numbers, Texts
from tap_analytics.sync.bookmarks import Bookmark
from tap_analytics.sync.value_filters import ValueFilter
from tap_analytics.sync.walks import Bounds
from tests.unit.test_state import store_of

if TYPE_CHECKING:
    from tap_analytics.records.replication_values import ReplicationType

NOW = datetime(2024, 3, 15, 12, tzinfo=timezone.utc)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
STYLES = [
    *map(EpochStyle, EPOCH_UNITS.values()),
    PatternStyle("%d.%m.%Y"),
    PatternStyle("%Y%m%d%H%M%S"),
    DateStyle(),
    DateStyle(separator="T", zone="+05:30"),
]
NUMBERS = st.integers(-(2**63), 2**63) | st.decimals(-(10**30), 10**30, allow_nan=False)
TYPES: list[tuple[ReplicationType, st.SearchStrategy[Any]]] = [
    (Instants(), INSTANTS.map(lambda instant: instant.isoformat())),
    (Instants(EpochStyle(1_000)), st.integers(0, 4 * 10**12)),
    (Numbers(), NUMBERS),
    (Texts(), st.text()),
    (Falling(Numbers()), NUMBERS),
    (Falling(Instants()), INSTANTS.map(lambda instant: instant.isoformat())),
]


@pytest.mark.parametrize(("values", "raw"), TYPES)
@given(st.data())
def test_what_was_written_to_the_state_is_read_back_to_the_last_digit(
    values: ReplicationType, raw: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = values.read(data.draw(raw))
    state: dict[str, Any] = {}
    store_of(state).write("date", value, values)
    assert store_of(json.loads(json.dumps(state))).read("date", values) == value


@pytest.mark.parametrize("style", STYLES)
@given(instant=INSTANTS)
def test_a_request_never_asks_from_later_on(style: DateStyle | EpochStyle | PatternStyle, instant: datetime) -> None:
    assert instant - timedelta(days=1) < style.read(style.write(instant)) <= instant


@pytest.mark.parametrize(
    ("style", "value", "instant"),
    [
        (EpochStyle(1_000_000), 1704067200, datetime(2024, 1, 1, tzinfo=timezone.utc)),
        (EpochStyle(1_000_000), Decimal("1704067200.25"), datetime(2024, 1, 1, 0, 0, 0, 250_000, tzinfo=timezone.utc)),
        (EpochStyle(1_000), "1704067200000", datetime(2024, 1, 1, tzinfo=timezone.utc)),
        (EpochStyle(1_000), "2024-01-01T00:00:00Z", datetime(2024, 1, 1, tzinfo=timezone.utc)),
        (EpochStyle(1), -1, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)),
        (PatternStyle("%Y%m%d"), 20240131, datetime(2024, 1, 31, tzinfo=timezone.utc)),
        (PatternStyle("%d.%m.%Y %H:%M %z"), "31.01.2024 02:00 +0200", datetime(2024, 1, 31, tzinfo=timezone.utc)),
        (PatternStyle("%d.%m.%Y"), "2024-01-31", datetime(2024, 1, 31, tzinfo=timezone.utc)),
        (PatternStyle("%G-W%V-%u"), "2024-W05-3", datetime(2024, 1, 31, tzinfo=timezone.utc)),
    ],
)
def test_instants_are_read_in_the_style_of_the_source(
    style: EpochStyle | PatternStyle, value: object, instant: datetime
) -> None:
    assert Instants(style).read(value) == instant


@pytest.mark.parametrize("value", [True, None, [], {}, "", "soon", Decimal("1e400"), Decimal("NaN"), 10**30])
@pytest.mark.parametrize("style", [EpochStyle(1_000_000), PatternStyle("%Y%m%d")])
def test_what_means_no_instant_is_refused(style: EpochStyle | PatternStyle, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Instants(style).read(value)


@pytest.mark.parametrize("pattern", ["", "%d.%m.", "%H:%M", "%Y-%m", "iso", "%Q%Y%m%d", "%Y"])
def test_a_pattern_that_says_no_day_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="year, month and day"):
        PatternStyle(pattern)


@pytest.mark.parametrize(
    ("values", "value", "told"),
    [
        (Numbers(), "2024-01-31T00:00:00Z", "is no number"),
        (Numbers(), True, "is no number"),
        (Texts(), 7, "is no text"),
        (Instants(), 7, "is no date-time"),
    ],
)
def test_a_bookmark_of_another_type_is_refused(values: ReplicationType, value: object, told: str) -> None:
    state = {"bookmarks": {"activities": {"replication_key": "date", "replication_key_value": value}}}
    with pytest.raises(SettingsError, match=told):
        store_of(state).read("date", values)


def test_a_bookmark_that_was_a_number_goes_on_as_an_instant_once_its_unit_is_declared() -> None:
    state = {"bookmarks": {"activities": {"replication_key": "date", "replication_key_value": 1704067200}}}
    values = Instants(EpochStyle(1_000_000))
    assert store_of(state).read("date", values) == datetime(2024, 1, 1, tzinfo=timezone.utc)


@settings(max_examples=200)
@given(
    rows=st.lists(st.integers(1, 30), max_size=20),
    later=st.lists(st.integers(1, 40), max_size=5),
    initial=st.none() | st.integers(0, 30),
    lag=st.integers(0, 3),
    falls=st.booleans(),
    is_open=st.booleans(),
    server=st.sampled_from(["inclusive", "exclusive", "takes no filter"]),
)
def test_two_runs_by_number_give_every_row_that_is_wanted(  # noqa: PLR0913, PLR0917
    rows: list[int],
    later: list[int],
    initial: int | None,
    lag: int,
    falls: bool,  # noqa: FBT001
    is_open: bool,  # noqa: FBT001
    server: str,
) -> None:
    values: ReplicationType = Falling(Numbers()) if falls else Numbers()
    bounds = Bounds(None if initial is None else values.read(initial), without_first=is_open)

    def read(listed: list[int], bookmark: Bookmark) -> list[int]:
        since = None if bookmark.value is None else values.shifted(bookmark.value, -lag)
        walk = ValueFilter(start_param="from").walk(since, bounds, values)
        asked = values.read(walk.params.get("from", 10**6 if falls else -1))
        is_in = {"inclusive": lambda value: value >= asked, "exclusive": lambda value: value > asked}.get(server)
        found = []
        for number in listed:
            value = values.read(number)
            if (is_in is None or is_in(value)) and walk.takes((), value):
                found.append(number)
                bookmark.see(value)
        return found

    def wanted(number: int, since: int | None) -> bool:
        if since is None:
            return True
        distance = since - number if falls else number - since
        return distance > 0 if is_open else distance >= 0

    bookmark = Bookmark(None, values.latest(NOW))
    first = read(rows, bookmark)
    assert first == [number for number in rows if wanted(number, initial)]
    if not first:
        return
    newest = min(first) if falls else max(first)
    assert values.write_state(bookmark.value) == newest
    since = newest + lag if falls else newest - lag
    second = read([*rows, *later], bookmark)
    assert second == [number for number in [*rows, *later] if wanted(number, initial) and wanted(number, since)]
    assert values.write_state(bookmark.value) == (min if falls else max)([newest, *second])


def test_falling_values_are_in_the_opposite_order() -> None:
    values: ReplicationType = Falling(Numbers())
    falling = [values.read(number) for number in (5, 3, Decimal("2.5"), -1)]
    assert all(before < after for before, after in pairwise(falling))
    assert values.write(values.shifted(falling[0], -2)) == 7
