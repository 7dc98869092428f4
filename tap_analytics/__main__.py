"""Run the tap: `tap-analytics`, or `python -m tap_analytics`."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress
from typing import Final

from tap_analytics.command_line import signals

_M_ARENA_MAX: Final = -8
"""glibc's number for the most heaps of a process."""


def main() -> None:
    """Start the command line."""
    signals.watch()
    _use_one_heap()
    # Start-up makes many thousands of objects that live to the end. To look for garbage among them, then and with every
    # page that is read, would take a third of the start and finds nothing.
    gc.disable()
    from tap_analytics.tap import TapAnalytics  # noqa: PLC0415

    gc.freeze()
    # As many as two pages hold: with Python's own 700, each page would be searched while it is being read.
    gc.set_threshold(5_000)
    gc.enable()
    if not os.environ.get("LOGLEVEL"):
        # The SDK takes an empty text for the name of a level.
        os.environ.pop("LOGLEVEL", None)
    try:
        command = TapAnalytics.cli
    except Exception as error:  # noqa: BLE001 - the SDK sets up the log here, as the environment says
        sys.exit(f"LOGLEVEL, TAP_ANALYTICS_LOGLEVEL or SINGER_SDK_LOG_CONFIG is wrong: {' '.join(str(error).split())}")
    command()


def _use_one_heap() -> None:
    """Let all threads share a heap: glibc gives each its own, which keeps what the largest page of the thread took."""
    # Other systems have no such function, or no such library.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


if __name__ == "__main__":
    main()
