"""When a request is sent again, and how long it waits before that."""

from __future__ import annotations

import math
import random
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import backoff
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    import requests

LONGEST_RETRY_AFTER: Final = 300
"""Seconds: if an answer asks for a longer wait, the stream ends instead."""

LONGEST_WAIT: Final = 60
"""Seconds: the longest wait that no answer asked for."""

_FOREVER: Final = 1e12
"""Seconds: longer than until any date."""


class RetryRule(Struct, frozen=True, kw_only=True):
    """What a stream says about its retries.

    Attributes:
        statuses: The statuses after which a request is sent again; None for 429 and every 5xx.
        max_retries: How often it is sent again; None for the setting.
        backoff_factor: Seconds before the first retry, each further wait being twice as long; None for the setting.
    """

    statuses: frozenset[int] | None = None
    max_retries: int | None = None
    backoff_factor: float | None = None

    def policy(self, config: Mapping[str, Any]) -> RetryPolicy:
        """Fill in what the stream does not say.

        Args:
            config: The settings.
        """
        retries, factor = self.max_retries, self.backoff_factor
        return RetryPolicy(
            self.statuses,
            int(config["max_retries"]) if retries is None else retries,
            float(config["backoff_factor"] if factor is None else factor),
        )


class RetryPolicy(Struct, frozen=True):
    """Which requests of a stream are sent again, how often, and after how long.

    Attributes:
        statuses: The statuses after which a request is sent again; None for 429 and every 5xx.
        max_retries: How often it is sent again.
        backoff_factor: Seconds before the first retry.
    """

    statuses: frozenset[int] | None
    max_retries: int
    backoff_factor: float

    def covers(self, status: int) -> bool:
        """Say whether a request is sent again after an answer with this status."""
        if self.statuses is not None:
            return status in self.statuses
        return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def all_waits(self) -> float:
        """The seconds that all waits take together, if no answer asks for longer ones."""
        return sum(islice(self._exponential(), self.max_retries))

    def waits(self) -> Callable[[float], float]:
        """Return what says how long to wait before each retry of one request.

        It takes the seconds that the answer asks for. Each wait is twice as long as the one before it, up to
        `LONGEST_WAIT`, but at least as long as the answer asks. Each is randomly up to a tenth longer, so that runs
        that met the same failure do not come back at the same moment.
        """
        own = self._exponential()

        def wait(asked_for: float) -> float:
            jitter = random.uniform(1, 1.1)  # noqa: S311 - no secret depends on it
            return max(min(next(own) * jitter, LONGEST_WAIT), asked_for * jitter)

        return wait

    def _exponential(self) -> Iterator[float]:
        generator: Generator[float, Any, None] = backoff.expo(factor=self.backoff_factor, max_value=LONGEST_WAIT)
        next(generator)  # Primes the generator, as `backoff` does.
        return generator


def retry_after(response: requests.Response) -> float:
    """Return the seconds that an answer asks to wait, from a number or an HTTP date; 0 when it asks for nothing."""
    text = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    if seconds == math.inf and text.isdigit():
        return _FOREVER
    return min(max(seconds, 0), _FOREVER) if math.isfinite(seconds) else 0


def _seconds_until(text: str) -> float:
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        return (date - datetime.now(timezone.utc)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):  # The parser raises more than it says.
        return 0


def duration(seconds: float) -> str:
    """Say how long a wait is."""
    return "for ever" if seconds >= _FOREVER else f"{seconds:.0f} s"
