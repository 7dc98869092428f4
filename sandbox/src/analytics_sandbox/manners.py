"""How the two services behave, as far as that can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics_sandbox.recording import Request

Api = Literal["subscription", "support"]
Interval = Literal["day", "week", "month", "quarter", "year"]
Style = Literal["today", "page", "sketch"]
WeekStart = Literal["monday", "sunday"]


@dataclass(kw_only=True)
class Manners:
    """The switches of the sandbox. Each can be turned while it runs.

    Attributes:
        style: `today`: as the services are now. `page`: the subscription API before it had cursors. `sketch`: the least
            that a description of the APIs promises: rows, and how to get more.
        latency: Seconds that every answer takes longer.
        page_cap: No page is longer than this, whatever is asked for.
        rate_limit: (requests, seconds) that each API allows; None allows everything.
        retry_after: Whether a 429 says how long to wait; None: only the support API does.
        parallel_limit: How many requests the subscription API answers at a time; one more is a 503.
        account_id: Whether the subscription account has an `id`; older answers have none.
        time_zone: The subscription account's time zone, in which customers are counted per day.
        week_start_on: The first day of the week that the subscription account claims.
        metric_week_start_on: The first day of the week that the counts really go by; None: as claimed.
        total_pages: What the subscription API says of the number of pages, if it speaks of it at all.
        has_more: Whether the subscription API says that there is more (where it gives a cursor it always does).
        empty_pages: Whether a walk by cursor over the subscription customers comes by an empty page, with a new cursor,
            before each page but the first.
        inclusive_dates: Whether `start-date` and `end-date` of activities include these days.
        cursor_lifetime: Seconds of the sandbox's clock after which a cursor of the support API expires.
        bare_arrays: Whether those lists of the support API that its own examples show as bare arrays are so, which says
            nothing of further pages.
        before_answer: Called with each request before it is answered. What it changes is in the answer already, but in
            none before: this is how a test lets something happen between two pages.
    """

    style: Style = "today"
    latency: float = 0.0
    page_cap: int | None = None
    rate_limit: tuple[int, float] | None = None
    retry_after: bool | None = None
    parallel_limit: int = 20
    account_id: bool = True
    time_zone: str = "Europe/Berlin"
    week_start_on: WeekStart = "monday"
    metric_week_start_on: WeekStart | None = None
    total_pages: Literal["known", "null", "zero"] = "known"
    has_more: bool = True
    empty_pages: bool = False
    inclusive_dates: bool = True
    cursor_lifetime: float = 3600.0
    bare_arrays: bool = False
    before_answer: Callable[[Request], None] | None = None
