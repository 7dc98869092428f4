"""What paginators have in common that count pages or records."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators.base import FlaggedPaginator
from tap_analytics.paging.paginators.last_page import flag_in, may_be_last
from tap_analytics.paging.totals import total_at

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class CountingPaginator(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by a number that the walk counts itself.

    An empty page ends the walk, unless it is declared not to; then the total, the flag or the maximum does. An empty
    page before the total is an error: search services count all that they found, but give only the first ones, and
    others leave records out after they have cut the list into pages. It is only a doubt where an empty page is declared
    to be the last one, or where the total is none that was declared.

    Where a page may be the last one (see `may_be_last`), a refusal of the page behind it is the end as well.

    Attributes:
        maximum: The first number that is no longer asked for; None for no such bound.
        total_path: Path of how many pages, or records, there are; None if the API does not say.
        default_total_path: Path of what may be that number where none is declared, and nothing stands under the first.
    """

    maximum_word: ClassVar[str]
    """What the maximum is called where it is declared."""

    maximum: int | None = None
    total_path: str | None = None
    default_total_path: str | None = None

    @property
    @abstractmethod
    def param(self) -> str:
        """The query parameter that takes the number."""

    @abstractmethod
    def number_after(self, page: Page, progress: Progress) -> int:
        """Return the number that asks for the page after this one, if there is one."""

    @abstractmethod
    def has_all(self, number: int, total: int) -> bool:
        """Say whether nothing is left for a number to ask for, by the total that the API says."""

    def is_last(self, page: Page, progress: Progress) -> bool:
        """Say whether a page is the last one by the total that the API says."""
        total = self.stated_total(page)
        return total > 0 and self.has_all(self.number_after(page, progress), total)

    def stated_total(self, page: Page) -> int:
        """Return how many there are; 0 if the API does not say."""
        return total_at(page, self.total_path) or total_at(page, self.default_total_path)

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        token = super().next_token(page, progress)
        return None if token is None or self.reaches_maximum(token.get(self.param)) else token

    def reaches_maximum(self, number: object) -> bool:
        """Say whether a number is no longer asked for."""
        return self.maximum is not None and isinstance(number, int) and number >= self.maximum

    @property
    @override
    def believes_totals(self) -> bool:
        return self.total_path is not None or self.default_total_path is not None

    @property
    @override
    def counts(self) -> bool:
        return True

    @override
    def is_beyond(self, progress: Progress) -> bool:
        # An API that does not know the parameter refuses the first request that has it.
        is_param_known = bool(self.first_token) or progress.number > 2  # noqa: PLR2004
        return progress.may_have_ended and is_param_known

    def _must_have_all(self, page: Page) -> bool:
        """Say whether an empty page before the total is an error."""
        return total_at(page, self.total_path) > 0 and self.ends_at_empty_page is None

    @abstractmethod
    def missing(self, page: Page, progress: Progress, path: str, total: int) -> str:
        """Say that an empty page came before the total; empty if it did not.

        Args:
            page: The empty page.
            progress: The walk so far.
            path: Where the total stands.
            total: The total.
        """

    def _missing(self, page: Page, progress: Progress) -> str:
        path = self.total_path if total_at(page, self.total_path) else self.default_total_path
        if page.all_records or not path or flag_in(page, self.has_more_path) is False:
            return ""
        return self.missing(page, progress, path, total_at(page, path))

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if self._must_have_all(page) and not has_more and (missing := self._missing(page, progress)):
            msg = (
                f"{missing}: declare 'stop_after_empty_page': false to read on, or 'total_path': null for no such total"
            )
            raise StreamError(msg)
        if not page.all_records and self.ends_at_empty_page is not False:
            return None
        progress.may_have_ended = may_be_last(page, progress)
        if page.all_records and not self.repeats(page, progress):
            progress.refuse_repetition(page, self.param)
        number = self.number_after(page, progress)
        total = progress.total = self.stated_total(page)
        if not has_more and self.is_last(page, progress):
            return None
        if not page.all_records and not has_more and total <= 0 and self.maximum is None:
            msg = (
                "gave an empty page, which 'stop_after_empty_page' says is not the last one, and nothing about further "
                f"ones ('{self.total_path or self.has_more_path}')"
            )
            raise StreamError(msg)
        return {self.param: number}

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        if doubt := super().doubt(page, progress):
            return doubt
        is_no_error = self.ends_at_empty_page is not False and not self._must_have_all(page)
        if is_no_error and (missing := self._missing(page, progress)):
            return missing
        if flag_in(page, self.has_more_path) is False or self.is_last(page, progress):
            return ""
        may_go_on = bool(page.all_records) or self.ends_at_empty_page is False
        if may_go_on and self.reaches_maximum(self.number_after(page, progress)):
            count = progress.count + len(page.all_records)
            return f"ended at '{self.maximum_word}' {self.maximum}, after {count} records, and there may be more"
        return ""
