"""The bookmarks of all parents of a stream: how often they are saved, and which of them stay."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast

import pytest

from tap_analytics.singer.state import BookmarkStore
from tap_analytics.sync.bookmarks import Bookmarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import TapState

NOW = datetime(2024, 3, 15, 12, tzinfo=timezone.utc)


def state_sizes(parents: int, known: int, ticks: Iterator[float], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the bytes of each state of a run, the last one included, by a clock that is read once for each parent."""
    monkeypatch.setattr("tap_analytics.sync.bookmarks.monotonic", lambda: next(ticks))
    state = cast("TapState", {})
    store = BookmarkStore(tap_name="tap-analytics", stream_name="issues", tap_state=state)
    partitions = [f"/projects/{number}/issues" for number in range(parents)]
    bookmarks = Bookmarks(dict.fromkeys(partitions[:known], NOW - timedelta(days=9_999)), NOW)
    sizes = []
    for number, partition in enumerate(partitions):
        bookmark = bookmarks.of(partition)
        bookmark.see(NOW - timedelta(hours=number))
        bookmarks.keep(partition, bookmark)
        if bookmarks.are_due or number == parents - 1:
            store.write_parents("at", bookmarks.values, is_whole=False)
            sizes.append(len(json.dumps(state)))
            bookmarks.saved()
    return sizes


@pytest.mark.parametrize("seconds", [0, 1, 60])
@pytest.mark.parametrize("known", [0, 2_000])
@pytest.mark.parametrize("parents", [10, 2_000, 8_000])
def test_all_states_together_grow_with_the_number_of_parents_and_not_with_its_square(
    parents: int, known: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = state_sizes(parents, min(known, parents), itertools.count(step=seconds), monkeypatch)
    assert sum(sizes) <= 6 * sizes[-1]


def test_a_slow_run_saves_on_the_way_and_a_quick_one_after_many_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(state_sizes(10, 0, itertools.count(step=60), monkeypatch)) > 2
    assert len(state_sizes(10, 0, itertools.repeat(0), monkeypatch)) == 1
    assert len(state_sizes(5_000, 0, itertools.repeat(0), monkeypatch)) > 2


def test_a_place_has_the_bookmark_that_was_kept_last_and_is_forgotten_once_it_is_not_listed() -> None:
    bookmarks = Bookmarks({"a": NOW - timedelta(days=1), "b": NOW + timedelta(days=900)}, NOW)
    assert bookmarks.values == {"a": NOW - timedelta(days=1), "b": NOW}, "none is later than the run's start"
    moved = bookmarks.of("a")
    moved.see(NOW)
    assert bookmarks.of("a").value == NOW - timedelta(days=1)
    bookmarks.keep("a", moved)
    bookmarks.keep("empty", bookmarks.of("empty"))
    bookmarks.mark_listed("a")
    bookmarks.forget_unlisted()
    assert bookmarks.values == {"a": NOW}
