"""Calendar periods: days, weeks, months, quarters and years."""

from __future__ import annotations

from calendar import MONDAY
from datetime import date, timedelta
from enum import Enum


class Interval(str, Enum):
    """The length of a period, under the name that the API gives it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def first_day(self, day: date, week_start: int = MONDAY) -> date:
        """Return the first day of the period that holds a day.

        Args:
            day: Any day of the period.
            week_start: The weekday on which weeks begin, Monday being 0.
        """
        match self:
            case Interval.DAY:
                return day
            case Interval.WEEK:
                return day - timedelta(days=(day.weekday() - week_start) % 7)
            case Interval.MONTH:
                return day.replace(day=1)
            case Interval.QUARTER:
                return day.replace(month=day.month - (day.month - 1) % 3, day=1)
            case Interval.YEAR:
                return day.replace(month=1, day=1)

    def last_day(self, day: date, week_start: int = MONDAY) -> date:
        """Return the last day of the period that holds a day.

        Args:
            day: Any day of the period.
            week_start: The weekday on which weeks begin, Monday being 0.
        """
        # The longest period is shorter than two of its kind: step into the next one, and back by a day.
        longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[self.value]
        next_period = self.first_day(self.first_day(day, week_start) + timedelta(days=longest), week_start)
        return next_period - timedelta(days=1)
