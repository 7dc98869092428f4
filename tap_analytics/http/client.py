"""Requests to an API: address, credentials, and errors that say what to do."""

from __future__ import annotations

import logging
import time
from abc import ABC
from functools import cached_property, partial
from http import HTTPStatus
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from msgspec.structs import replace
from requests.exceptions import RequestException
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.streams.rest import PageContext, RESTStream
from typing_extensions import override

from tap_analytics.errors import LostPlaceError, ServiceError, StreamError
from tap_analytics.http.authentication import authenticator_of, needed_settings
from tap_analytics.http.cancellation import Scope
from tap_analytics.http.retries import (
    LONGEST_RETRY_AFTER,
    LONGEST_WAIT,
    PASSING,
    RetryRule,
    duration,
    exponential,
    may_pass,
    retry_after,
    waits,
)
from tap_analytics.http.session import ApiSession, told_of, what_to_check
from tap_analytics.paging.answers import page_of
from tap_analytics.paging.error_messages import message_in
from tap_analytics.paging.page_token import NO_PARAMS, Params
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import Paginator, SinglePage
from tap_analytics.quoting import shorten
from tap_analytics.sync.parents import ListOwners, parent_params

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    import requests
    from singer_sdk.helpers.types import Auth, Context
    from singer_sdk.metrics import Counter
    from singer_sdk.streams.rest import HTTPRequest
    from singer_sdk.tap_base import Tap

    from tap_analytics.http.api import Api
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import ParamValue
    from tap_analytics.paging.selectors import Selector

# What services answer to too many requests, or too many at once.
_TOO_MUCH = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}

_DECODING: Final = Lock()

_ANSWER_SIZE: Final = 2**14
"""Bytes that an answer takes besides its body."""


