"""Sends the requests of one stream: one request, its retries and its errors."""

from __future__ import annotations

import logging
import time
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import requests
from msgspec import Struct, UnsetType
from msgspec.structs import replace

from tap_analytics.errors import StreamError
from tap_analytics.http.cancellation import Scope
from tap_analytics.http.failures import UNREADABLE_BODY, FailedRequestError, check_status, failed, failure_of
from tap_analytics.http.ignored_answers import IgnoredAnswers
from tap_analytics.http.retries import LONGEST_TOTAL, LONGEST_WAIT, Retries
from tap_analytics.http.tally import Cause, Tally
from tap_analytics.paging.addresses import is_address, is_same_host
from tap_analytics.paging.answers import page_of
from tap_analytics.paging.json_decoding import UnreadableBodyError
from tap_analytics.paging.page import Page
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_analytics.http.authenticators import Authenticator
    from tap_analytics.http.failures import Failure
    from tap_analytics.http.ignored_answers import IgnoreRule
    from tap_analytics.http.retries import RetryPolicy
    from tap_analytics.http.session import ApiSession
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.request_template import RequestTemplate
    from tap_analytics.paging.selectors import Selector

_DECODING: Final = Lock()

_ANSWER_SIZE: Final = 2**14
"""Bytes that an answer takes besides its body."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """What the requests of one stream have in common.

    Attributes:
        stream: The stream's name, for messages.
        url_base: The URL that paths are added to.
        template: The request, with placeholders.
        headers: Headers of every request, besides those of the template.
        authenticator: Adds the credentials to a request.
        credentials: The settings that hold the credentials.
        timeout: Seconds of silence after which a request has failed.
        retry_policy: When a request is sent again.
        ignored: Which answers end a list without a failure.
        url_setting: What holds the URL, for messages.
        path_setting: What holds the rest of the address, for messages.
    """

    stream: str
    url_base: str
    template: RequestTemplate
    headers: Mapping[str, str]
    authenticator: Authenticator
    credentials: Sequence[str]
    timeout: float
    retry_policy: RetryPolicy
    ignored: Sequence[IgnoreRule] = ()
    url_setting: str = "api_url"
    path_setting: str = "'api_version'"

    def url(self, path: str, address: str | None) -> str:
        """Return the URL of a path that is added to the base, or of an address on the API's origin.

        Raises:
            ValueError: The path is an address on another origin: the credentials must not go there.
        """
        base = urlsplit(self.url_base)
        if address is None and is_address(path):
            parts = urlsplit(path)
            if not is_same_host(parts, base):
                place = f"{parts.scheme}://{parts.netloc}{parts.path}"
                msg = f"is at another address than 'api_url' ({shorten(place)}), which is not followed"
                raise ValueError(msg)
            address = parts.path
        return f"{self.url_base}{path}" if address is None else f"{base.scheme}://{base.netloc}{address}"


class Client:
    """Sends the requests of one stream, from several threads at once.

    Args:
        session: The connections and the pace of the run.
        endpoint: What all requests have in common.
        selector: Where the records stand in an answer.
        logger: Where retries are told.
    """

    def __init__(self, session: ApiSession, endpoint: Endpoint, selector: Selector, logger: logging.Logger) -> None:
        self._session = session
        self._endpoint = endpoint
        self._selector = selector
        self._logger = logger
        self.ignored = IgnoredAnswers(endpoint.ignored)
        self.tally = Tally()
        """What the requests have cost so far."""

    def fetch(self, params: Params, template: RequestTemplate | None = None, address: str | None = None) -> Page:
        """Send one request, again where that may help, and read its answer.

        Args:
            params: All query parameters, and the fields of the body that this request changes.
            template: The request without placeholders; the stream's own, where that has none.
            address: The path on the API's origin, where an answer said it.

        Returns:
            The answer.

        Raises:
            ServiceError: The service cannot be reached, or refuses the credentials.
            StreamError: This path cannot be read.
            CancelledError: The current scope has ended.
        """
        request = self._prepared((template or self._endpoint.template).changed(params), address)
        place = urlsplit(str(request.url)).path
        retries = Retries(self._endpoint.retry_policy)
        scope = Scope.current()
        started = time.monotonic()
        while True:
            try:
                return self._send(request)
            except (FailedRequestError, StreamError, OSError) as error:
                failure = failure_of(error)
                scope.check()
                wait = retries.next_wait(failure.retry_after) if failure.kind.is_retried else None
                if wait is None:
                    reason = _last_reason(failure, retries, time.monotonic() - started)
                    told = self.message(reason, place)
                    endpoint = self._endpoint
                    raise failure.error(told, endpoint.url_setting, endpoint.path_setting, endpoint.stream) from error
                self._tell_retry(failure, place, wait, retries.count)
                if failure.kind.ends is StreamError:
                    scope.reach_service()
            self.tally.count_retry()
            with self.tally.waiting(Cause.RETRY):
                scope.sleep(wait)

    def _prepared(self, request: RequestTemplate, address: str | None) -> requests.PreparedRequest:
        data = request.data
        return self._session.prepare_request(
            requests.Request(
                request.method,
                self._endpoint.url(request.path, address),
                headers={**self._endpoint.headers, **request.headers},
                params=urlencode(request.params, doseq=True),
                json=None if isinstance(request.json, UnsetType) else request.json,
                data=data.encode() if isinstance(data, str) else data or None,
                auth=self._endpoint.authenticator,
            )
        )

    def _send(self, request: requests.PreparedRequest) -> Page:
        self.tally.count_request()
        response = self._session.send(request, timeout=self._endpoint.timeout, tally=self.tally)
        if response.status_code == HTTPStatus.UNAUTHORIZED and (again := self._endpoint.authenticator.renewed(request)):
            self.tally.count_request()
            response = self._session.send(again, timeout=self._endpoint.timeout, tally=self.tally)
        if self.ignored.take(response):
            return Page(None, [], urlsplit(str(request.url)).path, response.headers, is_ignored=True)
        check_status(response, self._endpoint.retry_policy, self._endpoint.credentials)
        try:
            return self.page_in(response)
        except UnreadableBodyError as error:
            raise failed(response, UNREADABLE_BODY, str(error)) from error

    def page_in(self, response: requests.Response) -> Page:
        """Return the page that an answer of a good status is.

        Args:
            response: The answer.

        Raises:
            UnreadableBodyError: It cannot be read.
            StreamError: It holds no records where they belong, or says that the request failed.
        """
        read = partial(page_of, response, self._selector)
        # One at a time: a decoded body is several times as large as its bytes, and many threads gain nothing.
        with _DECODING:
            page = read()
            if page.records:
                self._selector = self._selector.after(page.body)
        return replace(page, size=len(response.content) + _ANSWER_SIZE, read_again=read)

    def _tell_retry(self, failure: Failure, path: str, wait: float, number: int) -> None:
        is_news = not failure.kind.slows_run or self._session.throttle.slow_down(wait, asked_for=failure.retry_after)
        policy = self._endpoint.retry_policy
        told = f"Trying again in {wait:.1f} s ({number} of {policy.max_retries} retries)"
        if number == 1 and policy.all_waits > LONGEST_WAIT:
            told = f"{told}; all of them would take {policy.all_waits:.0f} s"
        if failure.kind.slows_run:
            told = f"{told}; all requests of the run wait as long"
        # One line for all requests that were in flight at the first refusal; each retry is counted anyway.
        level = logging.WARNING if is_news else logging.DEBUG
        self._logger.log(level, "%s. %s", self.message(failure.reason, path), told)

    def message(self, reason: str, path: str | None = None) -> str:
        """Return a message about the stream and a path.

        Args:
            reason: What the message says: the predicate of a sentence about the request.
            path: The path that was asked for; the stream's own by default.
        """
        place = self.full_path() if path is None else path
        return f"{self._endpoint.stream}: {self._endpoint.template.method} {place} {reason}"

    def check_path(self, path: str) -> None:
        """Check that a path may be asked for.

        Args:
            path: The path below the base URL, or a whole address.

        Raises:
            ValueError: It is no address, or one on another origin.
        """
        self._endpoint.url(path, None)

    def full_path(self, path: str | None = None) -> str:
        """Return the path on the API's origin.

        Args:
            path: The path below the base URL; the stream's own by default.
        """
        path = self._endpoint.template.path if path is None else path
        return urlsplit(path).path if is_address(path) else f"{urlsplit(self._endpoint.url_base).path}{path}"

    def info(self, text: str) -> None:
        """Log something that needs no action.

        Args:
            text: What it says, the stream's name included.
        """
        self._logger.info("%s", text)

    def warn(self, text: str) -> None:
        """Log a warning.

        Args:
            text: What it says, the stream's name included.
        """
        self._logger.warning("%s", text)


def _last_reason(failure: Failure, retries: Retries, seconds: float) -> str:
    if not failure.kind.is_retried:
        return failure.reason
    attempts = f"{retries.count + 1} attempt{'s' * (retries.count > 0)}"
    why = f"all waits together take {LONGEST_TOTAL} s at most" if retries.is_out_of_time else "see 'max_retries'"
    return f"{failure.reason} (gave up after {attempts} and {seconds:.0f} s; {why})"
