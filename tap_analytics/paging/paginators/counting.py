"""What paginators have in common that count pages or records."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators.base import FlaggedPaginator
from tap_analytics.paging.paginators.last_page import flag_in
from tap_analytics.paging.totals import total_at

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class CountingPaginator(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by a number that the walk counts itself.

    An empty page ends the walk, unless it is declared not to; then the total, the flag or the maximum does.

    Attributes:
        maximum: The first number that is no longer asked for; None for no such bound.
        total_path: Path of how many pages, or records, there are; None if the API does not say.
        default_total_path: Path of what may be that number where nobody says so, and nothing stands under the first.
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
        return None if token is None or self._is_beyond(token.get(self.param)) else token

    def _is_beyond(self, number: object) -> bool:
        return self.maximum is not None and isinstance(number, int) and number >= self.maximum

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if not page.all_records and self.ends_at_empty_page is not False:
            return None
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
        if flag_in(page, self.has_more_path) is False or self.is_last(page, progress):
            return ""
        may_go_on = bool(page.all_records) or self.ends_at_empty_page is False
        if may_go_on and self._is_beyond(self.number_after(page, progress)):
            count = progress.count + len(page.all_records)
            return f"ended at '{self.maximum_word}' {self.maximum}, after {count} records, and there may be more"
        return ""
