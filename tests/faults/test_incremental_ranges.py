"""Which rows lie between an initial value, the bookmark and an end value."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.incremental_api import Api, bookmark_of, ids

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_an_end_value_reads_the_same_rows_in_each_run_and_leaves_the_bookmark_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    api = Api(*({"id": n} for n in range(1, 7)))
    before = api.run(cursor_path="id")
    assert bookmark_of(before) == 6
    for _ in range(2):
        run = api.run(before.state, cursor_path="id", initial_value=2, end_value=5)
        assert ids(run) == [2, 3, 4]
        assert bookmark_of(run) == 6
        assert not run.of("rows", "ACTIVATE_VERSION"), "rows beyond the end are not to be dropped"
        told = [message for message in caplog.messages if "came along" in message]
        why = "by their 'id', an earlier run read them, or they are outside of the bounds that are set"
        assert told == [f"rows: rows that came along and are not written: 3; {why}"]
        caplog.clear()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({"range_start": "closed"}, [2, 3, 4]),
        ({"range_start": "open"}, [3, 4]),
        ({"range_end": "closed"}, [2, 3, 4, 5]),
        ({"range_start": "open", "range_end": "closed"}, [3, 4, 5]),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["numbers", "dates"])
def test_a_range_is_open_or_closed_at_either_end(words: dict[str, str], wanted: list[int], kind: str) -> None:
    def value(n: int) -> Any:  # noqa: ANN401 - either
        return n if kind == "numbers" else f"2024-01-0{n}T12:00:00Z"

    api = Api(*({"id": n, "at": value(n)} for n in range(1, 7)))
    for params in ({}, {"start_param": "from", "end_param": "to"}):
        run = api.run(cursor_path="at", initial_value=value(2), end_value=value(5), **words, **params)
        assert ids(run) == wanted


def test_an_open_range_does_not_bring_the_row_at_the_bookmark_again() -> None:
    api = Api({"id": 1, "at": "2024-01-01T00:00:00Z"}, {"id": 2, "at": "2024-01-02T00:00:00Z"})
    first = api.run(cursor_path="at", range_start="open")
    assert ids(first) == [1, 2]
    assert ids(api.run(first.state, cursor_path="at", range_start="open")) == []


@pytest.mark.parametrize(
    ("values", "lag", "again"),
    [
        ([1, 3, 5, 6], 2, 5),
        (["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-02T00:30:00Z", "2024-01-02T01:00:00Z"], 3600, 3),
        (["2024-01-01", "2024-01-05", "2024-01-06", "2024-01-07"], 2, 3),
        ([1704067200, 1704067300, 1704067301, 1704067310], 10, 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_initial", [True, False])
def test_a_lag_reads_what_lies_shortly_before_the_bookmark_again(
    values: Sequence[Any], lag: int, again: int, *, has_initial: bool
) -> None:
    api = Api(*({"id": n, "at": at} for n, at in enumerate(values)))
    initial = {"initial_value": values[0]} if has_initial else {}
    first = api.run(cursor_path="at", lag=lag, **initial)
    assert ids(first) == [0, 1, 2, 3]
    expected = {5: [2, 3], 3: [1, 2, 3]}[again]
    if values[0] == 1704067200:
        expected = [1, 2, 3]
    assert ids(api.run(first.state, cursor_path="at", lag=lag, **initial)) == expected


@pytest.mark.parametrize("start", [{}, {"start_param": "before"}])
def test_values_that_fall_are_read_down_from_the_lowest(start: dict[str, str]) -> None:
    def is_in(row: dict[str, Any], params: dict[str, str]) -> bool:
        return "before" not in params or row["id"] <= int(params["before"])

    api = Api(*({"id": n} for n in (9, 8, 7)), is_in=is_in)
    words: dict[str, Any] = {"cursor_path": "id", "last_value_func": "min", "initial_value": 8, **start}
    first = api.run(**words)
    assert ids(first) == [8, 7]
    assert bookmark_of(first) == 7
    api.rows += [{"id": 6}, {"id": 10}]
    second = api.run(first.state, **words)
    assert ids(second) == [7, 6]
    assert bookmark_of(second) == 6


def test_the_dates_of_the_settings_bound_dates_and_no_numbers() -> None:
    dates = {"start_date": "2024-01-05", "end_date": "2024-01-10", "lookback_days": 3}
    numbers = Api(*({"id": n} for n in (1, 2, 3)))
    first = numbers.run(settings={**dates}, cursor_path="id")
    assert ids(first) == [1, 2, 3]
    assert ids(numbers.run(first.state, settings={**dates}, cursor_path="id")) == [3]
    epochs = Api(*({"id": n, "at": int(datetime(2024, 1, n, tzinfo=timezone.utc).timestamp())} for n in (4, 5, 10, 11)))
    words = {"cursor_path": "at", "cursor_format": "epoch_seconds"}
    assert ids(epochs.run(settings={**dates}, **words)) == [5, 10]
