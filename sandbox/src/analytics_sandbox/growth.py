"""When customers come: more each year, fewer in summer and at the end of the year, few at weekends."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

_EACH_YEAR = 1.4
"""How many customers come in a year for each that came in the year before."""

_SEASON = (1.25, 1.15, 1.2, 1.0, 1.0, 0.95, 0.7, 0.65, 1.15, 1.2, 1.1, 0.6)
"""By month."""

_WEEK = (1.2, 1.25, 1.2, 1.1, 0.95, 0.25, 0.3)
"""By day of the week, Monday first."""

_DAY = timedelta(days=1)
_FIRST_HOUR, _HOURS = 7, 13


class Growth:
    """How the sign-ups of a company spread over its time.

    Args:
        first: The midnight at which it begins.
        last: The midnight at which it ends.
    """

    def __init__(self, first: datetime, last: datetime) -> None:
        self._first = first
        days = max(1, (last - first).days)
        weights = []
        for number in range(days):
            day = first + number * _DAY
            weights.append(_EACH_YEAR ** (number / 365) * _SEASON[day.month - 1] * _WEEK[day.weekday()])
        self._sums = list(accumulate(weights))

    def moment(self, rng: Random, share: float) -> datetime:
        """The instant, on a day's working hours, until which this share of all sign-ups has happened."""
        day = min(bisect_right(self._sums, share * self._sums[-1]), len(self._sums) - 1)
        # Most come in the middle of the day.
        hour = _FIRST_HOUR + _HOURS * (rng.random() + rng.random()) / 2
        return self._first + day * _DAY + timedelta(seconds=int(hour * 3600))
