"""SIGTERM, SIGINT and SIGHUP: the process ends soon, whatever it is doing."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from tap_analytics.http.cancellation import ARRIVED
from tap_analytics.singer.stdout import STDOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

STOPS: Final = tuple(
    # Not every system has the last one, which comes when a terminal is closed.
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
)

_LONGEST_WORD: Final = 4
"""Seconds for the listener that is told that the process ends."""

_LONGEST_STOP: Final = 8
"""Seconds after a signal, and after stdout last took something, at which the process ends in any case."""


def watch() -> None:
    """End the process at a signal: at once until the tap sets handlers of its own, and after some seconds in any case.

    Python calls handlers in the main thread, and only between two of its own instructions, so that none is called while
    that thread looks up a host's name or waits for a target that reads no more. What Python writes to the wake-up
    descriptor comes at once.
    """
    received, sender = socket.socketpair()
    sender.setblocking(False)  # noqa: FBT003 - the socket's own signature
    # The socket lives as long as the process, not as this function.
    signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_end_in_any_case, args=[received], name="signals", daemon=True).start()
    handle(_end_at_once)


def handle(handler: Callable[[int, FrameType | None], object]) -> None:
    """Let a handler end the process. A hang-up that is ignored stays ignored: `nohup` starts a process like that.

    Args:
        handler: Called in the main thread with the signal's number.
    """
    for stop in STOPS:
        if stop.name != "SIGHUP" or signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, handler)


def tell(signum: int, listener: Callable[[str], None]) -> None:
    """Tell a listener what stops the process, and wait for a moment until it has done its work.

    A handler interrupts the main thread anywhere, also where it holds a lock. So another thread does the work.

    Args:
        signum: The signal.
        listener: Called with the signal's name.
    """
    thread = threading.Thread(target=listener, args=[signal.Signals(signum).name], name="stop", daemon=True)
    thread.start()
    thread.join(_LONGEST_WORD)


def _end_at_once(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
    os._exit(128 + signum)


def _end_in_any_case(received: socket.socket) -> None:
    while (signum := received.recv(1)[0]) not in STOPS:
        pass
    started = time.monotonic()
    # The main thread may be waiting for the threads that fetch; the handler is called when it goes on.
    if ARRIVED.acquire(timeout=1):
        ARRIVED.notify_all()
        ARRIVED.release()
    # A target that still reads is to have its line to the end.
    while (left := max(started, STDOUT.last_taken) + _LONGEST_STOP - time.monotonic()) > 0:
        time.sleep(left)
    os._exit(128 + signum)
