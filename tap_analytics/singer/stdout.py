"""The process's stdout: what is written goes out whole, whatever stdout is."""

from __future__ import annotations

import os
import select
import sys
import time
from typing import TYPE_CHECKING, Final

from tap_analytics.errors import OutputError

if TYPE_CHECKING:
    from typing_extensions import Buffer


_PART: Final = 4096
"""Bytes that a pipe takes whole or not at all."""


class Stdout:
    """Writes to the file descriptor itself.

    The layers above it do not write everything: a raw file (`PYTHONUNBUFFERED`) takes what fits into the pipe when a
    signal comes, a descriptor that does not block takes what fits at once, and neither makes up for the rest.
    """

    last_taken: float = 0.0
    """When stdout last took something, by the monotonic clock."""

    def write(self, data: Buffer) -> None:
        """Write all of some data, however long the reader takes for it.

        Raises:
            OutputError: Stdout is closed, full or broken; a part of the data may have gone out.
        """
        try:
            # What was printed before comes first.
            sys.stdout.flush()
            descriptor = _descriptor()
            if descriptor is None:
                sys.stdout.write(bytes(data).decode())
                sys.stdout.flush()
            else:
                self._write_to(descriptor, memoryview(data))
        except BrokenPipeError as error:
            msg = "The target has ended, or closed the pipe: its own log says why"
            raise OutputError(msg) from error
        except (OSError, ValueError, AttributeError) as error:
            # Python has no `sys.stdout` where the process was started without one.
            reason = "it is closed" if sys.stdout is None or not isinstance(error, OSError) else error.strerror
            msg = f"Cannot write to stdout: {reason}"
            raise OutputError(msg) from error

    @staticmethod
    def discard() -> None:
        """Drop what was printed and could not be written: at its end Python would try, and fail, once more."""
        if sys.stdout is not None and (descriptor := _descriptor()) is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)

    def _write_to(self, descriptor: int, left: memoryview) -> None:
        while left:
            try:
                # In small parts: a write of many returns when the last of them has been taken.
                taken = os.write(descriptor, left[:_PART])
            except BlockingIOError:
                _wait_for_room(descriptor)
            else:
                left = left[taken:]
                self.last_taken = time.monotonic()


STDOUT: Final = Stdout()


def _descriptor() -> int | None:
    """Return stdout's file descriptor, None where something else stands in for it, as in tests."""
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError):
        return None


def _wait_for_room(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()
