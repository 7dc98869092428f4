"""The support API, under `/api`, and under `/support/v1` where a version is expected in the path."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from urllib.parse import urlencode

from starlette.routing import Mount, Route

from analytics_sandbox import support_team
from analytics_sandbox.answers import Refusal, credentials, endpoint, positive
from analytics_sandbox.support_desk import TICKETS, VIEWS
from analytics_sandbox.support_lists import LISTS, Listing, WrongParameterError
from analytics_sandbox.support_world import CUSTOMERS
from analytics_sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from analytics_sandbox.support_lists import Envelope
    from analytics_sandbox.table import Place
    from analytics_sandbox.wire import Row
    from analytics_sandbox.world import World

USERNAME = "sandbox@example.com"
PASSWORD = "sandbox-password"  # noqa: S105 - it opens nothing but this sandbox
DEFAULT_LIMIT = 30
MOST_PER_PAGE = 100


class Walk(NamedTuple):
    """What a list was asked for, but for the page.

    Attributes:
        name: The table.
        order: The order of its rows.
        descending: Whether they are read backwards.
        low: The first place to read; a part of a place stands before all places that begin with it.
        high: The first place to read no more.
    """

    name: str
    order: str
    descending: bool = False
    low: Place = ()
    high: Place | None = None


class Stop(NamedTuple):
    """Where a cursor points to.

    Attributes:
        walk: The walk that it belongs to.
        after: The place behind which its page begins, None at the beginning.
        previous: The cursor of the page before.
        expires_at: Until when it can be used.
    """

    walk: Walk
    after: Place | None
    previous: str | None
    expires_at: datetime


class Found(NamedTuple):
    """A page of a list.

    Attributes:
        rows: Its rows, as JSON.
        previous: The cursor of the page before, None if there is none.
        following: The cursor of the page after, None if there is none.
    """

    rows: bytes
    previous: str | None
    following: str | None


class SupportApi:
    """Answers as the support service does.

    Args:
        data: What it tells of.
    """

    def __init__(self, data: World) -> None:
        self._data = data
        self._manners = data.manners
        self._stops: dict[str, Stop] = {}

    def mounts(self) -> list[Mount]:
        """The API with all its paths, once for each place where it is looked for."""
        answers: dict[str, Callable[[Request], bytes]] = {
            "/account": self._account,
            **{path: partial(self._list, listing) for path, listing in LISTS.items()},
            "/views/{id:int}/items": self._views_items,
            "/customers/{id:int}/custom-fields": self._customer_custom_fields,
            "/{anything:path}": _not_found,
        }
        routes = [Route(path, endpoint(self._guarded(answer))) for path, answer in answers.items()]
        return [Mount("/api", routes=routes), Mount("/support/v1", routes=routes)]

    def _guarded(self, answer: Callable[[Request], bytes]) -> Callable[[Request], bytes]:
        def guarded(request: Request) -> bytes:
            if credentials(request) != (USERNAME, PASSWORD):
                raise _refusal(401, "Invalid credentials.", {})
            with self._data.lock:
                return answer(request)

        return guarded

    def _account(self, request: Request) -> bytes:
        _only(request, set())
        return encode(self._data.account("support"))

    def _list(self, listing: Listing, request: Request) -> bytes:
        _only(request, {"cursor", "limit", *(["order_by"] if listing.orders else []), *listing.filters})
        order, descending = _order(request, listing)
        try:
            low, high = listing.bounds(request.query_params, self._manners)
        except WrongParameterError as error:
            raise _invalid(error.param, error.text) from None
        if "object_type" in listing.filters and "object_type" not in request.query_params:
            order = "id"
        walk = Walk(f"support/{listing.table}", order, descending, low, high)
        return self._page(request, walk, listing.around(self._manners))

    def _views_items(self, request: Request) -> bytes:
        """The tickets of a view; what leads to the next ones is an address."""
        _only(request, {"cursor", "direction", "ignored_item", "limit", "order_by"})
        view = self._row(VIEWS, request)
        status = support_team.status_of(view)
        low, high = ((), None) if status is None else ((status,), (f"{status}\0",))
        walk = Walk(TICKETS, "id" if status is None else "status", low=low, high=high)
        found = self._found(request, walk)

        def address(cursor: str | None, direction: str) -> str | None:
            query = urlencode({"cursor": cursor, "direction": direction, "limit": self._limit(request)})
            return cursor and f"{request.url.path}?{query}"

        meta = {"prev_items": address(found.previous, "prev"), "next_items": address(found.following, "next")}
        return self._enveloped(request, found.rows, meta)

    def _customer_custom_fields(self, request: Request) -> bytes:
        """The values of a customer's fields: a bare array, and not paged."""
        _only(request, set())
        return encode(self._data.values_of(self._row(CUSTOMERS, request)["id"]))

    def _row(self, table: str, request: Request) -> Row:
        key = request.path_params["id"]
        if key not in self._data.tables[table]:
            return _not_found(request)
        return self._data.tables[table][key]

    def _page(self, request: Request, walk: Walk, envelope: Envelope) -> bytes:
        found = self._found(request, walk)
        if envelope == "array":
            return found.rows
        meta = {"prev_cursor": found.previous, "next_cursor": found.following}
        if envelope == "without_meta" and found.following is None and found.previous is None:
            return self._enveloped(request, found.rows, {})
        return self._enveloped(request, found.rows, meta)

    def _found(self, request: Request, walk: Walk) -> Found:
        table = self._data.tables[walk.name]
        cursor = request.query_params.get("cursor") or None
        stop = self._stop(cursor, walk) if cursor else None
        page = table.slice(
            walk.order,
            limit=self._limit(request),
            low=walk.low,
            high=walk.high,
            after=stop and stop.after,
            descending=walk.descending,
        )
        following = self._cursor(walk, page.places[-1], cursor or self._cursor(walk)) if page.following else None
        return Found(table.encoded(page.places), stop and stop.previous, following)

    def _enveloped(self, request: Request, rows: bytes, meta: Row) -> bytes:
        if self._manners.style == "sketch":
            kept = {name: value for name, value in meta.items() if name.startswith("next")}
            return b'{"data":' + rows + b',"meta":' + encode(kept) + b"}"
        query = f"?{request.url.query}" if request.url.query else ""
        head: Row = {"object": "list", "uri": f"{request.url.path}{query}"}
        tail = b',"meta":' + encode(meta) if meta else b""
        return encode(head)[:-1] + b',"data":' + rows + tail + b"}"

    def _limit(self, request: Request) -> int:
        limit = positive(request.query_params.get("limit", str(DEFAULT_LIMIT)))
        if limit is None or limit > MOST_PER_PAGE:
            raise _invalid(param="limit", text=f"Must be between 1 and {MOST_PER_PAGE}.")
        return min(limit, self._manners.page_cap or limit)

    def _cursor(self, walk: Walk, after: Place | None = None, previous: str | None = None) -> str:
        # A digest says nothing to whoever reads it, and in base64 it has the characters that a URL has to quote.
        digest = hashlib.sha256(repr((walk, after)).encode()).digest()
        cursor = base64.b64encode(digest).decode()
        expires_at = self._data.clock.now() + timedelta(seconds=self._manners.cursor_lifetime)
        self._stops[cursor] = Stop(walk, after, previous, expires_at)
        return cursor

    def _stop(self, cursor: str, walk: Walk) -> Stop:
        stop = self._stops.get(cursor)
        if stop is None or stop.walk != walk or stop.expires_at < self._data.clock.now():
            raise _invalid(param="cursor", text="Invalid or expired cursor.")
        return stop


def _refusal(status: int, message: str, data: dict[str, list[str]]) -> Refusal:
    return Refusal(status, {"error": {"msg": message, "data": data}})


def _invalid(param: str, text: str) -> Refusal:
    return _refusal(400, "Invalid parameters.", {param: [text]})


def _not_found(_request: Request) -> NoReturn:
    raise _refusal(404, "Not found.", {})


def _only(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise _refusal(400, "Invalid parameters.", {param: ["Unknown field."] for param in unknown})


def _order(request: Request, listing: Listing) -> tuple[str, bool]:
    text = request.query_params.get("order_by")
    if text is None:
        return listing.default, listing.descends
    order, _, direction = text.partition(":")
    if order not in listing.orders or direction not in {"asc", "desc", *([] if listing.names_direction else [""])}:
        raise _invalid(param="order_by", text="Not a valid choice.")
    return order, direction == "desc"
