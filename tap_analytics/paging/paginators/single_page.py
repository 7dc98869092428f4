"""Lists that come in one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.end_signs import says_complete, signs_in
from tap_analytics.paging.paginators.base import Paginator

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.progress import Progress

# Sizes of a page that services have where nothing is asked for; larger ones are multiples of fifty.
_USUAL_SIZES: Final = {20, 25, 30, 40}
_SMALLEST_USUAL_SIZE: Final = min(_USUAL_SIZES)


class SinglePage(Paginator, frozen=True, kw_only=True):
    """One answer holds everything."""

    @override
    def next_token(self, page: Page, progress: Progress) -> None:
        return None


class Undeclared(Paginator, frozen=True, kw_only=True):
    """One answer seems to hold everything, but the user has not said so: signs of more are an error.

    Attributes:
        has_envelope: Whether anything stands beside the records: not where the whole body is the one record.
    """

    has_envelope: bool = True

    @override
    def next_token(self, page: Page, progress: Progress) -> None:
        if sign := signs_in(page, has_envelope=self.has_envelope).any:
            msg = f"says that there is more ({sign}): declare its 'paginator', or 'type: single_page' for no more"
            raise StreamError(msg)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        if signs_in(page, has_envelope=self.has_envelope).any:
            return ""  # `next_token` makes an error of it.
        count = len(page.all_records)
        if count not in progress.sizes and (count < _SMALLEST_USUAL_SIZE or (count % 50 and count not in _USUAL_SIZES)):
            return ""
        if self.has_envelope and says_complete(page):
            return ""
        return (
            f"gave {count} records, which looks like a full page, and nothing about further ones: declare "
            "'paginator': {'type': 'single_page'} if these are all, else how the list is paged"
        )
