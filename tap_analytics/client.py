"""Requests to an API: address, credentials, retries, and errors that say what to do."""

from __future__ import annotations

import logging
import math
import random
import time
from abc import ABC
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import backoff
from requests.exceptions import (
    ChunkedEncodingError,
    ContentDecodingError,
    RequestException,
    SSLError,
    Timeout,
)
from requests.exceptions import (
    ConnectionError as RequestsConnectionError,
)
from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.streams.rest import PageContext, RESTStream
from typing_extensions import override

from tap_analytics.answers import UnreadableBodyError, decode, error_words, read_page, shorten
from tap_analytics.errors import ServiceError, StreamError
from tap_analytics.pagination import PageTrail, Paginator, Params, SinglePage
from tap_analytics.transport import ApiSession, told_of, what_to_check

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import requests
    from backoff.types import Details
    from singer_sdk.helpers.types import Auth, Context
    from singer_sdk.metrics import Counter
    from singer_sdk.streams.rest import HTTPRequest
    from singer_sdk.tap_base import Tap

    from tap_analytics.answers import Page

LONGEST_RETRY_AFTER = 300
"""Seconds: a service that wants a longer wait than this ends the stream instead."""

# What services answer to too many requests, or too many at once.
_TOO_MUCH = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}

_PASSING = (
    RetriableAPIError,
    RequestsConnectionError,
    Timeout,
    ChunkedEncodingError,
    ContentDecodingError,
)


