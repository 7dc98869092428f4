"""When people write to the support desk, and when it answers: a working week with office hours."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta, timezone
from itertools import accumulate
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from random import Random

ZONE_NAME = "Europe/Berlin"
_ZONE = ZoneInfo(ZONE_NAME)
OPENS, CLOSES = 9, 18
_SATURDAY = 5
_DAY = timedelta(days=1)

_LATER = (45, 25, 15, 15)
"""How many of those who wait until the week has begun write on its first days."""
_AT_THE_WEEKEND = 0.22
"""How many of those who would write at a weekend do not wait until Monday."""

_HOURS = list(
    accumulate(
        (0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.2, 4, 8, 9.5, 9, 6, 6.5, 8.5, 8, 7, 5, 2.5, 1.8, 1.5, 1.2, 0.8, 0.4)
    )
)
"""How many write in each hour of the day, up to its end."""


def writes(rng: Random, moment: datetime, anchor: datetime) -> datetime:
    """When somebody writes who has a question at some moment, before the anchor: mostly in the working week."""
    day = moment.date()
    if day.weekday() >= _SATURDAY and rng.random() >= _AT_THE_WEEKEND:
        day += (7 - day.weekday() + rng.choices(range(4), _LATER)[0]) * _DAY
    while day >= anchor.date():
        # That day has not come yet: it was before the weekend.
        day -= 4 * _DAY
    hour = bisect_right(_HOURS, rng.random() * _HOURS[-1])
    local = datetime.combine(day, time(hour, int(rng.random() * 60), int(rng.random() * 60)), _ZONE)
    return local.astimezone(timezone.utc)


def working_time(moment: datetime, minutes: float) -> datetime:
    """The instant when this many minutes of office hours have gone by."""
    local = _opened(moment.astimezone(_ZONE).replace(tzinfo=None))
    left = timedelta(minutes=minutes)
    while left >= (rest := local.replace(hour=CLOSES, minute=0, second=0, microsecond=0) - local):
        left -= rest
        local = _opened(datetime.combine(local.date() + _DAY, time(OPENS)))
    return (local + left).replace(tzinfo=_ZONE).astimezone(timezone.utc)


def is_open(moment: datetime) -> bool:
    """Whether a moment is within office hours."""
    local = moment.astimezone(_ZONE)
    return local.weekday() < _SATURDAY and OPENS <= local.hour < CLOSES


def _opened(local: datetime) -> datetime:
    """The first moment of office hours from a local one on."""
    if local.hour >= CLOSES:
        local = datetime.combine(local.date() + _DAY, time(OPENS))
    elif local.hour < OPENS:
        local = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    if local.weekday() >= _SATURDAY:
        local = datetime.combine(local.date() + (7 - local.weekday()) * _DAY, time(OPENS))
    return local
