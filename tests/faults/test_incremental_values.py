"""Incremental values of every type and style: what they ask for, which rows come, and what stands in the state."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import time_machine

from tests.faults.incremental_api import Api, bookmark_of, ids
from tests.faults.runs import KEY, failure_of, run_here
from tests.faults.server import Server

NOW = datetime(2024, 6, 15, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("initial", "values", "later", "newest"),
    [
        (3, [1, 3, 5], 6, 6),
        (0, [1, 2, 3], 3, 3),
        ("3", ["1", "3", "10"], "11", 11),
        (1704067200, [1700000000, 1704067200, 1709283600], 1709283600, 1709283600),
        (1.5, [1, 1.5, 2.25], 2.26, "2.26"),
        ("1706140800.000100", ["1700000000.000100", "1706227200.000200"], "1706227200.000201", "1706227200.000201"),
        ("2024-01-25", ["2024-01-20", "2024-01-25"], "2024-02-01", "2024-02-01T00:00:00.000000+00:00"),
        ("20240125", ["20240120", "20240125"], "20240201", "2024-02-01T00:00:00.000000+00:00"),
        ("m", ["ant", "mole"], "newt", "newt"),
        ("2024-01-25T00:00:00Z", [1700000000000, 1706227200123], 1706227200124, "2024-01-26T00:00:00.124000+00:00"),
        (1706140800, ["2024-01-20T00:00:00Z", "2024-01-26T00:00:00Z"], "2024-01-27 00:00:00", None),
    ],
    ids=str,
)
@pytest.mark.parametrize("start", ["param", "placeholder", None])
def test_values_of_any_type_are_read_from_where_the_last_run_ended(
    initial: object, values: list[Any], later: object, newest: object, start: str | None
) -> None:
    api = Api(*({"id": n, "at": at} for n, at in enumerate(values)))
    words: dict[str, Any] = {"cursor_path": "at", "initial_value": initial}
    if start == "param":
        words["start_param"] = "since"
    if start == "placeholder":
        words["params"] = {"since": "{incremental.start_value}"}
    first = api.run(**words)
    wanted = [n for n, at in enumerate(values) if n or (initial == 0 and at)]
    assert ids(first) == wanted
    sent = [request.params.get("since") for request in api.requests]
    if start == "placeholder":
        assert sent == [str(initial)]
    assert all((each is None) == (start is None) for each in sent)
    api.rows.append({"id": 99, "at": later})
    second = api.run(first.state, **words)
    assert ids(second) == [wanted[-1], 99], "the row at the bookmark comes again"
    assert bookmark_of(second) == newest or newest is None
    # Nothing new: the bookmark stays.
    third = api.run(second.state, **words)
    assert bookmark_of(third) == bookmark_of(second)
    assert ids(third)[-1] == 99


@pytest.mark.parametrize(
    ("word", "unit"),
    [("epoch_seconds", 1), ("epoch_milliseconds", 1_000), ("epoch_microseconds", 1_000_000)],
)
def test_epochs_are_instants_once_their_unit_is_declared(word: str, unit: int) -> None:
    """They are asked for in windows, and no bookmark is later than the run's start."""

    def number(at: datetime) -> int:
        return int(at.timestamp()) * unit

    def is_in(row: dict[str, Any], params: dict[str, str]) -> bool:
        return bool(int(params["from"]) <= row["at"] < int(params["to"]))

    ages = [NOW - n * DAY for n in range(1, 200)]
    api = Api(
        *({"id": n, "at": number(at)} for n, at in enumerate(ages, 1)), {"id": 0, "at": number(NOW + DAY)}, is_in=is_in
    )
    words: dict[str, Any] = {"cursor_path": "at", "start_param": "from", "end_param": "to", "cursor_format": word}
    words |= {"initial_value": number(NOW - 150 * DAY)}
    # Days are windows, and at midnight the day of the run is another one.
    with time_machine.travel(NOW, tick=False):
        first = api.run(**words)
    assert sorted(ids(first)) == list(range(151))
    assert len(api.requests) > 1
    newest = ages[0].strftime("%Y-%m-%dT%H:%M:%S.000000+00:00")
    assert bookmark_of(first) == newest
    with time_machine.travel(NOW, tick=False):
        second = api.run(first.state, **words)
    assert sorted(ids(second)) == [0, 1]


