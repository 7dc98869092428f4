"""Bookmarks in the state: read without a trace, written whole, and never ahead of what was written."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.errors import AnalyticsError, SettingsError
from tap_analytics.records.datetimes import format_instant, parse_instant
from tap_analytics.singer.state import BookmarkStore
from tap_analytics.sync.scheduler import Checkpoints
from tests.singer import select
from tests.unit.taps import URL, queries, tap_of

if TYPE_CHECKING:
    from requests_mock import Mocker
    from singer_sdk.helpers.types import TapState

State = dict[str, Any]
NOW = datetime(2024, 3, 15, 12, tzinfo=timezone.utc)
ACTIVITIES = f"{URL}/v1/activities"
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001


def state_of(value: object, field: str = "date", stream: str = "activities") -> State:
    return {"bookmarks": {stream: {"replication_key": field, "replication_key_value": value}}}


def store_of(state: State, stream: str = "activities") -> BookmarkStore:
    return BookmarkStore(tap_name="tap-analytics", stream_name=stream, tap_state=cast("TapState", state))


@given(INSTANTS, INSTANTS)
def test_what_was_written_is_read_back(first: datetime, second: datetime) -> None:
    state: State = {}
    for instant in (first, second):
        store_of(state).write("date", instant)
        assert store_of(json.loads(json.dumps(state))).read("date") == instant
    assert state == state_of(format_instant(second))


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"bookmarks": {}},
        {"bookmarks": {"activities": {}}},
        state_of(None),
        state_of("2024-01-01", field="updated_at"),
    ],
)
def test_without_a_bookmark_of_the_field_there_is_none_and_asking_leaves_no_trace(state: State) -> None:
    before = copy.deepcopy(state)
    assert store_of(state).read("date") is None
    assert state == before


@pytest.mark.parametrize(
    "value", ["2024-01-31T10:00:00+00:00", "2024-01-31 12:00:00+0200", "2024-01-31T10:00:00Z", "2024-01-31T10:00:00"]
)
def test_a_bookmark_of_any_style_is_the_same_instant(value: str) -> None:
    assert store_of(state_of(value)).read("date") == datetime(2024, 1, 31, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", ["soon", "", 1706695200, True, ["2024-01-31"], "2024-02-30"])
def test_an_impossible_bookmark_is_refused_before_the_first_request(requests_mock: Mocker, value: object) -> None:
    with pytest.raises(
        SettingsError, match=r"State: .*'activities'.*without --state \(under Meltano: with --full-refresh\)"
    ):
        tap_of(state=state_of(value)).sync_all()
    assert not requests_mock.called


@pytest.mark.parametrize(
    "state",
    [
        [],
        [{"bookmarks": {}}],
        7,
        1.5,
        True,
        {"bookmarks": []},
        {"bookmarks": {"a": 1}},
        {"bookmarks": {"a": ["2024-01-31"]}},
        {"other": 1},
        {"activities": {"replication_key": "date"}},
        {"singer_state": {"other": 1}},
        {"singer_state": "x"},
        {"type": "STATE"},
        {"type": "STATE", "value": []},
        {"type": "RECORD", "stream": "a", "record": {}},
        {"completed": {"singer_state": []}, "partial": None},
    ],
)
def test_what_is_no_state_is_refused_in_one_line(state: Any) -> None:  # noqa: ANN401 - any JSON
    with pytest.raises(SettingsError, match=r"^State: [^\n]+$"):
        tap_of(state=state)


STATE = state_of("2024-01-31T00:00:00Z")


@pytest.mark.parametrize(
    "state",
    [
        STATE,
        {**STATE, "currently_syncing": None},
        {"singer_state": STATE},
        {"type": "STATE", "value": STATE},
        {"singer_state": {"type": "STATE", "value": STATE}},
        {"type": "STATE", "value": {"singer_state": {"singer_state": STATE}}},
        {"completed": {"singer_state": STATE}, "partial": {}},
        {"completed": None, "partial": {"singer_state": STATE}},
        {"completed": {"singer_state": state_of("2020-01-01")}, "partial": {"singer_state": STATE}},
        {"completed": {"singer_state": STATE}, "partial": {"singer_state": {"bookmarks": {"activities": None}}}},
        {"state_id": "a", "completed_state": {"singer_state": STATE}, "partial_state": {"singer_state": None}},
        {"bookmarks": {**STATE["bookmarks"], "customers": None, "other": {"partitions": None, "x": None}}},
        {"bookmarks": {"activities": {**STATE["bookmarks"]["activities"], "partitions": None}}},
        {"bookmarks": {"activities": {**STATE["bookmarks"]["activities"], "partitions": 7, "progress_markers": 7}}},
        {"bookmarks": {"activities": {**STATE["bookmarks"]["activities"], "partitions": [{"progress_markers": 7}]}}},
    ],
)
def test_a_state_is_found_in_what_it_is_wrapped_in(state: State, requests_mock: Mocker) -> None:
    after = synced(requests_mock, [], state, lookback_days=0)
    assert after["bookmarks"]["activities"] == state_of("2024-01-31T00:00:00.000000+00:00")["bookmarks"]["activities"]
    assert min(query["start-date"] for query in queries(requests_mock)) == ["2024-01-29"]


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"bookmarks": None},
        {"bookmarks": {"activities": None}},
        {"bookmarks": {"activities": {"replication_key": None, "partitions": []}}},
        {"singer_state": None},
        {"singer_state": {}},
        {"type": "STATE", "value": {}},
        {"completed": {}, "partial": {}},
        {"completed": None, "partial": None},
    ],
)
def test_an_empty_state_is_none_and_nothing_is_said_about_it(
    state: Any,  # noqa: ANN401
    requests_mock: Mocker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    synced(requests_mock, rows_at(NOW), state)
    assert all("start-date" not in query for query in queries(requests_mock))
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"since": "2024-01-31"}, "since"),
        ({"last_record": "x", "replication_key_value": "2024-01-31"}, "last_record, replication_key_value"),
        ({"replication_key": "date"}, "replication_key"),
        ({"replication_key": "updated_at", "replication_key_value": "2024-01-31"}, "'updated_at'"),
        ({"partitions": [{"context": {"id": 1}, "replication_key_value": "2024-01-31"}]}, "partitions"),
    ],
)
def test_a_bookmark_of_another_taps_shape_is_warned_of_and_the_stream_read_whole(
    entry: State, told: str, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    after = synced(requests_mock, rows_at(NOW), {"bookmarks": {"activities": entry}})
    assert all("start-date" not in query for query in queries(requests_mock))
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "activities: read whole" in warning
    assert told in warning
    assert after == state_of(format_instant(NOW))


def test_a_bookmark_of_another_shape_is_not_warned_of_where_none_is_wanted(
    requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.get(ACTIVITIES, json={"entries": [], "has_more": False})
    catalog = select(tap_of().catalog_dict, "activities")
    for entry in catalog["streams"]:
        entry["replication_method"] = "FULL_TABLE"
    tap_of(state={"bookmarks": {"activities": {"since": 1}, "customers": {"since": 1}}}, catalog=catalog).sync_all()
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def synced(requests_mock: Mocker, rows: list[dict[str, Any]], state: State | None = None, **settings: Any) -> State:
    """Sync the activities, and return the state that the tap ended with."""
    requests_mock.get(ACTIVITIES, json={"entries": rows, "has_more": False})
    with time_machine.travel(NOW, tick=False):
        tap = tap_of(state=state, catalog=select(tap_of().catalog_dict, "activities"), **settings)
        tap.sync_all()
    return dict(tap.state)


def messages(capsys: pytest.CaptureFixture[str]) -> list[State]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def rows_at(*instants: datetime | None) -> list[dict[str, Any]]:
    return [{"uuid": str(n), "date": at and at.isoformat()} for n, at in enumerate(instants)]


def test_the_bookmark_is_the_newest_instant_in_whatever_order_rows_come(requests_mock: Mocker) -> None:
    dates = ["2024-03-01T00:30:00+02:00", "2024-02-29T23:00:00", "2024-02-29 22:45:00.5+0000"]
    rows = [{"uuid": date, "date": date} for date in dates]
    assert synced(requests_mock, rows) == state_of("2024-02-29T23:00:00.000000+00:00")


def test_a_row_of_the_future_is_written_but_blinds_nothing(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    far = datetime(2999, 1, 1, tzinfo=timezone.utc)
    state = synced(requests_mock, rows_at(NOW - timedelta(days=1), far))
    assert state == state_of(format_instant(NOW - timedelta(days=1)))
    assert "2999-01-01T00:00:00.000000+00:00" in [
        message["record"]["date"] for message in messages(capsys) if message["type"] == "RECORD"
    ]


def test_a_bookmark_of_the_future_is_cut_to_the_start_of_the_run(requests_mock: Mocker) -> None:
    state = synced(requests_mock, [], state_of("2999-01-01T00:00:00+00:00"), lookback_days=0)
    assert state == state_of(format_instant(NOW))
    assert queries(requests_mock)[0]["start-date"] <= ["2024-03-15"]


def test_rows_without_a_usable_date_are_written_and_not_counted_with_one_warning(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rows = [*rows_at(NOW, None), {"uuid": "x"}, {"uuid": "y", "date": "0000-00-00"}, {"uuid": "z", "date": ""}]
    assert synced(requests_mock, rows) == state_of(format_instant(NOW))
    written = [message["record"] for message in messages(capsys) if message["type"] == "RECORD"]
    assert [record["uuid"] for record in written] == ["0", "1", "x", "y", "z"]
    assert [bool(record.get("date")) for record in written] == [True, False, False, False, False]
    assert [message for message in caplog.messages if "no usable 'date'" in message] == [
        "activities: a record has no usable 'date'; it is written, but does not move the bookmark"
    ]


def test_a_second_run_without_news_moves_nothing_and_reads_the_tie_again(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_at(NOW - timedelta(hours=1), NOW - timedelta(hours=1))
    state = synced(requests_mock, rows, lookback_days=0)
    capsys.readouterr()
    assert synced(requests_mock, rows, state, lookback_days=0) == state
    assert len([message for message in messages(capsys) if message["type"] == "RECORD"]) == 2


def test_an_answer_of_older_rows_does_not_move_the_bookmark_back(requests_mock: Mocker) -> None:
    before = state_of(format_instant(NOW - timedelta(days=1)))
    assert synced(requests_mock, rows_at(NOW - timedelta(days=20)), before) == before


@pytest.mark.parametrize(("days", "expected"), [(None, "2024-01-29"), (0, "2024-02-28"), (5, "2024-02-23")])
def test_the_look_back_is_taken_off_the_bookmark(requests_mock: Mocker, days: int | None, expected: str) -> None:
    synced(requests_mock, [], state_of("2024-03-01T00:00:00Z"), lookback_days=days)
    # Windows are asked for side by side, in no order.
    asked = min(parse_instant(query["start-date"][0]) for query in queries(requests_mock))
    wanted = parse_instant(expected)
    # Some margin, since nobody knows where the service's days begin.
    assert wanted - timedelta(days=2) <= asked <= wanted + timedelta(days=1)


def test_state_never_runs_ahead_of_the_records(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_analytics.sync.scheduler._SECONDS_BETWEEN_STATES", 0)
    rows = [{"uuid": str(n), "date": (NOW - timedelta(days=n)).isoformat()} for n in range(350)]
    requests_mock.get(ACTIVITIES, json={"entries": rows, "has_more": False})
    with time_machine.travel(NOW, tick=False):
        tap_of(catalog=select(tap_of().catalog_dict, "activities"), start_date="2023-04-01").sync_all()
    written: set[str] = set()
    bookmarks = []
    for message in messages(capsys):
        if message["type"] == "RECORD":
            written.add(message["record"]["date"])
        if message["type"] == "STATE" and (entry := message["value"].get("bookmarks", {}).get("activities")):
            bookmarks.append(entry["replication_key_value"])
            assert bookmarks[-1] in written
            assert all(
                format_instant(parse_instant(row["date"])) in written for row in rows if row["date"] < bookmarks[-1]
            )
    assert len(written) == 350
    assert bookmarks == sorted(bookmarks)
    assert len(set(bookmarks)) > 2


def test_bookmarks_of_other_streams_survive(requests_mock: Mocker) -> None:
    other = state_of("2020-01-01T00:00:00Z", "updated_datetime", "gone")
    state = synced(requests_mock, rows_at(NOW), other)
    assert state["bookmarks"]["gone"] == other["bookmarks"]["gone"]
    assert set(state["bookmarks"]) == {"gone", "activities"}


def test_a_stream_that_fails_on_its_way_keeps_its_bookmark(requests_mock: Mocker) -> None:
    before = state_of("2024-03-01T00:00:00.000000+00:00")
    requests_mock.get(ACTIVITIES, [{"json": {"entries": rows_at(NOW), "has_more": True}}, {"status_code": 400}])
    with time_machine.travel(NOW, tick=False):
        tap = tap_of(state=copy.deepcopy(before), catalog=select(tap_of().catalog_dict, "activities"))
        with pytest.raises(AnalyticsError, match="1 of 1 streams failed: activities"):
            tap.sync_all()
    assert tap.state == before


def test_a_full_table_leaves_no_bookmark(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/customers", json={"entries": [{"id": 1}], "has_more": False})
    tap = tap_of(catalog=select(tap_of().catalog_dict, "customers"))
    tap.sync_all()
    assert not tap.state.get("bookmarks", {}).get("customers")


def test_a_change_that_came_too_soon_for_a_message_goes_out_when_one_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = [0.0], []
    monkeypatch.setattr("tap_analytics.sync.scheduler.monotonic", lambda: now[0])
    checkpoints = Checkpoints(lambda: written.append(now[0]))
    for now[0], is_new in ((1, True), (4, False), (6, False), (12, False), (13, True), (14, True)):
        checkpoints.note(is_new=is_new)
    assert written == [6, 13]
    checkpoints.flush()
    checkpoints.flush()
    assert written == [6, 13, 14]
