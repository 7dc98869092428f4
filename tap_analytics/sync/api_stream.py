"""What the requests of a stream are; a client sends them."""

from __future__ import annotations

import logging
from abc import ABC
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from msgspec import UNSET, UnsetType
from typing_extensions import override

from tap_analytics.http.authentication import needed_settings, scheme_of
from tap_analytics.http.client import Client, Endpoint
from tap_analytics.http.credentials import authenticator_of
from tap_analytics.http.page_walk import PageWalker
from tap_analytics.http.retries import RetryRule
from tap_analytics.paging.page_token import NO_PARAMS
from tap_analytics.paging.paginators import Paginator, SinglePage
from tap_analytics.paging.placeholders import NO_VALUES
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.singer.output import OutputStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from singer_sdk.tap_base import Tap

    from tap_analytics.http.api import Api
    from tap_analytics.http.authentication import Scheme
    from tap_analytics.http.authenticators import Authenticator
    from tap_analytics.http.ignored_answers import IgnoreRule
    from tap_analytics.http.session import ApiSession
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params, ParamValue
    from tap_analytics.paging.placeholders import Values
    from tap_analytics.paging.selectors import Selector


class ApiStream(OutputStream, ABC):
    """A list of an API, asked for page by page.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """

    api: ClassVar[Api]

    records: ClassVar[Selector]
    """Where the records stand in an answer."""

    fixed_params: ClassVar[Mapping[str, ParamValue]] = NO_PARAMS
    """Query parameters that every request of the stream carries."""

    headers: ClassVar[Mapping[str, str]] = {}
    """Headers that every request of the stream carries."""

    method: ClassVar[str] = "GET"

    body_json: ClassVar[Any] = UNSET
    """The body of every request, as JSON."""

    body_data: ClassVar[Mapping[str, Any] | str | UnsetType] = UNSET
    """The body of every request, as the fields of a form, or as a text that is sent as it is."""

    path_setting: ClassVar[str] = "'api_version'"
    """What a user can correct if the stream's path is not found."""

    paginator: ClassVar[Paginator] = SinglePage()

    retry_rule: ClassVar[RetryRule] = RetryRule()

    ignored_answers: ClassVar[Sequence[IgnoreRule]] = ()
    """Which answers end a list without a failure."""

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap)
        self._session = session
        self._making = Lock()
        self._made: PageWalker | None = None

    @property
    @override
    def url_base(self) -> str:
        url = str(self.config["api_url"]).rstrip("/")
        version = self.config.get("api_version", "" if urlsplit(url).path else "v1").strip("/")
        return f"{url}/{version}" if version else url

    @property
    @override
    def authenticator(self) -> Authenticator:
        return authenticator_of(self.scheme, self.config, self._session, self._own_headers)

    @property
    def scheme(self) -> Scheme | None:
        """How the stream's credentials are sent; None if it sends none."""
        return scheme_of(self.config, self.api)

    @property
    @override
    def requests_session(self) -> ApiSession:
        return self._session

    @cached_property
    @override
    def user_agent(self) -> str:
        return str(self.config.get("user_agent", f"{self.tap_name}/{type(self._tap).plugin_version}"))

    @property
    @override
    def timeout(self) -> int:
        return int(self.config["request_timeout"])

    @property
    def page_size(self) -> int | None:
        """Records to ask for in one answer, None where that is left to the API."""
        size: int | None = self.config.get("page_size", self.api.page_size)
        return size and self.paginator.smallest_page if self.is_dry_run else size

    @property
    def parallel_requests(self) -> int:
        """Requests that may be under way at once."""
        return int(self.config.get("max_parallel_requests", self.api.parallel_requests))

    @property
    def params(self) -> Params:
        """Query parameters that every request of the stream carries."""
        return dict(self.fixed_params)

    @property
    def template(self) -> RequestTemplate:
        """What all requests of the stream have in common, with placeholders for what differs between its lists."""
        return RequestTemplate(
            path=self.path,
            params=self.params,
            method=self.method,
            headers=self.headers,
            json=self.body_json,
            data=self.body_data,
        )

    def pages(self, params: Params, values: Values = NO_VALUES) -> Iterator[Page]:
        """Walk through the pages of a list; see `PageWalker.pages`."""
        return self._walker.pages(params, values)

    def fetch(self, params: Params) -> Page:
        """Send one request and read its answer; see `Client.fetch`."""
        return self.client.fetch(params)

    def message(self, reason: str, path: str | None = None) -> str:
        """Return a message about the stream and a path; see `Client.message`."""
        return self.client.message(reason, path)

    @property
    def client(self) -> Client:
        """What sends the stream's requests."""
        return self._walker.client

    @property
    def _walker(self) -> PageWalker:
        # Not made with the stream: discovery works without settings. A lock, for threads share it.
        with self._making:
            if self._made is None:
                client = Client(self._session, self._endpoint, self.records, self.logger)
                self._made = PageWalker(client, self.paginator, self.page_size, self.template)
            return self._made

    @property
    def _own_headers(self) -> dict[str, str]:
        """Headers of every request, whatever the stream is."""
        return {"Accept": "application/json", "User-Agent": self.user_agent}

    @property
    def _endpoint(self) -> Endpoint:
        return Endpoint(
            stream=self.name,
            url_base=self.url_base,
            template=self.template,
            headers=self._own_headers,
            authenticator=self.authenticator,
            credentials=needed_settings(self.scheme) or ["auth_method", "api_key"],
            timeout=self.timeout,
            retry_policy=self.retry_rule.policy(self.config),
            ignored=self.ignored_answers,
            path_setting=self.path_setting,
        )

    def report_ignored(self) -> None:
        """Warn of how many answers were ignored since this was called last."""
        if told := self.client.ignored.report():
            self.log("%s: %s", self.name, told, level=logging.WARNING)

    @contextmanager
    def counted_requests(self) -> Iterator[None]:
        """Log at the end how many requests the stream took, and how many answers it ignored."""
        try:
            yield
        finally:
            self.report_ignored()
            with self.get_http_request_counter() as counter:
                counter.increment(self.client.tally.requests)
