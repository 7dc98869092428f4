"""The table of failures: whether a request is sent again, what is said, and what ends.

Each kind of failure has one line here, whether it was found in an answer or raised on the way to one.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct
from requests.exceptions import (
    ChunkedEncodingError,
    ContentDecodingError,
    InvalidProxyURL,
    InvalidSchema,
    ProxyError,
    RequestException,
    SSLError,
    Timeout,
)
from requests.exceptions import ConnectionError as RequestsConnectionError
from urllib3.exceptions import MaxRetryError, ReadTimeoutError
from urllib3.exceptions import ProxyError as ProxyRefusal

from tap_analytics.errors import ServiceError, StreamError
from tap_analytics.http.retries import LONGEST_RETRY_AFTER, duration, retry_after
from tap_analytics.paging.error_messages import message_in
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import requests

    from tap_analytics.http.retries import RetryPolicy


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of failure.

    Attributes:
        is_retried: Whether the request is sent again.
        ends: What it ends when it is not, or no longer, sent again: the stream or the run.
        advice: What is said after the reason: what to check, or to do; `{url}` stands for what holds the URL, `{path}`
            for what holds the rest of the address, `{stream}` for the stream's name.
        slows_run: Whether all requests of the run are held back for a while.
    """

    is_retried: bool
    ends: type[StreamError | ServiceError]
    advice: str = ""
    slows_run: bool = False


_URL: Final = "Is '{url}' right?"
_PROXIES: Final = "Are HTTP_PROXY, HTTPS_PROXY and NO_PROXY right?"
_SOCKS: Final = "A SOCKS proxy needs the package 'pysocks' beside the tap"
_HOW_TO_DESELECT: Final = (
    "(\"selected\": false in its 'metadata' in the catalog, or '!{stream}.*' after '*.*' in Meltano's 'select')"
)
_DESELECT: Final = f"deselect the stream {_HOW_TO_DESELECT}"
_CERTIFICATES: Final = "Is '{url}' right, and REQUESTS_CA_BUNDLE, if the certificate is your own?"

# Found in an answer. The stream's retry policy says which statuses are retried.
OVERLOAD: Final = Kind(is_retried=True, ends=StreamError, slows_run=True)
RETRIED_STATUS: Final = Kind(is_retried=True, ends=StreamError)
LONG_RETRY_AFTER: Final = Kind(is_retried=False, ends=StreamError, advice="It asks to wait {}: try again after that")
UNAUTHORIZED: Final = Kind(is_retried=False, ends=ServiceError, advice="The credentials were refused: check {}")
FORBIDDEN: Final = Kind(is_retried=False, ends=StreamError, advice=f"If these credentials may not read it, {_DESELECT}")
PAYMENT_REQUIRED: Final = Kind(
    is_retried=False, ends=StreamError, advice=f"If the account's plan does not include it, {_DESELECT}"
)
NOT_FOUND: Final = Kind(
    is_retried=False,
    ends=StreamError,
    advice=f"Are '{{url}}' and {{path}} right? If they are, the service does not have it: {_DESELECT}",
)
REFUSED: Final = Kind(is_retried=False, ends=StreamError)
OTHER_ORIGIN: Final = Kind(is_retried=False, ends=StreamError, advice=_URL)
TOO_LARGE: Final = Kind(is_retried=False, ends=StreamError)
UNREADABLE_BODY: Final = Kind(is_retried=True, ends=StreamError)
UNUSABLE_BODY: Final = Kind(is_retried=False, ends=StreamError)

_OF_STATUS: Final[dict[int, Kind]] = {
    HTTPStatus.UNAUTHORIZED: UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED: PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN: FORBIDDEN,
    HTTPStatus.NOT_FOUND: NOT_FOUND,
}
"""The statuses that have something of their own to say; all others that are no good ones are `REFUSED`."""

_REFUSALS: Final = {REFUSED, PAYMENT_REQUIRED, FORBIDDEN, NOT_FOUND}

_Test: TypeAlias = Callable[[BaseException], object]


def _is(*types: type[BaseException]) -> _Test:
    return lambda error: isinstance(error, types)


def _refused_connection(error: BaseException) -> MaxRetryError | None:
    """Return why no connection could be made at all (no such name, refused, no route, TLS), None if one was made."""
    cause = error.args[0] if error.args else None
    return cause if isinstance(cause, MaxRetryError) and cause.reason is not None else None


def _timed_out(error: BaseException) -> bool:
    # A time-out in the middle of a body comes as a broken connection.
    return isinstance(error, Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)


# Raised on the way to an answer. The first line that fits counts.
_RAISED: Final[tuple[tuple[_Test, Kind], ...]] = (
    (_is(InvalidProxyURL), Kind(is_retried=False, ends=ServiceError, advice=_PROXIES)),
    # Of a SOCKS proxy: no other scheme gets here.
    (_is(InvalidSchema), Kind(is_retried=False, ends=ServiceError, advice=_SOCKS)),
    (_is(ProxyError), Kind(is_retried=True, ends=ServiceError, advice=_PROXIES)),
    (_is(SSLError), Kind(is_retried=False, ends=ServiceError, advice=_CERTIFICATES)),
    (_refused_connection, Kind(is_retried=True, ends=ServiceError, advice=_URL)),
    (_timed_out, Kind(is_retried=True, ends=StreamError)),
    (
        _is(RequestsConnectionError, ChunkedEncodingError, ContentDecodingError),
        Kind(is_retried=True, ends=StreamError),
    ),
    # Too many redirects, for one.
    (_is(RequestException), Kind(is_retried=False, ends=StreamError)),
    # The answer was read, but does not hold what belongs there.
    (_is(StreamError), UNUSABLE_BODY),
    # A file of this machine, like the certificates that REQUESTS_CA_BUNDLE names: no request can be sent.
    (_is(OSError), Kind(is_retried=False, ends=ServiceError)),
)


