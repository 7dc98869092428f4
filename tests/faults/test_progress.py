"""What a run tells of itself: while it goes on, at its end, and in the file of its summary."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.command_line.progress.wording import time_left
from tap_analytics.paging.page import Page
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.sync.extent import Extent
from tap_analytics.sync.time_left import TimeLeft
from tap_analytics.sync.walks import Walk
from tap_analytics.sync.window_progress import WindowProgress
from tap_analytics.sync.window_widths import WindowWidths
from tests.faults.runs import KEY, run_here, subscription
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType

    from tests.faults.server import End, Request
    from tests.singer import Run

ROWS = [{"id": number, "uuid": f"u{number}"} for number in range(3)]


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """The level at which the command logs."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    yield
    root.setLevel(before)


def customers(request: Request) -> Iterable[bytes | float | End]:
    """Give two pages of customers, and 403 for everything else."""
    if request.path != "/v1/customers":
        yield whole({"message": f"no rights for {KEY}"}, "403 Forbidden")
    elif "cursor" in request.params:
        yield whole({"entries": ROWS[2:], "has_more": False})
    else:
        yield whole({"entries": [*ROWS[:2]], "cursor": "c", "has_more": True})


def told(stderr: str) -> list[str]:
    """Return the messages of a log's lines."""
    return [line.rpartition(" | ")[2].strip() for line in stderr.splitlines() if " | " in line]


def test_a_run_without_a_terminal_tells_its_start_each_stream_s_end_and_its_sum() -> None:
    with Server(customers) as server:
        run = run_here(subscription(server.url), "customers", "activities")
    lines = [line.partition(" in ")[0] for line in told(run.stderr) if not line.startswith(("activities", "Skipping"))]
    assert lines == [
        "Reading 2 streams",
        "customers: 3 records on 2 pages",
        "Read 1 of 2 streams: 3 records, 3 requests",
        "1 of 2 streams failed: activities",
    ]
    assert "; failed: activities" in run.stderr


def test_a_run_tells_once_in_a_while_how_far_it_is_and_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(request: Request) -> Iterable[bytes | float | End]:
        if "cursor" in request.params:
            yield 0.5
        yield from customers(request)

    monkeypatch.setattr("tap_analytics.command_line.progress.lines.SECONDS_BETWEEN_LINES", 0.05)
    with Server(slow) as server:
        run = run_here(subscription(server.url), "customers")
    lines = [line for line in told(run.stderr) if line.startswith("0 of 1 stream read")]
    waiting = "; waiting for the service; reading customers (2)"
    assert any("2 records, 2 requests in" in line and line.endswith(waiting) for line in lines)


def numbered(request: Request) -> Iterable[bytes | float | End]:
    """Give four pages of customers, the first of which says that there are four, and two subscriptions of each."""
    yield 0.08
    number = int(request.params.get("cursor", 1))
    if request.path.endswith("subscriptions"):
        yield whole({"entries": [{"id": row} for row in range(2)], "has_more": False})
    else:
        more = {"cursor": str(number + 1), "has_more": number < 4, **({"total_pages": 4} if number == 1 else {})}
        yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], **more})


def dated(request: Request) -> Iterable[bytes | float | End]:
    """Give an activity a day."""
    yield 0.05
    first, last = (date.fromisoformat(request.params[name]) for name in ("start-date", "end-date"))
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    yield whole({"entries": [{"uuid": str(day), "date": f"{day}T00:00:00Z"} for day in days], "has_more": False})


def unnumbered(request: Request) -> Iterable[bytes | float | End]:
    """Give some pages of customers with nothing but cursors."""
    yield 0.1
    number = int(request.params.get("cursor", 1))
    yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], "cursor": str(number + 1), "has_more": number < 4})


