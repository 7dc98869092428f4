"""Declared incremental streams: what they ask for, and how far their bookmarks go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.declared import ISSUES, ROWS, Projects, settings
from tests.faults.runs import run_here
from tests.faults.server import Server, always, whole

if TYPE_CHECKING:
    from tap_analytics.apis.declared import DeclaredStream
    from tests.faults.server import Request


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
