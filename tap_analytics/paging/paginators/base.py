"""What a paginator is, and what paginators with a flag for more have in common."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from typing_extensions import override

from tap_analytics.paging.abstract_struct import AbstractStruct
from tap_analytics.paging.page_token import NO_PARAMS
from tap_analytics.paging.paginators.last_page import HAS_MORE, flag_in, refuse_dead_end
from tap_analytics.paging.totals import total_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Address, Params, ParamValue
    from tap_analytics.paging.progress import Progress
    from tap_analytics.paging.totals import Total


class Detection(Struct, frozen=True):
    """What the first answer of a list shows about its paging.

    Attributes:
        paginator: How the list is paged.
        message: What the log says about it: the predicate of a sentence about the request.
        is_for_all: Whether further lists of the stream are paged so; not where the answer only lacks what others have.
    """

    paginator: Paginator
    message: str
    is_for_all: bool = True

    @classmethod
    def of(cls, paginator: Paginator, way: str, words: Mapping[str, str]) -> Detection:
        """Return a detection with its message.

        Args:
            paginator: How the list is paged.
            way: By what the next page is asked for.
            words: What declares this paginator.
        """
        return cls(paginator, f"is paged by {way}, as its first answer shows ('paginator': {json.dumps(words)})")


class Paginator(AbstractStruct, frozen=True, kw_only=True):
    """How an API pages a list.

    Attributes:
        limit_param: The query parameter that takes the page size; None where the API takes none.
        limit: The page size, where it is not the user's to set.
        first_token: The parameters that ask for the first page.
    """

    follows_links: ClassVar[bool] = False
    """Whether an answer gives the address of the next page."""

    restarts: ClassVar[int] = 0
    """How often a walk begins again if its place in the list is lost."""

    smallest_page: ClassVar[int] = 1
    """The fewest records that may be asked for in one answer."""

    limit_param: str | None = None
    limit: int | None = None
    first_token: Mapping[str, ParamValue] = NO_PARAMS

    @property
    def other_first_token(self) -> Params | None:
        """The parameters that ask an API for its first page that refuses to be asked without any; None if none do."""
        return None

    def is_beyond(self, progress: Progress) -> bool:  # noqa: ARG002 - for those that count
        """Say whether there may be no such page as is asked for, though the page before led there."""
        return False

    @property
    def end_words(self) -> str:
        """Which words say where a list ends that seems to go on for ever; empty for none."""
        return ""

    @property
    def believes_totals(self) -> bool:
        """Whether a number of records that the answers say is how many there are."""
        return True

    @property
    def counts(self) -> bool:
        """Whether the walk counts itself what asks for the next page, so that there may be none."""
        return False

    @property
    def guess(self) -> str:
        """What to do if the next page cannot be read since the way to it is a guess; empty where it is none."""
        return ""

    @abstractmethod
    def next_token(self, page: Page, progress: Progress) -> Params | Address | None:
        """Return the parameters, or the address, of the page after this one; None when this was the last.

        Args:
            page: The answer.
            progress: The walk so far, up to the parameters that asked for this page.
        """

    def detect(self, page: Page, asked: Params) -> Detection | None:  # noqa: ARG002 - for those that look at the first answer
        """Return what the first answer shows about the paging; None if it shows nothing new.

        Args:
            page: The first answer.
            asked: The parameters that asked for it.
        """
        return None

    def total(self, page: Page) -> Total | None:
        """Return how long the list is, as its first page says; None if it does not."""
        return total_in(page)

    def doubt(self, page: Page, progress: Progress) -> str:  # noqa: ARG002 - for those that cannot always know the end
        """Return why there may be more although the answer does not say so; empty for no reason."""
        return ""

    def repeats(self, page: Page, progress: Progress) -> bool:  # noqa: ARG002 - for those that try out a number
        """Say whether a page turned out to be one that has been read."""
        return False

    def without_repeated(self, page: Page, progress: Progress) -> Page:  # noqa: ARG002 - for those whose pages overlap
        """Return a page without the records that an earlier page had."""
        return page

    def needs_confirmation(self, progress: Progress) -> bool:  # noqa: ARG002 - for those that ask by a record
        """Say whether the current page is the next one only if the last record has not moved."""
        return False

    def confirm(self, page: Page, progress: Progress) -> None:
        """Refuse to go on if the last record is no longer on the page that it was read from."""


class FlaggedPaginator(Paginator, frozen=True, kw_only=True):
    """The body may say whether there is more. If it says no, that is the end, even if there is a cursor as well.

    Attributes:
        has_more_path: Path of that flag.
        ends_at_empty_page: Whether an empty page is declared to be the last one, or declared not to be; None if nothing
            is declared.
    """

    has_more_path: str = HAS_MORE
    ends_at_empty_page: bool | None = None

    @property
    @override
    def end_words(self) -> str:
        return ": name what says whether there is more in 'has_more_path', or declare 'stop_after_empty_page': true"

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        has_more = flag_in(page, self.has_more_path)
        if has_more is False or self._is_declared_end(page):
            return None
        token = self.token_after(page, progress, has_more=has_more is True)
        if token is None:
            refuse_dead_end(has_more)
        return token

    def _is_declared_end(self, page: Page) -> bool:
        return bool(self.ends_at_empty_page) and not page.all_records

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        if self._is_declared_end(page) and flag_in(page, self.has_more_path):
            return f"gave an empty page, and says that there is more ('{self.has_more_path}')"
        return ""

    @abstractmethod
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        """Return the parameters that ask for the page after this one, None when there is no way to ask for one.

        Args:
            page: The answer; it does not say that there is no more.
            progress: The walk so far.
            has_more: Whether it says that there is more.
        """
