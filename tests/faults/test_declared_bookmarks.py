"""Declared incremental streams: what they ask for, and how far their bookmarks go."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import KEY, bookmark, run_here
from tests.faults.server import Server, always, whole

if TYPE_CHECKING:
    from tap_analytics.apis.declared import DeclaredStream
    from tests.faults.server import Request
    from tests.singer import Run

ROWS: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}},
}


def settings(url: str, *resources: dict[str, Any], **words: Any) -> dict[str, Any]:
    """Return settings for an API with nothing but these resources."""
    return {"api": "declared", "api_url": url, "api_key": KEY, "backoff_factor": 0, "resources": [*resources], **words}


def rows(name: str = "rows", **words: Any) -> dict[str, Any]:
    """Return a resource with rows that have a date; words that are not the resource's own are its endpoint's."""
    own: dict[str, Any] = {word: words.pop(word) for word in ("primary_key", "write_disposition") if word in words}
    return {"name": name, "primary_key": "id", "schema": ROWS, **own, "endpoint": {"path": f"/{name}", **words}}


@pytest.mark.parametrize(
    ("initial", "first"),
    [
        ("2023-06-20", "2023-06-18"),
        ("2023-06-20 00:00:00", "2023-06-18 00:00:00"),
        ("2023-06-20T00:00:00", "2023-06-18T00:00:00"),
        ("2023-06-20T00:00:00.000Z", "2023-06-18T00:00:00.000Z"),
        ("2023-06-20T00:00:00+0000", "2023-06-18T00:00:00+0000"),
        ("2023-06-20T02:00:00+02:00", "2023-06-18T02:00:00+02:00"),
        ("2023-06-20T00:00", "2023-06-18T00:00"),
    ],
)
@pytest.mark.parametrize("ends", [False, True])
def test_dates_go_out_in_the_style_of_the_initial_value(initial: str, first: str, ends: bool) -> None:  # noqa: FBT001
    incremental = {"cursor_path": "at", "start_param": "from", **({"end_param": "to"} if ends else {})}
    with Server(always(whole([]))) as server:
        run = run_here(settings(server.url, rows(incremental={**incremental, "initial_value": initial})))
        sent = [request.params for request in server.requests]
    assert run.exit_code == 0, run.stderr
    assert min(params["from"] for params in sent) == first
    shape = str.maketrans("123456789", "000000000")
    hours = {text[10:] for params in sent for text in params.values()}
    assert hours == {first[10:]}, "all are midnights in one style"
    assert {text.translate(shape)[:10] for params in sent for text in params.values()} == {"0000-00-00"}


def test_a_declared_end_is_sent_with_every_request_and_no_row_is_lost() -> None:
    now = datetime.now(timezone.utc)
    listed = [{"id": n, "at": (now - timedelta(days=n)).isoformat()} for n in range(100)]

    def answer(request: Request) -> list[bytes]:
        params = request.params
        if {"from", "to"} - params.keys():
            return [whole({"error": "both ends are needed"}, "400 Bad Request")]
        return [whole([row for row in listed if params["from"] <= str(row["at"])[:10] < params["to"]])]

    incremental = {"cursor_path": "at", "start_param": "from", "end_param": "to"}
    with Server(answer) as server:
        first = (now - timedelta(days=60)).date().isoformat()
        stream = rows(incremental={**incremental, "initial_value": first})
        run = run_here(settings(server.url, stream))
        again = run_here(settings(server.url, stream), state=run.state)
    assert run.exit_code == again.exit_code == 0, run.stderr
    assert {row["id"] for row in run.records("rows")} >= set(range(60))
    assert 0 in {row["id"] for row in again.records("rows")}


@pytest.mark.parametrize("under", [False, True], ids=["a list", "lists under parents"])
def test_a_row_that_moves_to_the_newest_window_while_others_are_read_is_not_missed(*, under: bool) -> None:
    now = datetime.now(timezone.utc)
    ages = {parent: {n: now - timedelta(days=n) for n in range(1, 300)} for parent in ("1", "2")}
    moved = {parent: Event() for parent in ages}

    def answer(request: Request) -> list[bytes]:
        if request.path == "/parents":
            return [whole([{"id": 1}, {"id": 2}])]
        parent = request.path.split("/")[2] if under else "1"
        params, rows = request.params, ages[parent]
        newest = params["to"] > now.date().isoformat()
        if not newest and params["to"] > rows[110].date().isoformat():
            # The window with row 100 is answered after the newest one.
            moved[parent].wait(5)
        listed = [{"id": n, "at": at.isoformat()} for n, at in rows.items()]
        listed = [row for row in listed if params["from"] <= str(row["at"])[:10] <= params["to"]]
        if newest:
            rows[100] = datetime.now(timezone.utc)
            moved[parent].set()
        return [whole(listed)]

    first = (now - timedelta(days=299)).date().isoformat()
    incremental = {"cursor_path": "at", "start_param": "from", "end_param": "to", "initial_value": first}
    child = {"path": "parents/{resources.parents.id}/rows"} if under else {}
    stream = rows(incremental=incremental, paginator={"type": "single_page"})
    stream["endpoint"] |= child
    if under:
        stream |= {"primary_key": ["_parents_id", "id"], "include_from_parent": ["id"]}
        stream["schema"] = {**ROWS, "properties": {**ROWS["properties"], "_parents_id": {"type": "integer"}}}
    parents = {"name": "parents", "primary_key": "id", "endpoint": {"path": "/parents"}, "schema": ROWS}
    with Server(answer) as server:
        run = run_here(settings(server.url, *([parents] if under else []), stream, max_parallel_requests=8))
        windows = len([request for request in server.requests if "from" in request.params])
    assert run.exit_code == 0, run.stderr
    assert windows > 4
    read = [(row.get("_parents_id", 1), row["id"]) for row in run.records("rows")]
    wanted = {(int(parent), n) for parent in (ages if under else "1") for n in range(1, 300)}
    assert set(read) == wanted
    assert len(read) <= len(wanted) + len(ages), "what has been read already is left out"
    assert run.of("rows", "ACTIVATE_VERSION")


@pytest.mark.parametrize("keys", ["id", "day", ["day", "id"], ["id", "day"]])
@pytest.mark.parametrize("answer", [{"entries": []}, [], {"entries": [], "next": None}])
def test_an_empty_list_is_no_error_whatever_the_key_and_its_rows_are_read_once_they_come(
    keys: object, answer: object
) -> None:
    stream = rows(incremental={"cursor_path": "day"}, paginator={"type": "single_page"}, data_selector="entries")
    del stream["schema"]
    stream["primary_key"] = keys
    with Server(always(whole(answer))) as server:
        run = run_here(settings(server.url, stream))
        catalog = TapAnalytics(config=settings(server.url, stream)).catalog_dict
    assert run.exit_code == 0, run.stderr
    assert not run.records("rows")
    # What comes after a discovery that found nothing is written by the catalog that it made.
    with Server(always(whole([{"id": "a", "day": "2024-01-31"}]))) as server:
        tap = TapAnalytics(config=settings(server.url, stream), catalog=catalog)
        records = cast("DeclaredStream", tap.streams["rows"]).get_records(None)
        assert [record["day"][:10] for record in records] == ["2024-01-31"]


ISSUES: dict[str, Any] = {
    "name": "issues",
    "primary_key": ["_projects_id", "id"],
    "include_from_parent": ["id"],
    "endpoint": {"path": "/projects/{resources.projects.id}/issues"},
    "schema": ROWS,
}


@pytest.mark.parametrize(
    "incremental",
    [
        {},
        {"initial_value": "2024-01-10"},
        {"start_param": "since"},
        {"row_order": "desc"},
    ],
)
def test_parents_are_those_that_their_own_stream_reads_whoever_filters(incremental: dict[str, Any]) -> None:
    """A server that has no filter, or does not obey it, leaves the choice to the tap."""
    days = [20, 15, 9, 1, None]
    projects = [{"id": n, "last-seen": day and f"2024-01-{day:02}T00:00:00Z"} for n, day in enumerate(days)]
    parent = rows("projects", incremental={"cursor_path": "last-seen", **incremental})
    parent["schema"] = {
        "type": "object",
        "properties": {"id": ROWS["properties"]["id"], "last-seen": {"type": "string"}},
    }

    def answer(request: Request) -> list[bytes]:
        return [whole(projects if request.path == "/projects" else [{"id": 1}])]

    with Server(answer) as server:
        config = settings(server.url, parent, ISSUES, start_date="2024-01-10", end_date="2024-01-18")
        run = run_here(config)
    assert run.exit_code == 0, run.stderr
    own = {row["id"] for row in run.records("projects")}
    assert own == {1, 4}
    assert {row["_projects_id"] for row in run.records("issues")} == own


class Projects:
    """A server with projects and their issues, which filters neither."""

    def __init__(self, **issues: list[str]) -> None:
        self.issues = {name.replace("_", "/"): days for name, days in issues.items()}
        self.broken: set[str] = set()
        self.asked: set[str] = set()
        """The projects whose issues were asked for."""

    def __call__(self, request: Request) -> list[bytes]:
        """Answer with the projects, or with the issues of one."""
        if request.path == "/projects":
            return [whole([{"id": name} for name in self.issues])]
        name = unquote(request.path.split("/")[2])
        self.asked.add(name)
        if name in self.broken:
            return [whole({}, "403 Forbidden")]
        since = request.params.get("since", "")
        days = [(n, f"{day}T00:00:00Z") for n, day in enumerate(self.issues[name])]
        return [whole([{"id": n, "at": at} for n, at in days if at >= since])]

    def read(self, state: Any = None, **incremental: Any) -> Run:  # noqa: ANN401 - any JSON
        """Read the issues."""
        projects = {"name": "projects", "primary_key": "id", "endpoint": {"path": "/projects"}, "schema": TEXT_KEY}
        words = ("write_disposition", "lookback_days", "max_parallel_requests")
        own = {word: incremental.pop(word) for word in words if word in incremental}
        disposition = {"write_disposition": own.pop("write_disposition")} if "write_disposition" in own else {}
        endpoint = {**ISSUES["endpoint"], "incremental": {"cursor_path": "at", **incremental}}
        with Server(self) as server:
            config = settings(server.url, projects, {**ISSUES, "endpoint": endpoint, **disposition}, **own)
            return run_here(config, "issues", state=state)


TEXT_KEY = {"type": "object", "properties": {"id": {"type": "string"}}}


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
    [line] = [line for line in failed.errors if "issues: " in line]
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


def test_replace_and_full_tables_have_no_bookmarks_and_append_has_them() -> None:
    api = Projects(a=["2024-01-01", "2023-01-01"])
    replaced = api.read(write_disposition="replace")
    assert not replaced.state.get("bookmarks", {}).get("issues")
    assert replaced.of("issues", "ACTIVATE_VERSION")
    appended = api.read(write_disposition="append", start_param="since")
    assert not appended.of("issues", "ACTIVATE_VERSION")
    again = api.read(appended.state, write_disposition="append", start_param="since")
    assert [row["id"] for row in again.records("issues")] == [0]


def test_bookmarks_are_sent_on_the_way_and_never_before_the_records_that_they_cover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_analytics.sync.scheduler._SECONDS_BETWEEN_STATES", 0)
    run = Projects(**{f"p{n}": [f"2024-01-{1 + n % 28:02}"] for n in range(1500)}).read()
    assert run.exit_code == 0, run.stderr
    written: dict[str, str] = {}
    sizes = []
    for message in run.messages:
        if message["type"] == "RECORD":
            row = message["record"]
            written[f"/projects/{row['_projects_id']}/issues"] = row["at"]
        elif message["type"] == "STATE" and (entry := message["value"].get("bookmarks", {}).get("issues")):
            sizes.append(len(str(entry)))
            assert entry["parents"].items() <= written.items()
    assert len(sizes) > 1
    assert sum(sizes) <= 3 * sizes[-1]
