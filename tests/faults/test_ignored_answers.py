"""Answers that are declared to mean "no rows": the list ends there, they are counted, and nothing fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, always, in_turn, routes, whole
from tests.faults.test_answers import activates, declared, things

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import Script
    from tests.singer import Run

Rule = dict[str, Any]

NO_SUCH = whole({"error": "no such thing"}, "404 Not Found")


def read(
    script: Script,
    rule: Rule,
    resource: Any = None,  # noqa: ANN401 - any JSON
    *parents: Any,
    **settings: str,
) -> Run:
    """Read a declared stream that ignores some answers."""
    resource = resource or things()
    actions = [{"action": "ignore", **rule}] if rule else None
    resource = {**resource, "endpoint": {**resource["endpoint"], "response_actions": actions}}
    with Server(script) as server:
        return run_here({**declared(server.url, *parents, resource), **settings}, resource["name"])


def told(run: Run) -> list[str]:
    return [line for line in run.stderr.splitlines() if "ignored" in line]


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ({"status_code": 404}, NO_SUCH),
        ({"status_code": [400, "404"]}, NO_SUCH),
        ({"content": "no such"}, NO_SUCH),
        ({"status_code": 404, "content": "no such"}, NO_SUCH),
        ({"status_code": 200, "content": "no such"}, whole({"error": "no such thing"})),
        ({"content": "no such"}, whole(b"no such thing")),
        ({"status_code": 500}, whole({}, "500 Internal Server Error")),
        ({"status_code": 401}, whole({}, "401 Unauthorized")),
    ],
)
def test_an_answer_that_is_ignored_is_asked_for_once_and_is_an_empty_list(rule: Rule, answer: bytes) -> None:
    run = read(always(answer), rule)
    assert not run.records("things")
    assert activates(run)
    (line,) = told(run)
    assert "WARNING" in line
    assert "things: 1 answer ignored, as 'response_actions' says: 1 of status " in line


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"status_code": 403},
        {"content": "such is life"},
        {"status_code": 403, "content": "no such"},
        {"status_code": 404, "content": "such is life"},
    ],
)
def test_no_other_answer_is_ignored(rule: Rule) -> None:
    told_failure = failure_of(run := read(always(NO_SUCH), rule), "things")
    assert "answered 404" in told_failure
    assert "Are 'api_url' and the resource's 'path' right?" in run.errors[-1]
    assert not told(run)


def test_an_ignored_answer_behind_other_pages_ends_the_list_there() -> None:
    paginator = {"type": "page_number", "base_page": 1}
    script = in_turn([whole([{"id": 1}])], [whole([{"id": 2}])], [NO_SUCH])
    run = read(script, {"status_code": 404}, things(paginator=paginator))
    assert [row["id"] for row in run.records("things")] == [1, 2]
    assert activates(run)


@pytest.mark.parametrize("ids", [[2], [1, 2, 3]])
def test_the_lists_of_other_parents_are_read_and_the_ignored_ones_counted(ids: list[int], tmp_path: Path) -> None:
    scripts: dict[str, Script] = {"/things": always(whole([{"id": n} for n in (1, 2, 3)]))}
    for n in (1, 2, 3):
        answer = whole({}, "403 Forbidden") if n in ids else whole([{"id": 10 * n}])
        scripts[f"/things/{n}/parts"] = always(answer)
    parts = {**things("/things/{resources.things.id}/parts"), "name": "parts"}
    file = tmp_path / "summary.json"
    run = read(routes(scripts), {"status_code": 403}, parts, things(), summary_file=str(file))
    assert [row["id"] for row in run.records("parts")] == [10 * n for n in (1, 2, 3) if n not in ids]
    assert activates(run, "parts")
    (line,) = told(run)
    assert f"parts: {len(ids)} answer" in line
    assert f"{len(ids)} of status 403" in line
    (stream,) = json.loads(file.read_text())["streams"]
    assert stream["ignored_answers"] == {"403": len(ids)}
