"""Taps on an API that is not there: `requests-mock` answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from tap_analytics.paging.page import Page
from tap_analytics.paging.selectors import KeyPath
from tap_analytics.tap import TapAnalytics

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_analytics.sync.stream import AnalyticsStream

URL = "https://api.example.com"
KEY = "the-api-key"
SETTINGS: dict[str, dict[str, Any]] = {
    "subscription": {"api_url": URL, "api_key": KEY, "backoff_factor": 0},
    "support": {"api_url": URL, "username": "agent@example.com", "password": "the-password", "backoff_factor": 0},
}


def tap_of(api: str = "subscription", *, state: Any = None, catalog: Any = None, **settings: Any) -> TapAnalytics:  # noqa: ANN401
    """Return a tap on one of the APIs; settings that are None are left out."""
    config = {"api": api, **SETTINGS[api], **settings}
    return TapAnalytics(config={k: v for k, v in config.items() if v is not None}, state=state, catalog=catalog)


def stream_of(name: str, api: str = "subscription", **settings: Any) -> AnalyticsStream:
    """Return a stream of one of the APIs."""
    return cast("AnalyticsStream", tap_of(api, **settings).streams[name])


def page_of(body: Any, key: str = "entries") -> Page:  # noqa: ANN401 - any JSON
    """Return the page that an answer makes, with its records under a key."""
    return Page(body, KeyPath(key).records(body))


def queries(mocker: Mocker) -> list[dict[str, list[str]]]:
    """Return the parameters of all requests, as they were sent."""
    return [parse_qs(urlsplit(str(request.url)).query) for request in mocker.request_history]
