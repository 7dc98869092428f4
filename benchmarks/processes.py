"""Processes and what they use: CPU, time and memory, as the system counts them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    Environment: TypeAlias = Mapping[str, str] | None

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
        target_cpu: The seconds of CPU of the target that its output went to.
    """

    cpu: float
    wall: float
    peak: int
    target_cpu: float = 0.0


def take_core(number: int) -> None:
    """Stay on one core, where the system can do that and there is more than one; -1 is the last."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[number]})


def measure(command: Sequence[str], environment: Environment = None, *, into_pipe: bool = False) -> Usage:
    """Run a process and see what it uses.

    Args:
        command: The program and its arguments.
        environment: Further variables of its environment.
        into_pipe: Whether its output goes into a pipe whose reader throws away what comes, and not to `/dev/null`.

    Returns:
        What it used.

    Raises:
        FailedRunError: It did not exit with 0.
    """
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = _started(command, errors, environment, stdout=subprocess.PIPE if into_pipe else subprocess.DEVNULL)
        if process.stdout is not None:
            while os.read(process.stdout.fileno(), _BLOCK):
                pass
            process.stdout.close()
        return _ended(process, errors, began)


def measure_load(command: Sequence[str], target: Sequence[str], environment: Environment = None) -> Usage:
    """Run a process whose output goes to a target, and see what both use.

    Args:
        command: The program and its arguments.
        target: The target and its arguments.
        environment: Further variables of the environments of both.

    Returns:
        What the program used, and the CPU of its target; the time is that until both have ended.

    Raises:
        FailedRunError: One of them did not exit with 0.
    """
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as target_errors:
        began = time.perf_counter()
        process = _started(command, errors, environment, stdout=subprocess.PIPE)
        loader = _started(target, target_errors, environment, stdin=process.stdout)
        if process.stdout is not None:
            process.stdout.close()
        try:
            loaded = _ended(loader, target_errors, began)
        finally:
            # Without its target it cannot write, and ends.
            used = _ended(process, errors, began)
    return replace(used, wall=loaded.wall, target_cpu=loaded.cpu)


def measure_stalled(
    command: Sequence[str], first: int, is_busy: Callable[[], bool], environment: Environment = None
) -> Usage:
    """Run a process whose output is read for a while and then no longer, until it does nothing more, and kill it.

    Args:
        command: The program and its arguments.
        first: How many bytes are read before.
        is_busy: Waits for a moment and says whether the process did something in it.
        environment: Further variables of its environment.

    Returns:
        What it used until then.

    Raises:
        FailedRunError: It ended by itself.
    """
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = _started(command, errors, environment, stdout=subprocess.PIPE)
        try:
            while process.stdout is not None and first > 0:
                first -= len(os.read(process.stdout.fileno(), _BLOCK)) or first
            while is_busy():
                pass
        finally:
            os.kill(process.pid, signal.SIGKILL)
            used = _reaped(process, began)
            if process.stdout is not None:
                process.stdout.close()
        if process.returncode != -signal.SIGKILL:
            _check(process, errors)
            msg = "it ended, though not all of its output had been read"
            raise FailedRunError(msg)
        return used


def output(command: Sequence[str], environment: Environment = None) -> bytes:
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
        with _started(command, errors, environment, stdout=subprocess.PIPE) as process:
            written, _ = process.communicate()
        _check(process, errors)
    return written


def _started(
    command: Sequence[str],
    errors: IO[bytes],
    environment: Environment,
    *,
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    # The last core is the server's and our own.
    taskset = ["taskset", "--cpu-list", "0"] if shutil.which("taskset") else []
    return subprocess.Popen(  # noqa: S603 - a contestant
        [*taskset, *command],
        stdin=stdin,
        stdout=stdout,
        stderr=errors,
        # Everybody runs compiled, as from an installed package, however this machine is set up.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},
    )


def _ended(process: subprocess.Popen[bytes], errors: IO[bytes], began: float) -> Usage:
    """Wait for the end of a process that should exit with 0."""
    used = _reaped(process, began)
    _check(process, errors)
    return used


def _reaped(process: subprocess.Popen[bytes], began: float) -> Usage:
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # Only macOS counts in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss * unit)


def _check(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    if process.returncode != 0:
        errors.seek(0)
        words = " ".join(errors.read()[-_LONGEST_QUOTE:].decode(errors="replace").split())
        msg = f"exit code {process.returncode}: …{words}"
        raise FailedRunError(msg)