class ClientStream(RESTStream[Params], ABC):
    """A list of an API, asked for page by page."""

    api: ClassVar[Api]

    records: ClassVar[Selector]
    """Where the records stand in an answer."""

    fixed_params: ClassVar[Mapping[str, ParamValue]] = NO_PARAMS
    """Query parameters that every request of the stream carries."""

    headers: ClassVar[Mapping[str, str]] = {}
    """Headers that every request of the stream carries."""

    paginator: ClassVar[Paginator] = SinglePage()

    retry_rule: ClassVar[RetryRule] = RetryRule()

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap)
        self._session = session
        self._counting = Lock()
        self._has_doubted = False
        self._owners = ListOwners()
        self._selector = self.records

    @property
    @override
    def url_base(self) -> str:
        url = str(self.config["api_url"]).rstrip("/")
        version = self.config.get("api_version", "" if urlsplit(url).path else "v1").strip("/")
        return f"{url}/{version}" if version else url

    @override
    def get_url(self, context: Context | None) -> str:
        # The SDK's own would put settings, secrets among them, where a path has braces.
        return f"{self.url_base}{self.path}"

    @cached_property
    @override
    def authenticator(self) -> Auth:
        return authenticator_of(self.config, self.api)

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
    def _LOG_REQUEST_METRICS(self) -> bool:  # type: ignore[override]  # noqa: N802 - the SDK's own switch
        """Whether each request has a line of its own in the log; the count of all requests always has."""
        return self.logger.isEnabledFor(logging.DEBUG)

    @cached_property
    def request_counter(self) -> Counter:
        """Counts the requests of the stream's sync, those that are sent again included."""
        return self.get_http_request_counter()

    @property
    def page_size(self) -> int | None:
        """Records to ask for in one answer, None where that is left to the API."""
        size: int | None = self.config.get("page_size", self.api.page_size)
        return size

    @property
    def parallel_requests(self) -> int:
        """Requests that may be under way at once."""
        return int(self.config.get("max_parallel_requests", self.api.parallel_requests))

    @property
    def params(self) -> Params:
        """Query parameters that every request of the stream carries."""
        return dict(self.fixed_params)

    @override
    def get_http_request(self, *, page: PageContext[Params]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.headers.update({"Accept": "application/json", **self.headers})
        request.params = {**(page.next_page_token or {})}
        return request

    def pages(self, params: Params, path: str | None = None) -> Iterator[Page]:
        """Walk through the pages of a list.

        Args:
            params: Query parameters that every page repeats, besides those of the stream.
            path: The list's path, where it is not the stream's.

        Returns:
            The answers, in order.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
        """
        whose = parent_params(self.params, params)
        trail = PageTrail(self.paginator, self.page_size, {**self.params, **params}, whose)
        # Not a generator: between two pages it would keep the decoded one, which may be large.
        return iter(partial(self._next_page, trail, path, whose), None)

    def _next_page(self, trail: PageTrail, path: str | None, whose: Params) -> Page | None:
        """Return the next page of a walk, None after the last one."""
        while not trail.finished:
            if trail.failure is not None:
                raise trail.failure
            self._check_owner(trail, path, whose)
            try:
                page, fresh = self._current_page(trail, path)
            except LostPlaceError as error:
                if not trail.begin_again():
                    raise
                self.log("%s. Reading this list again from its beginning", error, level=logging.WARNING)
                continue
            try:
                trail.advance(page)
            except StreamError as error:
                # The page itself is good: it comes before the failure.
                trail.failure = StreamError(self.told(str(error), page.path))
            if fresh is not None:
                return fresh
        return None

    def _check_owner(self, trail: PageTrail, path: str | None, whose: Params) -> None:
        """Refuse to follow a link from the list of one parent into that of another one."""
        if path is None or not self.paginator.follows_links:
            return
        place = trail.path or f"{urlsplit(self.url_base).path}{path}"
        try:
            if parent_params(self.params, trail.params) != whose:
                names = ", ".join(f"'{name}'" for name, value in whose.items() if trail.params[name] != value)
                msg = f"gave a next link with another {names} than this parent's, which is not followed"
                raise StreamError(msg)  # noqa: TRY301 - it is told like the other one
            self._owners.claim(place, whose, (path, repr(whose)))
        except StreamError as error:
            raise StreamError(self.told(str(error), f"{urlsplit(self.url_base).path}{path}")) from error

    def _current_page(self, trail: PageTrail, path: str | None) -> tuple[Page, Page | None]:
        """Return the answer that is the current page, and what of it is new; None where it only repeats an earlier one.

        Raises:
            LostPlaceError: The service no longer knows where the walk stands, or does not go on from there.
        """
        try:
            page = self.fetch(trail.params, path, trail.path)
            question = trail.question()
            confirmation = None if question is None else self.fetch(question, path)
        except StreamError as error:
            if trail.is_lost(error.status):
                raise LostPlaceError(str(error), error.status) from error
            raise
        if trail.repeats(page):
            return page, None
        try:
            fresh = trail.fresh(self._doubted(page, trail))
            if confirmation is not None:
                trail.confirm(confirmation)
        except StreamError as error:
            raise type(error)(self.told(str(error), page.path)) from error
        return page, fresh

    def _doubted(self, page: Page, trail: PageTrail) -> Page:
        """Return the page with all doubt about it, of which there is a warning once."""
        doubt = page.doubt or trail.doubt(page)
        if not doubt:
            return page
        with self._counting:
            is_first, self._has_doubted = not self._has_doubted, True
        if is_first:
            self.log("%s", self.told(doubt, page.path), level=logging.WARNING)
        return replace(page, doubt=doubt)

    def fetch(self, params: Params, path: str | None = None, address: str | None = None) -> Page:
        """Send one request, again where that may help, and read its answer.

        Args:
            params: The query parameters, those of the stream included.
            path: The path, where it is not the stream's.
            address: The path on the API's origin, where an answer said it.

        Returns:
            The answer.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
        """
        request = self.build_prepared_request(**self._request_arguments(params, path, address))
        place = urlsplit(str(request.url)).path
        started = time.monotonic()
        try:
            return self._send_until_answered(request, place)
        except StreamError as error:
            raise StreamError(self.told(str(error), place), error.status) from error
        except ServiceError as error:
            raise ServiceError(self.told(str(error), place)) from error
        except (RetriableAPIError, RequestException) as error:
            raise self._failure(error, place, time.monotonic() - started) from error
        except OSError as error:
            # A file of this machine, like the certificates that REQUESTS_CA_BUNDLE names: no request can be sent.
            raise ServiceError(self.told(f"failed: {type(error).__name__}: {shorten(str(error))}", place)) from error

    def _send_until_answered(self, request: requests.PreparedRequest, path: str) -> Page:
        """Send a request until it is answered, or until there is no use in it; the decorator's waits have no end."""
        scope = Scope.current()
        waits = self.backoff_wait_generator()
        next(waits)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send(request)
            except PASSING as error:
                scope.check()
                if attempt == self.backoff_max_tries() or not may_pass(error):
                    raise
                wait = waits.send(error)
                self._tell_retry(error, path, wait, attempt)
            scope.sleep(wait)

    def _request_arguments(self, params: Params, path: str | None, address: str | None) -> dict[str, Any]:
        request = self.get_http_request(page=PageContext(stream_context=None, next_page_token=params))
        url = request.url if path is None else f"{self.url_base}{path}"
        if address is not None:
            base = urlsplit(self.url_base)
            url = f"{base.scheme}://{base.netloc}{address}"
        return {
            "method": request.method,
            "url": url,
            "params": request.encode_params(),
            "headers": request.headers,
        }

    def _send(self, request: requests.PreparedRequest) -> Page:
        with self._counting:
            self.request_counter.increment()
        response = self._request(request, None)
        read = partial(page_of, response, self._selector)
        # One at a time: a decoded body is several times as large as its bytes, and many threads gain nothing.
        with _DECODING:
            page = read()
            if page.records:
                self._selector = self._selector.after(page.body)
        return replace(page, size=len(response.content) + _ANSWER_SIZE, read_again=read)

    @override
    def validate_response(self, response: requests.Response) -> None:
        status = response.status_code
        if self.retry_rule.covers(status):
            wait = retry_after(response)
            if wait > LONGEST_RETRY_AFTER:
                msg = f"{self.response_error_message(response)}. It asks to wait {duration(wait)}: try again after that"
                raise StreamError(msg)
            raise RetriableAPIError(self.response_error_message(response), response)
        if status == HTTPStatus.UNAUTHORIZED:
            names = " and ".join(f"'{name}'" for name in needed_settings(self.config, self.api))
            msg = f"{self.response_error_message(response)}. The credentials were refused: check {names}"
            raise ServiceError(msg)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise StreamError(self.response_error_message(response), status)

    @override
    def response_error_message(self, response: requests.Response) -> str:
        words = message_in(response.content)
        status = f"{response.status_code} {shorten(response.reason or '')}".strip()
        return f"answered {status}{f': {words}' if words else ''}"

    @override
    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        return self.backoff_runtime(value=waits(self._backoff_factor))

    @property
    def _backoff_factor(self) -> float:
        factor = self.retry_rule.backoff_factor
        return float(self.config["backoff_factor"] if factor is None else factor)

    @override
    def backoff_max_tries(self) -> int:
        return 1 + self._max_retries

    @property
    def _max_retries(self) -> int:
        retries = self.retry_rule.max_retries
        return int(self.config["max_retries"]) if retries is None else retries

    def _tell_retry(self, error: Exception, path: str, wait: float, attempt: int) -> None:
        response = error.response if isinstance(error, RetriableAPIError) else None
        if response is not None and response.status_code in _TOO_MUCH:
            self._session.throttle.slow_down(wait, asked_for=retry_after(response))
        retries = self._max_retries
        to_come = sum(islice(exponential(self._backoff_factor), retries)) if attempt == 1 else 0
        self.log(
            "%s. Trying again in %.1f s (%d of %d retries)%s",
            self.told(_reason(error), path),
            wait,
            attempt,
            retries,
            f"; all of them would take {to_come:.0f} s" if to_come > LONGEST_WAIT else "",
            level=logging.WARNING,
        )

    def told(self, reason: str, path: str | None = None) -> str:
        """Say of which stream and which path something is to be told.

        Args:
            reason: What is to be told.
            path: The path that was asked for; the stream's own by default.
        """
        return f"{self.name}: GET {path or urlsplit(self.get_url(None)).path} {reason}"

    def _failure(self, error: Exception, path: str, seconds: float) -> Exception:
        told = self.told(_reason(error), path)
        if may_pass(error):
            tries = self.backoff_max_tries()
            told = f"{told} (gave up after {tries} attempt{'s' * (tries > 1)} and {seconds:.0f} s; see 'max_retries')"
        question = what_to_check(error)
        return ServiceError(f"{told}. {question}") if question else StreamError(told)


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, RetriableAPIError) else told_of(error)
