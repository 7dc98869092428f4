"""What every paginator has to say about a list."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_analytics.paging.abstract_struct import AbstractStruct
from tap_analytics.paging.page_token import NO_PARAMS
from tap_analytics.paging.paginators.last_page import HAS_MORE, refuse_dead_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Address, Params, ParamValue
    from tap_analytics.paging.progress import Progress


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
    """How often a walk that has lost its place begins again."""

    smallest_page: ClassVar[int] = 1
    """The fewest records that may be asked for in one answer."""

    limit_param: str | None = None
    limit: int | None = None
    first_token: Mapping[str, ParamValue] = NO_PARAMS

    @abstractmethod
    def next_token(self, page: Page, progress: Progress) -> Params | Address | None:
        """Return the parameters, or the address, of the page after this one; None when this was the last.

        Args:
            page: The answer.
            progress: The walk so far, up to the parameters that asked for this page.
        """

    def doubt(self, page: Page, progress: Progress) -> str:  # noqa: ARG002 - for those that cannot always know the end
        """Return why there may be more although the answer does not say so; empty for no reason."""
        return ""

    def repeats(self, page: Page, progress: Progress) -> bool:  # noqa: ARG002 - for those that try out a number
        """Say whether a page turned out to be one that has been read."""
        return False

    def fresh(self, page: Page, progress: Progress) -> Page:  # noqa: ARG002 - for those whose pages overlap
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
        has_more_path: Dotted path of that flag.
    """

    has_more_path: str = HAS_MORE

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        has_more = page.get(self.has_more_path)
        if has_more is False:
            return None
        token = self.token_after(page, progress, has_more=has_more is True)
        if token is None:
            refuse_dead_end(has_more)
        return token

    @abstractmethod
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        """Return the parameters that ask for the page after this one, None when there is no way to ask for one.

        Args:
            page: The answer; it does not say that there is no more.
            progress: The walk so far.
            has_more: Whether it says that there is more.
        """
