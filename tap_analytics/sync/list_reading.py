"""The reading of a stream's lists within a run: what is asked for, in which order, and what is asked for again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sized
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from tap_analytics.errors import StreamError
from tap_analytics.http.cancellation import Scope
from tap_analytics.sync.date_windows import DateWindow
from tap_analytics.sync.extent import Extent
from tap_analytics.sync.newest_first import NewestFirst
from tap_analytics.sync.open_walks import OpenWalks
from tap_analytics.sync.parent_failures import Absences, Failures, GoneError, pages_of_present
from tap_analytics.sync.partitions import Partitions
from tap_analytics.sync.readers import Consumer, Reader
from tap_analytics.sync.shared_pages import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tap_analytics.paging.page import Page
    from tap_analytics.records.replication_values import ReplicationValue
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.parent_lists import Subscription
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.waits import Item, Wait, Waiting
    from tap_analytics.sync.walks import Walk

_MOST_FRONTS: Final = 5
"""How often the newest rows of a list are read again, at most."""


class ListReading(ABC):
    """Reads the lists of a stream. Subclasses say what becomes of their objects.

    Args:
        stream: The stream.
        run: What all streams of the run share.
    """

    who: ClassVar[str] = OWN
    """For whom it reads: `OWN` for the stream itself, `CHILDREN` for the streams under its records."""

    def __init__(self, stream: ListStream, run: Run) -> None:
        self._stream = stream
        self._run = run
        self._absences = Absences()
        self._extent = Extent()
        """How much of the lists has been read."""

    def read_walks(self, walks: Generator[Walk | Wait]) -> Iterator[Item]:
        """Read walks, several at once, in order. A list of one parent that cannot be read ends nothing but itself.

        Args:
            walks: The walks, and what has to be waited for before the next one is known.

        Yields:
            What `read_walk` yields.

        Raises:
            StreamError: Some lists could not be read; all others have been.
        """
        failures = Failures()
        with closing(OpenWalks(walks, self.open_pages, self._stream.walks_at_once)) as opened:
            while (each := (yield from opened.next_walk())) is not None:
                walk = each.walk
                if failures.has_failed(walk.partition):
                    # A later window of a list whose earlier one failed: its bookmark must not pass the gap.
                    continue
                self._extent.begin_list(walk.partition)
                try:
                    yield from self.read_walk(walk, each.next_page)
                    self._absences.add_present()
                except GoneError as error:
                    self._absences.add(walk.partition, error)
                except StreamError as error:
                    if self._stream.parent is None:
                        raise
                    failures.add(walk.partition, error)
                    continue
                failures.add_read()
                self.finish_walk(walk)
                if self._stream.is_dry_run and self.who == OWN:
                    # The connection test knows now that the list can be read, even if it was empty.
                    break
        failures.check()

    @abstractmethod
    def read_walk(self, walk: Walk, next_page: Callable[[], Waiting[Page | None]]) -> Iterator[Item]:
        """Read one walk to its end.

        Args:
            walk: The walk.
            next_page: Waits for its next page, and returns it.

        Yields:
            What becomes of its objects, and what has to be waited for.
        """

    @abstractmethod
    def finish_walk(self, walk: Walk) -> None:
        """Take in that a walk has been read, or that its list has gone.

        Args:
            walk: The walk.
        """

    def open_pages(self, walk: Walk) -> Consumer[Page]:
        """Begin to fetch the pages of a walk, or take those that are fetched for another reading of the stream."""
        if self._stream.name in self._run.shared_pages:
            shared = self._run.shared_pages[self._stream.name]
            return shared.open(self.who, walk.asked, partial(self._start, walk))
        return self._start(walk, 1)[0]

    def _start(self, walk: Walk, consumers: int) -> Sequence[Consumer[Page]]:
        # A dry run wants one record, and a walk that may end at any page should fetch none in vain.
        certain = 0 if self._stream.is_dry_run else 1 if walk.may_stop else None
        scope = Scope(self._run.pool.scope, is_chain=not walk.is_part)
        name = f"reader {self._stream.name} {walk.partition}{walk.params}"
        pages = partial(self._pages, walk)
        return Reader(name, pages, self._run.pool, scope, certain=certain, consumers=consumers).consumers

    def _pages(self, walk: Walk) -> Iterator[Page]:
        """Walk through the pages; called in the thread that fetches them."""
        pages = self._stream.pages(walk.params, walk.values)
        return pages_of_present(pages) if walk.partition else pages

    def fetched(self, walk: Walk) -> Iterator[Page]:
        """Walk through the pages; there are none if the list has gone."""
        with suppress(GoneError):
            yield from self._pages(walk)

    def read_again(self, walk: Walk, withhold: Callable[[str], None]) -> Iterator[tuple[Walk, Consumer[Page]]]:
        """Read the newest rows again after a walk: rows changed meanwhile may be on pages that were read before.

        Args:
            walk: The walk.
            withhold: Called with each reason why all these may not be all rows.

        Yields:
            Further walks with their pages. Each is read to its end before the next one is asked for.
        """
        for again in self._repeated(walk, withhold):
            with closing(self._start(again, 1)[0]) as pages:
                yield again, pages

    def _repeated(self, walk: Walk, withhold: Callable[[str], None]) -> Iterator[Walk]:
        if self._stream.replication_key_is_fixed:
            return
        if isinstance(walk, DateWindow) and walk.newest_days is not None:
            yield walk.newest_days
        if not isinstance(walk, NewestFirst) or not walk.may_have_moved:
            return
        known = walk.first_page
        for _ in range(_MOST_FRONTS):
            front = walk.front(self._stream.look_back, self._stream.latest, known)
            yield front
            if front.is_whole:
                return
            known = front.first_page
        withhold(f"saw rows come to the front of the list in each of {_MOST_FRONTS} further reads of it")

    def own_plan(self, since: ReplicationValue | None) -> Generator[Walk | Wait]:
        """Yield the stream's walks in order, and what has to be waited for before the next one is known.

        Args:
            since: The bookmark less the look-back; None for a whole read.
        """
        if not self._stream.walks_take_requests:
            lists = self._stream.walks(since)
            if isinstance(lists, Sized):
                self._extent.lists = len(lists)
            yield from lists
            return
        scope = Scope(self._run.pool.scope)
        name = f"reader {self._stream.name}"
        (walks,) = Reader(name, lambda: iter(self._stream.walks(since)), self._run.pool, scope).consumers
        with closing(walks):
            while (walk := (yield from walks.next())) is not None:
                yield walk

    def child_plan(
        self, parents: Subscription, since_of: Callable[[str], ReplicationValue | None]
    ) -> Generator[Walk | Wait]:
        """Yield the walks through the lists of all parents in order, and what has to be waited for in between.

        Args:
            parents: The parents.
            since_of: Says from when on the partition with a key is read; None for all of it. Called once for each.
        """
        stream = self._stream
        shared = self._run.shared_pages.get(stream.name)
        partitions = Partitions(cast("Parent", stream.parent), stream.template, stream.primary_keys)
        try:
            found = 0
            while (candidate := (yield from parents.next())) is not None:
                partition = partitions.find(candidate)
                if partition is None:
                    continue
                found += 1
                self._extent.lists = found / share if (share := parents.share_taken) else None
                for walk in stream.walks(since_of(partition.key)):
                    if shared is not None:
                        yield from shared.turn_of(self.who).wait()
                    yield walk.at(partition)
            partitions.finish(self.warn)
        except StreamError as error:
            msg = f"{stream.name}: {error}"
            raise StreamError(msg) from error
        finally:
            parents.close()

    def warn(self, text: str) -> None:
        """Log a warning about the stream.

        Args:
            text: What it says, without the stream's name.
        """
        self._stream.warn(text)
