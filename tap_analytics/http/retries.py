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
    from collections.abc import Generator, Iterator, Mapping

    import requests

LONGEST_RETRY_AFTER: Final = 300
"""Seconds: if an answer asks for a longer wait, the stream ends instead."""

LONGEST_WAIT: Final = 60
"""Seconds: the longest wait that no answer asked for."""

LONGEST_TOTAL: Final = 3600
"""Seconds: the waits of one request together, those that answers asked for included."""

_MOST_COUNTED: Final = 1000
"""Waits that are added up at most, for `max_retries` has no limit."""

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

    def waits(self) -> Iterator[float]:
        """Return the waits before the retries of one request, as long as no answer asks for longer ones."""
        generator: Generator[float, Any, None] = backoff.expo(factor=self.backoff_factor, max_value=LONGEST_WAIT)
        next(generator)  # Primes the generator, as `backoff` does.
        return islice(generator, self.max_retries)

    @property
    def all_waits(self) -> float:
        """The seconds that all waits of one request take together, as long as no answer asks for longer ones."""
        return min(sum(islice(self.waits(), _MOST_COUNTED)), LONGEST_TOTAL)


class Retries:
    """The retries of one request.

    Args:
        policy: How often it is sent again, and after how long.
    """

    def __init__(self, policy: RetryPolicy) -> None:
        self._waits = policy.waits()
        self._waited = 0.0
        self.count = 0
        """How many retries there were."""
        self.is_out_of_time = False
        """Whether the waits together became too long."""

    def next_wait(self, asked_for: float) -> float | None:
        """Return the seconds to wait before the next retry, None if there is to be none.

        Each wait is randomly up to a tenth longer, so that runs that met the same failure do not come back at the same
        moment.

        Args:
            asked_for: The seconds that the answer asks for; the wait is never shorter.
        """
        own = next(self._waits, None)
        if own is None:
            return None
        jitter = random.uniform(1, 1.1)  # noqa: S311 - no secret depends on it
        wait = max(min(own * jitter, LONGEST_WAIT), asked_for * jitter)
        self._waited += wait
        self.is_out_of_time = self._waited > LONGEST_TOTAL
        if self.is_out_of_time:
            return None
        self.count += 1
        return wait


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
