"""The support API, under `/api`, and under `/support/v1` where a version is expected in the path."""

from __future__ import annotations

import base64
import hashlib
import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from starlette.routing import Mount, Route

from analytics_sandbox.answers import Refusal, credentials, endpoint, positive
from analytics_sandbox.support_data import OBJECT_TYPES
from analytics_sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

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
            "/customers": self._customers,
            "/custom-fields": self._custom_fields,
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

    def _customers(self, request: Request) -> bytes:
        _only(request, {"cursor", "limit", "order_by"})
        order, descending = _order(request, {"created_datetime", "updated_datetime"}, default="id")
        return self._page(request, Walk("support/customers", order, descending))

    def _custom_fields(self, request: Request) -> bytes:
        _only(request, {"cursor", "limit", "order_by", "object_type", "archived"})
        object_type, archived = request.query_params.get("object_type"), _flag(request, "archived")
        if object_type is None and self._manners.style == "sketch":
            return self._page(request, Walk("support/custom_fields", "id", low=(archived,), high=(archived, math.inf)))
        if object_type not in OBJECT_TYPES:
            text = "Missing data for required field." if object_type is None else "Not a valid choice."
            raise _invalid(param="object_type", text=text)
        order, descending = _order(request, {"priority"}, default="priority")
        low = (object_type, archived)
        return self._page(request, Walk("support/custom_fields", order, descending, low, high=(*low, math.inf)))

    def _page(self, request: Request, walk: Walk) -> bytes:
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
        rows = table.encoded(page.places)
        if self._manners.style == "sketch":
            return b'{"data":' + rows + b',"meta":' + encode({"next_cursor": following}) + b"}"
        query = f"?{request.url.query}" if request.url.query else ""
        head: Row = {"object": "list", "uri": f"{request.url.path}{query}"}
        meta: Row = {"prev_cursor": stop and stop.previous, "next_cursor": following}
        return encode(head)[:-1] + b',"data":' + rows + b',"meta":' + encode(meta) + b"}"

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


def _not_found(_request: Request) -> bytes:
    raise _refusal(404, "Not found.", {})


def _only(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise _refusal(400, "Invalid parameters.", {param: ["Unknown field."] for param in unknown})


def _flag(request: Request, param: str) -> bool:
    """What a parameter says that is true or false; without it, false."""
    text = request.query_params.get(param, "false").lower()
    if text not in {"true", "false"}:
        raise _invalid(param=param, text="Not a valid boolean.")
    return text == "true"


def _order(request: Request, known: set[str], default: str) -> tuple[str, bool]:
    text = request.query_params.get("order_by")
    if text is None:
        return default, False
    order, _, direction = text.partition(":")
    if order not in known or direction not in {"", "asc", "desc"}:
        raise _invalid(param="order_by", text="Not a valid choice.")
    return order, direction == "desc"
