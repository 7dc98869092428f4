"""The truth of each stream, told without the tap's own code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analytics_sandbox.counts import last_days
from analytics_sandbox.wire import encode

from tests.integration.support import objects_of
from tests.integration.texts import TEXTS
from tests.integration.truth import metric_of, metric_row, record_of
from tests.laws.declared import as_declared
from tests.singer import streams_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analytics_sandbox import Sandbox
    from analytics_sandbox.manners import Api, Interval, WeekStart
    from analytics_sandbox.subscription_tables import Metric
    from typing_extensions import Self

    from tests.laws.declared import Words
    from tests.laws.ledger import Record, Rows
    from tests.laws.maps import StreamMap

_DAY = timedelta(days=1)
_YEAR = 366 * _DAY

INCREMENTAL: dict[Api, tuple[str, ...]] = {
    "subscription": ("activities",),
    "support": ("customers", "tickets", "messages", "events"),
}
"""The incremental streams of each API that the law reads."""
_PARENTS = {"customer_custom_fields": "customers"}
"""The incremental streams under whose records others lie."""
_REPLICATION_KEYS = {
    stream.name: stream.replication_key for api in INCREMENTAL for stream in streams_of(api) if stream.replication_key
}


# A declared column of two types is a text, for not every target takes such a column; a built-in one is what it is.
_DECLARED_TEXTS = {("support", "customers"): {"custom_fields"}}


@dataclass
class Source:
    """What the tables of an API have to hold.

    Attributes:
        sandbox: Where the data are.
        api: Which API.
        start: The first day that the user wants.
        end: The last one.
        words: How the streams are declared, None for the built-in ones.
        mapped: What the user's stream map leaves out.
    """

    sandbox: Sandbox
    api: Api
    start: date | None = None
    end: date | None = None
    words: Words | None = None
    mapped: StreamMap | None = None
    _known: dict[tuple[str, bytes], Record] = field(default_factory=dict, init=False, repr=False)

    def between(self, start: date | None, end: date | None) -> Self:
        """Return the same source for a user who wants other days."""
        return replace(self, start=start, end=end)

    def incremental(self) -> dict[str, Rows]:
        """The rows that the user wants of the incremental streams, by stream."""
        return {
            stream: {key: row for key, row in rows.items() if self.wants(stream, row)}
            for stream, rows in self.every_incremental().items()
        }

    def every_incremental(self) -> dict[str, Rows]:
        """All rows of the incremental streams, by stream."""
        world = self.sandbox.world
        with world.lock:
            return {stream: self._by(stream, world.rows(f"{self.api}/{stream}")) for stream in INCREMENTAL[self.api]}

    def wants(self, stream: str, row: Record) -> bool:
        """Say whether the user wants a row of an incremental stream."""
        return (self.mapped is None or self.mapped.keeps(stream, row)) and self._is_within(stream, row)

    def _is_within(self, stream: str, row: Record) -> bool:
        """Say whether a row lies within the user's days."""
        instant = instant_of(stream, row)
        if instant is None or not self._is_bounded(stream):
            return True
        day = instant.date()
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def may_miss(self, stream: str, row: Record, now: datetime) -> bool:
        """Say whether a row is dated so late that a run does not ask for it yet: a declared end is always sent."""
        has_end = self.api == "subscription" and self.words is not None and self.words.is_sparing
        instant = instant_of(stream, row) if has_end else None
        return instant is not None and instant.date() > now.date() + _DAY

    def removes(self, stream: str) -> bool:
        """Say whether the user has removed a stream."""
        return self.mapped is not None and self.mapped.removes(stream)

    def is_cut(self, stream: str, now: datetime) -> bool | None:
        """Say whether the user's dates leave out rows that a stream's table can have, or leave nothing to ask for.

        Args:
            stream: Its name.
            now: The start of the run.

        Returns:
            None where both can be said: the first or the last day is today in one time zone and not in another, or lies
            in the future.
        """
        stream = _PARENTS.get(stream, stream)
        if not self._is_bounded(stream):
            return False
        days = {now.date(), self._today(now)} if metric_of(stream) else {now.date()}
        if self.end is not None and self.end < min(days):
            return True
        if metric_of(stream):
            # A period that has begun can have its end, or its beginning, after today.
            if self.start is None or self.start <= min(days):
                return False if self.end is None or self.end > max(days) else None
            return None if self.full(stream, now) else True
        if self.start is not None and self.start > now.date():
            return True
        return None if self.end is not None and self._has_later(stream, self.end) else False

    def _is_bounded(self, stream: str) -> bool:
        """Say whether the user's first and last day have a say in a stream: full tables ignore them."""
        if stream == "customers":
            # Nor has the built-in list of the support API's customers a first or a last day.
            return self.api == "support" and self.words is not None
        return stream in {"activities", "events"} or metric_of(stream) is not None

    def _has_later(self, stream: str, end: date) -> bool:
        instants = [instant_of(stream, row) for row in self.every_incremental()[stream].values()]
        return any(instant is not None and instant.date() > end for instant in instants)

    def full(self, stream: str, today: datetime) -> Rows:
        """The rows of a stream that is always read whole.

        Args:
            stream: Its name.
            today: When it was read.
        """
        rows = self._every_full(stream, today)
        if self.mapped is None:
            return rows
        return {key: row for key, row in rows.items() if self.mapped.keeps(stream, row)}

    def _every_full(self, stream: str, today: datetime) -> Rows:
        of = metric_of(stream)
        rows = self._metric(*of, today) if of else self._rows(stream)
        known = self._by(stream, rows)
        if stream not in _PARENTS:
            return known
        # Lists are read under the records that the parent's own stream would read, before stream maps.
        parents = self.every_incremental()[_PARENTS[stream]]
        return {
            key: row for key, row in known.items() if self._is_within(_PARENTS[stream], parents[row["customer_id"]])
        }

    def _rows(self, stream: str) -> Iterable[Mapping[str, Any]]:
        world = self.sandbox.world
        with world.lock:
            if self.api == "support":
                return objects_of(world, stream)
            return [world.account(self.api)] if stream == "account" else world.rows(f"{self.api}/{stream}")

    def _by(self, stream: str, raws: Iterable[Mapping[str, Any]]) -> dict[object, Record]:
        keys = next(each.primary_keys for each in streams_of(self.api) if each.name == stream)
        return {key_of(raw, keys): self._record(stream, raw) for raw in raws}

    def _record(self, stream: str, raw: Mapping[str, Any]) -> Record:
        known = stream, encode(raw)
        if known not in self._known:
            record = record_of(
                raw, {*TEXTS.get(stream, ()), *(_DECLARED_TEXTS.get((self.api, stream), ()) if self.words else ())}
            )
            self._known[known] = as_declared(record) if self.words else record
        return self._known[known]

    def _metric(self, metric: Metric, interval: Interval, now: datetime) -> Iterable[Mapping[str, Any]]:
        zone, week_start_on = ZoneInfo(self.sandbox.time_zone), self.sandbox.week_start_on
        today = self._today(now)
        first = self.start or min(
            (
                datetime.fromisoformat(self._record("activities", raw)["date"]).astimezone(zone).date()
                for raw in self._activities()
            ),
            default=today,
        )
        end = today if self.end is None else min(today, _period(interval, self.end, week_start_on)[1])
        begin = _period(interval, first, week_start_on)[0]
        if begin > end:
            return
        rows = self.sandbox.world.metric(metric, interval, begin, end)
        for row in rows:
            last = _period(interval, date.fromisoformat(row["date"]), week_start_on)[1]
            known = metric_row(row, interval)
            if self.sandbox.style == "sketch":
                known = {name: value for name, value in known.items() if "percentage-change" not in name}
            yield {**known, "date": last.isoformat(), "is_complete": last < today and last <= end}

    def _today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.sandbox.time_zone)).date()

    def _activities(self) -> list[Record]:
        return self.sandbox.world.activities()


@cache
def _period(interval: Interval, day: date, week_start_on: WeekStart) -> tuple[date, date]:
    """The first and the last day of a day's period."""

    def last_of(some: date) -> date:
        return next(last_days(interval, some, some + _YEAR, week_start_on))

    first, last = day, last_of(day)
    while last_of(first - _DAY) == last:
        first -= _DAY
    return first, last


def key_of(row: Mapping[str, Any], keys: Sequence[str]) -> object:
    """Return what tells a row from all others of its table."""
    return row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)


def instant_of(stream: str, record: Record) -> datetime | None:
    """Return the replication key of a record."""
    text = record[_REPLICATION_KEYS[stream]]
    return None if text is None else datetime.fromisoformat(text)
