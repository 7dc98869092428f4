"""One walk through the pages of a list, and what a way of paging has to say for it.

A page token is the set of query parameters that ask for a page. A paginator owns both halves: it reads from an answer
whether there is more, and writes the parameters that ask for it. Paginators are declarations without a state; a
`PageTrail` is one walk with one of them. The SDK's own are not used: they decode each answer a second time, and see a
loop only when two tokens in a row are equal.
"""

from __future__ import annotations

from abc import abstractmethod
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct

from tap_analytics.errors import StreamError
from tap_analytics.paging.abstract import AbstractStruct
from tap_analytics.paging.field_words import SIZES, words_of
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.answers import Page

ParamValue: TypeAlias = "str | int | list[str]"
Params: TypeAlias = dict[str, ParamValue]

_MOST_EMPTY_PAGES: Final = 1000
"""In a row. A service that filters after it has cut its pages gives some."""

_SIZE_WORDS: Final = SIZES | {"count", "first", "top", "rows", "num"}

_UNKNOWN_PLACE: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}

EMPTY: Final[Mapping[str, ParamValue]] = MappingProxyType({})


class Address(Struct, frozen=True):
    """Where the next page is, whole: nothing that other pages repeat is added.

    Attributes:
        path: The path on the API's origin, as the API has it.
        params: The query parameters.
    """

    path: str
    params: Params


class PageTrail:
    """One walk through the pages of a list.

    Args:
        paginator: How the API pages this list.
        page_size: Records to ask for in one answer, where the paginator does not say; None leaves that to the API.
        fixed: Query parameters that every page of the walk repeats, unless an answer gives the next page's address.
        whose: Those that say whose list it is: every page repeats them.
    """

    def __init__(
        self,
        paginator: Paginator,
        page_size: int | None,
        fixed: Mapping[str, ParamValue] = EMPTY,
        whose: Mapping[str, ParamValue] = EMPTY,
    ) -> None:
        self._paginator = paginator
        self._whose = whose
        size = paginator.limit or page_size
        limit = {paginator.limit_param: max(size, paginator.smallest_page)} if paginator.limit_param and size else {}
        self._fixed: Params = {**fixed, **limit}
        self._restarts_left = paginator.restarts
        self._begin()

    def _begin(self) -> None:
        self._tokens: set[str] = set()
        self._contents: set[int] = set()
        self._last_content: int | None = None
        self.token: Params = {**self._paginator.first_token}
        """The parameters that asked for the current page."""
        self.path: str | None = None
        """The path of the current page on the API's origin, where an answer said it."""
        self.number = 1
        """The number of the current page."""
        self.empty_pages = 0
        """How many pages just before the current one were empty."""
        self.last: dict[str, Any] = {}
        """The last record before the current page."""
        self._asked_for_last: Params = {}
        self.count = 0
        """The number of records on the pages before the current one."""
        self.finished = False
        self.failure: StreamError | None = None
        """Why there is no way to the page after the last one that was read."""

    @property
    def params(self) -> Params:
        """The query parameters that ask for the current page, its size included."""
        return {**(self._fixed if self.path is None else self._whose), **self.token}

    def advance(self, page: Page) -> None:
        """Go on from an answer to the next page, or finish.

        Args:
            page: The answer to the current parameters.

        Raises:
            StreamError: The API leads in a circle, or claims that there is more without a way to ask for it.
        """
        found = self._paginator.next_token(page, self)
        if found is None:
            self.finished = True
            return
        path, token = (found.path, found.params) if isinstance(found, Address) else (None, found)
        self.empty_pages = 0 if page.records else self.empty_pages + 1
        if self.empty_pages > _MOST_EMPTY_PAGES:
            msg = f"gave {self.empty_pages} empty pages in a row, each with a cursor for another one"
            raise StreamError(msg)
        asked = repr((path, sorted(token.items())))
        if asked in self._tokens:
            place = str(token) if path is None or path == page.path else f"{path} {token}"
            msg = f"leads in a circle: the page {shorten(place)} has been read before"
            raise StreamError(msg)
        try:
            urlencode(token, doseq=True)
        except UnicodeEncodeError as error:
            msg = f"asks for the next page with what no address can hold ({shorten(str(token))})"
            raise StreamError(msg) from error
        self._tokens.add(asked)
        if page.records:
            self._asked_for_last = self.params
        self.token = token
        self.path = path
        self.number += 1
        self.last = page.records[-1] if page.records else self.last
        self.count += len(page.records)

    def repeats(self, page: Page) -> bool:
        """Say whether a page is only there to find out how pages are numbered: it holds no records that are new."""
        return self._paginator.repeats(page, self)

    def doubt(self, page: Page) -> str:
        """Return why there may be more than the page says, although the walk does not go on; empty for no reason."""
        return self._paginator.doubt(page, self)

    @property
    def sizes(self) -> set[int]:
        """The numbers of records that one answer was asked for."""
        return {
            int(str(value))
            for name, value in self._fixed.items()
            if str(value).isdecimal() and not words_of(name).isdisjoint(_SIZE_WORDS)
        }

    def fresh(self, page: Page) -> Page:
        """Return a page without the records that an earlier page had.

        Raises:
            LostPlaceError: It is not the page after the one before it.
        """
        return self._paginator.fresh(page, self)

    def question(self) -> Params | None:
        """Return the parameters that ask again for the last record before the current page; None where that is no use.

        Whoever asks with them has to call `confirm` with the answer.
        """
        return self._asked_for_last if self._paginator.needs_confirmation(self) else None

    def confirm(self, page: Page) -> None:
        """Take in the answer to the question where the last record stands.

        Raises:
            LostPlaceError: No longer where it stood, so that the current page may be another one than the next.
        """
        self._paginator.confirm(page, self)

    def begin_again(self) -> bool:
        """Go back to the first page and say so, or say that this has been done often enough."""
        if not self._restarts_left:
            return False
        self._restarts_left -= 1
        self._begin()
        return True

    def is_lost(self, status: int | None) -> bool:
        """Say whether an answer with this status can mean that the service no longer knows where the walk stands."""
        return self.number > 1 and self._paginator.restarts > 0 and status in _UNKNOWN_PLACE

    # What paginators ask of a walk whose pages have numbers

    def has_read(self, page: Page) -> bool:
        """Say whether an earlier page had the same records."""
        return page.content in self._contents

    def has_just_read(self, page: Page) -> bool:
        """Say whether the page before had the same records."""
        return self._last_content == page.content

    def refuse_repetition(self, page: Page, param: str) -> None:
        """Refuse a page with the records of an earlier one: servers that ignore a parameter repeat themselves.

        Args:
            page: The current page.
            param: The query parameter that asked for it.

        Raises:
            StreamError: The records have been read before.
        """
        if self.has_read(page):
            msg = f"gave page {self.number} the records of an earlier page: it seems to ignore '{param}'"
            raise StreamError(msg)
        self._contents.add(page.content)
        self._last_content = page.content


