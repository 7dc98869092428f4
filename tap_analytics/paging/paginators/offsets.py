"""Lists whose next page is asked for by the number of records before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators.counting import CountingPaginator
from tap_analytics.paging.paginators.last_page import flag_in
from tap_analytics.paging.totals import Total, total_at

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class Offset(CountingPaginator, frozen=True, kw_only=True):
    """The next page is asked for by the number of records before it.

    Records that have come are counted, not those that were asked for, since servers cap the size, but never more than
    were asked for, since a selector may make several of one. The walk ends where `has_more` is false, at an empty page,
    or at the last record where the API says how many there are. An empty page before that is an error: search services
    count all that they found, but give only the first ones. It is only a doubt where an empty page is declared to be
    the last one, or where the total is none that was declared.

    Attributes:
        offset_param: The query parameter that takes the number.
    """

    maximum_word = "maximum_offset"

    offset_param: str = "offset"

    @property
    @override
    def param(self) -> str:
        return self.offset_param

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        if self._must_have_all(page) and not has_more and (missing := self._missing(page, progress)):
            raise StreamError(missing)
        return super().token_after(page, progress, has_more=has_more)

    def _must_have_all(self, page: Page) -> bool:
        """Say whether an empty page before the last record is an error."""
        return total_at(page, self.total_path) > 0 and self.ends_at_empty_page is None

    def _missing(self, page: Page, progress: Progress) -> str:
        """Say that an empty page came before the last record; empty if it did not."""
        asked_for, total = self._asked_for(progress), self.stated_total(page)
        if page.all_records or total <= asked_for or flag_in(page, self.has_more_path) is False:
            return ""
        path = self.total_path if total_at(page, self.total_path) else self.default_total_path
        return f"gave no records after {asked_for} of {total} ('{path}')"

    @override
    def number_after(self, page: Page, progress: Progress) -> int:
        limit = self.limit or max(progress.sizes, default=0)
        count = len(page.all_records) or limit
        return self._asked_for(progress) + (min(count, limit) if limit else count)

    def _asked_for(self, progress: Progress) -> int:
        number = progress.token.get(self.offset_param)
        return number if isinstance(number, int) else progress.count

    @override
    def has_all(self, number: int, total: int) -> bool:
        return total <= number

    @override
    def total(self, page: Page) -> Total | None:
        number = total_at(page, self.total_path)
        return Total(number, counts_pages=False) if number > 0 else super().total(page)

    @override
    def is_last(self, page: Page, progress: Progress) -> bool:
        total = self.stated_total(page)
        if not total_at(page, self.total_path):
            # It may also be the number of records on the page: it is then no larger than those before the page, or it
            # is that of a full first page.
            is_full = total == len(page.all_records) and total in {self.limit, *progress.sizes}
            if total <= self._asked_for(progress) or is_full:
                return False
        return super().is_last(page, progress)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        first = self._asked_for(progress)
        if progress.number == 1 and first > 0:
            return f"began at 'offset' {first}, as it is declared, and so without the records before it"
        is_no_error = self.ends_at_empty_page is not False and not self._must_have_all(page)
        missing = self._missing(page, progress) if is_no_error else ""
        return missing or super().doubt(page, progress)
