"""One walk through the pages of a list.

A page token is what a page changes in the stream's request: query parameters, and fields of the body. A paginator owns
both halves: it reads from an answer whether there is more, and writes the changes that ask for it. Paginators are
declarations without state; a `PageTrail` is one use of one. The SDK's own paginators are not used: they decode each
answer a second time, and notice a loop only when two tokens in a row are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tap_analytics.errors import StreamError
from tap_analytics.paging.field_names import SIZES, words_of
from tap_analytics.paging.page_token import NO_PARAMS, Address, Params, ParamValue
from tap_analytics.paging.progress import Progress
from tap_analytics.paging.totals import has_reached_total, unreached_total
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.paginators import Paginator

_MOST_EMPTY_PAGES: Final = 1000
"""In a row. Services that filter after they have cut a list into pages give some."""

_SIZE_WORDS: Final = SIZES | {"count", "first", "top", "rows", "num"}

_UNKNOWN_PLACE: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


_WRONG_REQUEST: Final = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}


class PageTrail:
    """One walk through the pages of a list.

    Args:
        paginator: How the API pages this list.
        page_size: Records to ask for in one answer, where the paginator does not say; None leaves that to the API.
        fixed: Query parameters that every page of the walk repeats, unless an answer gives the next page's address.
        parent_params: Query parameters that say which parent the list is of: every page repeats them.
        body: The body of the requests.

    Attributes:
        paginator: How the API pages this list, as far as it is known.
        is_for_all: Whether further lists of the stream are paged as the first page of this one shows.
        finished: Whether the page that was read last was the last one.
        failure: Why there is no way to the page after the one that was read last.
    """

    def __init__(
        self,
        paginator: Paginator,
        page_size: int | None,
        fixed: Mapping[str, ParamValue] = NO_PARAMS,
        parent_params: Mapping[str, ParamValue] = NO_PARAMS,
        body: object = None,
    ) -> None:
        self.paginator = paginator
        self._parent_params = parent_params
        size = paginator.limit or page_size
        limit = {paginator.limit_param: max(size, paginator.smallest_page)} if paginator.limit_param and size else {}
        self._fixed: Params = {**fixed, **limit}
        self._sizes = _sizes_in(self._fixed) | _sizes_in(body)
        self._restarts_left = paginator.restarts
        self._has_detected = False
        self.is_for_all = False
        self._begin()

    def _begin(self) -> None:
        self._progress = Progress(self.paginator.first_token, self._sizes)
        self._asked_for: set[str] = set()
        self._asked_for_last: Params = {}
        self.finished = False
        self.failure: StreamError | None = None

    @property
    def path(self) -> str | None:
        """The path of the current page on the API's origin, where an answer gave its address."""
        return self._progress.path

    @property
    def params(self) -> Params:
        """The query parameters that ask for the current page, its size included."""
        return {**(self._fixed if self.path is None else self._parent_params), **self._progress.token}

    def detect(self, page: Page) -> str:
        """Find out from the first page of the walk how the list is paged; return what to log about it.

        Args:
            page: The answer to the current parameters.
        """
        detection = None
        if not self._has_detected and not page.is_ignored:
            self._has_detected = True
            detection = self.paginator.detect(page, self.params)
        if detection is None:
            return ""
        self.paginator = detection.paginator
        self.is_for_all = detection.is_for_all
        return detection.message

    def advance(self, page: Page) -> None:
        """Go on to the next page, or finish.

        Args:
            page: The answer to the current parameters.

        Raises:
            StreamError: The API leads in a circle, or claims that there is more without a way to ask for it.
        """
        self.detect(page)
        is_new = page.is_ignored or not self.paginator.repeats(page, self._progress)
        following = None if page.is_ignored else self.paginator.next_token(page, self._progress)
        # Some services give the address of a next page for ever.
        if following is None or (not page.all_records and has_reached_total(page, self._progress.count)):
            self.finished = True
            return
        path, token = (following.path, following.params) if isinstance(following, Address) else (None, following)
        self._refuse_circle(page, token, path)
        if page.all_records:
            self._asked_for_last = self.params
        self._progress.advance(page, token, path, is_new=is_new)
        if (empty := self._progress.empty_pages) > _MOST_EMPTY_PAGES:
            msg = f"gave {empty} empty pages in a row, each with a cursor for another one{self.paginator.end_words}"
            raise StreamError(msg)

    def _refuse_circle(self, page: Page, token: Params, path: str | None) -> None:
        asked = repr((path, sorted(token.items())))
        if asked in self._asked_for:
            place = str(token) if path is None or path == page.path else f"{path} {token}"
            msg = f"leads in a circle: the page {shorten(place)} has been read before"
            raise StreamError(msg)
        try:
            urlencode(token, doseq=True)
        except UnicodeEncodeError as error:
            msg = f"asks for the next page with what no address can hold ({shorten(str(token))})"
            raise StreamError(msg) from error
        self._asked_for.add(asked)

    def has_ended(self, status: int | None) -> bool:
        """Say whether an answer with this status means that the page before was the last one."""
        return status in _UNKNOWN_PLACE and self.paginator.is_beyond(self._progress)

    def end_hint(self, status: int | None) -> str:
        """Return what to do if an answer with this status only means that the list has ended; empty if it cannot."""
        if status not in _UNKNOWN_PLACE or self._progress.number == 1 or not self.paginator.counts:
            return ""
        return (
            f"after {self._progress.count} records. If the service ends its lists so, declare "
            f"'response_actions': [{{'status_code': {int(status)}, 'action': 'ignore'}}]"
        )

    def begin_otherwise(self, status: int | None) -> bool:
        """Ask for the first page in another way if an answer with this status may want that; say whether to do so."""
        token = self.paginator.other_first_token
        if self._progress.number > 1 or status not in _WRONG_REQUEST or token in (None, self._progress.token):
            return False
        self._progress.token = dict(token)
        return True

    @property
    def guess(self) -> str:
        """What to do if the current page cannot be read since it is asked for by a guess; empty if it is not."""
        return self.paginator.guess if self._progress.number > 1 else ""

    def repeats(self, page: Page) -> bool:
        """Say whether a page only shows how the API numbers its pages: its records are those of an earlier page."""
        return self.paginator.repeats(page, self._progress)

    def doubt(self, page: Page) -> str:
        """Return why there may be more records although the walk ends with a page; empty for no reason."""
        return self.paginator.doubt(page, self._progress)

    def shortfall(self, page: Page) -> str:
        """Return that fewer records came than the last page says there are; empty if none is known to be missing.

        Args:
            page: The page that was read last.
        """
        # What is said of a list that is one page is looked at by its paginator.
        if not self.finished or self._progress.number == 1 or not self.paginator.believes_totals:
            return ""
        count = self._progress.count + len(page.all_records)
        total = unreached_total(page, count)
        return f"ended after {count} records, and says that there are {total}" if total else ""

    def without_repeated(self, page: Page) -> Page:
        """Return a page without the records that an earlier page had.

        Raises:
            LostPlaceError: It is not the page after the one before it.
        """
        return self.paginator.without_repeated(page, self._progress)

    def confirmation_params(self) -> Params | None:
        """Return the parameters of the page that the last record came from, where it has to be asked for again.

        It is needed where the current page is the next one only if that record has not moved; else None is returned.
        Call `confirm` with the answer.
        """
        return self._asked_for_last if self.paginator.needs_confirmation(self._progress) else None

    def confirm(self, page: Page) -> None:
        """Check that the last record still stands where it was read.

        Args:
            page: The answer to the request with `confirmation_params`.

        Raises:
            LostPlaceError: It does not, so that the current page may be another one than the next.
        """
        self.paginator.confirm(page, self._progress)

    def begin_again(self) -> bool:
        """Go back to the first page, unless that has been done often enough; say whether it was done."""
        if not self._restarts_left:
            return False
        self._restarts_left -= 1
        self._begin()
        return True

    def is_lost(self, status: int | None) -> bool:
        """Say whether an answer with this status can mean that the service no longer knows where the walk stands."""
        return self._progress.number > 1 and self.paginator.restarts > 0 and status in _UNKNOWN_PLACE


def _sizes_in(asked: object) -> set[int]:
    """Return the numbers of records that parameters, or a body, ask for."""
    if not isinstance(asked, Mapping):
        return set()
    inner = [size for value in asked.values() for size in _sizes_in(value)]
    sizes = [
        int(str(value))
        for name, value in asked.items()
        if str(value).isdecimal() and not words_of(name).isdisjoint(_SIZE_WORDS)
    ]
    return {*inner, *sizes}
