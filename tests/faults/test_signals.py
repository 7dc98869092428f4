"""Signals: a run that is told to stop, or that nobody reads any longer, ends soon and leaves whole lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import catalog_of, subscription
from tests.faults.server import Server, always, routes, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.faults.server import Request, Script

CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
ROWS = [{"uuid": f"u{n}", "date": f"2024-01-{1 + n % 28:02}T00:00:00Z"} for n in range(20)]

# Signals are POSIX's, and so are these.
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")


@pytest.fixture(autouse=True)
def _hang_ups() -> Iterator[None]:
    """Let a hang-up reach the tap where the tests themselves were started with `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def running(
    folder: Path, config: Mapping[str, Any], prelude: str | None = None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the tap beside the test, with pipes that nobody reads; before it begins, some code of the test's own."""
    file, catalog = folder / "config.json", folder / "catalog.json"
    file.write_text(json.dumps(config))
    # The lists of the scripts here; whatever other stream there is would fail at once.
    options_of_tap = ["--config", str(file)]
    if config:
        catalog.write_text(json.dumps(catalog_of(config, "account", "activities", "customers")))
        options_of_tap += ["--catalog", str(catalog)]
    how = ["-m", "tap_analytics"]
    if prelude is not None:
        how = ["-c", f"{prelude}\nfrom tap_analytics.__main__ import main\nmain()"]
    process = subprocess.Popen(  # noqa: S603 - the tap itself
        [sys.executable, *how, *options_of_tap],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def rest_of(process: subprocess.Popen[bytes], seconds: float) -> tuple[list[dict[str, Any]], str]:
    """Return the messages and the stderr of a process that has to end within these seconds."""
    stdout, stderr = process.communicate(timeout=seconds)
    told = stderr.decode()
    assert "Traceback" not in told
    assert not stdout or stdout.endswith(b"\n")
    return [json.loads(line) for line in stdout.splitlines()], told


def bookmarks_of(messages: list[dict[str, Any]]) -> set[str]:
    """Return the bookmarks of activities in all states."""
    entries = [m["value"].get("bookmarks", {}).get("activities", {}) for m in messages if m["type"] == "STATE"]
    return {entry["replication_key_value"] for entry in entries if "replication_key_value" in entry}


def wait_for(server: Server, requests: int) -> None:
    """Wait until so many requests have come in."""
    deadline = time.monotonic() + 60
    while len(server.requests) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def silent_after_a_page() -> Script:
    """Answer with a page of activities, and keep silent when asked for the next one."""

    def answer(request: Request) -> Iterator[bytes | float]:
        if request.path == "/v1/account":
            yield whole({"id": "a"})
        elif "start-after" in request.params:
            yield 60.0
        else:
            yield whole({"entries": ROWS, "has_more": True})

    return answer


@pytest.mark.parametrize("stop", CODES)
def test_a_run_that_waits_for_an_answer_stops_at_once_and_says_so(tmp_path: Path, stop: signal.Signals) -> None:
    file = tmp_path / "summary.json"
    with (
        Server(silent_after_a_page()) as server,
        running(tmp_path, subscription(server.url, summary_file=str(file))) as process,
    ):
        wait_for(server, 3)
        process.send_signal(stop)
        messages, told = rest_of(process, 10)
    assert process.returncode == CODES[stop]
    assert not bookmarks_of(messages)
    assert all("version" in message for message in messages if message["type"] == "RECORD")
    assert not any(m["type"] == "ACTIVATE_VERSION" and m["stream"] == "activities" for m in messages)
    assert "streams failed" not in told
    summary = json.loads(file.read_text())
    assert (summary["status"], summary["error"], summary["succeeded"]) == ("stopped", f"stopped by {stop.name}", False)
    assert summary["ended_at"] is not None
    assert "activities" in summary["not_read"]


def test_a_closed_terminal_stops_no_run_that_nohup_has_started(tmp_path: Path) -> None:
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    with Server(silent_after_a_page()) as server, running(tmp_path, subscription(server.url), ignored) as process:
        wait_for(server, 3)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        rest_of(process, 10)
    assert process.returncode == 143


def test_signals_that_come_until_the_process_has_gone_are_as_one(tmp_path: Path) -> None:
    # Python itself would take the handlers away before the process has gone.
    with (
        Server(always(whole({}, "503 Busy", Retry_After="60"))) as server,
        running(tmp_path, subscription(server.url)) as process,
    ):
        wait_for(server, 1)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
        rest_of(process, 10)
    assert process.returncode == 143


def test_two_signals_at_the_same_instant_are_one_whichever_thread_catches_them(tmp_path: Path) -> None:
    # A process that is stopped leaves it to chance which of its threads a signal wakes.
    with Server(silent_after_a_page()) as server, running(tmp_path, subscription(server.url)) as process:
        wait_for(server, 3)
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        _, told = rest_of(process, 10)
    assert process.returncode in {130, 143}
    assert "race condition" not in told


def endless(size: int = 1000) -> Script:
    """Answer with page after page of activities, for ever."""
    pages = iter(range(10**9))

    def answer(_: Request) -> list[bytes]:
        page = next(pages)
        rows = [{**row, "uuid": f"{page}-{row['uuid']}", "description": "x" * size} for row in ROWS]
        return [whole({"entries": rows, "has_more": True})]

    return routes({"/v1/account": always(whole({"id": "a"})), "/v1/activities": answer})


def blocked(process: subprocess.Popen[bytes], server: Server) -> None:
    """Wait until the tap has filled its stdout and asks for nothing any longer."""
    wait_for(server, 3)
    assert process.stdout is not None
    # Its first lines are shorter than this; a busy machine may take long to get to the others.
    while int.from_bytes(fcntl.ioctl(process.stdout, termios.FIONREAD, bytes(4)), sys.byteorder) < 32_000:
        assert process.poll() is None
        time.sleep(0.01)
    seen = -1
    while seen != len(server.requests):
        seen = len(server.requests)
        assert seen < 200
        time.sleep(0.3)
    assert process.poll() is None


# The last resort comes so soon that a test need not wait for it.
IMPATIENT = "from tap_analytics.command_line import signals; signals._LONGEST_STOP = 0.4"


def test_a_run_whose_target_does_not_read_ends_all_the_same(tmp_path: Path) -> None:
    folders = {stop: tmp_path / stop.name for stop in (signal.SIGTERM, signal.SIGINT)}
    with Server(endless()) as first, Server(endless()) as second:
        servers = dict(zip(folders, (first, second), strict=True))
        for folder in folders.values():
            folder.mkdir()
        with (
            running(folders[signal.SIGTERM], subscription(first.url), IMPATIENT) as terminated,
            running(folders[signal.SIGINT], subscription(second.url), IMPATIENT) as interrupted,
        ):
            processes = {signal.SIGTERM: terminated, signal.SIGINT: interrupted}
            for stop, process in processes.items():
                blocked(process, servers[stop])
            for stop, process in processes.items():
                process.send_signal(stop)
            for stop, process in processes.items():
                # By itself it would wait for its target for ever.
                assert process.wait(60) == CODES[stop]
            for process in processes.values():
                assert process.stdout is not None
                assert process.stderr is not None
                assert b"Traceback" not in process.stderr.read()
                # What the full pipe held when the process gave up on it ends in the middle of a line.
                *lines, _ = process.stdout.read().split(b"\n")
                assert not bookmarks_of([json.loads(line) for line in lines])


def test_a_run_whose_target_reads_on_after_two_signals_ends_by_the_first_with_a_whole_line(tmp_path: Path) -> None:
    with Server(endless()) as server, running(tmp_path, subscription(server.url)) as process:
        blocked(process, server)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        messages, _ = rest_of(process, 10)
    assert process.returncode == 130
    assert messages[-1]["type"] == "RECORD"
    assert not bookmarks_of(messages)


# In a call of C that no signal interrupts, as the look-up of a name can be.
STUCK = f"""
import ctypes, signal, socket
{IMPATIENT}
def stuck(*_, **__):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    print("stuck", flush=True)
    ctypes.CDLL(None).sleep(60)
socket.getaddrinfo = stuck
"""


def test_a_run_that_is_stuck_in_the_look_up_of_a_name_ends_by_the_signal(tmp_path: Path) -> None:
    config = subscription("https://api.example.com", max_parallel_requests=1)
    with running(tmp_path, config, STUCK, env={**os.environ, "NO_PROXY": "*"}) as process:
        assert process.stdout is not None
        while process.stdout.readline() != b"stuck\n":
            pass
        process.send_signal(signal.SIGTERM)
        # Without the last resort it would be the whole minute.
        process.wait(30)
        rest_of(process, 1)
    assert process.returncode == 143


def test_a_long_line_is_written_to_its_end_as_long_as_the_target_reads_on(tmp_path: Path) -> None:
    with Server(endless(400_000)) as server, running(tmp_path, subscription(server.url), IMPATIENT) as process:
        blocked(process, server)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        read = b""
        # Twice as long as the last resort would wait for a target that takes nothing.
        while part := os.read(process.stdout.fileno(), 40_000):
            read += part
            time.sleep(0.1)
        assert process.wait(10) == 143
    messages = [json.loads(line) for line in read.splitlines()]
    assert read.endswith(b"\n")
    assert len(messages[-1]["record"]["description"]) == 400_000


@pytest.mark.parametrize("stop", CODES)
def test_a_signal_while_the_program_is_loaded_leaves_no_trace(tmp_path: Path, stop: signal.Signals) -> None:
    # Sent in the middle of the imports.
    prelude = f"""
import os, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "tap_analytics.sync.stream":
            os.kill(os.getpid(), {int(stop)})
sys.meta_path.insert(0, Finder())
"""
    with running(tmp_path, {}, prelude) as process:
        messages, told = rest_of(process, 20)
    assert process.returncode == CODES[stop]
    assert (messages, told) == ([], "")


def test_a_stdout_that_is_closed_ends_the_run_soon_and_without_a_trace(tmp_path: Path) -> None:
    with Server(endless()) as server, running(tmp_path, subscription(server.url)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(10)
        told = process.stderr.read().decode()
        requests = len(server.requests)
    assert process.returncode not in {0, None}
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    (line,) = [line for line in told.splitlines() if "ERROR" in line]
    assert "target has ended" in line
    assert requests < 100


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
def test_a_stdout_that_is_full_is_one_line_and_no_good_run(tmp_path: Path) -> None:
    scripts = routes({"/v1/account": always(whole({"id": "a"}))})
    with open("/dev/full", "wb") as full, Server(scripts) as server:  # noqa: PTH123
        file = tmp_path / "config.json"
        file.write_text(json.dumps(subscription(server.url)))
        finished = subprocess.run(  # noqa: S603 - the tap itself
            [sys.executable, "-m", "tap_analytics", "--config", str(file)],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=20,
            check=False,
        )
    told = finished.stderr.decode()
    assert finished.returncode not in {0, None}
    assert "Traceback" not in told
    assert "No space left" in told
