"""The tap as a process whose reader does what readers do: it is slow, it pauses, it ends, and it kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from random import Random

End = Literal["eof", "close", "SIGTERM", "SIGINT", "SIGKILL"]

ENDS: tuple[End, ...] = ("eof", "close", "SIGTERM", "SIGINT", "SIGKILL")

_SIZES = (1, 7, 100, 4096, 65_536, 1_000_000)


@dataclass(frozen=True)
class Piped:
    """What a reader got from a run of the tap.

    Attributes:
        end: What ended the run: the reader's doing, or `eof` if the tap was done before.
        exit_code: The exit code; negative for a signal that was not handled.
        lines: The lines that have an end.
        rest: What came after the last of them.
        stderr: What was written to stderr.
    """

    end: End
    exit_code: int
    lines: list[bytes]
    rest: bytes
    stderr: str


@dataclass
class Reader:
    """Reads the stdout of a run.

    Args:
        rng: Decides how much is read at a time, and when what happens.
        end: How the run ends.
        after: How many bytes are read before that.
    """

    rng: Random
    end: End
    after: int

    def run(self, folder: Path, arguments: list[str], environment: Mapping[str, str], *, blocks: bool = True) -> Piped:
        """Run the tap to its end.

        Args:
            folder: Where stderr is kept.
            arguments: Those of the tap.
            environment: Further variables of the process's environment.
            blocks: Whether a write waits for the reader, or fails when the pipe is full.
        """
        ours, theirs = os.pipe()
        os.set_blocking(theirs, blocks)
        log = folder / "stderr.txt"
        with log.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - the tap itself
                [sys.executable, "-m", "tap_analytics", *arguments],
                stdout=theirs,
                stderr=stderr,
                env={**os.environ, **environment},
            )
        os.close(theirs)
        try:
            end, read = self._read(ours, process)
            process.wait(60)
        finally:
            process.kill()
            process.wait()
            with suppress(OSError):
                os.close(ours)
        *lines, rest = read.split(b"\n")
        return Piped(end, process.returncode, lines, rest, log.read_text())

    def _read(self, pipe: int, process: subprocess.Popen[bytes]) -> tuple[End, bytes]:
        read = bytearray()
        end: End = "eof"
        most = self.rng.choice(_SIZES)
        while part := os.read(pipe, self.rng.randint(1, most)):
            read += part
            if self.rng.random() < 0.02:
                # Whoever reads byte by byte to the end takes minutes.
                most = self.rng.choice(_SIZES[3:])
            if self.rng.random() < 0.1:
                self._pause(process)
            if end != "eof" or self.end == "eof" or len(read) < self.after:
                continue
            end = self.end
            if end == "close":
                os.close(pipe)
                break
            process.send_signal(getattr(signal, end))
        return end, bytes(read)

    def _pause(self, process: subprocess.Popen[bytes]) -> None:
        """Do not read for a moment; and let the tap stand still, or not."""
        stops = self.rng.random() < 0.5
        if stops:
            process.send_signal(signal.SIGSTOP)
        time.sleep(self.rng.uniform(0, 0.02))
        if stops:
            process.send_signal(signal.SIGCONT)