class Failure(Struct, frozen=True):
    """How one request failed.

    Attributes:
        kind: The kind of failure.
        reason: What is said: the predicate of a sentence about the request.
        detail: What stands in the gap of the advice, if it has one.
        status: The status of an answer that was a refusal.
        retry_after: The seconds that the answer asks to wait.
    """

    kind: Kind
    reason: str
    detail: str = ""
    status: int | None = None
    retry_after: float = 0

    def error(self, told: str, url: str, path: str, stream: str) -> StreamError | ServiceError:
        """Return what ends the stream or the run.

        Args:
            told: What failed, in full.
            url: The setting, or word, that holds the URL.
            path: What holds the rest of the address.
            stream: The stream's name.
        """
        advice = self.kind.advice.format(self.detail, url=url, path=path, stream=stream)
        text = f"{told}. {advice}" if advice else told
        return StreamError(text, self.status, told) if self.kind.ends is StreamError else ServiceError(text)


class FailedRequestError(Exception):
    """An answer that is a failure.

    Args:
        failure: The failure.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def advice_on_all(statuses: Collection[int | None], paths: str) -> str:
    """Return what to do where every stream failed for one cause; empty if that is not known.

    Args:
        statuses: The statuses of the answers that were refusals; None for a failure of another kind.
        paths: The settings that say where the lists are.
    """
    # A stream under another one that failed was not asked for.
    known = {status for status in statuses if status is not None}
    if known == {HTTPStatus.NOT_FOUND}:
        return f"No path was found: are 'api_url' and {paths} right?"
    if known and all(HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST for status in known):
        return "Each request was redirected to another address: is 'api_url' right?"
    return ""


def advice_on_missing(paths: str) -> str:
    """Return what to do about several streams that were not found.

    Args:
        paths: The settings that say where the lists are.
    """
    how = _HOW_TO_DESELECT.format(stream="<stream>")
    return f"are 'api_url' and {paths} right? If they are, the service does not have these: deselect them {how}"


def failure_of(error: BaseException) -> Failure:
    """Look up what was raised while a request was sent and its answer read.

    Args:
        error: What was raised: a `FailedRequestError`, a `StreamError` or an `OSError` (those of `requests` are some).
    """
    if isinstance(error, FailedRequestError):
        return error.failure
    return Failure(next(kind for test, kind in _RAISED if test(error)), _reason(error))


def check_status(response: requests.Response, policy: RetryPolicy, credentials: Sequence[str]) -> None:
    """Look up the status of an answer.

    Args:
        response: The answer.
        policy: Which statuses are retried.
        credentials: The settings that hold the credentials.

    Raises:
        FailedRequestError: The status is no good one.
    """
    kind = _kind_of(response.status_code, policy)
    if kind is None:
        return
    reason = f"answered {response.status_code} {shorten(response.reason or '')}".strip()
    if words := message_in(response.content):
        reason = f"{reason}: {words}"
    raise failed(response, kind, reason, " and ".join(f"'{name}'" for name in credentials))


def _kind_of(status: int, policy: RetryPolicy) -> Kind | None:
    if policy.covers(status):
        # What services answer to too many requests, or too many at once.
        is_overload = status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
        return OVERLOAD if is_overload else RETRIED_STATUS
    return _OF_STATUS.get(status, REFUSED if status >= HTTPStatus.MULTIPLE_CHOICES else None)


def failed(response: requests.Response, kind: Kind, reason: str, detail: str = "") -> FailedRequestError:
    """Return what is to be raised for an answer; it is not retried if the answer asks for too long a wait.

    Args:
        response: The answer.
        kind: The kind of failure.
        reason: What is said.
        detail: What stands in the gap of the kind's advice, if it has one.
    """
    wait = retry_after(response)
    if kind.is_retried and wait > LONGEST_RETRY_AFTER:
        kind, detail = LONG_RETRY_AFTER, duration(wait)
    return FailedRequestError(
        Failure(kind, reason, detail, response.status_code if kind in _REFUSALS else None, retry_after=wait)
    )


def _reason(error: BaseException) -> str:
    """Say in a few words how a request failed; where no connection could be made, with whom."""
    if isinstance(error, StreamError):
        return str(error)
    if refused := _refused_connection(error):
        place: Any = refused.pool
        reason: BaseException | None = refused.reason
        if isinstance(reason, ProxyRefusal):
            place, reason = place.proxy, reason.original_error
        # The text begins with the connection object.
        why = shorten(str(reason).rpartition("): ")[2])
        return f"cannot reach {'the proxy ' * (place is not refused.pool)}{place.host}:{place.port}: {why}"
    if _timed_out(error):
        return "timed out (see 'request_timeout')"
    return f"failed: {type(error).__name__}: {shorten(str(error))}"
