"""What the streams of a run share: the threads that fetch, and the lists that more than one of them reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.sync.reader_pool import ReaderPool
from tap_analytics.sync.shared_pages import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_analytics.sync.budget import Budget
    from tap_analytics.sync.parent_lists import ParentList
    from tap_analytics.sync.shared_pages import SharedPages


class Run:
    """What the streams of a run share.

    Args:
        budget: The memory for what waits to be written.
        names: The names of the streams that are written.
        shares_lists: Whether the list of a parent is read once for all streams under it. That takes all of them at
            once: one that begins later would miss what the others have taken.
    """

    def __init__(
        self, budget: Budget | None = None, names: Collection[str] = (), *, shares_lists: bool = False
    ) -> None:
        self.pool = ReaderPool(budget)
        self.names = names
        self._shares_lists = shares_lists
        self.shared_pages: dict[str, SharedPages] = {}
        """By the name of a stream that is read for itself and for the streams under its records."""
        self._parent_lists: dict[str, ParentList] = {}

    def parent_list(self, name: str, make: Callable[[], ParentList]) -> ParentList:
        """Return the list of a parent stream: the same one for all streams under it, if they share lists.

        Args:
            name: The name of the parent stream.
            make: Begins to read it.
        """
        if not self._shares_lists:
            return make()
        if name not in self._parent_lists:
            self._parent_lists[name] = make()
        return self._parent_lists[name]

    @property
    def parents(self) -> Collection[str]:
        """The names of the streams whose lists are read for the streams under their records."""
        return self._parent_lists.keys()

    def leave(self, name: str) -> None:
        """Take in that a stream reads no more, whatever it takes part in.

        Args:
            name: Its name.
        """
        if name in self.shared_pages:
            self.shared_pages[name].leave(OWN)
        for parents in self._parent_lists.values():
            parents.leave(name, OWN)

    def close(self) -> None:
        """End all threads at once."""
        self.pool.close()
