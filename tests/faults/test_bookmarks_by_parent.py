"""The bookmarks of a declared stream under the records of another one: one for each parent."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.declared import Projects
from tests.faults.runs import bookmark

if TYPE_CHECKING:
    from tests.singer import Run


def read_rows(run: Run) -> set[tuple[str, int]]:
    """Return which issues a run brought."""
    return {(row["_projects_id"], row["id"]) for row in run.records("issues")}


@pytest.mark.parametrize(
    "incremental",
    [
        {},
        {"start_param": "since"},
        {"start_param": "since", "end_param": "until", "initial_value": "2024-01-01T00:00:00Z"},
        {"row_order": "desc"},
    ],
)
def test_a_parent_that_is_new_is_read_from_its_beginning_and_the_others_from_their_bookmarks(
    incremental: dict[str, Any],
) -> None:
    api = Projects(a=["2024-05-01", "2024-02-01"], b=["2024-03-01"], empty=[])
    first = api.read(**incremental)
    assert first.exit_code == 0, first.stderr
    assert read_rows(first) == {("a", 0), ("a", 1), ("b", 0)}
    entry = first.state["bookmarks"]["issues"]
    instants = {"/projects/a/issues": "2024-05-01", "/projects/b/issues": "2024-03-01"}
    assert {place: value[:10] for place, value in entry["parents"].items()} == instants
    # An old project that joins late, an empty one that gets its first rows, and one with news older than the others'.
    api.issues = {"a": ["2024-05-01", "2024-02-01"], "late/1": ["2020-01-01"], "b": ["2024-04-01"], "empty": []}
    if "initial_value" in incremental:
        api.issues["late/1"] = ["2024-01-02"]
    api.issues["empty"] = ["2024-01-15"]
    second = api.read(first.state, **incremental)
    assert second.exit_code == 0, second.stderr
    assert {("late/1", 0), ("b", 0), ("empty", 0)} <= read_rows(second)
    assert not second.of("issues", "ACTIVATE_VERSION")
    assert second.state["bookmarks"]["issues"]["parents"].keys() == {
        *instants,
        "/projects/late%2F1/issues",
        "/projects/empty/issues",
    }
    if "start_param" in incremental:
        assert ("a", 1) not in read_rows(second), "what is older than its bookmark is not read again"


def test_a_parent_that_failed_keeps_its_bookmark_and_the_others_get_theirs() -> None:
    api = Projects(a=["2024-01-01"], b=["2024-01-01"], c=["2024-01-01"])
    first = api.read()
    api.issues = {name: ["2024-02-01"] for name in "abc"}
    api.broken = {"b"}
    failed = api.read(first.state)
    assert failed.exit_code == 1
    instants = [value[:7] for value in failed.state["bookmarks"]["issues"]["parents"].values()]
    assert instants == ["2024-02", "2024-01", "2024-02"]
    line = failed.errors[-1]
    assert "GET /projects/b/issues answered 403" in line
    assert "(1 parent could not be read; the others were read)" in line
    assert not failed.of("issues", "ACTIVATE_VERSION")
    api.broken = set()
    last = api.read(failed.state, start_param="since")
    assert read_rows(last) >= {("b", 0), ("c", 0)}


@pytest.mark.parametrize(("broken", "asked"), [("abcdefgh", 5), ("bcdefg", 6), ("bdfh", 8)])
def test_parents_that_fail_end_their_stream_only_after_several_in_a_row(broken: str, asked: int) -> None:
    api = Projects(**{name: ["2024-01-01"] for name in "abcdefgh"})
    api.broken = set(broken)
    failed = api.read(max_parallel_requests=1)
    assert failed.exit_code == 1
    assert {name for name, _ in read_rows(failed)} == set("abcdefgh"[:asked]) - set(broken)
    assert api.asked == set("abcdefgh"[:asked])


def test_parents_that_vanished_are_forgotten_once_all_have_been_read() -> None:
    api = Projects(a=["2024-01-01"], b=["2024-01-01"])
    state = api.read().state
    del api.issues["a"]
    api.broken = {"b"}
    failed = api.read(state)
    assert len(failed.state["bookmarks"]["issues"]["parents"]) == 2
    api.broken = set()
    assert api.read(failed.state).state["bookmarks"]["issues"]["parents"].keys() == {"/projects/b/issues"}


def test_one_bookmark_for_all_parents_has_them_read_whole_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    api = Projects(a=["2024-01-01"], b=["2024-05-01"])
    old = {"bookmarks": {"issues": bookmark("at", "2024-05-01T00:00:00.000000+00:00")}}
    first = api.read(old, start_param="since")
    assert first.exit_code == 0, first.stderr
    assert read_rows(first) == {("a", 0), ("b", 0)}
    assert "one bookmark for all parents" in caplog.text
    assert not first.warnings
    caplog.clear()
    second = api.read(first.state, start_param="since")
    assert second.state == first.state
    assert "one bookmark for all parents" not in caplog.text


@pytest.mark.parametrize("parents", [[], 7, {"/projects/a/issues": "soon"}, {"/projects/a/issues": 7}])
def test_bookmarks_by_parent_that_are_none_are_refused_in_one_line(parents: object) -> None:
    entry = {**bookmark("at", "2024-05-01T00:00:00.000000+00:00"), "parents": parents}
    run = Projects(a=["2024-01-01"]).read({"bookmarks": {"issues": entry}})
    assert run.exit_code == 1
    [line] = run.errors
    assert "State: the bookmark of 'issues'" in line


def test_the_look_back_is_taken_off_each_parents_bookmark() -> None:
    api = Projects(a=["2024-05-01", "2024-04-20"], b=["2024-03-01", "2024-02-20", "2024-01-01"])
    state = api.read(start_param="since").state
    again = api.read(state, start_param="since", lookback=15)
    assert read_rows(again) == {("a", 0), ("a", 1), ("b", 0), ("b", 1)}
    # The setting has the last word.
    assert read_rows(api.read(state, start_param="since", lookback=15, lookback_days=0)) == {("a", 0), ("b", 0)}
