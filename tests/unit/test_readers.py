"""Walks are fetched side by side, and their pages come in order."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.sync.reader_pool import ReaderPool
from tests.unit.walks import pages_of, reading, walks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.sync.walks import Walk


def consumed(walks: list[Walk], threads: int) -> list[object]:
    return [page.body for _, pages in reading(walks, pages_of, threads, ReaderPool()) for page in pages]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=12), st.integers(1, 5))
def test_every_page_comes_once_and_in_order(sizes: list[int], threads: int) -> None:
    expected = [(number, page) for number, size in enumerate(sizes) for page in range(size)]
    assert consumed(walks_of(sizes), threads) == expected


def test_walks_are_fetched_at_the_same_time_and_never_more_than_allowed() -> None:
    lock = threading.Lock()
    together = threading.Barrier(3, timeout=5)
    under_way = most = 0

    def read(walk: Walk) -> Iterator[Page]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        if walk.params["number"] in {1, 2, 3}:  # The very first request of a run is sent alone.
            together.wait()  # Only if three are under way does anyone get past this.
        with lock:
            under_way -= 1
        yield Page(walk.params["number"], [])

    read_walks = [page.body for _, pages in reading(walks_of([1] * 9), read, 3, ReaderPool()) for page in pages]
    assert read_walks == list(range(9))
    assert most == 3


def test_a_walk_that_may_stop_is_fetched_no_further_than_it_is_asked_for() -> None:
    fetched = []

    def read(walk: Walk) -> Iterator[Page]:
        for page in pages_of(walk):
            fetched.append(page)
            yield page

    for number, page in enumerate(
        page for _, pages in reading(walks_of([3, 3]), read, 1, ReaderPool(), certain=0) for page in pages
    ):
        assert fetched[-1] is page
        assert len(fetched) == number + 1


def test_of_walks_that_may_stop_only_the_first_page_is_fetched_ahead_and_of_each_at_once() -> None:
    fetched: list[Page] = []

    def read(walk: Walk) -> Iterator[Page]:
        for page in pages_of(walk):
            fetched.append(page)
            yield page

    _, pages = next(under_way := reading(walks_of([3, 3, 3]), read, 3, ReaderPool(), certain=1))
    next(pages)
    _settle(fetched)
    assert sorted(page.body for page in fetched) == [(0, 0), (1, 0), (2, 0)]
    under_way.close()


def test_the_next_page_is_fetched_while_a_page_is_written() -> None:
    fetched: list[Page] = []

    def read(walk: Walk) -> Iterator[Page]:
        for page in pages_of(walk):
            fetched.append(page)
            yield page

    _, pages = next(under_way := reading(walks_of([3]), read, 8, ReaderPool()))
    first = next(pages)
    _settle(fetched)
    assert fetched[0] is first
    assert len(fetched) > 1
    under_way.close()


def test_an_error_is_raised_where_its_page_would_be() -> None:
    def read(walk: Walk) -> Iterator[Page]:
        if walk.params["number"] == 1:
            yield Page("half", [])
            msg = "cut"
            raise StreamError(msg)
        yield from pages_of(walk)

    fetched = (page.body for _, pages in reading(walks_of([2, 2, 2]), read, 3, ReaderPool()) for page in pages)
    assert [next(fetched) for _ in range(3)] == [(0, 0), (0, 1), "half"]
    with pytest.raises(StreamError, match="cut"):
        next(fetched)


def test_a_slow_consumer_never_has_more_pages_waiting_than_a_list_may_have_however_small_they_are() -> None:
    fetched = []

    def read(walk: Walk) -> Iterator[Page]:
        for page in pages_of(walk):
            fetched.append(page)
            yield page

    under_way = reading(walks_of([1000, 1000]), read, 2, ReaderPool())
    _, pages = next(under_way)
    next(pages)
    _settle(fetched)
    # Each thread has a queue full, and the first page has been taken.
    assert len(fetched) <= 1 + 2 * 100
    under_way.close()


def test_threads_stop_when_nobody_reads_any_more() -> None:
    before = threading.active_count()
    under_way = reading(walks_of([100] * 4), pages_of, 4, ReaderPool())
    next(under_way)
    under_way.close()
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def _settle(fetched: list[Page]) -> None:
    """Wait until the threads can fetch no more."""
    count = -1
    while count != len(fetched):
        count = len(fetched)
        time.sleep(0.05)
