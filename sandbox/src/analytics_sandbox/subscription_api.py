"""The subscription API, under `/v1`."""

from __future__ import annotations

import base64
import binascii
import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, get_args

from starlette.routing import Mount, Route

from analytics_sandbox.answers import Refusal, credentials, endpoint, positive
from analytics_sandbox.manners import Interval
from analytics_sandbox.wire import encode, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from starlette.requests import Request

    from analytics_sandbox.table import Place, Slice
    from analytics_sandbox.wire import Row
    from analytics_sandbox.world import World

KEY = "sandbox-key"
MOST_PER_PAGE = 200


class SubscriptionApi:
    """Answers as the subscription service does.

    Args:
        data: What it tells of.
    """

    def __init__(self, data: World) -> None:
        self._data = data
        self._manners = data.manners

    def mount(self) -> Mount:
        """The API with all its paths."""
        answers: dict[str, Callable[[Request], bytes]] = {
            "/ping": lambda _request: encode({"data": "pong!"}),
            "/account": lambda _request: encode(self._data.account("subscription")),
            "/customers": self._customers,
            "/activities": self._activities,
            "/metrics/customer-count": self._customer_count,
            "/{anything:path}": _not_found,
        }
        return Mount("/v1", routes=[Route(path, endpoint(self._guarded(answer))) for path, answer in answers.items()])

    def _guarded(self, answer: Callable[[Request], bytes]) -> Callable[[Request], bytes]:
        def guarded(request: Request) -> bytes:
            name, password = credentials(request)
            if name != KEY or password not in {KEY, ""}:
                raise Refusal(401, {"code": 401, "message": "No valid API key provided", "param": None})
            with self._data.lock:
                return answer(request)

        return guarded

    def _customers(self, request: Request) -> bytes:
        customers = self._data.tables["subscription/customers"]
        limit = self._per_page(request)
        style = self._manners.style
        cursor = request.query_params.get("cursor")
        if cursor and style == "today":
            after, visited = _place(cursor)
            if self._manners.empty_pages and not visited:
                return _list(b"[]", {"cursor": _cursor(after, visited=True), "has_more": True})
            page = customers.slice("since", limit=limit, after=after)
            rest: Row = {"cursor": _cursor(_last(page)) or cursor, "has_more": page.following is not None}
            return _list(customers.encoded(page.places), rest)
        number = positive(request.query_params.get("page", "1"))
        if number is None:
            raise _bad(param="page")
        page = customers.slice("since", limit=limit, offset=(number - 1) * limit)
        if style == "sketch":
            return _list(customers.encoded(page.places), {})
        pages = {"known": math.ceil(page.total / limit), "null": None, "zero": 0}[self._manners.total_pages]
        rest = {"current_page": number, "total_pages": pages}
        if self._manners.has_more or style == "today":
            rest["has_more"] = page.following is not None
        rest |= {"per_page": limit, "page": number}
        if style == "today":
            rest["cursor"] = _cursor(_last(page))
        return _list(customers.encoded(page.places), rest)

    def _activities(self, request: Request) -> bytes:
        activities = self._data.tables["subscription/activities"]
        params = request.query_params
        limit = self._per_page(request)
        order = params.get("order", "date")
        if order not in {"date", "-date"}:
            raise _bad(param="order")
        today = self._manners.style == "today"
        name = "cursor" if today and params.get("cursor") else "start-after"
        try:
            after = activities.place("date", params[name]) if params.get(name) else None
        except KeyError:
            raise _bad(name) from None
        inclusive = self._manners.inclusive_dates
        page = activities.slice(
            "date",
            limit=limit,
            low=_bound(request, "start-date", behind=not inclusive) or (),
            high=_bound(request, "end-date", behind=inclusive),
            after=after,
            descending=order == "-date",
        )
        if self._manners.style == "sketch":
            return _list(activities.encoded(page.places), {})
        rest: Row = {"has_more": page.following is not None} if today or self._manners.has_more else {}
        rest["per_page"] = limit
        if today:
            # The service's cursor names the first row of the next page, and the next page begins behind the row that is
            # named: who follows it loses a row at every boundary.
            named = page.following or _last(page)
            rest["cursor"] = named and named[-1]
        return _list(activities.encoded(page.places), rest)

    def _customer_count(self, request: Request) -> bytes:
        params = dict(request.query_params)
        if self._manners.style == "sketch":
            # Nothing says there that a parameter is needed: without one it is the last year by month.
            today = self._data.today()
            year = {"start-date": f"{today - timedelta(days=365)}", "end-date": f"{today}", "interval": "month"}
            params = {**year, **params}
        missing = [name for name in ("start-date", "end-date", "interval") if not params.get(name)]
        if missing:
            raise Refusal(400, {"errors": dict.fromkeys(missing, "is missing")})
        interval = next((known for known in get_args(Interval) if known == params["interval"]), None)
        if interval is None:
            raise Refusal(400, {"errors": {"interval": "must be one of: day, week, month, quarter"}})
        start, end = _day(params, "start-date"), _day(params, "end-date")
        if end < start:
            raise Refusal(400, {"errors": {"end-date": "must not be before start-date"}})
        entries = self._data.counts(interval, start, end)
        if self._manners.style == "sketch":
            return _list(encode([{"date": row["date"], "customers": row["customers"]} for row in entries]), {})
        return _list(encode(entries), {"summary": self._data.headcount().summary(self._data.today())})

    def _per_page(self, request: Request) -> int:
        asked = positive(request.query_params.get("per_page", str(MOST_PER_PAGE)))
        if asked is None:
            raise _bad(param="per_page")
        return min(asked, MOST_PER_PAGE, self._manners.page_cap or MOST_PER_PAGE)


def _not_found(request: Request) -> bytes:
    raise Refusal(404, {"error": f"The requested resource was not found: {request.url.path}"})


def _bad(param: str) -> Refusal:
    return Refusal(400, {"code": 400, "message": f"Parameter {param} is invalid", "param": param})


def _bad_date(param: str) -> Refusal:
    text = "is not a valid ISO 8601 date"
    return Refusal(400, {param: [text], "error_details": [{"field": param, "message": text}]})


def _list(entries: bytes, rest: Row) -> bytes:
    return b'{"entries":' + entries + (b"," + encode(rest)[1:] if rest else b"}")


def _last(page: Slice) -> Place | None:
    return page.places[-1] if page.places else None


def _cursor(place: Place | None, *, visited: bool = False) -> str | None:
    if place is None:
        return None
    moment, key = place
    mark = "&" if visited else ""
    return base64.b64encode(f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z&{key}{mark}".encode()).decode()


def _place(cursor: str) -> tuple[Place, bool]:
    try:
        moment, key, *mark = base64.b64decode(cursor, validate=True).decode().split("&")
        return (instant(moment.removesuffix("000Z")), int(key)), bool(mark)
    except (binascii.Error, ValueError):
        raise _bad(param="cursor") from None


def _bound(request: Request, param: str, *, behind: bool) -> tuple[datetime] | None:
    text = request.query_params.get(param)
    if not text:
        return None
    try:
        moment = instant(text)
    except ValueError:
        raise _bad_date(param) from None
    step = timedelta(days=1) if len(text) == len("2024-01-01") else timedelta(microseconds=1)
    return (moment + step,) if behind else (moment,)


def _day(params: Mapping[str, str], param: str) -> date:
    try:
        return instant(params[param]).date()
    except ValueError:
        raise _bad_date(param) from None
