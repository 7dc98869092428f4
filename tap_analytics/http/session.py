"""A session of requests to one origin, with the proxies and certificates of the environment."""

from __future__ import annotations

import os
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
from typing_extensions import override

from tap_analytics.http.deadlines import DeadlineAdapter
from tap_analytics.http.failures import OTHER_ORIGIN, REFUSED, TOO_LARGE, FailedRequestError, Failure
from tap_analytics.http.tally import Cause, Tally
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.http.authenticators import Authenticator
    from tap_analytics.http.throttle import Throttle

MOST_PARALLEL_REQUESTS: Final = 20
"""Connections that are kept open."""

LARGEST_BODY: Final = 512 * 2**20
"""Bytes, decompressed: far more than any page has, so a larger body can only be an attack."""

_CHUNK = 2**20
"""Bytes that are read at a time; most pages are one chunk."""

_WITHOUT_BODY: Final = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND}
"""Redirects after which `requests` leaves out the body. So it does after 303, which means just that."""

_Origin: TypeAlias = tuple[str, str | None, int | None]


class ApiSession(requests.Session):
    """A session that keeps the service's pace, follows no redirect to another origin, and limits an answer's size.

    Args:
        throttle: The pace of the run.
        conceal: Called with each secret that the service gives, so that it is never logged.
    """

    def __init__(self, throttle: Throttle, conceal: Callable[[str], None] = lambda _: None) -> None:
        super().__init__()
        self.throttle = throttle
        self.conceal = conceal
        self._authenticators: dict[object, Authenticator] = {}
        self._making = Lock()
        self._environments: dict[_Origin, dict[str, Any]] = {}
        # OpenSSL reads this variable, `requests` does not: it reads REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which win.
        self.verify = os.environ.get("SSL_CERT_FILE") or True
        for scheme in ("http://", "https://"):
            self.mount(scheme, DeadlineAdapter(pool_maxsize=MOST_PARALLEL_REQUESTS))

    def authenticator(self, scheme: object, make: Callable[[], Authenticator]) -> Authenticator:
        """Return what adds credentials to requests: one for all streams that send them in the same way.

        Args:
            scheme: How they are sent.
            make: Makes it.
        """
        with self._making:
            if scheme not in self._authenticators:
                self._authenticators[scheme] = make()
            return self._authenticators[scheme]

    @override
    def send(
        self, request: requests.PreparedRequest, *, tally: Tally | None = None, **kwargs: Any
    ) -> requests.Response:
        environment = self._environment(str(request.url))
        tally = tally or Tally()
        # That is how `requests` sends what follows a redirect, within the call for the request that was redirected.
        is_redirect = kwargs.get("allow_redirects") is False
        turn = self.throttle.turn_of_redirect if is_redirect else self.throttle.turn
        with turn(tally), tally.waiting(Cause.SERVICE):
            response = super().send(request, **{**environment, **kwargs, "stream": True})
            _read(response)
        if response.ok:
            self.throttle.learn(response.headers)
        return response

    def _environment(self, url: str) -> dict[str, Any]:
        # `requests` reads the environment for each call of `request`, and not at all in `send`. Here once is enough.
        origin = _origin(url)
        if origin not in self._environments:
            self._environments[origin] = dict(self.merge_environment_settings(url, {}, None, None, None))
        return self._environments[origin]

    @override
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None and not _is_same_origin(target, resp.url):
            # The next request would carry the credentials there. The answer is not read, so its connection is closed.
            resp.close()
            reason = f"redirects to another address ({shorten(target)}), which is not followed"
            raise FailedRequestError(Failure(OTHER_ORIGIN, reason, status=resp.status_code))
        if target is not None and resp.request.body is not None and resp.status_code in _WITHOUT_BODY:
            # `requests` would ask there without the body, which is another question.
            resp.close()
            reason = f"answered {resp.status_code}: the list has moved to {shorten(target)}; declare that as its 'path'"
            raise FailedRequestError(Failure(REFUSED, reason, status=resp.status_code))
        if target is not None:
            # Otherwise `requests` reads it, with no limit to its size.
            _read(resp)
        return target

    @override
    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Keep the credentials: the origin is the same, and `.netrc` is not used."""
        for authenticator in list(self._authenticators.values()):
            authenticator.follow(prepared_request, response.request)


def _read(response: requests.Response) -> None:
    """Read a whole answer, as `requests` does without `stream`, unless it is too large."""
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            response.close()
            raise FailedRequestError(Failure(TOO_LARGE, f"sent more than {LARGEST_BODY >> 20} MiB in one answer"))
    response._content = b"".join(chunks)  # noqa: SLF001 - `requests` has no public way to set a body


def _is_same_origin(target: str, url: str) -> bool:
    try:
        return _origin(urljoin(url, target)) == _origin(url)
    except ValueError:  # The target is no URL.
        return False


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
