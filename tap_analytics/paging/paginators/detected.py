"""Lists without a declared paginator: the first answer shows how they are paged, or the user has to declare it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.field_names import SIZES, words_of
from tap_analytics.paging.leads import leads_in
from tap_analytics.paging.link_header import link_in
from tap_analytics.paging.paginators.base import Detection
from tap_analytics.paging.paginators.cursors import BodyCursor
from tap_analytics.paging.paginators.last_page import HAS_MORE
from tap_analytics.paging.paginators.links import BodyLink, HeaderLink
from tap_analytics.paging.paginators.page_numbers import PageNumber
from tap_analytics.paging.paginators.single_page import Undeclared

if TYPE_CHECKING:
    from tap_analytics.paging.leads import Leads
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class Detected(Undeclared, frozen=True, kw_only=True):
    """The first answer shows how the list is paged.

    The address of a next page is followed. A cursor for the next page, or a number of pages, does not say by which
    query parameter it is asked for: the usual one is tried, and if the same records come again, the user has to say it.
    Whatever else says that there is more is an error.
    """

    # Whether it does is known only after the first answer.
    follows_links = True

    @override
    def detect(self, page: Page, asked: Params) -> Detection | None:
        if link_in(page.headers.get("Link", ""), "next") is not None:
            return Detection.of(HeaderLink(), "the address in the header 'Link'", {"type": "header_link"})
        if not self.has_envelope:
            return None
        leads = leads_in(page)
        if leads.link:
            words = {"type": "json_link", "next_url_path": leads.link}
            return Detection.of(BodyLink(link_path=leads.link), f"the address under '{leads.link}'", words)
        return _by_number(leads, asked) or _by_cursor(leads)


class GuessedPageNumber(PageNumber, frozen=True, kw_only=True):
    """Pages by number, where the query parameter is a guess."""

    @property
    @override
    def guess(self) -> str:
        return _guess(str(self.total_path), self.page_param)

    @override
    def without_repeated(self, page: Page, progress: Progress) -> Page:
        return _unless_repeated(page, progress, self.guess)


class GuessedCursor(BodyCursor, frozen=True, kw_only=True):
    """Pages by cursor, where the query parameter is a guess."""

    @property
    @override
    def guess(self) -> str:
        return _guess(self.cursor_path, self.cursor_param)

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        token = super().token_after(page, progress, has_more=has_more)
        if page.all_records:
            progress.refuse_repetition(page, self.cursor_param)
        return token

    @override
    def without_repeated(self, page: Page, progress: Progress) -> Page:
        return _unless_repeated(page, progress, self.guess)


def _by_number(leads: Leads, asked: Params) -> Detection | None:
    # With a cursor beside the number of pages, it is not known which of the two asks for the next page.
    if leads.pages is None or (leads.cursor is not None and leads.cursor.param == "cursor"):
        return None
    numbers = {name: str(value) for name, value in asked.items() if _is_page_number(name, value)}
    param, base = next(iter(numbers.items()), ("page", None))
    if len(numbers) > 1 or base not in {None, "0", "1"}:
        return None
    paginator = GuessedPageNumber(page_param=param, base=None if base is None else int(base), total_path=leads.pages)
    words = {"type": "page_number", "page_param": param, "total_path": leads.pages}
    return Detection.of(paginator, f"number ('{param}'), up to '{leads.pages}'", words)


def _is_page_number(name: str, value: object) -> bool:
    words = words_of(name)
    return "page" in words and not words & SIZES and str(value).isdecimal()


def _by_cursor(leads: Leads) -> Detection | None:
    cursor = leads.cursor or leads.own_cursor
    if cursor is None or leads.pages is not None:
        return None
    paginator = GuessedCursor(
        cursor_path=cursor.path, cursor_param=cursor.param, has_more_path=cursor.has_more_path or HAS_MORE
    )
    words = {"type": "cursor", "cursor_path": cursor.path, "cursor_param": cursor.param}
    return Detection.of(paginator, f"the cursor under '{cursor.path}' ('{cursor.param}')", words)


def _guess(sign: str, param: str) -> str:
    return (
        f"says that there is more ({sign}): declare its 'paginator', or 'type: single_page' for no more "
        f"('{param}' was tried)"
    )


def _unless_repeated(page: Page, progress: Progress, guess: str) -> Page:
    """Return a page, unless its records show that the guessed query parameter is not the right one.

    Raises:
        StreamError: It has the records of an earlier page.
    """
    if page.all_records and progress.has_read(page):
        raise StreamError(guess)
    return page