class Paginator(AbstractStruct, frozen=True, kw_only=True):
    """How an API pages a list.

    Attributes:
        limit_param: The query parameter that takes the page size; None where the API takes none.
        limit: The page size, where it is not the user's to set.
        first_token: The parameters that ask for the first page.
    """

    follows_links: ClassVar[bool] = False
    """Whether an answer says where the next page is."""

    restarts: ClassVar[int] = 0
    """How often a walk begins again after it has lost its place."""

    smallest_page: ClassVar[int] = 1
    """The fewest records that may be asked for in one answer."""

    limit_param: str | None = None
    limit: int | None = None
    first_token: Mapping[str, ParamValue] = EMPTY

    @abstractmethod
    def next_token(self, page: Page, trail: PageTrail) -> Params | Address | None:
        """Return the parameters, or the address, of the page after this one, None when this was the last.

        Args:
            page: The answer.
            trail: The walk so far, the answer's own parameters included.
        """

    def doubt(self, page: Page, trail: PageTrail) -> str:  # noqa: ARG002 - for those whose end is not always told
        """Return why there may be more although the answer does not say so; empty for no reason."""
        return ""

    def repeats(self, page: Page, trail: PageTrail) -> bool:  # noqa: ARG002 - for those that have to find out
        """Say whether a page that was asked for turned out to be one that has been read."""
        return False

    def fresh(self, page: Page, trail: PageTrail) -> Page:  # noqa: ARG002 - for those whose pages overlap
        """Return a page without the records that an earlier page had."""
        return page

    def needs_confirmation(self, trail: PageTrail) -> bool:  # noqa: ARG002 - for those that ask by a record
        """Say whether the current page is the next one only if the last record has not been moved."""
        return False

    def confirm(self, page: Page, trail: PageTrail) -> None:
        """Refuse to go on if the last record is not on the page that it has been read from."""
