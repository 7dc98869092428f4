"""The file with the summary of a run."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.customers import customers
from tests.faults.runs import KEY, run_here, subscription
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.server import End, Request
    from tests.singer import Run, Tap

REFUSED = {"status": "failed", "succeeded": False, "records": 0, "streams": [], "finished": [], "failed": []}


def test_the_summary_in_a_file_says_what_became_of_each_stream_and_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    file.write_text("of an earlier run")
    with Server(customers) as server:
        run_here(subscription(server.url, summary_file=str(file)), "customers", "activities")
    summary: dict[str, Any] = json.loads(file.read_text())
    assert (summary["succeeded"], summary["finished"], summary["failed"]) == (False, ["customers"], ["activities"])
    assert (summary["records"], summary["requests"], summary["retries"]) == (3, 3, 0)
    assert summary["started_at"] < summary["ended_at"]
    streams = {each["stream"]: each for each in summary["streams"]}
    assert (streams["customers"]["pages"], streams["customers"]["version"]) == (2, "activated")
    assert "403" in streams["activities"]["error"]
    assert summary["error"] == streams["activities"]["error"]
    assert KEY not in file.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_the_summary_of_a_run_in_progress_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_analytics.command_line.progress.summary.SECONDS_BETWEEN_FILES", 0.01)
    seen: list[dict[str, Any]] = []
    file = tmp_path / "summary.json"

    def watched(request: Request) -> Iterable[bytes | float | End]:
        while "cursor" in request.params and not any(each["records"] == 2 for each in seen):
            seen.append(json.loads(file.read_text()))
            yield 0.01
        yield from customers(request)

    with Server(watched) as server:
        run_here(subscription(server.url, summary_file=str(file)), "customers")
    assert {(each["status"], each["ended_at"]) for each in seen} == {("running", None)}
    assert "succeeded" not in seen[-1]
    assert seen[-1]["started_at"] < seen[-1]["updated_at"]
    last = json.loads(file.read_text())
    assert (last["status"], last["succeeded"], last["records"]) == ("succeeded", True, 3)


def test_a_summary_of_an_incremental_run_has_the_bookmark_before_and_after(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    old, new = "2024-01-05T00:00:00.000000+00:00", "2024-02-01T00:00:00.000000+00:00"
    row = {"uuid": "a", "date": new}
    state = {"bookmarks": {"activities": {"replication_key": "date", "replication_key_value": old}}}
    with Server(lambda _: [whole({"entries": [row], "has_more": False})]) as server:
        run_here(subscription(server.url, summary_file=str(file)), "activities", state=state)
    (stream,) = json.loads(file.read_text())["streams"]
    assert (stream["bookmark_before"], stream["bookmark_after"]) == (old, new)


def test_a_summary_file_that_cannot_be_written_is_refused_before_the_first_request(tmp_path: Path) -> None:
    with Server(customers) as server:
        run = run_here(subscription(server.url, summary_file=str(tmp_path / "none" / "summary.json")), "customers")
        assert not server.requests
    assert run.exit_code == 1
    assert "'summary_file'" in run.stderr
    assert "No such file or directory" in run.stderr


@pytest.mark.parametrize(
    ("settings", "files", "reason"),
    [
        ({"page_size": 201}, {}, "Settings: 'page_size' must be at most 200"),
        ({}, {"state": "[]"}, "State: "),
        ({}, {"catalog": "{"}, "Catalog: {folder}/catalog.json holds no JSON"),
        ({}, {"catalog": '{"streams": []}'}, "Catalog: no stream is selected"),
    ],
)
def test_the_summary_of_a_run_that_is_refused_replaces_that_of_the_run_before(
    tap: Tap, settings: dict[str, Any], files: dict[str, str], reason: str
) -> None:
    file = tap.folder / "summary.json"
    file.write_text('{"status": "succeeded"}')
    run = tap.run(subscription("https://api.example.com", summary_file=str(file), **settings), **files)
    summary = json.loads(file.read_text())
    assert {name: summary[name] for name in REFUSED} == REFUSED
    assert summary["error"].startswith(reason.format(folder=tap.folder))
    (line,) = run.errors
    assert line.endswith(summary["error"])
    assert KEY not in file.read_text()


def test_a_refusal_is_summed_up_where_the_environment_says(tap: Tap) -> None:
    file = tap.folder / "summary.json"
    tap.run(
        subscription("https://api.example.com", summary_file="elsewhere.json"),
        *("--config", "ENV"),
        TAP_ANALYTICS_SUMMARY_FILE=str(file),
        TAP_ANALYTICS_PAGE_SIZE="many",
    )
    assert json.loads(file.read_text())["error"].startswith("Settings: the variable TAP_ANALYTICS_PAGE_SIZE must be")


@pytest.mark.parametrize("option", ["--test", "--discover", "--about"])
def test_what_is_no_run_leaves_the_summary_of_the_last_one(tap: Tap, option: str) -> None:
    file = tap.folder / "summary.json"
    file.write_text("of an earlier run")
    run = tap.run({"summary_file": str(file), "stream_prefix": "-"}, option)
    assert run.exit_code == (0 if option == "--about" else 1)
    assert file.read_text() == "of an earlier run"


def test_a_stream_whose_schema_cannot_be_found_out_is_one_that_failed(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    config = {"api": "declared", "api_key": KEY, "backoff_factor": 0, "resources": ["rows", "gone"]}

    def answer(request: Request) -> Iterable[bytes | float | End]:
        yield whole([{"id": 1}]) if request.path == "/rows" else whole({"message": "none"}, "404 Not Found")

    with Server(answer) as server:
        run = run_here({**config, "api_url": server.url, "summary_file": str(file)})
    summary = json.loads(file.read_text())
    assert (run.exit_code, summary["status"]) == (1, "failed")
    assert (summary["finished"], summary["failed"]) == (["rows"], ["gone"])
    assert "404" in summary["streams"][0]["error"]


@pytest.mark.parametrize("secret", ['pä"ss\\wörd', "null", "true", '": ['])
def test_a_summary_hides_each_secret_whatever_its_characters_are_in_json(tmp_path: Path, secret: str) -> None:
    file = tmp_path / "summary.json"
    refusal = whole({"message": f"no rights for {secret}!"}, "403 Forbidden")
    with Server(lambda _: [refusal]) as server:
        run = run_here({**subscription(server.url, summary_file=str(file)), "api_key": secret}, "customers")
    assert run.exit_code == 1
    (stream,) = json.loads(file.read_text())["streams"]
    assert "no rights for ********!" in stream["error"]
    assert secret not in stream["error"]


@pytest.mark.parametrize("name", ["pipe", "link_to_pipe", "folder", "a\0b"])
def test_a_summary_file_that_is_no_file_is_refused_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link_to_pipe").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    with Server(customers) as server:
        run = run_here(subscription(server.url, summary_file=str(tmp_path / name)), "customers")
        assert not server.requests
    assert run.exit_code == 1
    assert "'summary_file'" in run.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "link_to_pipe", "pipe"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_summary_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    link, file = tmp_path / "latest.json", tmp_path / "summary.json"
    link.symlink_to(file)
    with Server(customers) as server:
        run_here(subscription(server.url, summary_file=str(link)), "customers")
    assert link.is_symlink()
    assert json.loads(file.read_text())["status"] == "succeeded"


def test_two_runs_with_one_summary_file_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text
    runs: list[Run | None] = []

    def write_while_another_one_runs(path: Path, *args: Any, **words: Any) -> int:
        written = write(path, *args, **words)
        if not runs:
            runs.append(None)
            runs[0] = run_here(settings, "customers")
        return written

    monkeypatch.setattr(Path, "write_text", write_while_another_one_runs)
    with Server(customers) as server:
        settings = subscription(server.url, summary_file=str(tmp_path / "summary.json"))
        runs.append(run_here(settings, "customers"))
    assert [run and run.exit_code for run in runs] == [0, 0]
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_a_summary_file_that_cannot_be_written_at_the_end_fails_no_run_that_has_read_everything(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    def remove(request: Request) -> Iterable[bytes | float | End]:
        shutil.rmtree(folder, ignore_errors=True)
        yield from customers(request)

    with Server(remove) as server:
        run = run_here(subscription(server.url, summary_file=str(folder / "summary.json")), "customers")
    assert run.exit_code == 0
    assert len(run.records("customers")) == 3
    assert "'summary_file'" in "".join(run.warnings)
