"""The reading of a list for the streams that lie under its records."""

from __future__ import annotations

from contextlib import ExitStack, closing
from itertools import chain
from typing import TYPE_CHECKING, cast

from tap_analytics.sync.list_reading import ListReading
from tap_analytics.sync.list_stream import CUT_OFF
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.run import CHILDREN
from tap_analytics.sync.waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.parent_lists import Subscription
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.readers import Consumer
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.waits import Item
    from tap_analytics.sync.walks import Walk


def subscribe(stream: ListStream, run: Run) -> Subscription:
    """Let a stream take part in the reading of its parent's list; where lists are shared it always gets the same part.

    Args:
        stream: The stream.
        run: The run.
    """
    parent = stream.parent_stream
    parents = run.parent_list(parent.name, lambda: ParentList(ParentReading(parent, run).objects))
    return parents.subscribe(
        stream.name,
        cast("Parent", stream.parent).fields(stream.template),
        lambda reason: stream.withhold_version(f"{reason} (for its parent stream)"),
    )


class ParentReading(ListReading):
    """Reads all objects that a whole read of a stream would write, as the API gives them."""

    who = CHILDREN

    def objects(self, doubt: Callable[[str], None]) -> Generator[Item]:
        """Read all objects of the list.

        Args:
            doubt: Called with each reason why these may not be all objects of the list.

        Yields:
            The objects that a whole read of the stream would write, as the API gives them, and what has to be waited
            for.
        """
        if reason := self._stream.cut_by_dates:
            doubt(reason)
        with ExitStack() as stack:
            if self._stream.name in self._run.shared_pages:
                stack.callback(self._run.shared_pages[self._stream.name].leave, CHILDREN)
            for planned in self.own_plan(None):
                if isinstance(planned, Wait):
                    yield planned
                    continue
                for walk in chain([planned], self.repeated(planned, doubt)):
                    with closing(self.open_pages(walk)) as pages:
                        yield from self._walk_objects(walk, pages, doubt)
        self._stream.report_ignored()

    def _walk_objects(self, walk: Walk, pages: Consumer[Page], doubt: Callable[[str], None]) -> Iterator[Item]:
        end = self._stream.bounds[1]
        while (page := (yield from pages.next())) is not None:
            if page.doubt:
                doubt(page.doubt)
            walk.count(len(page.records))
            objects = walk.objects(page.records)
            instants = [self._stream.raw_instant_of(raw) for raw in objects]
            for raw, instant in zip(objects, instants, strict=True):
                if walk.takes((repr(raw),), instant):
                    yield raw
                elif end is not None and instant is not None and instant > end:
                    doubt(CUT_OFF)
            if walk.is_done(instants):
                break
            # The decoded page may be large, and the next one takes its time.
            del page, objects
        walk.finish()
