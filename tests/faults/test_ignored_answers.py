"""Answers that are declared to mean "no rows": the list ends there, they are counted, and nothing fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.apis.declared.streams import DeclaredStream
from tap_analytics.http.ignored_answers import IgnoreRule
from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, always, in_turn, routes, whole
from tests.faults.test_answers import activates, declared, things

if TYPE_CHECKING:
    from tests.faults.server import Script
    from tests.singer import Run

NO_SUCH = whole({"error": "no such thing"}, "404 Not Found")


@pytest.fixture(autouse=True)
def _told_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Let the log have what is told at the level INFO, as a real run's has."""
    caplog.set_level("INFO")


def read(script: Script, rule: IgnoreRule | None, monkeypatch: pytest.MonkeyPatch, *resources: Any) -> Run:
    """Read declared streams that ignore some answers; the last one is selected."""
    monkeypatch.setattr(DeclaredStream, "ignored_answers", () if rule is None else (rule,))
    with Server(script) as server:
        return run_here(declared(server.url, *resources), resources[-1]["name"])


def told(run: Run) -> list[str]:
    return [line for line in run.stderr.splitlines() if "ignored" in line]


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (IgnoreRule(statuses=frozenset({404})), NO_SUCH),
        (IgnoreRule(statuses=frozenset({400, 404})), NO_SUCH),
        (IgnoreRule(content="no such"), NO_SUCH),
        (IgnoreRule(statuses=frozenset({404}), content="no such"), NO_SUCH),
        (IgnoreRule(statuses=frozenset({200}), content="no such"), whole({"error": "no such thing"})),
        (IgnoreRule(content="no such"), whole(b"no such thing")),
        (IgnoreRule(statuses=frozenset({500})), whole({}, "500 Internal Server Error")),
        (IgnoreRule(statuses=frozenset({401})), whole({}, "401 Unauthorized")),
    ],
)
def test_an_answer_that_is_ignored_is_asked_for_once_and_is_an_empty_list(
    rule: IgnoreRule, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = read(always(answer), rule, monkeypatch, things())
    assert not run.records("things")
    assert activates(run)
    (line,) = told(run)
    assert "INFO" in line
    assert "things: 1 answer ignored, as 'response_actions' says: 1 of status " in line


@pytest.mark.parametrize(
    "rule",
    [
        None,
        IgnoreRule(statuses=frozenset({403})),
        IgnoreRule(content="such is life"),
        IgnoreRule(statuses=frozenset({403}), content="no such"),
        IgnoreRule(statuses=frozenset({404}), content="such is life"),
    ],
)
def test_no_other_answer_is_ignored(rule: IgnoreRule | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "answered 404" in failure_of(run := read(always(NO_SUCH), rule, monkeypatch, things()), "things")
    assert not told(run)


def test_an_ignored_answer_behind_other_pages_ends_the_list_there(monkeypatch: pytest.MonkeyPatch) -> None:
    paginator = {"type": "page_number", "base_page": 1}
    script = in_turn([whole([{"id": 1}])], [whole([{"id": 2}])], [NO_SUCH])
    run = read(script, IgnoreRule(statuses=frozenset({404})), monkeypatch, things(paginator=paginator))
    assert [row["id"] for row in run.records("things")] == [1, 2]
    assert activates(run)


@pytest.mark.parametrize("ids", [[2], [1, 2, 3]])
def test_the_lists_of_other_parents_are_read_and_the_ignored_ones_counted(
    ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts: dict[str, Script] = {"/things": always(whole([{"id": n} for n in (1, 2, 3)]))}
    for n in (1, 2, 3):
        answer = whole({}, "403 Forbidden") if n in ids else whole([{"id": 10 * n}])
        scripts[f"/things/{n}/parts"] = always(answer)
    parts = {**things("/things/{resources.things.id}/parts"), "name": "parts"}
    run = read(routes(scripts), IgnoreRule(statuses=frozenset({403})), monkeypatch, things(), parts)
    assert [row["id"] for row in run.records("parts")] == [10 * n for n in (1, 2, 3) if n not in ids]
    assert activates(run, "parts")
    (line,) = told(run)
    assert f"parts: {len(ids)} answer" in line
    assert f"{len(ids)} of status 403" in line
