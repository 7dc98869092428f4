"""The truth of each stream, told without the tap's own code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analytics_sandbox.counts import last_days
from analytics_sandbox.wire import encode

from tests.integration.truth import record_of
from tests.laws.declared import as_declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analytics_sandbox import Sandbox
    from analytics_sandbox.manners import Api, Interval, WeekStart

    from tests.laws.declared import Words
    from tests.laws.ledger import Record, Rows

_DAY = timedelta(days=1)
_INTERVALS: dict[str, Interval] = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter"}


@dataclass
class Source:
    """What the tables of an API have to hold.

    Attributes:
        sandbox: Where the data are.
        api: Which API.
        start: The first day that the user wants.
        end: The last one.
        words: How the streams are declared, None for the built-in ones.
    """

    sandbox: Sandbox
    api: Api
    start: date | None = None
    end: date | None = None
    words: Words | None = None
    _known: dict[bytes, Record] = field(default_factory=dict, init=False, repr=False)

    def incremental(self) -> dict[str, Rows]:
        """The rows of the incremental streams, by stream."""
        if self.api == "support":
            return {"customers": self._wanted("customers", self._by("id", self.sandbox.world.customers("support")))}
        return {"activities": self._wanted("activities", self._by("uuid", self.sandbox.world.activities()))}

    def full(self, stream: str, today: datetime) -> Rows:
        """The rows of a stream that is always read whole.

        Args:
            stream: Its name.
            today: When it was read.
        """
        world = self.sandbox.world
        match self.api, stream:
            case "support", "account":
                return self._by("domain", [world.account("support")])
            case "support", "custom_fields":
                return self._by("id", world.custom_fields())
            case _, "account":
                return self._by("id", [world.account("subscription")])
            case _, "customers":
                return self._by("id", world.customers("subscription"))
        interval = _INTERVALS[stream.split("_")[1]]
        return self._by("date", self._counts(interval, today))

    def may_be_cut_off(self, stream: str) -> bool:
        """Say whether a whole read may lack rows for the user's last date, so that it need not be activated."""
        bounded = {"activities", "customers"} if self.words else {"activities"}
        return self.end is not None and (stream in bounded & set(self.incremental()) or stream.endswith("_count"))

    def _by(self, key: str, raws: Iterable[Mapping[str, Any]]) -> dict[object, Record]:
        return {raw[key]: self._record(raw) for raw in raws}

    def _record(self, raw: Mapping[str, Any]) -> Record:
        body = encode(raw)
        if body not in self._known:
            record = record_of(raw)
            self._known[body] = as_declared(record) if self.words else record
        return self._known[body]

    def _wanted(self, stream: str, rows: Rows) -> Rows:
        return {key: row for key, row in rows.items() if self._wants(instant_of(stream, row))}

    def _wants(self, instant: datetime | None) -> bool:
        if instant is None or (self.api == "support" and self.words is None):
            # The support API's built-in customers have no first or last day.
            return True
        day = instant.date()
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def _counts(self, interval: Interval, now: datetime) -> Iterable[Mapping[str, Any]]:
        zone, week_start_on = ZoneInfo(self.sandbox.time_zone), self.sandbox.week_start_on
        today = now.astimezone(zone).date()
        first = self.start or min(
            (datetime.fromisoformat(self._record(raw)["date"]).astimezone(zone).date() for raw in self._activities()),
            default=today,
        )
        end = today if self.end is None else min(today, _period(interval, self.end, week_start_on)[1])
        begin = _period(interval, first, week_start_on)[0]
        if begin > end:
            return
        rows = self.sandbox.world.counts(interval, begin, end)
        for row in rows:
            last = _period(interval, date.fromisoformat(row["date"]), week_start_on)[1]
            known = dict(row)
            if self.sandbox.style == "sketch":
                del known["percentage-change"]
            yield {**known, "date": last.isoformat(), "is_complete": last < today and last <= end}

    def _activities(self) -> list[Record]:
        return self.sandbox.world.activities()


@cache
def _period(interval: Interval, day: date, week_start_on: WeekStart) -> tuple[date, date]:
    """The first and the last day of a day's period."""

    def last_of(some: date) -> date:
        return next(last_days(interval, some, some + 100 * _DAY, week_start_on))

    first, last = day, last_of(day)
    while last_of(first - _DAY) == last:
        first -= _DAY
    return first, last


def instant_of(stream: str, record: Record) -> datetime | None:
    """Return the replication key of a record."""
    text = record["date" if stream == "activities" else "updated_datetime"]
    return None if text is None else datetime.fromisoformat(text)
