"""Lists under the records of lists that lie under records themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.declared import settings
from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.faults.server import Request, Script
    from tests.singer import Run

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "integer"}}}
LEVELS = ["teams", "projects", "tasks", "notes"]


def level(number: int, **endpoint: Any) -> dict[str, Any]:
    """Return the list at a level: that of notes lies under tasks, that of tasks under projects."""
    name = LEVELS[number]
    endpoint = {"path": f"/{name}", "data_selector": "data", "paginator": {"type": "single_page"}, **endpoint}
    if not number:
        return {"name": name, "primary_key": "id", "schema": SCHEMA, "endpoint": endpoint}
    parent = LEVELS[number - 1]
    above = [f"_{LEVELS[number - 2]}_id"] if number > 1 else []
    keys = [f"_{parent}_{key}" for key in (*above, "id")]
    path = f"/{parent}/{{resources.{parent}.id}}/{name}"
    if above:
        path = f"/{LEVELS[number - 2]}/{{resources.{parent}.{above[0]}}}{path}"
    return {
        "name": name,
        "primary_key": [*keys, "id"],
        "include_from_parent": [*above, "id"],
        "schema": {
            "type": "object",
            "properties": {key: {"type": "integer"} for key in (*keys, "id")},
        },
        "endpoint": {**endpoint, "path": path},
    }


def data_of(path: str) -> list[dict[str, int]]:
    """Return what lies at a path: team N of 3 has N - 1 projects, each of these N tasks, and each of these 2 notes."""
    parts = path.strip("/").split("/")
    team = int(parts[1]) if len(parts) > 1 else 0
    count = {"teams": 3, "projects": team - 1, "tasks": team, "notes": 2}[parts[-1]]
    return [{"id": number + 1} for number in range(count)]


TEAMS = [(team,) for team in (1, 2, 3)]
PROJECTS = [(team, project) for (team,) in TEAMS for project in range(1, team)]
TASKS = [(team, project, task) for team, project in PROJECTS for task in range(1, team + 1)]
NOTES = [(project, task, note) for _, project, task in TASKS for note in (1, 2)]


def answers(faults: Mapping[str, bytes] = {}) -> Script:
    """Answer as the service does, but for some paths."""
    return lambda request: [faults.get(request.path) or whole({"data": data_of(request.path)})]


def rows(run: Run, name: str, *fields: str) -> list[tuple[int, ...]]:
    """Return the values of some fields of a stream's records."""
    return [tuple(row[field] for field in fields) for row in run.records(name)]


def check_projects_and_tasks(run: Run) -> None:
    """Check every row of the second and the third level."""
    assert rows(run, "projects", "_teams_id", "id") == PROJECTS
    assert rows(run, "tasks", "_projects__teams_id", "_projects_id", "id") == TASKS


@pytest.mark.parametrize("threads", [1, 4])
def test_three_levels_give_every_row_and_ask_for_each_list_once(threads: int) -> None:
    with Server(answers()) as server:
        config = settings(server.url, *map(level, range(3)), max_parallel_requests=threads)
        run = run_here(config, "teams", "projects", "tasks")
        asked = [request.path for request in server.requests]
    assert run.exit_code == 0, run.stderr
    assert not run.warnings
    assert rows(run, "teams", "id") == TEAMS
    check_projects_and_tasks(run)
    assert sorted(asked) == sorted(set(asked))
    assert len(asked) == 1 + len(TEAMS) + len(PROJECTS)
    assert all(len(run.of(name, "ACTIVATE_VERSION")) == 1 for name in ("teams", "projects", "tasks"))


@pytest.mark.parametrize("selected", [["tasks"], ["teams", "tasks"], ["projects", "tasks"]])
def test_levels_that_are_not_selected_are_read_and_not_written(selected: list[str]) -> None:
    with Server(answers()) as server:
        run = run_here(settings(server.url, *map(level, range(3))), *selected)
        asked = [request.path for request in server.requests]
    assert run.exit_code == 0, run.stderr
    assert rows(run, "tasks", "_projects__teams_id", "_projects_id", "id") == TASKS
    assert {message["stream"] for message in run.messages if "stream" in message} == {*selected}
    assert sorted(asked) == sorted(set(asked))


@pytest.mark.parametrize("at_once", [1, 2])
def test_three_levels_are_read_whole_when_not_all_streams_are_read_at_once(at_once: int) -> None:
    with Server(answers()) as server:
        config = settings(server.url, *map(level, range(3)), max_parallel_streams=at_once)
        run = run_here(config, "teams", "projects", "tasks")
    assert run.exit_code == 0, run.stderr
    check_projects_and_tasks(run)


