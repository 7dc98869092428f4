"""The estimate of the time that is left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.command_line.progress.wording import time_left
from tap_analytics.paging.page import Page
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.sync.extent import Extent
from tap_analytics.sync.time_left import TimeLeft
from tap_analytics.sync.walks import Walk
from tap_analytics.sync.window_progress import WindowProgress
from tap_analytics.sync.window_widths import WindowWidths

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType


def interrupted_everywhere(code: CodeType, read: Callable[[], object], change: Callable[[], None]) -> None:
    """Let a function run once for each of its steps, with a change before that one."""
    place = 0
    while True:
        left = place

        def step(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - a trace function
            nonlocal left
            frame.f_trace_opcodes = True
            if event == "opcode":
                left -= 1
                if left == 0:
                    change()
            return step

        before = sys.gettrace()
        sys.settrace(lambda frame, event, arg: step(frame, event, arg) if frame.f_code is code else None)
        try:
            read()
        finally:
            sys.settrace(before)
        if left > 0:
            return
        place += 1


def test_an_estimate_is_taken_while_other_threads_change_what_it_is_made_of() -> None:
    progress = WindowProgress(WindowWidths(7))
    progress.finish(7, [10], 50)

    def begin() -> None:
        progress.see(3)
        progress.reach(2, 48)

    def read_windows() -> None:
        begin()
        assert progress.share is not None

    share = cast("Any", WindowProgress.share).fget.__code__
    interrupted_everywhere(share, read_windows, lambda: progress.finish(7, [3], 0))
    left = TimeLeft()

    def read_left() -> None:
        left.seconds(60, 0.5)
        assert left.seconds(60, 0.5) is not None

    interrupted_everywhere(TimeLeft.seconds.__code__, read_left, lambda: setattr(left, "_end", None))
    extent = Extent()
    page = Page({"total_pages": 4}, [{"id": 1}])

    def begin_list() -> None:
        extent.begin_list("a")
        extent.take(page, Walk({}), SinglePage())

    def read_extent() -> None:
        extent.lists = 1
        begin_list()
        _ = extent.share

    def next_list() -> None:
        extent.lists = None
        extent.begin_list("b")

    interrupted_everywhere(cast("Any", Extent.share).fget.__code__, read_extent, next_list)


def test_an_estimate_counts_down_and_is_changed_only_when_it_is_clearly_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("tap_analytics.sync.time_left.time.monotonic", lambda: clock)
    left, told = TimeLeft(), []
    # Half of it in 60 s; a little slower; then much slower, and at last more than was announced.
    for clock, share in [(1, 0.5), (60, 0.5), (70, 0.53), (100, 0.6), (200, 0.65), (210, None)]:
        told.append(left.seconds(clock, share))
    assert told == [None, 60, 50, pytest.approx(66.7, 0.01), pytest.approx(107.7, 0.01), None]
    spans = [time_left(seconds) for seconds in (3, 44, 59, 89, 600, 3400, 5400, 7300)]
    assert spans == [
        "a few seconds",
        "about 40 s",
        "about 60 s",
        "about 1 min",
        "about 10 min",
        "about 55 min",
        "about 1 h 30 min",
        "about 2 h",
    ]
