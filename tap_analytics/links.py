"""Lists whose answers hold the next page's address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.pagination import Paginator, Params
from tap_analytics.signs import HAS_MORE, doubt_without, is_nothing, link_in, refuse_dead_end, refuse_other_place
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from tap_analytics.answers import Page
    from tap_analytics.pagination import PageTrail


class BodyLink(Paginator, frozen=True, kw_only=True):
    """The body holds the next page's address, of which the query is taken: requests go to the API's own address only.

    Attributes:
        link_path: Dotted path of the address in the body; null, false, an empty text or no such key ends the walk.
    """

    is_complete = True

    link_path: str

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        link = page.get(self.link_path)
        if is_nothing(link):
            refuse_dead_end(page.get(HAS_MORE))
            refuse_other_place(page, trail, f"'{self.link_path}'", self.link_path)
            return None
        if not isinstance(link, str):
            msg = f"gave no text as '{self.link_path}', which asks for the next page"
            raise StreamError(msg)
        return _query_of(link, page)

    @override
    def doubt(self, page: Page, trail: PageTrail) -> str:
        return doubt_without(self.link_path, page, trail)


class HeaderLink(Paginator, frozen=True, kw_only=True):
    """The header `Link` holds the next page's address, of which the query is taken.

    Attributes:
        relation: What the address is called.
    """

    is_complete = True

    relation: str = "next"

    @override
    def next_token(self, page: Page, trail: PageTrail) -> Params | None:
        link = link_in(page.headers.get("Link", ""), self.relation)
        if link is None:
            refuse_dead_end(page.get(HAS_MORE))
            refuse_other_place(page, trail, f"the link '{self.relation}'")
            return None
        return _query_of(link, page)

    @override
    def doubt(self, page: Page, trail: PageTrail) -> str:
        return "" if link_in(page.headers.get("Link", ""), self.relation) else doubt_without("", page, trail)


def _query_of(link: str, page: Page) -> Params:
    """Return the query of an address, if it is the same list's."""
    try:
        parts = urlsplit(urljoin(page.path, link))
        query = parse_qs(parts.query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        msg = f"gave no address as the next page's: {shorten(link)}"
        raise StreamError(msg) from error
    path, asked = (unquote(text).rstrip("/") for text in (parts.path, page.path))
    # What stands before a gateway may see another prefix.
    is_part = bool(asked) and path.startswith("/") and (path.endswith(asked) or asked.endswith(path))
    if path != asked and not is_part:
        msg = f"puts the next page under another path ({shorten(parts.path)}), which is not followed"
        raise StreamError(msg)
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}
