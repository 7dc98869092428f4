"""The reading of a list for the streams that lie under its records."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from typing_extensions import override

from tap_analytics.sync.list_reading import ListReading
from tap_analytics.sync.list_stream import CUT_OFF
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.parents import Candidates
from tap_analytics.sync.shared_pages import CHILDREN, OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_analytics.paging.page import Page
    from tap_analytics.sync.list_stream import ListStream
    from tap_analytics.sync.parent_lists import Subscription
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.run import Run
    from tap_analytics.sync.waits import Item, Waiting
    from tap_analytics.sync.walks import Walk


def subscribe(stream: ListStream, run: Run, who: str = OWN, doubt: Callable[[str], None] | None = None) -> Subscription:
    """Let a reading take part in the reading of its parent's list; where lists are shared it always gets the same part.

    Args:
        stream: The stream under the records of that list.
        run: The run.
        who: For whom the stream is read.
        doubt: Called with each reason why the records may not be all; by default the stream's version is withheld.
    """
    parent = stream.parent_stream
    parents = run.parent_list(parent.name, lambda: ParentList(lambda doubt: ParentReading(parent, run, doubt)))
    return parents.subscribe(
        stream.name,
        who,
        Candidates(cast("Parent", stream.parent), stream.template),
        doubt or (lambda reason: stream.withhold_version(f"{reason} (for its parent stream)")),
    )


class ParentReading(ListReading):
    """Reads all objects that a whole read of a stream would write, as the API gives them.

    Args:
        stream: The stream.
        run: What all streams of the run share.
        doubt: Called with each reason why these may not be all objects of the list.
    """

    who = CHILDREN

    def __init__(self, stream: ListStream, run: Run, doubt: Callable[[str], None]) -> None:
        super().__init__(stream, run)
        self._doubt = doubt
        self._parents = None if stream.parent is None else subscribe(stream, run, CHILDREN, doubt)

    def objects(self) -> Generator[Item]:
        """Read all objects of the list.

        Yields:
            The objects that a whole read of the stream would write, as the API gives them, and what has to be waited
            for.
        """
        if reason := self._stream.cut_by_dates:
            self._doubt(reason)
        try:
            if self._parents is None:
                yield from self.read_walks(self.own_plan(None))
            else:
                yield from self.read_walks(self.child_plan(self._parents, lambda _: None))
            if (told := self._absences.report()) and not self._is_reported_elsewhere:
                self._stream.log("%s", told, level=logging.WARNING)
            self._stream.report_ignored()
        finally:
            self.close()

    @property
    def total(self) -> float | None:
        """How many objects the list has, as the service says; None if it does not."""
        return self._extent.rows_expected

    def close(self) -> None:
        """Take note that the objects are not needed any longer."""
        if self._stream.name in self._run.shared_pages:
            self._run.shared_pages[self._stream.name].leave(CHILDREN)
        if self._parents is not None:
            self._parents.close()

    @override
    def warn(self, text: str) -> None:
        if not self._is_reported_elsewhere:
            self._stream.warn(text)

    @property
    def _is_reported_elsewhere(self) -> bool:
        """Whether the stream is read for itself as well, which tells all that there is to tell."""
        return self._stream.name in self._run.names

    @override
    def read_walk(self, walk: Walk, next_page: Callable[[], Waiting[Page | None]]) -> Iterator[Item]:
        yield from self._objects_of(walk, next_page)
        for again, pages in self.read_again(walk, self._doubt):
            yield from self._objects_of(again, pages.next)

    @override
    def finish_walk(self, walk: Walk) -> None:
        """Whatever has been read needs no bookmark."""

    def _objects_of(self, walk: Walk, next_page: Callable[[], Waiting[Page | None]]) -> Iterator[Item]:
        bounds = self._stream.bounds
        while (page := (yield from next_page())) is not None:
            if page.doubt:
                self._doubt(page.doubt)
            walk.count(len(page.records))
            self._extent.take(page, walk, self._stream.paginator)
            objects = walk.objects(page.records)
            values = [self._stream.raw_value_of(raw) for raw in objects]
            for raw, value in zip(objects, values, strict=True):
                if walk.takes((repr(raw),), value):
                    yield raw
                elif bounds.end_before(value):
                    self._doubt(CUT_OFF)
            if walk.is_done(values):
                break
            # The decoded page may be large, and the next one takes its time.
            del page, objects
        walk.finish()
