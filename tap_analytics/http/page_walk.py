"""Walks through the pages of a list: which page is asked for next, and what of its records is new."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec.structs import replace

from tap_analytics.errors import LostPlaceError, StreamError
from tap_analytics.http.slashes import Slashes
from tap_analytics.paging.list_owners import ListOwners
from tap_analytics.paging.page import Page
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.placeholders import NO_VALUES, is_of_parent
from tap_analytics.paging.request_template import RequestTemplate, fill, fill_params

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.http.client import Client
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.paginators import Paginator
    from tap_analytics.paging.placeholders import Values


class PageWalker:
    """Walks through the pages of a stream's lists, from several threads at once.

    Args:
        client: Fetches the pages.
        paginator: How the API pages the lists.
        page_size: Records to ask for in one answer, None where that is left to the API.
        template: What all requests have in common, with placeholders.
    """

    def __init__(self, client: Client, paginator: Paginator, page_size: int | None, template: RequestTemplate) -> None:
        self.client = client
        self._paginator = paginator
        self._page_size = page_size
        self._template = template
        self._has_parent = any(map(is_of_parent, template.names))
        self._owners = ListOwners()
        self._slashes = Slashes()
        self._warning = Lock()
        self._has_warned = False
        self._told: set[str] = set()

    def pages(self, params: Params, values: Values = NO_VALUES) -> Iterator[Page]:
        """Walk through the pages of a list.

        Args:
            params: Query parameters that every page repeats, besides those of the stream.
            values: The values of the placeholders.

        Returns:
            The answers, in order.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
        """
        request = self._request(values)
        pages = self._pages(request, params, values)
        has_slash = any(isinstance(value, str) and "/" in value for value in values.values())
        if not has_slash or fill(self._template, values, kept="/").path == request.path:
            return pages
        return self._slashes.pages(pages, lambda: self._pages(self._request(values, kept="/"), params, values))

    def _request(self, values: Values, kept: str = "") -> RequestTemplate:
        try:
            request = fill(self._template, values, kept=kept)
            self.client.check_path(request.path)
        except (StreamError, ValueError) as error:
            raise StreamError(self.client.message(str(error))) from error
        return request

    def _pages(self, request: RequestTemplate, params: Params, values: Values) -> Iterator[Page]:
        parent_params = fill_params(self._template.params_of_parent, values)
        trail = PageTrail(self._paginator, self._page_size, {**request.params, **params}, parent_params, request.body)
        # Not a generator: between two pages it would keep the decoded one, which may be large.
        return iter(partial(self._next_page, trail, request, parent_params), None)

    def _next_page(self, trail: PageTrail, request: RequestTemplate, parent_params: Params) -> Page | None:
        """Return the next page of a walk, None after the last one."""
        while not trail.finished:
            if trail.failure is not None:
                raise trail.failure
            self._check_owner(trail, request, parent_params)
            try:
                page, new = self._current_page(trail, request)
            except LostPlaceError as error:
                if not trail.begin_again():
                    raise
                self.client.warn(f"{error}. Reading this list again from its beginning")
                continue
            try:
                trail.advance(page)
            except StreamError as error:
                # The page itself is good: it comes before the failure.
                trail.failure = StreamError(self.client.message(str(error), page.path))
            if new is not None:
                return self._doubted(new, trail.shortfall(page))
        return None

    def _check_owner(self, trail: PageTrail, request: RequestTemplate, parent_params: Params) -> None:
        """Refuse to follow a link from the list of one parent into that of another one."""
        if not self._has_parent or not trail.paginator.follows_links:
            return
        list_path = self.client.full_path(request.path)
        try:
            if others := [name for name, value in parent_params.items() if trail.params[name] != value]:
                names = ", ".join(f"'{name}'" for name in others)
                msg = f"gave a next link with another {names} than this parent's, which is not followed"
                raise StreamError(msg)  # noqa: TRY301 - both failures get the same beginning
            # Whether slashes are encoded in it or not, it is the path of the same parent.
            owner = (unquote(request.path), repr(parent_params))
            if trail.path is None:
                self._owners.begin(list_path, parent_params, owner)
            else:
                self._owners.follow(trail.path, parent_params, trail.params, owner)
        except StreamError as error:
            raise StreamError(self.client.message(str(error), list_path)) from error

    def _current_page(self, trail: PageTrail, request: RequestTemplate) -> tuple[Page, Page | None]:
        """Return the answer that is the current page, and what of it is new; None where it only repeats an earlier one.

        Raises:
            LostPlaceError: The service no longer knows where the walk stands, or does not go on from there.
        """
        try:
            page = self.client.fetch(trail.params, request, trail.path)
            params = trail.confirmation_params()
            confirmation = None if params is None else self.client.fetch(params, request)
        except StreamError as error:
            if trail.has_ended(error.status):
                end = Page(None, [], is_ignored=True)
                return end, end
            if trail.begin_otherwise(error.status):
                return self._current_page(trail, request)
            if trail.is_lost(error.status):
                raise LostPlaceError(str(error), error.status, error.reason) from error
            raise _with_hint(error, trail) from error.__cause__
        if page.is_ignored:
            return page, page
        self._detect_paging(trail, page)
        if trail.repeats(page):
            return page, None
        try:
            new = trail.without_repeated(self._doubted(page, trail.doubt(page)))
            if confirmation is not None:
                trail.confirm(confirmation)
        except StreamError as error:
            raise type(error)(self.client.message(str(error), page.path)) from error
        return page, new

    def _detect_paging(self, trail: PageTrail, page: Page) -> None:
        """Find out from its first page how the list is paged; further walks begin with that. The log says it once."""
        if told := trail.detect(page):
            with self._warning:
                is_first = told not in self._told
                self._told.add(told)
                if trail.is_for_all:
                    self._paginator = trail.paginator
            if is_first:
                self.client.info(self.client.message(told, page.path))

    def _doubted(self, page: Page, doubt: str) -> Page:
        """Return the page with all doubt about it, of which there is a warning once."""
        doubt = page.doubt or doubt
        if not doubt:
            return page
        with self._warning:
            is_first, self._has_warned = not self._has_warned, True
        if is_first:
            self.client.warn(self.client.message(doubt, page.path))
        return page.changed(lambda each: replace(each, doubt=doubt))


def _with_hint(error: StreamError, trail: PageTrail) -> StreamError:
    """Return a failure of the current page, with what to do if the failure only shows how the list is paged."""
    if guess := trail.guess:
        # The first answer is what tells the user more.
        return StreamError(f"{error}. The first answer {guess}", error.status)
    if hint := trail.end_hint(error.status):
        return StreamError(f"{error.reason}, {hint}", error.status)
    return error
