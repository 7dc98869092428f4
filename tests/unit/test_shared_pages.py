"""A list that its own stream and the streams under its records read is fetched once for all of them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from tap_analytics.http.cancellation import Scope
from tap_analytics.paging.page import Page
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.parents import Candidates, Parent
from tap_analytics.sync.readers import Reader
from tap_analytics.sync.run import Run
from tap_analytics.sync.shared_pages import CHILDREN, MOST_AHEAD, OWN, SharedPages
from tests.unit.walks import pages_of, result_of, walks_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.waits import Item


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
    keys = [f"/{number}" for number in range(2 * MOST_AHEAD)]
    ahead = iter(keys)
    behind: list[object] = []
    for key in keys:
        while shared.pages.may_open(OWN) and (next_key := next(ahead, None)):
            assert shared.body_of(shared.open(OWN, next_key)) == next_key
        assert len(shared.started) - len(behind) <= MOST_AHEAD
        behind.append(shared.body_of(shared.open(CHILDREN, key)))
    assert behind == shared.started == keys
    shared.run.close()


def test_of_two_readings_that_wait_for_one_another_both_go_on() -> None:
    shared = Shared()
    for who in (OWN, CHILDREN):
        for number in range(MOST_AHEAD):
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
    for number in range(MOST_AHEAD + 4):
        shared.open(OWN, f"/{number}")
    assert [shared.body_of(shared.open(CHILDREN, f"/{number}")) for number in range(MOST_AHEAD + 4)] == [
        f"/{number}" for number in range(MOST_AHEAD + 4)
    ]
    assert sorted(set(shared.started)) == sorted(f"/{number}" for number in range(MOST_AHEAD + 4))
    assert len(shared.started) == MOST_AHEAD + 4 + 4
    shared.run.close()