def test_four_levels_with_several_lists_under_one_give_every_row() -> None:
    # A path of notes needs no team, so that the notes of tasks with equal numbers are asked for once.
    twin = level(2) | {"name": "twins"}
    notes = level(3) | {"include_from_parent": ["_projects__teams_id", "_projects_id", "id"]}
    notes["primary_key"] = ["_tasks__projects__teams_id", "_tasks__projects_id", "_tasks_id", "id"]
    notes["schema"] = {"type": "object", "properties": {key: {"type": "integer"} for key in notes["primary_key"]}}
    notes["endpoint"]["path"] = (
        "/teams/{resources.tasks._projects__teams_id}/projects/{resources.tasks._projects_id}"
        "/tasks/{resources.tasks.id}/notes"
    )
    with Server(answers()) as server:
        run = run_here(settings(server.url, *map(level, range(3)), twin, notes), *LEVELS, "twins")
        asked = [request.path for request in server.requests if not request.path.endswith("/tasks")]
    assert run.exit_code == 0, run.stderr
    check_projects_and_tasks(run)
    assert rows(run, "twins", "_projects__teams_id", "_projects_id", "id") == TASKS
    assert rows(run, "notes", *notes["primary_key"]) == [(*task, note) for task in TASKS for note in (1, 2)]
    assert sorted(asked) == sorted(set(asked))


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/teams/2/projects", [task for task in TASKS if task[0] != 2]),
        ("/teams/3/projects", [task for task in TASKS if task[0] != 3]),
    ],
)
def test_a_list_in_the_middle_that_fails_fails_all_below_by_name_and_ends_nothing_else(
    path: str, read: list[tuple[int, ...]]
) -> None:
    with Server(answers({path: whole({}, "403 Forbidden")})) as server:
        run = run_here(settings(server.url, *map(level, range(3))), "teams", "projects", "tasks")
    assert f"GET {path} answered 403" in failure_of(run, "tasks").replace("tasks: projects: ", "", 1)
    assert rows(run, "tasks", "_projects__teams_id", "_projects_id", "id") == read
    assert (
        len([line for line in run.errors if line.split("projects: ")[-1].startswith(f"GET {path} answered 403")]) == 2
    )
    assert rows(run, "teams", "id") == TEAMS
    assert run.of("teams", "ACTIVATE_VERSION")
    assert not run.of("projects", "ACTIVATE_VERSION")


def test_the_first_list_fails_all_below_by_name() -> None:
    with Server(answers({"/teams": whole({}, "403 Forbidden")})) as server:
        run = run_here(settings(server.url, *map(level, range(3))), "teams", "projects", "tasks")
        assert len(server.requests) == 1
    failed = failure_of(run, "tasks")
    assert "tasks: projects: teams: GET /teams answered 403" in failed


@pytest.mark.parametrize("selected", [["tasks"], ["teams", "projects", "tasks"]])
def test_lists_in_the_middle_that_have_gone_are_left_out_with_one_warning(selected: list[str]) -> None:
    with Server(answers({"/teams/2/projects": whole({}, "404 Not Found")})) as server:
        run = run_here(settings(server.url, *map(level, range(3))), *selected)
    assert run.exit_code == 0, run.stderr
    assert rows(run, "tasks", "_projects__teams_id", "_projects_id", "id") == [task for task in TASKS if task[0] != 2]
    (warning,) = run.warnings
    assert "projects: GET /teams/2/projects answered 404" in warning
    assert "1 parent left out" in warning
    assert run.of("tasks", "ACTIVATE_VERSION")


def test_lists_in_the_middle_that_have_all_gone_fail_the_levels_below() -> None:
    gone = {f"/teams/{team}/projects": whole({}, "404 Not Found") for team in (1, 2, 3)}
    with Server(answers(gone)) as server:
        run = run_here(settings(server.url, *map(level, range(3))), "teams", "projects", "tasks")
    assert "tasks: projects: GET /teams/1/projects answered 404" in failure_of(run, "tasks")
    assert not run.of("projects", "ACTIVATE_VERSION")


def dated(days: Callable[[str], int]) -> Script:
    """Answer with records that are dated by their list."""

    def answer(request: Request) -> list[bytes]:
        rows = [
            {**row, "at": f"2024-03-{days(request.path) + row['id']:02}T00:00:00Z"} for row in data_of(request.path)
        ]
        return [whole({"data": rows})]

    return answer


