"""Pages that overlap by one record, so that each answer proves where the walk stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import LostPlaceError, StreamError
from tap_analytics.paging.end_signs import refuse_dead_end
from tap_analytics.paging.paginators import LastRecord

if TYPE_CHECKING:
    from tap_analytics.paging.answers import Page
    from tap_analytics.paging.pagination import PageTrail, Params


class OverlappingPages(LastRecord, frozen=True, kw_only=True):
    """The next page is asked for by the record before the last one, and has to begin with the last one.

    A service that sorts by a date looks up where the named record stands at the moment of the request. If that record
    has been given another date since its page was read, the answer begins behind its new place, and whatever lies
    between is left out, or comes a second time. So the answer has to begin with the record that is known to be next;
    it is then left out. If it does not, or the service no longer knows the named record, the walk begins again.

    At the end of some lists, and where servers give one record per answer, there is nothing to overlap with. Then the
    page that the last record was read from is asked for again: it has to be there still.

    The fields have to identify a record.

    Attributes:
        order_field: The field that the list is sorted by. Both records may have been moved together, so that the one
            still follows the other.
    """

    order_field: str

    restarts: ClassVar[int] = 3
    smallest_page: ClassVar[int] = 2

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        if not page.records and self._expects_last(trail):
            # Some services answer so at the end of a list: then nothing follows the last record either.
            refuse_dead_end(page.get(self.has_more_path))
            return {self.cursor_param: self.value_of(trail.last)}
        return super().next_token(page, trail)

    @override
    def token_after(self, page: Page, trail: PageTrail, *, has_more: bool) -> Params | None:
        # Of a page with a single record it is this one.
        return {self.cursor_param: self.value_of(page.records[-2:][0])} if page.records else None

    @override
    def fresh(self, page: Page, trail: PageTrail) -> Page:
        if trail.number == 1 or not page.records:
            return page
        expects_last = self._expects_last(trail)
        first, last = page.records[0], trail.last
        stands = first.get(self.order_field) == last.get(self.order_field)
        if expects_last and stands and self.value_of(first) == self.value_of(last):
            # What has changed in it since is worth a second record.
            return replace(page, records=page.records[1:]) if first == last else page
        asked = trail.token[self.cursor_param]
        if any(record.get(field) == asked for record in page.records for field in self.fields):
            msg = f"gave page {trail.number} a record of an earlier page: it seems to ignore '{self.cursor_param}'"
            raise StreamError(msg)
        if expects_last or trail.empty_pages:
            msg = (
                f"gave page {trail.number} without the record that it has to begin with: records have changed their "
                "place while they were read"
            )
            raise LostPlaceError(msg)
        return page

    @override
    def needs_confirmation(self, trail: PageTrail) -> bool:
        return trail.number > 1 and not self._expects_last(trail)

    @override
    def confirm(self, page: Page, trail: PageTrail) -> None:
        wanted, last = self.value_of(trail.last), trail.last
        if not any(
            record.get(self.order_field) == last.get(self.order_field) and self.value_of(record) == wanted
            for record in reversed(page.records)
        ):
            msg = (
                f"gave page {trail.number} for a record that no longer stands where it was read: records have changed "
                "their place while they were read"
            )
            raise LostPlaceError(msg)

    def _expects_last(self, trail: PageTrail) -> bool:
        """Say whether the current page has been asked for by the record before the last one."""
        return trail.number > 1 and trail.token.get(self.cursor_param) != self.value_of(trail.last)
