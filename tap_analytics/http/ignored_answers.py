"""Answers that a user declares to mean "no rows": a list ends there, without a failure."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests


class IgnoreRule(Struct, frozen=True, kw_only=True):
    """Which answers are ignored; at least one of the two has to be set, and both have to fit.

    Attributes:
        statuses: Their statuses; None for any.
        content: A text that stands in their body; None for any body.
    """

    statuses: frozenset[int] | None = None
    content: str | None = None

    def covers(self, response: requests.Response) -> bool:
        """Say whether an answer is ignored.

        Args:
            response: The answer, of any status.
        """
        if self.statuses is not None and response.status_code not in self.statuses:
            return False
        return self.content is None or self.content in response.content.decode(errors="replace")


class IgnoredAnswers:
    """Looks for the answers that a stream ignores, and counts them. Several threads may use it at once.

    Args:
        rules: Which ones are ignored.
    """

    def __init__(self, rules: Sequence[IgnoreRule]) -> None:
        self._rules = rules
        self._counts: Counter[int] = Counter()
        self._reported: Counter[int] = Counter()
        self._counting = Lock()

    def take(self, response: requests.Response) -> bool:
        """Say whether an answer is ignored, and count it if it is.

        Args:
            response: The answer.
        """
        if not any(rule.covers(response) for rule in self._rules):
            return False
        with self._counting:
            self._counts[response.status_code] += 1
        return True

    @property
    def counts(self) -> dict[int, int]:
        """How many were ignored so far, by their statuses."""
        with self._counting:
            return dict(self._counts)

    def report(self) -> str | None:
        """Say how many were ignored since this was called last; None if there were none."""
        with self._counting:
            counts = self._counts - self._reported
            self._reported = Counter(self._counts)
        if not counts:
            return None
        total = sum(counts.values())
        statuses = ", ".join(f"{count} of status {status}" for status, count in sorted(counts.items()))
        return f"{total} answer{'s' * (total > 1)} ignored, as 'response_actions' says: {statuses}"
