"""What the requests of one stream have cost so far, and what they wait for now."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from enum import Enum
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Cause(Enum):
    """What a request waits for."""

    SERVICE = "the service"
    LIMIT = "the limit"
    RETRY = "a retry"


class Tally:
    """Counts of a stream's requests; several threads count at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds = dict.fromkeys(Cause, 0.0)
        self._waiting: Counter[Cause] = Counter()
        self.requests = 0
        """How many requests were sent, those that were sent again included."""
        self.retries = 0
        """How many of them were sent again."""

    def count_request(self) -> None:
        """Count a request."""
        with self._lock:
            self.requests += 1

    def count_retry(self) -> None:
        """Count a request that is sent again."""
        with self._lock:
            self.retries += 1

    @contextmanager
    def waiting(self, cause: Cause) -> Iterator[None]:
        """Count the time until the block ends as a wait.

        Args:
            cause: What is waited for.
        """
        started = time.monotonic()
        with self._lock:
            self._waiting[cause] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[cause] -= 1
                self._seconds[cause] += time.monotonic() - started

    @property
    def seconds(self) -> Mapping[Cause, float]:
        """Seconds that requests waited, by cause; those of requests under way side by side are added up."""
        with self._lock:
            return dict(self._seconds)

    @property
    def cause(self) -> Cause | None:
        """What most requests wait for now, None if there is none."""
        with self._lock:
            most_common = self._waiting.most_common(1)
        return most_common[0][0] if most_common and most_common[0][1] else None
