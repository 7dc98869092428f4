"""Walks whose pages are made here, and readers for them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tap_analytics.http.cancellation import Scope
from tap_analytics.paging.page import Page
from tap_analytics.sync.open_walks import OpenWalks
from tap_analytics.sync.readers import Reader
from tap_analytics.sync.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tap_analytics.sync.reader_pool import ReaderPool
    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.waits import Waiting

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
    *,
    certain: int | None = None,
) -> Generator[tuple[Walk, Iterator[Page]]]:
    """Read walks as a stream does."""

    def open_pages(walk: Walk) -> Consumer[Page]:
        scope = Scope(pool.scope)
        return Reader("reader", partial(read, walk), pool, scope, certain=certain).consumers[0]

    with closing(OpenWalks((walk for walk in walks), open_pages, lambda: at_once)) as opened:
        while (each := result_of(opened.next_walk(), pool)) is not None:
            next_page = each.next_page
            yield each.walk, iter(lambda: result_of(next_page(), pool), None)  # noqa: B023 - used before the next one


def walks_of(sizes: list[int]) -> list[Walk]:
    return [Walk({"number": number, "pages": size}) for number, size in enumerate(sizes)]


def pages_of(walk: Walk) -> Iterator[Page]:
    for page in range(int(str(walk.params["pages"]))):
        yield Page((walk.params["number"], page), [])
