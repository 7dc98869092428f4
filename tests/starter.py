"""Start the tap as a process that is forked from one in which all modules are loaded already.

To load them takes most of the time of a short run. As a program, this module is the process that forks.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

from typing_extensions import Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import TextIO


class Process(Protocol):
    """What a running tap is asked for; also a `subprocess.Popen` has it."""

    def kill(self) -> None:
        """End the process."""

    def wait(self) -> int:
        """Wait for the end of the process, and return its exit code."""


class Starter:
    """Starts taps, one at a time."""

    def __enter__(self) -> Self:
        self._socket, theirs = socket.socketpair()
        self._lines = self._socket.makefile("rw", encoding="utf-8")
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this module
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lines.close()
        self._socket.close()
        self._process.wait()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], stdout: int, stderr: int) -> Process:
        """Start the tap.

        Args:
            arguments: What follows its name on the command line.
            environment: All environment variables; those that Python itself reads have no effect, but for
                `PYTHONUNBUFFERED`.
            stdout: The descriptor that becomes its stdout.
            stderr: The descriptor that becomes its stderr.
        """
        socket.send_fds(self._socket, [b"!"], [stdout, stderr])
        print(json.dumps([list(arguments), dict(environment)]), file=self._lines, flush=True)
        return _Forked(int(self._lines.readline()), self._lines)


class _Forked:
    def __init__(self, pid: int, lines: TextIO) -> None:
        self._pid = pid
        self._lines = lines

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        return int(self._lines.readline())


def _become_a_tap(descriptor: int) -> None:
    """Fork for each request, and return in the forked processes only."""
    with socket.socket(fileno=descriptor) as requests, requests.makefile("rw", encoding="utf-8") as lines:
        while True:
            _, outputs, _, _ = socket.recv_fds(requests, 1, 2)
            if not outputs:
                sys.exit()
            arguments, environment = json.loads(lines.readline())
            pid = os.fork()
            if not pid:
                break
            print(pid, file=lines, flush=True)
            for output in outputs:
                os.close(output)
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), file=lines, flush=True)
    for number, output in enumerate(outputs, start=1):
        os.dup2(output, number)
        os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    if environment.get("PYTHONUNBUFFERED"):
        unbuffered = open(1, "wb", buffering=0, closefd=False)  # noqa: SIM115 - as long as the process lives
        sys.stdout = io.TextIOWrapper(unbuffered, encoding="utf-8", write_through=True)
    sys.argv[1:] = arguments


if __name__ == "__main__":
    import tap_analytics.tap  # noqa: F401
    from tap_analytics.__main__ import main

    _become_a_tap(int(sys.argv[1]))
    main()
