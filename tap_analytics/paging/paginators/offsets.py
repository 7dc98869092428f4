"""Lists whose next page is asked for by the number of records before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.paging.paginators.counting import CountingPaginator
from tap_analytics.paging.paginators.last_page import flag_in
from tap_analytics.paging.totals import Total, total_at

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.progress import Progress


class Offset(CountingPaginator, frozen=True, kw_only=True):
    """The next page is asked for by the number of records before it.

    Records that have come are counted, not those that were asked for, since servers cap the size, but never more than
    were asked for, since a selector may make several of one. The walk ends where `has_more` is false, at an empty page,
    or at the last record where the API says how many there are.

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
    def number_after(self, page: Page, progress: Progress) -> int:
        limit = self.limit or max(progress.sizes, default=0)
        count = len(page.all_records) or limit
        return self._asked_for(progress) + (min(count, limit) if limit else count)

    def _asked_for(self, progress: Progress) -> int:
        number = progress.token.get(self.offset_param)
        return number if isinstance(number, int) else progress.count

    @override
    def has_all(self, number: int, total: int) -> bool:
        # Some services count records from 1: the last one's number is then the total.
        return total < number if self._first == 1 else total <= number

    @property
    def _first(self) -> int:
        first = self.first_token.get(self.offset_param, 0)
        return first if isinstance(first, int) else 0

    @override
    def missing(self, page: Page, progress: Progress, path: str, total: int) -> str:
        asked_for = self._asked_for(progress)
        return f"gave no records after {asked_for} of {total} ('{path}')" if asked_for < total else ""

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
        return self._late_beginning(page, progress) or super().doubt(page, progress)

    def _late_beginning(self, page: Page, progress: Progress) -> str:
        """Say at the end that records before the first offset were left out, unless all came that there are."""
        number, count = self.number_after(page, progress), progress.count + len(page.all_records)
        may_go_on = bool(page.all_records) and not self.is_last(page, progress) and not self.reaches_maximum(number)
        goes_on = may_go_on and flag_in(page, self.has_more_path) is not False
        if not self._first or goes_on or self.stated_total(page) == count:
            return ""
        return f"began at 'offset' {self._first}, as it is declared, and so without the records before it"
