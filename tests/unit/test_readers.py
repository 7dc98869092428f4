"""Walks are fetched side by side, and their pages come in order."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.http.cancellation import Scope
from tap_analytics.paging.page import Page
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.sync.budget import Budget
from tap_analytics.sync.date_windows import DateWindow
from tap_analytics.sync.open_walks import OpenWalks
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.parents import Candidates, Parent
from tap_analytics.sync.readers import Reader, ReaderPool
from tap_analytics.sync.run import Run
from tap_analytics.sync.shared_pages import CHILDREN, OWN, SharedPages
from tap_analytics.sync.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.waits import Item, Waiting

T = TypeVar("T")


def result_of(waiting: Waiting[T], pool: ReaderPool) -> T:
    """Wait until a result is there, and return it."""
    while True:
        try:
            pool.wait_for_any([next(waiting)])
        except StopIteration as end:
            result: T = end.value
            return result


def reading(
    walks: Sequence[Walk],
    read: Callable[[Walk], Iterator[Page]],
    at_once: int,
    pool: ReaderPool,
    ahead: int | None = None,
) -> Generator[tuple[Walk, Iterator[Page]]]:
    """Read walks as a stream does."""

    def open_pages(walk: Walk) -> Consumer[Page]:
        pages_ahead = walk.pages_ahead if ahead is None else ahead
        return Reader("reader", partial(read, walk), pool, Scope(pool.scope), ahead=pages_ahead).consumers[0]

    with closing(OpenWalks((walk for walk in walks), open_pages, lambda: at_once)) as opened:
        while (each := result_of(opened.next_walk(), pool)) is not None:
            next_page = each.next_page
            yield each.walk, iter(lambda: result_of(next_page(), pool), None)  # noqa: B023 - used before the next one


def walks_of(sizes: list[int]) -> list[Walk]:
    return [Walk({"number": number, "pages": size}) for number, size in enumerate(sizes)]


def pages_of(walk: Walk) -> Iterator[Page]:
    for page in range(int(str(walk.params["pages"]))):
        yield Page((walk.params["number"], page), [])


def consumed(walks: list[Walk], threads: int) -> list[object]:
    return [page.body for _, pages in reading(walks, pages_of, threads, ReaderPool()) for page in pages]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2 * Walk.pages_ahead + 2), max_size=12), st.integers(1, 5))
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
        page for _, pages in reading(walks_of([3, 3]), read, 1, ReaderPool(), -1) for page in pages
    ):
        assert fetched[-1] is page
        assert len(fetched) == number + 1


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


def test_a_slow_consumer_never_has_more_than_the_queues_hold_waiting() -> None:
    fetched = []

    def read(walk: Walk) -> Iterator[Page]:
        for page in pages_of(walk):
            fetched.append(page)
            yield page

    under_way = reading(walks_of([100, 100, 100]), read, 2, ReaderPool())
    _, pages = next(under_way)
    next(pages)
    _settle(fetched)
    # Each thread has a queue full, and one page more in its hand.
    assert len(fetched) <= 1 + 2 * (Walk.pages_ahead + 1)
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


def test_a_page_beyond_the_budget_passes_alone() -> None:
    walks = [DateWindow({"number": number, "sizes": ["1000"] * 3}, (None, None)) for number in range(4)]
    weighed = Weighed()
    under_way = reading(walks, weighed.read, 4, ReaderPool(Budget(100)))
    walk, pages = next(under_way)
    weighed.taken(walk, next(pages))
    _settle_at(lambda: weighed.waiting)
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


class NoParents:
    """A list of parents that has none."""

    total = None

    def __init__(self, run: Run) -> None:
        self._run = run

    def objects(self) -> Generator[Item]:
        """No records."""
        yield from ()

    def close(self) -> None:
        """Stop reading for children."""
        self._run.shared_pages["parents"].leave(CHILDREN)


def test_a_list_that_no_child_takes_any_longer_is_fetched_for_its_own_stream_alone() -> None:
    run = Run(shares_lists=True)
    run.shared_pages["parents"] = SharedPages()
    parents = run.parent_list("parents", lambda: ParentList(lambda _: NoParents(run)))
    parents.subscribe("child", OWN, Candidates(Parent(name="parents", added={}), RequestTemplate(path="/")), print)
    # It fails before it has asked for anything.
    run.leave("child")
    started: list[int] = []

    def start(consumers: int) -> Sequence[Consumer[Page]]:
        started.append(consumers)
        return Reader("reader", partial(pages_of, walks_of([1])[0]), run.pool, Scope(run.pool.scope)).consumers

    run.shared_pages["parents"].open(OWN, "", start)
    assert started == [1]
    run.close()


class Shared:
    """Lists of one page each, that two readings open."""

    def __init__(self) -> None:
        self.run, self.pages = Run(), SharedPages()
        self.started: list[str] = []

    def open(self, who: str, key: str) -> Consumer[Page]:
        """Open a list as one of the two."""

        def start(consumers: int) -> Sequence[Consumer[Page]]:
            self.started.append(key)
            scope = Scope(self.run.pool.scope)
            return Reader(key, lambda: iter([Page(key, [])]), self.run.pool, scope, consumers=consumers).consumers

        return self.pages.open(who, key, start)

    def body_of(self, consumer: Consumer[Page]) -> object:
        """Return what the list's page holds, and close the list."""
        with closing(consumer):
            page = result_of(consumer.next(), self.run.pool)
        return page and page.body


def test_of_two_readings_of_many_lists_neither_gets_far_ahead_and_each_list_is_fetched_once() -> None:
    shared = Shared()
    keys = [f"/{number}" for number in range(50)]
    ahead = iter(keys)
    behind: list[object] = []
    for key in keys:
        while shared.pages.may_open(OWN) and (next_key := next(ahead, None)):
            assert shared.body_of(shared.open(OWN, next_key)) == next_key
        assert len(shared.started) - len(behind) <= 8
        behind.append(shared.body_of(shared.open(CHILDREN, key)))
    assert behind == shared.started == keys
    shared.run.close()


def test_of_two_readings_that_wait_for_one_another_both_go_on() -> None:
    shared = Shared()
    for who in (OWN, CHILDREN):
        for number in range(8):
            shared.open(who, f"/{who}/{number}")
        assert not shared.pages.may_open(who)
    own, children = (shared.pages.turn_of(who) for who in (OWN, CHILDREN))
    waiting = own.wait()
    assert next(waiting) is own
    assert next(children.wait(), None) is None
    # Whoever goes on waits for nobody.
    waiting.close()
    assert not children.is_ready
    shared.run.close()


def test_a_list_that_the_other_reading_has_taken_alone_is_fetched_again() -> None:
    shared = Shared()
    for number in range(12):
        shared.open(OWN, f"/{number}")
    assert [shared.body_of(shared.open(CHILDREN, f"/{number}")) for number in range(12)] == [
        f"/{number}" for number in range(12)
    ]
    assert sorted(set(shared.started)) == sorted(f"/{number}" for number in range(12))
    assert len(shared.started) == 12 + 4
    shared.run.close()
