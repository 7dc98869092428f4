"""Bytes to and from an API: one origin, an end to every answer, and the environment's proxies and certificates."""

from __future__ import annotations

import io
import os
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL, ProxyError, SSLError, Timeout
from typing_extensions import override
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import MaxRetryError, ReadTimeoutError
from urllib3.exceptions import ProxyError as ProxyRefusal

from tap_analytics.errors import ServiceError, StreamError
from tap_analytics.quoting import shorten
from tap_analytics.sync.run import Run

if TYPE_CHECKING:
    import socket

    from typing_extensions import Buffer

    from tap_analytics.http.throttle import Throttle

ANSWER_TIMEOUTS: Final = 2
"""How many times the longest silence a whole answer may take: a server that drips bytes is never silent."""

MOST_PARALLEL_REQUESTS: Final = 20
"""Connections that are kept open."""

LARGEST_BODY: Final = 512 * 2**20
"""Bytes, decompressed. No page is near it; a body that is was made to fill the memory."""

_CHUNK = 2**20
"""Bytes that are read at a time; most pages are one chunk."""

_Origin: TypeAlias = tuple[str, str | None, int | None]


class ApiSession(requests.Session):
    """A session that sends credentials to one origin only, at the service's pace, and gives up on endless answers.

    Args:
        throttle: The pace of the run.
    """

    def __init__(self, throttle: Throttle) -> None:
        super().__init__()
        self.throttle = throttle
        self.run = Run()
        self._environments: dict[_Origin, dict[str, Any]] = {}
        # What OpenSSL itself reads; `requests` knows REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which go first.
        self.verify = os.environ.get("SSL_CERT_FILE") or True
        for scheme in ("http://", "https://"):
            self.mount(scheme, _DeadlineAdapter(pool_maxsize=MOST_PARALLEL_REQUESTS))

    @override
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self.throttle.wait()
        response = super().send(request, **{**self._environment(str(request.url)), **kwargs, "stream": True})
        _read(response)
        if response.ok:
            self.throttle.learn(response.headers)
        return response

    @override
    def close(self) -> None:
        """End the run: all threads stop, and no connection stays open."""
        self.run.scope.end()
        self.run = Run()
        super().close()

    def _environment(self, url: str) -> dict[str, Any]:
        # `requests` reads the environment in `request`, which the SDK does not use. It is the same for a whole run.
        origin = _origin(url)
        if origin not in self._environments:
            self._environments[origin] = dict(self.merge_environment_settings(url, {}, None, None, None))
        return self._environments[origin]

    @override
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None and not _is_same_origin(target, resp.url):
            # Credentials would go with the next request. Nobody reads this answer, so its connection is not free again.
            resp.close()
            msg = f"redirects to another address ({shorten(target)}), which is not followed. Is 'api_url' right?"
            raise ServiceError(msg)
        if target is not None:
            # Else `requests` reads it, however large it is.
            _read(resp)
        return target

    @override
    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Leave the credentials as they are: the origin is the same, and `.netrc` has no say."""


def _read(response: requests.Response) -> None:
    """Read a whole answer, as `requests` does without `stream`, unless it is too large."""
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            response.close()
            msg = f"sent more than {LARGEST_BODY >> 20} MiB in one answer"
            raise StreamError(msg)
    response._content = b"".join(chunks)  # noqa: SLF001 - there is no other way to say that it has been read


class _DeadlineReader(io.RawIOBase):
    """What comes from a socket, up to a deadline for all of it."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._silence = sock.gettimeout() or 0
        self._deadline = time.monotonic() + ANSWER_TIMEOUTS * self._silence

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            msg = "the whole answer took too long"
            raise TimeoutError(msg)
        self._sock.settimeout(min(left, self._silence))
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if sock.gettimeout() is not None:
            self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _DeadlineConnection(HTTPConnection):
    response_class = _DeadlineResponse


class _DeadlineTlsConnection(HTTPSConnection):
    response_class = _DeadlineResponse


class _DeadlinePool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _DeadlineTlsPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTlsConnection


class _DeadlineAdapter(HTTPAdapter):
    """Connections whose answers have a deadline, through proxies as well."""

    _pools: Final = {"http": _DeadlinePool, "https": _DeadlineTlsPool}

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    @override
    def close(self) -> None:
        # To forget a pool, as `requests` does, closes its connections only when nothing refers to it any more.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated over itself
                manager.pools[key].close()
        super().close()

    @override
    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def told_of(error: BaseException) -> str:
    """Say in a few words how a request failed; where no connection could be made, with whom.

    Args:
        error: What `requests` raised.
    """
    if refused := _refused_connection(error):
        place: Any = refused.pool
        reason: BaseException | None = refused.reason
        if isinstance(reason, ProxyRefusal):
            place, reason = place.proxy, reason.original_error
        # The text begins with the connection object.
        why = shorten(str(reason).rpartition("): ")[2])
        return f"cannot reach {'the proxy ' * (place is not refused.pool)}{place.host}:{place.port}: {why}"
    # A time-out in the middle of a body comes as a broken connection.
    if isinstance(error, Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args):
        return "timed out (see 'request_timeout')"
    return f"failed: {type(error).__name__}: {shorten(str(error))}"


def what_to_check(error: BaseException) -> str | None:
    """Ask for what may be set wrongly where no connection could be made; None where one was made.

    Args:
        error: What `requests` raised.
    """
    if isinstance(error, ProxyError | InvalidProxyURL):
        return "Are HTTP_PROXY, HTTPS_PROXY and NO_PROXY right?"
    if isinstance(error, SSLError):
        return "Is 'api_url' right, and REQUESTS_CA_BUNDLE, if the certificate is your own?"
    return "Is 'api_url' right?" if _refused_connection(error) else None


def _refused_connection(error: BaseException) -> MaxRetryError | None:
    """Return why no connection could be made at all (no such name, refused, no route, TLS), None if one was made."""
    cause = error.args[0] if error.args else None
    return cause if isinstance(cause, MaxRetryError) and cause.reason is not None else None


def _is_same_origin(target: str, url: str) -> bool:
    try:
        return _origin(urljoin(url, target)) == _origin(url)
    except ValueError:  # The target is no URL.
        return False


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
