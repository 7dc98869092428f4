"""The subscription API, under `/v1`."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, get_args

from starlette.routing import Mount, Route

from analytics_sandbox.answers import Refusal, credentials, endpoint
from analytics_sandbox.manners import Interval
from analytics_sandbox.subscription_lists import PAGING, Lists, bad, listed, only
from analytics_sandbox.subscription_tables import ACCOUNT_SETTINGS, DATA_SOURCES, Metric
from analytics_sandbox.wire import encode, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from starlette.requests import Request

    from analytics_sandbox.wire import Row
    from analytics_sandbox.world import World

KEY = "sandbox-key"
_ON_DEMAND = ("processing_status", "auto_churn_subscription_setting", "invoice_handling_setting")
_ACTIVITIES = PAGING | {"end-date", "order", "start-after", "start-date", "type"}


class SubscriptionApi:
    """Answers as the subscription service does.

    Args:
        data: What it tells of.
    """

    def __init__(self, data: World) -> None:
        self._data = data
        self._manners = data.manners
        self._lists = Lists(data)

    def mount(self) -> Mount:
        """The API with all its paths."""
        answers: dict[str, Callable[[Request], bytes]] = {
            "/ping": lambda _request: encode({"data": "pong!"}),
            "/account": self._account,
            "/activities": self._activities,
            "/data_sources": self._data_sources,
            **dict(self._lists.answers()),
            **{f"/metrics/{name}": partial(self._metric, name) for name in get_args(Metric)},
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

    def _account(self, request: Request) -> bytes:
        only(request, frozenset({"include"}))
        asked = request.query_params.get("include", "").split(",")
        return encode(_without(self._data.account("subscription"), ACCOUNT_SETTINGS.keys() - asked))

    def _data_sources(self, request: Request) -> bytes:
        only(request, frozenset({"name", "system", *(f"with_{name}" for name in _ON_DEMAND)}))
        unasked = {name for name in _ON_DEMAND if request.query_params.get(f"with_{name}") != "true"}
        rows = self._data.rows(DATA_SOURCES)
        return listed("data_sources", encode([_without(row, unasked) for row in rows]), {})

    def _activities(self, request: Request) -> bytes:
        only(request, _ACTIVITIES)
        activities = self._data.tables["subscription/activities"]
        params = request.query_params
        limit = self._lists.per_page(request)
        order = params.get("order", "date")
        if order not in {"date", "-date"}:
            raise bad(param="order")
        today = self._manners.style == "today"
        name = "cursor" if today and params.get("cursor") else "start-after"
        try:
            after = activities.place("date", params[name]) if params.get(name) else None
        except KeyError:
            raise bad(name) from None
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
            return listed("entries", activities.encoded(page.places), {})
        rest: Row = {"has_more": page.following is not None} if today or self._manners.has_more else {}
        rest["per_page"] = limit
        if today:
            # The service's cursor names the first row of the next page, and the next page begins behind the row that is
            # named: who follows it loses a row at every boundary.
            named = page.following or (page.places[-1] if page.places else None)
            rest["cursor"] = named and named[-1]
        return listed("entries", activities.encoded(page.places), rest)

    def _metric(self, name: Metric, request: Request) -> bytes:
        only(request, frozenset({"start-date", "end-date", "interval", "geo", "plans", "filters"}))
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
            raise Refusal(400, {"errors": {"interval": f"must be one of: {', '.join(get_args(Interval))}"}})
        start, end = _day(params, "start-date"), _day(params, "end-date")
        if end < start:
            raise Refusal(400, {"errors": {"end-date": "must not be before start-date"}})
        entries = self._data.metric(name, interval, start, end)
        if self._manners.style == "sketch":
            plain = [{key: value for key, value in row.items() if "percentage" not in key} for row in entries]
            return listed("entries", encode(plain), {})
        return listed("entries", encode(entries), {"summary": self._data.headcount().summary(self._data.today())})


def _without(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _not_found(request: Request) -> bytes:
    raise Refusal(404, {"error": f"The requested resource was not found: {request.url.path}"})


def _bad_date(param: str) -> Refusal:
    text = "is not a valid ISO 8601 date"
    return Refusal(400, {param: [text], "error_details": [{"field": param, "message": text}]})


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
