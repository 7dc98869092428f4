"""Closed windows of days that tile a range."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from tap_analytics.apis.subscription.periods import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

PERIODS = tuple(each.value for each in Interval if each is not Interval.DAY)
"""How long a window may be. A shard of a day would start more often than it reads."""


class Window(Struct, frozen=True):
    """Some days.

    Attributes:
        first: The first one.
        last: The last one, which belongs to the window.
    """

    first: date
    last: date


def tile(first: date, last: date, period: str) -> Iterator[Window]:
    """Cut a range into windows of the calendar, so that a longer range has the same ones where it has whole ones.

    Args:
        first: The first day of the range.
        last: Its last day.
        period: How long a window is, one of `PERIODS`; those at both ends may be shorter.

    Yields:
        The windows, oldest first.
    """
    while first <= last:
        end = min(Interval(period).last_day(first), last)
        yield Window(first, end)
        first = end + timedelta(days=1)
