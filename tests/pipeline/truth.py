"""What the tables should hold, told from the sandbox's data and not from the tap."""

from __future__ import annotations

import json
from calendar import monthrange
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_analytics.records.datetimes import parse_instant
from tests.integration.texts import TEXTS
from tests.integration.truth import NUMBERS, metric_of, metric_row
from tests.singer import streams_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from analytics_sandbox import Sandbox
    from analytics_sandbox.manners import Api, Interval
    from analytics_sandbox.subscription_tables import Metric

Row = dict[str, Any]
Tables = dict[str, dict[Any, Row]]

APIS: dict[str, Api] = {"tap_analytics": "subscription", "tap_analytics_support": "support"}
KEYS = {
    schema: {
        stream.name: stream.primary_keys
        for stream in streams_of(api)
        # At the pace of the support API a request for each customer takes minutes.
        if stream.selected_by_default or api == "subscription"
    }
    for schema, api in APIS.items()
}
"""For each schema its tables, and the key of each."""

SELECTED = {
    "TAP_ANALYTICS__SELECT": '["*.*"]',
    "TAP_ANALYTICS_SUPPORT__SELECT": '["*.*", "!customer_custom_fields.*", "!views_items.*"]',
}
"""What tells Meltano to read all of these."""

_RENAMED = {"chartmogul-url": "app_url"}


def truth(sandbox: Sandbox, schema: str) -> Tables:
    """Return what the tables of a schema should hold now, by key."""
    api = APIS[schema]
    tables = sandbox.world.truth(api)
    metrics = {stream: of for stream in KEYS[schema] if (of := metric_of(stream))}
    tables |= {stream: _metric(sandbox, *of) for stream, of in metrics.items()}
    return {
        table: by_key((_with_texts(row, TEXTS.get(table, ())) for row in tables[table]), *keys)
        for table, keys in KEYS[schema].items()
    }


def _with_texts(row: Row, texts: Collection[str]) -> Row:
    """Return an object of the API with the fields that are texts, whatever their values, as such."""
    return {
        name: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if name in texts and value is not None and not isinstance(value, str)
        else value
        for name, value in row.items()
    }


def by_key(rows: Iterable[Mapping[str, Any]], *keys: str) -> dict[Any, Row]:
    """Return rows by their key, each in a form in which what an API gave and what a target stored can be compared.

    Names are the columns', instants have one style, what is null is left out, and so is what the target adds.
    """
    plain = [
        {
            _name(name): _plain(value)
            for name, value in row.items()
            if value is not None and not name.startswith("_sdc_") and not (value == "" and name in NUMBERS)
        }
        for row in rows
    ]
    found = {row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in plain}
    assert len(found) == len(plain), "two rows have one key"
    return found


def differences(found: dict[Any, Row], expected: dict[Any, Row]) -> dict[Any, tuple[Row | None, Row | None]]:
    """Return, by key, the rows that are not the same: the one found and the one expected."""
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != expected.get(key)
    }


def _name(name: str) -> str:
    return _RENAMED.get(name) or name.replace("-", "_")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            value = {name: _plain(part) for name, part in value.items()}
        case list():
            value = [_plain(part) for part in value]
        case float():
            value = Decimal(repr(value))
        case datetime():
            value = value.replace(tzinfo=timezone.utc)
        case date():
            value = value.isoformat()
        case str() if len(value) > len("2024-01-01"):
            with suppress(ValueError):
                value = parse_instant(value)
    return value


def _metric(sandbox: Sandbox, metric: Metric, interval: Interval) -> list[Row]:
    """The rows of a metric as the service gives them, but for the last period: its date is its last day."""
    world = sandbox.world
    today = world.today()
    first = parse_instant(world.activities()[0]["date"]).astimezone(ZoneInfo(sandbox.time_zone)).date()
    rows = [metric_row(row, interval) for row in world.metric(metric, interval, first, today)]
    last = date.fromisoformat(rows[-1]["date"])
    rows[-1]["date"] = _last_day(interval, last).isoformat()
    return [{**row, "is_complete": date.fromisoformat(row["date"]) < today} for row in rows]


def _last_day(interval: str, day: date) -> date:
    """The last day of the period that a day is in."""
    if interval == "day":
        return day
    if interval == "week":
        return day + timedelta(days=6 - day.weekday())
    month = {"month": day.month, "quarter": (day.month + 2) // 3 * 3, "year": 12}[interval]
    return date(day.year, month, monthrange(day.year, month)[1])
