"""The pages that wait in a run stay within its budget of bytes."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tap_analytics.http.cancellation import Scope
from tap_analytics.paging.page import Page
from tap_analytics.sync.budget import Budget
from tap_analytics.sync.date_windows import DateWindow
from tap_analytics.sync.reader_pool import ReaderPool
from tap_analytics.sync.readers import Reader
from tap_analytics.sync.walks import Walk
from tests.unit.walks import reading, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_analytics.sync.readers import Consumer


class Weighed:
    """Pages of some size, which know how many of their bytes wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self._lock = threading.Lock()

    def read(self, walk: Walk) -> Iterator[Page]:
        """Fetch the pages of a walk."""
        for number, size in enumerate(walk.params["sizes"]):  # type: ignore[arg-type]
            with self._lock:
                self.waiting += int(size)
            body = (walk.params["number"], number)
            yield Page(body, [], size=int(size), read_again=partial(Page, body, []))

    def begin(self, under_way: Iterator[tuple[Walk, Iterator[Page]]]) -> tuple[Walk, Iterator[Page]]:
        """Take the first page of the first walk, and wait until no more is fetched; return the walk and its pages."""
        walk, pages = next(under_way)
        self.taken(walk, next(pages))
        _settle_at(lambda: self.waiting)
        return walk, pages

    def taken(self, walk: Walk, page: Page) -> object:
        """Take note that a page has been written."""
        with self._lock:
            self.waiting -= int(walk.params["sizes"][page.body[1]])  # type: ignore[index]
        return page.body


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["1", "10", "60", "100", "101", "1000"]), max_size=6), max_size=8),
    st.integers(2, 5),
)
def test_no_weight_of_pages_stops_them_or_changes_their_order(sizes: list[list[str]], threads: int) -> None:
    walks = [Walk({"number": number, "sizes": pages}) for number, pages in enumerate(sizes)]
    weighed, pool = Weighed(), ReaderPool(Budget(100))
    taken = [weighed.taken(walk, page) for walk, pages in reading(walks, weighed.read, threads, pool) for page in pages]
    assert taken == [(number, page) for number, pages in enumerate(sizes) for page in range(len(pages))]
    assert pool.budget.used == 0


def test_what_waits_for_a_slow_consumer_stays_within_the_budget_of_bytes() -> None:
    walks = [DateWindow({"number": number, "sizes": ["10"] * 100}, (None, None)) for number in range(20)]
    weighed, pool = Weighed(), ReaderPool(Budget(300))
    taken = 0
    for walk, pages in reading(walks, weighed.read, 20, pool):
        for page in pages:
            weighed.taken(walk, page)
            taken += 1
            if taken in {1, 250, 1001}:
                _settle_at(lambda: weighed.waiting)
                assert 100 <= weighed.waiting <= 300 + 10
    assert taken == 2000


def test_lists_that_are_read_side_by_side_are_fetched_to_their_ends_while_the_first_one_is_written() -> None:
    weighed, pool = Weighed(), ReaderPool(Budget(1000))
    under_way = reading([Walk({"number": number, "sizes": ["1"] * 20}) for number in range(3)], weighed.read, 3, pool)
    weighed.begin(under_way)
    assert weighed.waiting == 3 * 20 - 1
    under_way.close()


def test_pages_far_ahead_leave_room_for_the_next_page_of_each_list() -> None:
    weighed, pool = Weighed(), ReaderPool(Budget(100))
    under_way = reading([Walk({"number": number, "sizes": ["1"] * 500}) for number in range(3)], weighed.read, 3, pool)
    walk, pages = next(under_way)
    weighed.taken(walk, next(pages))
    _settle_at(lambda: pool.budget.used)
    assert 30 <= pool.budget.used <= 50
    under_way.close()


def test_nothing_is_fetched_far_ahead_of_a_writer_that_never_has_to_wait() -> None:
    weighed, pool = Weighed(), ReaderPool(Budget(1000))
    under_way = reading([Walk({"number": 0, "sizes": ["1"] * 500})], weighed.read, 1, pool)
    walk, pages = weighed.begin(under_way)
    before = weighed.waiting
    for _ in range(60):
        weighed.taken(walk, next(pages))
    _settle_at(lambda: weighed.waiting)
    # For the first of these, others were fetched.
    assert before - 60 <= weighed.waiting <= before - 60 + 21
    under_way.close()


def test_a_page_beyond_the_budget_passes_alone() -> None:
    walks = [DateWindow({"number": number, "sizes": ["1000"] * 3}, (None, None)) for number in range(4)]
    weighed = Weighed()
    under_way = reading(walks, weighed.read, 4, ReaderPool(Budget(100)))
    walk, pages = weighed.begin(under_way)
    before = weighed.waiting
    for _ in range(2):
        weighed.taken(walk, next(pages))
    _settle_at(lambda: weighed.waiting)
    assert weighed.waiting <= before
    under_way.close()


def test_a_list_that_two_take_waits_within_the_budget_for_the_slower_one() -> None:
    pool = ReaderPool(Budget(1000))
    walk = Walk({"number": 0, "sizes": ["10"] * 400})
    fast, slow = Reader("reader", partial(Weighed().read, walk), pool, Scope(pool.scope), consumers=2).consumers
    taken: list[Page] = []

    def take_all(consumer: Consumer[Page]) -> None:
        while (page := result_of(consumer.next(), pool)) is not None:
            taken.append(page)

    taking = threading.Thread(target=take_all, args=[fast])
    taking.start()
    _settle_at(lambda: pool.budget.used)
    assert 500 <= pool.budget.used <= 1000
    take_all(slow)
    taking.join(10)
    assert sorted(page.body[1] for page in taken) == sorted([*range(400), *range(400)])


def test_a_stream_that_stops_gives_back_what_it_had_set_aside() -> None:
    walks = [DateWindow({"number": number, "sizes": ["10"] * 9}, (None, None)) for number in range(4)]
    pool = ReaderPool(Budget(100))
    under_way = reading(walks, Weighed().read, 4, pool)
    next(next(under_way)[1])
    _settle_at(lambda: pool.budget.used)
    assert pool.budget.used
    under_way.close()
    _settle_at(lambda: pool.budget.used)
    assert pool.budget.used == 0


def _settle_at(value: Callable[[], int]) -> None:
    """Wait until a value changes no more."""
    seen = -1
    while seen != value():
        seen = value()
        time.sleep(0.1)