class ClientStream(RESTStream[Params], ABC):
    """A list of an API, asked for page by page."""

    credentials: ClassVar[tuple[str, str]]
    """The settings that hold the user name and the password of HTTP Basic."""

    default_page_size: ClassVar[int]

    max_page_size: ClassVar[int]

    default_parallel_requests: ClassVar[int]
    """Requests that may be under way at once; well below what the service allows, for others use it too."""

    records_key: ClassVar[str | None]
    """Where the list of records stands in an answer; None when the whole body is the one record."""

    fixed_params: ClassVar[Mapping[str, str]] = {}
    """Query parameters that every request of the stream carries."""

    paginator: ClassVar[Paginator] = SinglePage()

    rate_limit: ClassVar[tuple[int, int]]
    """Requests that the service takes, and in how many seconds."""

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap)
        self._session = session
        self._counting = Lock()

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
        username, password = (self.config[name] for name in self.credentials)
        return BasicAuthenticator(username=username, password=password)

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
    def page_size(self) -> int:
        """Records to ask for in one answer."""
        return int(self.config.get("page_size", self.default_page_size))

    @property
    def parallel_requests(self) -> int:
        """Requests that may be under way at once."""
        return int(self.config.get("max_parallel_requests", self.default_parallel_requests))

    @property
    def params(self) -> Params:
        """Query parameters that every request of the stream carries."""
        return dict(self.fixed_params)

    @override
    def get_http_request(self, *, page: PageContext[Params]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.headers["Accept"] = "application/json"
        request.params = {**self.params, **(page.next_page_token or {})}
        return request

    @override
    def get_new_paginator(self) -> PageTrail:  # type: ignore[override] # see tap_analytics.pagination
        return PageTrail(self.paginator, self.page_size)

    def pages(self, params: Params) -> Generator[Page]:
        """Walk through the pages of a list.

        Args:
            params: Query parameters that every page repeats.

        Yields:
            The answers, in order.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
        """
        trail = self.get_new_paginator()
        while not trail.finished:
            page = self.fetch({**params, **trail.params})
            yield page
            try:
                trail.advance(page)
            except StreamError as error:
                raise StreamError(self._told(error)) from error

    def fetch(self, params: Params) -> Page:
        """Send one request, again where that may help, and read its answer.

        Args:
            params: The query parameters.

        Returns:
            The answer.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
        """
        request = self.build_prepared_request(**self._request_arguments(params))
        send = backoff.on_exception(
            self.backoff_wait_generator,
            _PASSING,
            max_tries=self.backoff_max_tries,
            jitter=self.backoff_jitter,
            giveup=lambda error: isinstance(error, SSLError),
            on_backoff=self.backoff_handler,
            logger=None,  # Its lines hold the whole request.
        )(self._send)
        started = time.monotonic()
        try:
            return send(request)
        except StreamError as error:
            raise StreamError(self._told(error), error.status) from error
        except ServiceError as error:
            raise ServiceError(self._told(error)) from error
        except (RetriableAPIError, RequestException) as error:
            raise self._failure(error, time.monotonic() - started) from error

    def _request_arguments(self, params: Params) -> dict[str, Any]:
        page = PageContext(stream_context=None, next_page_token=params)
        request = self.get_http_request(page=page)
        return {
            "method": request.method,
            "url": request.url,
            "params": request.encode_params(),
            "headers": request.headers,
        }

    def _send(self, request: requests.PreparedRequest) -> Page:
        with self._counting:
            self.request_counter.increment()
        response = self._request(request, None)
        try:
            return read_page(decode(response.content), self.records_key)
        except UnreadableBodyError as error:
            msg = f"answered {response.status_code} with {error}"
            raise RetriableAPIError(msg, response) from error

    @override
    def validate_response(self, response: requests.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = retry_after(response)
            if wait > LONGEST_RETRY_AFTER:
                msg = f"{self.response_error_message(response)}. It asks to wait {wait:.0f} s: try again after that"
                raise StreamError(msg)
            raise RetriableAPIError(self.response_error_message(response), response)
        if status == HTTPStatus.UNAUTHORIZED:
            names = " and ".join(f"'{name}'" for name in dict.fromkeys(self.credentials))
            msg = f"{self.response_error_message(response)}. The credentials were refused: check {names}"
            raise ServiceError(msg)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise StreamError(self.response_error_message(response), status)

    @override
    def response_error_message(self, response: requests.Response) -> str:
        words = error_words(response.content)
        status = f"{response.status_code} {shorten(response.reason or '')}".strip()
        return f"answered {status}{f': {words}' if words else ''}"

    @override
    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        waits = backoff.expo(factor=self.config["backoff_factor"])
        next(waits)  # Primes the generator, as `backoff` does.

        def wait(error: Exception) -> float:
            asked_for = retry_after(error.response) if isinstance(error, RetriableAPIError) else 0
            return max(next(waits), asked_for)

        return self.backoff_runtime(value=wait)

    @override
    def backoff_max_tries(self) -> int:
        return 1 + int(self.config["max_retries"])

    @override
    def backoff_jitter(self, value: float) -> float:
        # Never less than asked for; a tenth spreads out the runs that a service's failure has lined up.
        return value * random.uniform(1, 1.1)  # noqa: S311 - no secret depends on it

    @override
    def backoff_handler(self, details: Details) -> None:
        error = details["exception"]
        response = error.response if isinstance(error, RetriableAPIError) else None
        if response is not None and response.status_code in _TOO_MUCH:
            self._session.throttle.slow_down(details["wait"])
        self.log(
            "%s. Trying again in %.1f s (%d of %d retries)",
            self._told(error),
            details["wait"],
            details["tries"],
            self.config["max_retries"],
            level=logging.WARNING,
        )

    def told(self, reason: str) -> str:
        """Say of which stream and which path something is to be told."""
        return f"{self.name}: GET {urlsplit(self.get_url(None)).path} {reason}"

    def _told(self, error: BaseException) -> str:
        is_ours = isinstance(error, RetriableAPIError | StreamError | ServiceError)
        return self.told(str(error) if is_ours else told_of(error))

    def _failure(self, error: Exception, seconds: float) -> Exception:
        told = self._told(error)
        if isinstance(error, _PASSING) and not isinstance(error, SSLError):
            tries = self.backoff_max_tries()
            told = f"{told} (gave up after {tries} attempt{'s' * (tries > 1)} and {seconds:.0f} s; see 'max_retries')"
        question = what_to_check(error)
        return ServiceError(f"{told}. {question}") if question else StreamError(told)


def retry_after(response: requests.Response | None) -> float:
    """Return the seconds that an answer asks to wait, from a number or an HTTP date; 0 when it asks for nothing."""
    text = response.headers.get("Retry-After", "").strip() if response is not None else ""
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return 0
        date = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        seconds = (date - datetime.now(timezone.utc)).total_seconds()
    return max(seconds, 0) if math.isfinite(seconds) else 0
