"""Incremental values of every type and style: what they ask for, which rows come, and what stands in the state."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.faults.runs import KEY, catalog_of, failure_of, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.faults.server import Request
    from tests.singer import Run

NOW = datetime(2024, 6, 15, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)


class Api:
    """A server with rows, which filters them by what a request says.

    Args:
        rows: The rows.
        is_in: Says whether a row is in the answer to a request.
    """

    def __init__(self, *rows: dict[str, Any], is_in: Callable[[Any, dict[str, str]], bool] | None = None) -> None:
        self.rows = list(rows)
        self.requests: list[Request] = []
        self._is_in = is_in

    def __call__(self, request: Request) -> list[bytes]:
        """Answer with the rows that a request asks for."""
        self.requests.append(request)
        return [whole([row for row in self.rows if self._is_in is None or self._is_in(row, request.params)])]

    def run(
        self,
        state: Any = None,  # noqa: ANN401 - a state may be anything
        *,
        params: Any = None,  # noqa: ANN401 - as it is declared
        settings: Any = None,  # noqa: ANN401 - as they are
        **incremental: Any,
    ) -> Run:
        """Read the rows, and forget the requests of earlier runs, and those of discovery."""
        self.requests = []
        endpoint = {"path": "/rows", "params": params or {}, "incremental": incremental}
        own: dict[str, Any] = {"primary_key": "id", **(settings or {}).pop("resource", {})}
        with Server(self) as server:
            config = {
                "api": "declared",
                "api_url": server.url,
                "api_key": KEY,
                "backoff_factor": 0,
                "resources": [{"name": "rows", "endpoint": endpoint, **own}],
                **(settings or {}),
            }
            catalog = catalog_of(config, "rows")
            self.requests = []
            return run_here(config, catalog=catalog, state=state)


def ids(run: Run) -> list[Any]:
    """Return the keys of the rows of a run that went well."""
    assert run.exit_code == 0, run.stderr
    return [row["id"] for row in run.records("rows")]


def bookmark_of(run: Run) -> object:
    """Return the bookmark that a run left behind."""
    return run.state["bookmarks"]["rows"].get("replication_key_value")


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
        told = [message for message in caplog.messages if "left out" in message]
        assert told == ["rows: left out 3 rows whose 'id' is not within what this run reads"]
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


def test_a_list_that_comes_newest_first_is_read_until_the_number_of_the_bookmark() -> None:
    numbers = range(100, 0, -1)
    asked: list[int] = []

    def answer(request: Request) -> list[bytes]:
        page = int(request.params.get("page", 1))
        asked.append(page)
        return [whole([{"id": n} for n in numbers[(page - 1) * 10 : page * 10]])]

    paging = {"type": "page_number", "base_page": 1, "total_path": None}
    stream = {
        "name": "rows",
        "primary_key": "id",
        "schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
        "endpoint": {"path": "/rows", "paginator": paging, "incremental": {"cursor_path": "id", "row_order": "desc"}},
    }
    state = {"bookmarks": {"rows": {"replication_key": "id", "replication_key_value": 85}}}
    with Server(answer) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [stream]}
        run = run_here(config, state=state)
    assert ids(run) == list(range(100, 84, -1))
    assert asked == [1, 2, 3], "one page more, which proves that nothing newer follows"
    assert bookmark_of(run) == 100


@pytest.mark.parametrize("placed", ["placeholder", "param", "client"])
def test_each_parent_has_a_number_of_its_own_so_that_no_row_of_a_new_one_is_lost(placed: str) -> None:
    lists: dict[str, list[int]] = {"a": [1, 5], "b": [3]}
    asked: list[tuple[str, str | None]] = []

    def answer(request: Request) -> list[bytes]:
        if request.path == "/parents":
            return [whole([{"id": name} for name in lists])]
        name, since = request.path.split("/")[2], request.params.get("since")
        asked.append((name, since))
        return [whole([{"id": n} for n in lists[name] if since is None or n >= int(since)])]

    words: dict[str, Any] = {"cursor_path": "id", "initial_value": 1}
    params: dict[str, Any] = {"since": "{incremental.start_value}"} if placed == "placeholder" else {}
    words |= {"start_param": "since"} if placed == "param" else {}
    child = {
        "name": "rows",
        "primary_key": ["_parents_id", "id"],
        "include_from_parent": ["id"],
        "endpoint": {"path": "/parents/{resources.parents.id}/rows", "params": params, "incremental": words},
    }
    with Server(answer) as server:
        config = {
            "api": "declared",
            "api_url": server.url,
            "api_key": KEY,
            "resources": [{"name": "parents", "primary_key": "id", "endpoint": {"path": "/parents"}}, child],
        }
        first = run_here(config, "rows")
        lists |= {"a": [1, 5, 6], "new": [2]}
        asked.clear()
        second = run_here(config, "rows", state=first.state)
    assert sorted((row["_parents_id"], row["id"]) for row in first.records("rows")) == [("a", 1), ("a", 5), ("b", 3)]
    read = [(row["_parents_id"], row["id"]) for row in second.records("rows")]
    assert sorted(read) == [("a", 5), ("a", 6), ("b", 3), ("new", 2)]
    places = {f"/parents/{name}/rows": newest for name, newest in (("a", 6), ("b", 3), ("new", 2))}
    assert second.state["bookmarks"]["rows"]["parents"] == places, "the place of a list does not change with its rows"
    if placed == "placeholder":
        assert {("a", "5"), ("b", "3"), ("new", "1")} <= set(asked)


def test_an_incremental_value_goes_anywhere_in_a_request() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> list[bytes]:
        asked.append(request)
        return [whole([{"id": 1, "at": "2024-01-26T08:00:00Z"}])]

    endpoint = {
        "path": "/since/{incremental.initial_value}/{incremental.end_value}",
        "params": {
            "q": "at ge '{incremental.start_value}' and at lt '{incremental.end_value}'",
            "from": "{incremental.last_value}",
            "braces": "{{kept}}",
        },
        "headers": {"X-Since": "{incremental.start_value}"},
        "incremental": {
            "cursor_path": "at",
            "initial_value": "2024-01-25T00:00:00.50+02:00",
            "end_value": "2024-02-01",
        },
    }
    with Server(answer) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY}
        run = run_here({**config, "resources": [{"name": "rows", "primary_key": "id", "endpoint": endpoint}]})
    assert ids(run) == [1]
    request = asked[-1]
    start, end = "2024-01-25T00:00:00.50+02:00", "2024-02-01T02:00:00.00+02:00"
    assert request.path == f"/since/{start}/{end}".replace(":", "%3A").replace("+", "%2B")
    assert request.params == {"q": f"at ge '{start}' and at lt '{end}'", "from": start, "braces": "{kept}"}
    assert request.headers["x-since"] == start


def test_without_an_initial_value_what_needs_one_is_left_out_of_the_first_request() -> None:
    api = Api({"id": 1, "at": 7})
    params = {"q": "at >= {incremental.start_value}", "a": "b"}
    first = api.run(params=params, cursor_path="at")
    assert ids(first) == [1]
    assert [request.params for request in api.requests] == [{"a": "b"}]
    assert ids(api.run(first.state, params=params, cursor_path="at")) == [1]
    assert [request.params for request in api.requests] == [{"a": "b", "q": "at >= 7"}]


def test_the_dates_of_the_settings_bound_dates_and_no_numbers() -> None:
    dates = {"start_date": "2024-01-05", "end_date": "2024-01-10", "lookback_days": 3}
    numbers = Api(*({"id": n} for n in (1, 2, 3)))
    first = numbers.run(settings={**dates}, cursor_path="id")
    assert ids(first) == [1, 2, 3]
    assert ids(numbers.run(first.state, settings={**dates}, cursor_path="id")) == [3]
    epochs = Api(*({"id": n, "at": int(datetime(2024, 1, n, tzinfo=timezone.utc).timestamp())} for n in (4, 5, 10, 11)))
    words = {"cursor_path": "at", "cursor_format": "epoch_seconds"}
    assert ids(epochs.run(settings={**dates}, **words)) == [5, 10]


def test_a_column_that_holds_something_else_than_the_initial_value_says_is_told_with_the_word_for_it() -> None:
    api = Api({"id": 1, "at": "2024-01-26T00:00:00Z"})
    with Server(api) as server:
        endpoint = {"path": "/rows", "incremental": {"cursor_path": "at", "initial_value": "soon"}}
        config = {"api": "declared", "api_url": server.url, "api_key": KEY}
        run = run_here({**config, "resources": [{"name": "rows", "primary_key": "id", "endpoint": endpoint}]})
    assert run.exit_code == 1
    assert "'at' is a date-time, and no text; 'cursor_format' or 'initial_value' say what it is to be" in run.stderr
