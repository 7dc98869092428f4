"""Lists whose answers hold the next page's address.

It is followed to any path of the API's own origin, since services lead from `/users/name` to `/users/17`, say, but to
no other origin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.addresses import is_same_host
from tap_analytics.paging.leads import leads_in
from tap_analytics.paging.link_header import link_in
from tap_analytics.paging.page_token import Address
from tap_analytics.paging.paginators.base import Detection, Paginator
from tap_analytics.paging.paginators.cursors import BodyCursor
from tap_analytics.paging.paginators.last_page import (
    HAS_MORE,
    doubt_without,
    flag_in,
    is_nothing,
    refuse_dead_end,
    refuse_other_place,
)
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


_ADDRESSES: Final = ("href", "url", "uri")
"""What holds the address in a link that is an object."""


class BodyLink(Paginator, frozen=True, kw_only=True):
    """The body holds the next page's address.

    Attributes:
        link_path: Path of the address. Null, false, an empty text or no such key ends the walk.
        is_declared: Whether the user says that it stands there; else it may turn out to stand elsewhere.
    """

    follows_links = True

    link_path: str
    is_declared: bool = True

    @override
    def detect(self, page: Page, asked: Params) -> Detection | None:
        if self.is_declared or page.has(self.link_path) or (path := leads_in(page).link) is None:
            return None
        words = {"type": "json_link", "next_url_path": path}
        return Detection.of(replace(self, link_path=path, is_declared=True), f"the address under '{path}'", words)

    @override
    def next_token(self, page: Page, progress: Progress) -> Address | Params | None:
        link = page.get(self.link_path)
        if isinstance(link, dict):
            # A link may be an object, as in JSON:API and HAL.
            link = next((link[name] for name in _ADDRESSES if name in link), link or None)
        if is_nothing(link):
            refuse_dead_end(flag_in(page, HAS_MORE))
            refuse_other_place(page, progress, f"'{self.link_path}'", self.link_path)
            return None
        if not isinstance(link, str):
            msg = f"gave no text as '{self.link_path}', which asks for the next page"
            raise StreamError(msg)
        return _unless_itself(_address_of(link, page), page, progress)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        return doubt_without(self.link_path, page, progress)


class BodyLinkOrCursor(BodyLink, frozen=True, kw_only=True):
    """The body holds the next page's address, or its cursor.

    Attributes:
        cursor_path: Dotted path of the cursor, where there is no address.
        cursor_param: The query parameter that takes it.
    """

    cursor_path: str
    cursor_param: str = "cursor"

    @override
    def next_token(self, page: Page, progress: Progress) -> Address | Params | None:
        if not is_nothing(page.get(self.link_path)) or is_nothing(page.get(self.cursor_path)):
            return super().next_token(page, progress)
        return BodyCursor(cursor_path=self.cursor_path, cursor_param=self.cursor_param).next_token(page, progress)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        return super().doubt(page, progress) if is_nothing(page.get(self.cursor_path)) else ""


class HeaderLink(Paginator, frozen=True, kw_only=True):
    """The header `Link` holds the next page's address.

    Attributes:
        relation: The address's relation in that header.
    """

    follows_links = True

    relation: str = "next"

    @override
    def next_token(self, page: Page, progress: Progress) -> Address | None:
        link = link_in(page.headers.get("Link", ""), self.relation)
        if link is None:
            refuse_dead_end(flag_in(page, HAS_MORE))
            refuse_other_place(page, progress, f"the link '{self.relation}'")
            return None
        return _unless_itself(_address_of(link, page), page, progress)

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        return "" if link_in(page.headers.get("Link", ""), self.relation) else doubt_without("", page, progress)


def _unless_itself(address: Address, page: Page, progress: Progress) -> Address | None:
    """Return the address; None if an empty page gives its own, as lists do to which records are still added."""
    is_itself = not page.all_records and (address.path, address.params) == (page.path, progress.token)
    if is_itself:
        refuse_dead_end(flag_in(page, HAS_MORE))
    return None if is_itself else address


def _address_of(link: str, page: Page) -> Address:
    """Return the address that a link leads to."""
    try:
        parts = urlsplit(urljoin(f"{page.origin}{page.path}", link))
        query = parse_qs(parts.query, keep_blank_values=True, errors="strict")
        is_own_origin = not parts.netloc or is_same_host(parts, urlsplit(page.origin))
    except ValueError as error:
        msg = f"gave no address as the next page's: {shorten(link)}"
        raise StreamError(msg) from error
    if not re.search("[/?]", link) or parts.scheme not in {"", "http", "https"}:
        msg = f"gave no address as the next page's: {shorten(link)}"
        raise StreamError(msg)
    params: Params = {name: values[0] if len(values) == 1 else values for name, values in query.items()}
    path, asked = (unquote(text).rstrip("/") for text in (parts.path, page.path))
    # A service behind a gateway may see another host, and another prefix of the path.
    is_shorter = path.startswith("/") and asked.endswith(path)
    is_longer = bool(asked) and path.endswith(asked)
    if path == asked or is_shorter or (is_longer and not is_own_origin):
        return Address(page.path, params)
    if not is_own_origin:
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        msg = f"puts the next page at another address ({shorten(address)}), which is not followed"
        raise StreamError(msg)
    return Address(parts.path or "/", params)
