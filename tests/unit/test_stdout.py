"""Whatever stdout is, all that is written arrives, or the failure is told."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_analytics.errors import OutputError
from tap_analytics.singer.stdout import STDOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")

# Several times what a pipe holds, and no two parts of it are equal.
DATA = b"".join(b"%d\n" % number for number in range(80_000))


class Reader:
    """Reads a pipe to its end, in small parts and with pauses."""

    def __init__(self, descriptor: int) -> None:
        self.read = bytearray()
        self._descriptor = descriptor
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> bytes:
        """Wait for the end of what is written, and return all of it."""
        self._thread.join()
        return bytes(self.read)

    def _run(self) -> None:
        while part := os.read(self._descriptor, 20_000):
            self.read += part
            time.sleep(0.002)
        os.close(self._descriptor)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], tuple[int, int]]]:
    """Puts a pipe in the place of stdout, with a buffer of some size; returns both of its ends."""
    files = []

    def replace(buffering: int) -> tuple[int, int]:
        receiving, sending = os.pipe()
        binary = open(sending, "wb", buffering)  # noqa: PTH123, SIM115 - a descriptor has no path
        files.append(io.TextIOWrapper(binary, write_through=buffering == 0))
        monkeypatch.setattr(sys, "stdout", files[-1])
        return receiving, sending

    yield replace
    for file in files:
        if not file.closed:
            file.close()


@pytest.fixture
def interruptions() -> Iterator[None]:
    """A signal every few milliseconds, with a handler that does nothing: writes are cut short by it."""
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("interruptions")
@pytest.mark.parametrize("buffering", [0, 8192])
@pytest.mark.parametrize("blocking", [True, False])
def test_all_arrives_whatever_stdout_takes_at_once(
    pipe: Callable[[int], tuple[int, int]],
    buffering: int,
    blocking: bool,  # noqa: FBT001
) -> None:
    receiving, sending = pipe(buffering)
    os.set_blocking(sending, blocking)
    reader = Reader(receiving)
    print("first", end=" ")  # noqa: T201 - what others print keeps its place
    STDOUT.write(DATA)
    sys.stdout.close()
    assert reader.result() == b"first " + DATA


def test_stdout_tells_when_it_last_took_something(pipe: Callable[[int], tuple[int, int]]) -> None:
    receiving, _ = pipe(0)
    before = time.monotonic()
    STDOUT.write(b"line\n")
    assert before <= STDOUT.last_taken <= time.monotonic()
    os.close(receiving)


def test_a_reader_that_has_gone_is_an_error(pipe: Callable[[int], tuple[int, int]]) -> None:
    receiving, _ = pipe(0)
    os.close(receiving)
    with pytest.raises(OutputError, match="target has ended"):
        STDOUT.write(b"line\n")


@pytest.mark.parametrize("stdout", [None, "closed"])
def test_a_closed_stdout_is_an_error(monkeypatch: pytest.MonkeyPatch, stdout: str | None) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", stdout and closed)
    with pytest.raises(OutputError, match="Cannot write to stdout: it is closed"):
        STDOUT.write(b"line\n")


def test_what_stands_in_for_stdout_gets_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stand_in)
    STDOUT.write(bytearray("ä\n".encode()))
    assert stand_in.getvalue() == "ä\n"