@pytest.mark.parametrize(
    ("answer", "stream", "is_known"),
    [
        (numbered, "customers", True),
        (numbered, "customer_subscriptions", True),
        (dated, "activities", True),
        (unnumbered, "customers", False),
    ],
)
def test_the_time_left_is_told_where_pages_days_or_parents_are_numbered_and_nowhere_else(
    answer: Callable[[Request], Iterable[bytes | float | End]],
    stream: str,
    is_known: bool,  # noqa: FBT001 - of the table above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_analytics.command_line.progress.lines.SECONDS_BETWEEN_LINES", 0.04)
    monkeypatch.setattr("tap_analytics.sync.time_left._EARLIEST", 0)
    with Server(answer) as server:
        settings = {"end_date": "2024-12-31", "page_size": 30, "max_parallel_requests": 1}
        run = run_here(subscription(server.url, **settings), stream)
    assert run.exit_code == 0
    lines = [line for line in told(run.stderr) if line.startswith("0 of 1 stream read") and f"{stream} (" in line]
    assert lines
    assert any("; a few seconds left; waiting" in line for line in lines) == is_known
    assert any("left" in line for line in lines) == is_known


@pytest.mark.parametrize(
    ("total", "headers"),
    [
        ({"total_pages": 10**400}, {}),
        ({}, {"Content_Range": f"items 0-0/{'9' * 5000}"}),
    ],
)
def test_a_total_that_is_no_number_of_rows_changes_nothing_of_what_is_read(
    total: dict[str, Any], headers: dict[str, str]
) -> None:
    def answer(request: Request) -> Iterable[bytes | float | End]:
        number = int(request.params.get("cursor", 1))
        if request.path.endswith("subscriptions"):
            yield whole({"entries": [{"id": number}, {"id": number + 1}], "has_more": False})
        else:
            more = {"cursor": str(number + 1), "has_more": number < 4, **total}
            yield whole({"entries": [{"id": number, "uuid": f"u{number}"}], **more}, **headers)

    with Server(answer) as server:
        run = run_here(subscription(server.url), "customers", "customer_subscriptions")
    assert run.exit_code == 0, run.stderr
    assert (len(run.records("customers")), len(run.records("customer_subscriptions"))) == (4, 8)


def interrupted_everywhere(code: CodeType, read: Callable[[], object], change: Callable[[], None]) -> None:
    """Let a function run once for each of its steps, with a change before that one."""
    place = 0
    while True:
        left = place

        def step(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - a trace function
            nonlocal left
            frame.f_trace_opcodes = True
            if event == "opcode":
                left -= 1
                if left == 0:
                    change()
            return step

        before = sys.gettrace()
        sys.settrace(lambda frame, event, arg: step(frame, event, arg) if frame.f_code is code else None)
        try:
            read()
        finally:
            sys.settrace(before)
        if left > 0:
            return
        place += 1


def test_an_estimate_is_taken_while_other_threads_change_what_it_is_made_of() -> None:
    progress = WindowProgress(WindowWidths(7))
    progress.finish(7, [10], 50)

    def begin() -> None:
        progress.see(3)
        progress.reach(2, 48)

    def read_windows() -> None:
        begin()
        assert progress.share is not None

    share = cast("Any", WindowProgress.share).fget.__code__
    interrupted_everywhere(share, read_windows, lambda: progress.finish(7, [3], 0))
    left = TimeLeft()

    def read_left() -> None:
        left.seconds(60, 0.5)
        assert left.seconds(60, 0.5) is not None

    interrupted_everywhere(TimeLeft.seconds.__code__, read_left, lambda: setattr(left, "_end", None))
    extent = Extent()
    page = Page({"total_pages": 4}, [{"id": 1}])

    def begin_list() -> None:
        extent.begin_list("a")
        extent.take(page, Walk({}), SinglePage())

    def read_extent() -> None:
        extent.lists = 1
        begin_list()
        _ = extent.share

    def next_list() -> None:
        extent.lists = None
        extent.begin_list("b")

    interrupted_everywhere(cast("Any", Extent.share).fget.__code__, read_extent, next_list)


def test_an_estimate_counts_down_and_is_changed_only_when_it_is_clearly_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("tap_analytics.sync.time_left.time.monotonic", lambda: clock)
    left, told = TimeLeft(), []
    # Half of it in 60 s; a little slower; then much slower, and at last more than was announced.
    for clock, share in [(1, 0.5), (60, 0.5), (70, 0.53), (100, 0.6), (200, 0.65), (210, None)]:
        told.append(left.seconds(clock, share))
    assert told == [None, 60, 50, pytest.approx(66.7, 0.01), pytest.approx(107.7, 0.01), None]
    spans = [time_left(seconds) for seconds in (3, 44, 59, 89, 600, 3400, 5400, 7300)]
    assert spans == [
        "a few seconds",
        "about 40 s",
        "about 60 s",
        "about 1 min",
        "about 10 min",
        "about 55 min",
        "about 1 h 30 min",
        "about 2 h",
    ]


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
    assert KEY not in file.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_the_summary_of_a_run_in_progress_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_analytics.command_line.progress.watching.SECONDS_BETWEEN_FILES", 0.01)
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


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_metric_lines_are_for_those_who_ask_for_them(level: int) -> None:
    logging.getLogger().setLevel(level)
    with Server(customers) as server:
        run = run_here(subscription(server.url), "customers")
    assert ("METRIC" in run.stderr) == (level == logging.DEBUG)


def on_terminal(url: str, folder: Path, *, on_text: Callable[[str], object] = len, **environment: Any) -> str:
    """Run the tap with its log on a terminal, and return what the terminal got; it is told as it comes, too."""
    config = folder / "config.json"
    config.write_text(json.dumps(subscription(url)))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    variables = {**os.environ, "TERM": "xterm-256color", **environment}
    with (folder / "messages").open("wb") as messages:
        process = subprocess.Popen(  # noqa: S603 - the tap itself
            [sys.executable, "-m", "tap_analytics", "--config", str(config)],
            stdout=messages,
            stderr=theirs,
            env=variables,
        )
    os.close(theirs)
    got = b""
    try:
        while part := os.read(ours, 2**16):
            got += part
            on_text(got.decode(errors="replace"))
    except OSError:  # The terminal's other end is closed.
        pass
    finally:
        os.close(ours)
        process.wait()
    return got.decode()


def test_a_terminal_shows_a_live_table_and_the_log_above_it_and_never_hides_the_cursor(tmp_path: Path) -> None:
    is_shown = Event()

    def slow(request: Request) -> Iterable[bytes | float | End]:
        if "cursor" in request.params:
            is_shown.wait(60)
        yield from customers(request)

    def look(shown: str) -> None:
        if "the service" in shown:
            is_shown.set()

    with Server(slow) as server:
        shown = on_terminal(server.url, tmp_path, on_text=look)
    assert "waits for" in shown
    assert "the service" in shown
    assert "streams read, " in shown
    assert "activities: GET" in shown
    assert "\x1b[?25l" not in shown
    assert " failed, " in shown
    last = shown.rpartition("per second")[2]
    assert "customers" in last
    assert "failed" in last


@pytest.mark.parametrize(
    "environment", [{"TERM": "dumb"}, {"TAP_ANALYTICS_LOGLEVEL": "WARNING"}, {"NO_COLOR": "1"}], ids=str
)
def test_a_terminal_that_wants_no_drawing_no_lines_or_no_colour_gets_none(
    tmp_path: Path, environment: dict[str, Any]
) -> None:
    with Server(customers) as server:
        shown = on_terminal(server.url, tmp_path, **environment)
    assert ("per second" in shown) == ("NO_COLOR" in environment)
    assert ("customers: 3 records" in shown) == ("TERM" in environment)
    assert "\x1b[31m" not in shown
