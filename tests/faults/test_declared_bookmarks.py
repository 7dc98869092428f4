"""Declared incremental streams: what they ask for, and how far their bookmarks go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import KEY, run_here
from tests.faults.server import Server, always, whole

if TYPE_CHECKING:
    from tap_analytics.declared import DeclaredStream
    from tests.faults.server import Request

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
