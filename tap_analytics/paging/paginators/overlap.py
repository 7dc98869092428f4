"""Lists whose pages are made to overlap by one record, so that each page shows that it follows the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import LostPlaceError, StreamError
from tap_analytics.paging.paginators.cursors import LastRecord
from tap_analytics.paging.paginators.last_page import flag_in, refuse_dead_end

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class OverlappingPages(LastRecord, frozen=True, kw_only=True):
    """The next page is asked for by the record before the last one, and has to begin with the last one.

    A service that sorts by a date looks up the named record's place when it is asked. If the record has been given
    another date since its page was read, the answer begins after its new place, and the records in between are missing
    or come twice. So the answer has to begin with the record that is known to be next, which is then left out. If it
    does not, or if the service no longer knows the named record, the walk begins again.

    At the end of some lists, and where servers give one record per answer, there is no record before the last one to
    ask by. Then the page that the last record came from is asked for again, and the record has to be on it.

    The fields of the cursor have to identify a record.

    Attributes:
        order_field: The field that the list is sorted by. It is compared as well, since both records may have been
            moved together.
    """

    order_field: str

    restarts: ClassVar[int] = 3
    smallest_page: ClassVar[int] = 2

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        if not page.records and self._expects_last(progress):
            # Some services answer so at the end of a list. If it is the end, nothing follows the last record either.
            refuse_dead_end(flag_in(page, self.has_more_path))
            return {self.cursor_param: self.value_of(progress.last)}
        return super().next_token(page, progress)

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        # The record before the last one, or the only one.
        return {self.cursor_param: self.value_of(page.records[-2:][0])} if page.records else None

    @override
    def without_repeated(self, page: Page, progress: Progress) -> Page:
        if progress.number == 1 or not page.records:
            return page
        expects_last = self._expects_last(progress)
        first, last = page.records[0], progress.last
        is_in_place = first.get(self.order_field) == last.get(self.order_field)
        if expects_last and is_in_place and self.value_of(first) == self.value_of(last):
            # If the record has changed since, it is written a second time.
            return page.changed(_without_first) if first == last else page
        asked = progress.token[self.cursor_param]
        if any(record.get(field) == asked for record in page.records for field in self.fields):
            msg = f"gave page {progress.number} a record of an earlier page: it seems to ignore '{self.cursor_param}'"
            raise StreamError(msg)
        if expects_last or progress.empty_pages:
            msg = (
                f"gave page {progress.number} without the record that it has to begin with: records have changed their "
                "place while they were read"
            )
            raise LostPlaceError(msg)
        return page

    @override
    def needs_confirmation(self, progress: Progress) -> bool:
        return progress.number > 1 and not self._expects_last(progress)

    @override
    def confirm(self, page: Page, progress: Progress) -> None:
        wanted, last = self.value_of(progress.last), progress.last
        if not any(
            record.get(self.order_field) == last.get(self.order_field) and self.value_of(record) == wanted
            for record in reversed(page.records)
        ):
            msg = (
                f"gave page {progress.number} for a record that no longer stands where it was read: records have "
                "changed their place while they were read"
            )
            raise LostPlaceError(msg)

    def _expects_last(self, progress: Progress) -> bool:
        """Say whether the current page was asked for by the record before the last one: it begins with the last one."""
        return progress.number > 1 and progress.token.get(self.cursor_param) != self.value_of(progress.last)


def _without_first(page: Page) -> Page:
    return replace(page, records=page.records[1:])
