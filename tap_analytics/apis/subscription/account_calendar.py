"""What "today" and "a week" mean for an account."""

from __future__ import annotations

from calendar import MONDAY, SUNDAY
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WEEK_STARTS = {"monday": MONDAY, "sunday": SUNDAY}


class AccountCalendar(Struct, frozen=True):
    """An account's time zone, and the weekday on which its weeks begin (Monday being 0)."""

    time_zone: tzinfo = timezone.utc
    week_start: int = MONDAY

    @classmethod
    def of(cls, account: Mapping[str, Any], warn: Callable[[str], None]) -> AccountCalendar:
        """Read the calendar from an account.

        Args:
            account: The account as the API gives it; older ones may lack either field.
            warn: Called with what cannot be understood, and what is taken instead.
        """
        time_zone: tzinfo = timezone.utc
        if (name := account.get("time_zone")) is not None:
            try:
                time_zone = ZoneInfo(name)
            except (TypeError, ValueError, OSError, KeyError):
                warn("the account's 'time_zone' is not known here; days begin and end in UTC")
        week_start = str(account.get("week_start_on") or "monday").lower()
        if week_start not in _WEEK_STARTS:
            warn("the account's 'week_start_on' is neither monday nor sunday; weeks begin on Monday")
        return cls(time_zone, _WEEK_STARTS.get(week_start, MONDAY))