@pytest.mark.parametrize("words", [{}, {"row_order": "desc"}])
def test_each_chain_of_parents_has_a_bookmark_of_its_own(words: dict[str, str]) -> None:
    tasks = level(2, incremental={"cursor_path": "at", **words})
    tasks["schema"]["properties"]["at"] = {"type": "string", "format": "date-time"}
    with Server(dated(lambda path: 10 if path.startswith("/teams/3") else 1)) as server:
        config = settings(server.url, level(0), level(1), tasks)
        run = run_here(config, "projects", "tasks")
        bookmarks = run.state["bookmarks"]["tasks"]["parents"]
        assert {place: at[:10] for place, at in bookmarks.items()} == {
            "/teams/2/projects/1/tasks": "2024-03-03",
            "/teams/3/projects/1/tasks": "2024-03-13",
            "/teams/3/projects/2/tasks": "2024-03-13",
        }
        again = run_here(config, "projects", "tasks", state=run.state)
    assert run.exit_code == again.exit_code == 0
    assert len(run.records("tasks")) == len(TASKS)
    assert again.state["bookmarks"]["tasks"]["parents"] == bookmarks


def wide(request: Request) -> list[bytes]:
    """Give 40 teams, each with two projects, each with one task."""
    count = {"teams": 40, "projects": 2, "tasks": 1}[request.path.rpartition("/")[2]]
    return [whole({"data": [{"id": number} for number in range(count)]})]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("words", [{}, {"incremental": {"cursor_path": "at"}}])
def test_many_lists_in_the_middle_are_fetched_once_for_their_own_stream_and_those_below(
    threads: int, words: dict[str, Any]
) -> None:
    projects = level(1, **words)
    projects["schema"]["properties"]["at"] = {"type": "string", "format": "date-time"}
    with Server(wide) as server:
        config = settings(server.url, level(0), projects, level(2), max_parallel_requests=threads)
        run = run_here(config, "projects", "tasks")
        asked = [request.path for request in server.requests]
    assert run.exit_code == 0, run.stderr
    assert len(set(rows(run, "projects", "_teams_id", "id"))) == len(run.records("projects")) == 80
    tasks = rows(run, "tasks", "_projects__teams_id", "_projects_id", "id")
    assert tasks == [(team, project, 0) for team in range(40) for project in range(2)]
    assert sorted(asked) == sorted(set(asked))


@pytest.mark.parametrize("words", [{}, {"start_param": "since"}, {"row_order": "desc"}])
def test_a_chain_that_is_new_is_read_from_its_beginning_whatever_the_others_have(words: dict[str, str]) -> None:
    projects = 1

    def answer(request: Request) -> list[bytes]:
        match request.path.strip("/").split("/"):
            case ["teams"]:
                data: list[dict[str, Any]] = [{"id": 1}]
            case [_, _, "projects"]:
                data = [{"id": project} for project in range(projects)]
            case [_, _, _, project, _]:
                # Those of the new project are older than the bookmark of the old one.
                month = 9 - int(project)
                data = [{"id": day, "at": f"2024-{month:02}-0{day}T00:00:00Z"} for day in (3, 2, 1)]
        since = request.params.get("since", "")[:10]
        return [whole({"data": [row for row in data if str(row.get("at", "9"))[:10] >= since]})]

    tasks = level(2, incremental={"cursor_path": "at", **words})
    tasks["schema"]["properties"]["at"] = {"type": "string", "format": "date-time"}
    with Server(answer) as server:
        config = settings(server.url, level(0), level(1), tasks)
        first = run_here(config, "projects", "tasks")
        projects = 2
        second = run_here(config, "projects", "tasks", state=first.state)
    assert first.exit_code == second.exit_code == 0, second.stderr
    assert sorted(rows(first, "tasks", "_projects_id", "id")) == [(0, 1), (0, 2), (0, 3)]
    assert {row for row in rows(second, "tasks", "_projects_id", "id") if row[0] == 1} == {(1, 1), (1, 2), (1, 3)}
    assert set(second.state["bookmarks"]["tasks"]["parents"]) == {
        f"/teams/1/projects/{project}/tasks" for project in (0, 1)
    }


def test_a_test_of_the_connection_asks_for_a_list_at_each_level() -> None:
    # The first team has no projects.
    with Server(answers()) as server:
        TapAnalytics(config=settings(server.url, *map(level, range(3)))).run_connection_test()
        assert "/teams/2/projects/1/tasks" in [request.path for request in server.requests]
