"""When a request is sent again, and how long it waits before that."""

from __future__ import annotations

import math
import random
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import backoff
from msgspec import Struct
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, SSLError, Timeout
from requests.exceptions import ConnectionError as RequestsConnectionError
from singer_sdk.exceptions import RetriableAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import requests

LONGEST_RETRY_AFTER: Final = 300
"""Seconds: a service that wants a longer wait than this ends the stream instead."""

PASSING: Final = (RetriableAPIError, RequestsConnectionError, Timeout, ChunkedEncodingError, ContentDecodingError)
"""Failures that may pass, `SSLError` apart."""


class RetryRule(Struct, frozen=True, kw_only=True):
    """What a stream says of its retries, where it says something.

    Attributes:
        statuses: The statuses after which a request is sent again; None for 429 and every 5xx.
        max_retries: How often it is sent again; None for the setting.
        backoff_factor: Seconds before the first retry, each further wait being twice as long; None for the setting.
    """

    statuses: frozenset[int] | None = None
    max_retries: int | None = None
    backoff_factor: float | None = None

    def covers(self, status: int) -> bool:
        """Say whether a request is sent again after an answer with this status."""
        if self.statuses is not None:
            return status in self.statuses
        return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def may_pass(error: BaseException) -> bool:
    """Say whether a failure may pass."""
    return isinstance(error, PASSING) and not isinstance(error, SSLError)


def waits(factor: float) -> Callable[[Exception], float]:
    """Return what says how long to wait after a failure: each time twice as long, and as long as the answer asks.

    Args:
        factor: Seconds before the first retry.
    """
    exponential: Generator[float, Any, None] = backoff.expo(factor=factor)
    next(exponential)  # Primes the generator, as `backoff` does.

    def wait(error: Exception) -> float:
        asked_for = retry_after(error.response) if isinstance(error, RetriableAPIError) else 0
        return max(next(exponential), asked_for)

    return wait


def spread_out(wait: float) -> float:
    """Return a wait that is up to a tenth longer, and never shorter than asked for.

    A service's failure lines up all runs that met it.
    """
    return wait * random.uniform(1, 1.1)  # noqa: S311 - no secret depends on it


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
