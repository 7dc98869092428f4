"""Processes and what they use: CPU, time and memory, as the system counts them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlencode
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    Sink: TypeAlias = Literal["null", "pipe"]

_BLOCK = 1 << 20
_LONGEST_QUOTE = 300


class FailedRunError(Exception):
    """A process that is measured did not do what it was told to."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used, from its start to its end.

    Attributes:
        cpu: Seconds of CPU, in user space and in the kernel.
        wall: Seconds.
        peak: The most memory that it held at a time, in bytes.
    """

    cpu: float
    wall: float
    peak: int


def take_core(number: int) -> None:
    """Stay on one core, where the system can do that and there is more than one; -1 is the last."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[number]})


def measure(command: Sequence[str], sink: Sink = "null", environment: Mapping[str, str] | None = None) -> Usage:
    """Run a process and see what it uses.

    Args:
        command: The program and its arguments.
        sink: Where its output goes: `/dev/null`, or a pipe whose reader throws away what comes.
        environment: Further variables of its environment.

    Returns:
        What it used.

    Raises:
        FailedRunError: It did not exit with 0.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = _started(command, subprocess.PIPE if sink == "pipe" else subprocess.DEVNULL, errors, environment)
        if process.stdout is not None:
            while os.read(process.stdout.fileno(), _BLOCK):
                pass
            process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        _check(process, errors)
    # Only macOS counts in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit)


def output(command: Sequence[str], environment: Mapping[str, str] | None = None) -> bytes:
    """Run a process and read its output.

    Args:
        command: The program and its arguments.
        environment: Further variables of its environment.

    Returns:
        What it wrote.

    Raises:
        FailedRunError: It did not exit with 0.
    """
    with tempfile.TemporaryFile() as errors:
        with _started(command, subprocess.PIPE, errors, environment) as process:
            written, _ = process.communicate()
        _check(process, errors)
    return written


def _started(
    command: Sequence[str],
    stdout: int,
    errors: IO[bytes],
    environment: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    # The last core is the server's and our own.
    taskset = ["taskset", "--cpu-list", "0"] if shutil.which("taskset") else []
    return subprocess.Popen(  # noqa: S603 - a contestant
        [*taskset, *command],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=errors,
        # Everybody runs compiled, as from an installed package, however this machine is set up.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},
    )


def _check(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    if process.returncode != 0:
        errors.seek(0)
        words = " ".join(errors.read()[-_LONGEST_QUOTE:].decode(errors="replace").split())
        msg = f"exit code {process.returncode}: …{words}"
        raise FailedRunError(msg)


@dataclass(frozen=True, slots=True)
class Server:
    """The server, as the harness sees it.

    Attributes:
        url: Its base URL.
    """

    url: str

    def begin(self, **settings: object) -> None:
        """Tell it what to answer from now on, and to forget what was asked; see `server.Desk.begin`."""
        self._ask(f"/_begin?{urlencode(settings)}")

    def seen(self) -> dict[str, int]:
        """Return what was asked since then; see `server.Desk.seen`."""
        return cast("dict[str, int]", self._ask("/_seen"))

    def _ask(self, path: str) -> Any:  # noqa: ANN401 - JSON
        with urlopen(f"{self.url}{path}", timeout=60) as answer:  # noqa: S310 - the loopback server
            return json.load(answer)


@contextmanager
def served() -> Iterator[Server]:
    """Start the server in a process of its own, and stop it in the end."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        if process.stdout is None or not (port := process.stdout.readline().strip()):
            msg = "the server did not start"
            raise FailedRunError(msg)
        try:
            yield Server(f"http://127.0.0.1:{port}")
        finally:
            if process.stdin is not None:
                process.stdin.close()
