"""Run commands that print as they go, and end them with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

CHECKOUT = Path(__file__).resolve().parent.parent

_TAIL = 25
_GRACE = 3


class CommandError(Exception):
    """A command failed; the message holds the command and its last lines."""

    def __init__(self, command: Iterable[str], code: int, tail: Iterable[str]) -> None:
        super().__init__("\n".join([f"{' '.join(command)} ended with {code}:", *tail]))


class Processes:
    """The commands that run in a folder, one by one or at the same time.

    Args:
        folder: An existing folder that they run in.
        environment: All of their environment.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = Lock()
        self._is_stopped = False

    def lines(self, executable: Path, *arguments: str, readable: Callable[[str], str] = str.rstrip) -> Generator[str]:
        """Run a command, hand over its output line by line, and see to it that it ends.

        Args:
            executable: The command.
            *arguments: Its arguments.
            readable: Gives the text of a line for a message about a failure; an empty text leaves it out.

        Raises:
            CommandError: It failed.
        """
        process = self._start(executable, arguments)
        tail: deque[str] = deque(maxlen=_TAIL)
        with process:
            try:
                for line in process.stdout or ():
                    tail.extend(filter(None, [readable(line)]))
                    yield line
            except BaseException:
                _end(process)
                raise
            finally:
                self._running.discard(process)
        if process.returncode != 0:
            raise CommandError([executable.name, *arguments], process.returncode, tail)

    def stop(self) -> None:
        """End what runs, and let nothing more begin."""
        with self._lock:
            self._is_stopped = True
        for process in list(self._running):
            _end(process)

    def _start(self, executable: Path, arguments: Iterable[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._is_stopped:
                raise CommandError([executable.name, *arguments], -signal.SIGTERM, ["It was not begun."])
            process = subprocess.Popen(  # noqa: S603 - commands of our own environment
                [str(executable), *arguments],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                # A session of its own, so that all processes can be ended together.
                start_new_session=True,
            )
            self._running.add(process)
        return process


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        # Whoever of them is still there by now does not listen.
        os.killpg(process.pid, signal.SIGKILL)
