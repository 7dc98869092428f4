"""What the metrics have to know of the account before they can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from tap_analytics.apis.subscription.account_calendar import AccountCalendar


class AccountFacts(Struct, frozen=True):
    """Facts of the account; each is asked for once in a run, when it is first needed.

    Each raises a `StreamError` if it cannot be had.

    Attributes:
        calendar: Returns the account's calendar.
        first_activity: Returns the instant of its first activity, None if there is none.
        first_quarter: Returns the first day of the first quarter with a customer, None if there is none.
    """

    calendar: Callable[[], AccountCalendar]
    first_activity: Callable[[], datetime | None]
    first_quarter: Callable[[], date | None]
