"""What a run draws on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.customers import customers
from tests.faults.runs import subscription
from tests.faults.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.faults.server import End, Request


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