@pytest.mark.parametrize(
    "pattern", ["%d.%m.%Y", "%m/%d/%Y %H:%M", "%G-W%V-%u", "%Y%m%d", "%a, %d %b %Y %H:%M:%S +0000"]
)
def test_dates_of_a_style_of_their_own_are_read_and_asked_for_in_it(pattern: str) -> None:
    days = [datetime(2024, 1, 31, tzinfo=timezone.utc) + n * DAY for n in range(4)]
    api = Api(*({"id": n, "at": day.strftime(pattern)} for n, day in enumerate(days)))
    words: dict[str, Any] = {"cursor_path": "at", "start_param": "since", "cursor_format": pattern}
    words |= {"initial_value": days[1].strftime(pattern)}
    first = api.run(**words)
    assert ids(first) == [1, 2, 3]
    assert {request.params["since"] for request in api.requests} == {(days[1] - 2 * DAY).strftime(pattern)}
    assert bookmark_of(first) == "2024-02-03T00:00:00.000000+00:00"
    assert ids(api.run(first.state, **words)) == [3]


@pytest.mark.parametrize("path", ["attributes.changed-at", "$.attributes.changed-at", "attributes.['changed-at']"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"flattening_enabled": True, "flattening_max_depth": 3},
        {"stream_maps": {"rows": {"id": "id", "__else__": None}}},
    ],
    ids=["as it is", "flattened", "mapped away"],
)
def test_a_cursor_inside_of_an_object_moves_the_bookmark_whatever_becomes_of_the_object(
    path: str, settings: dict[str, Any]
) -> None:
    api = Api(*({"id": n, "attributes": {"changed-at": f"2024-01-2{n}T00:00:00Z"}} for n in (0, 5, 6)))
    words = {"cursor_path": path, "initial_value": "2024-01-25T00:00:00Z"}
    first = api.run(settings={**settings}, **words)
    assert ids(first) == [5, 6]
    assert bookmark_of(first) == "2024-01-26T00:00:00.000000+00:00"
    [schema] = first.of("rows", "SCHEMA")
    assert "bookmark_properties" not in schema or set(schema["bookmark_properties"]) <= set(
        schema["schema"]["properties"]
    )
    api.rows.append({"id": 7, "attributes": {"changed-at": "2024-01-27T00:00:00Z"}})
    assert ids(api.run(first.state, settings={**settings}, **words)) == [6, 7]


def test_a_nested_value_that_is_missing_or_no_date_is_written_with_a_warning() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "a": {"at": "2024-01-26T00:00:00Z"}},
        {"id": 2, "a": None},
        {"id": 3},
        {"id": 4, "a": {"at": "x"}},
    ]
    run = Api(*rows).run(cursor_path="a.at", initial_value="2024-01-25T00:00:00Z")
    assert ids(run) == [1, 2, 3, 4]
    assert [line for line in run.warnings if "no usable 'a.at'" in line]
    assert bookmark_of(run) == "2024-01-26T00:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("missing", "wanted", "warns"), [(None, [1, 2, 3], True), ("include", [1, 2, 3], False), ("exclude", [1], False)]
)
def test_rows_without_a_value_are_written_or_left_out_as_is_declared(
    missing: str | None, wanted: list[int], *, warns: bool
) -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "at": "2024-01-26T00:00:00Z"}, {"id": 2, "at": None}, {"id": 3}]
    words = {"on_cursor_value_missing": missing} if missing else {}
    for form in ({}, {"row_order": "desc"}, {"start_param": "from"}):
        run = Api(*rows).run(cursor_path="at", initial_value="2024-01-25", **words, **form)
        assert ids(run) == wanted
        assert bool([line for line in run.warnings if "no usable 'at'" in line]) == warns


def test_a_row_without_a_value_ends_the_stream_if_that_is_declared() -> None:
    run = Api({"id": 1, "at": "2024-01-26T00:00:00Z"}, {"id": 2}).run(cursor_path="at", on_cursor_value_missing="raise")
    assert "without 'at'" in failure_of(run, "rows")
    assert "'on_cursor_value_missing'" in failure_of(run, "rows")
    assert [row["id"] for row in run.records("rows")] == [1]


def test_a_column_that_holds_something_else_than_the_initial_value_says_is_told_with_the_word_for_it() -> None:
    api = Api({"id": 1, "at": "2024-01-26T00:00:00Z"})
    with Server(api) as server:
        endpoint = {"path": "/rows", "incremental": {"cursor_path": "at", "initial_value": "soon"}}
        config = {"api": "declared", "api_url": server.url, "api_key": KEY}
        run = run_here({**config, "resources": [{"name": "rows", "primary_key": "id", "endpoint": endpoint}]})
    assert run.exit_code == 1
    assert "'at' is a date-time, and no text; 'cursor_format' or 'initial_value' say what it is to be" in run.stderr
