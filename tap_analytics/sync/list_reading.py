"""The reading of a stream's lists within a run: what is asked for, in which order, and what is asked for again."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from tap_analytics.http.cancellation import Scope
from tap_analytics.sync.date_windows import DateWindow
from tap_analytics.sync.newest_first import NewestFirst
from tap_analytics.sync.readers import Consumer, Reader
from tap_analytics.sync.run import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from datetime import datetime

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.waits import Wait
    from tap_analytics.sync.walks import Walk

_MOST_FRONTS: Final = 5
"""How often the newest rows of a list are read again, at most."""


class ListReading:
    """Reads the lists of a stream, for whatever becomes of their objects.

    Args:
        stream: The stream.
        run: What all streams of the run share.
    """

    who: ClassVar[str] = OWN
    """For whom it reads."""

    def __init__(self, stream: ListStream, run: Run) -> None:
        self._stream = stream
        self._run = run

    def open_pages(self, walk: Walk) -> Consumer[Page]:
        """Begin to fetch the pages of a walk."""
        run = self._run

        def start(consumers: int) -> Sequence[Consumer[Page]]:
            # A dry run wants one record, and a walk that may end at any page no pages that nobody reads.
            ahead = -1 if self._stream.is_dry_run or walk.may_stop else walk.pages_ahead
            scope = Scope(run.pool.scope, is_chain=not walk.is_part)
            name = f"reader {self._stream.name} {walk.place}{walk.params}"
            return Reader(
                name, partial(self.fetched, walk), run.pool, scope, ahead=ahead, consumers=consumers
            ).consumers

        if not walk.place and self._stream.name in run.shared_pages:
            return run.shared_pages[self._stream.name].open(self.who, walk.asked, start)
        return start(1)[0]

    def fetched(self, walk: Walk) -> Iterator[Page]:
        """Walk through the pages; called in the thread that fetches them."""
        return self._stream.pages(walk.params, walk.values)

    def repeated(self, walk: Walk, withhold: Callable[[str], None]) -> Iterator[Walk]:
        """Yield the walks that read the newest rows again: a changed one may have jumped over the place of the read.

        Each is read to its end before the next one is asked for.
        """
        if isinstance(walk, DateWindow) and walk.newest_days is not None:
            yield walk.newest_days
        if not isinstance(walk, NewestFirst) or not walk.may_have_moved:
            return
        known = walk.first_page
        for _ in range(_MOST_FRONTS):
            front = walk.front(self._stream.lookback, self._stream.run_start, known)
            yield front
            if front.is_whole:
                return
            known = front.first_page
        withhold(f"saw rows come to the front of the list in each of {_MOST_FRONTS} further reads of it")

    def own_plan(self, since: datetime | None) -> Generator[Walk | Wait]:
        """Yield the stream's walks in order, and what has to be waited for before the next one is known.

        Args:
            since: The bookmark less the look-back; None for a whole read.
        """
        if not self._stream.walks_take_requests:
            yield from self._stream.walks(since)
            return
        scope = Scope(self._run.pool.scope)
        name = f"reader {self._stream.name}"
        (walks,) = Reader(name, lambda: iter(self._stream.walks(since)), self._run.pool, scope).consumers
        with closing(walks):
            while (walk := (yield from walks.next())) is not None:
                yield walk
