"""The tables as the sandbox's data has them, told without the tap's own code."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from analytics_sandbox.manners import Interval
    from analytics_sandbox.subscription_tables import Metric

FREE_FORM = {
    "input_settings",
    "custom",
    "stripe",
    "clearbit",
    "meta",
    "data",
    "integrations",
    "custom_fields",
    "primary_contact",
    "errors",
    "edit_history_summary",
    # Of the support API.
    "arguments",
    "attachments",
    "code_ast",
    "decoration",
    "filters_ast",
    "http",
    "info",
    "intents",
    "params",
    "replied_to",
    "messages",
    "reply_options",
    "satisfaction_survey",
    "source",
    "summaries",
    "template",
}
INSTANT = re.compile(r"(customer_since|date|.*_(at|date|datetime|end|start))")
# Columns that are no texts, in which an empty text stands for nothing.
NUMBERS = {"quantity", "amount_in_cents"}

INTERVALS: dict[str, Interval] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}
METRIC = re.compile(rf"(customer|key_metrics|mrr)_({'|'.join(INTERVALS)})(_count)?")
_METRICS: dict[str, Metric] = {"customer": "customer-count", "key_metrics": "all", "mrr": "mrr"}


def metric_of(stream: str) -> tuple[Metric, Interval] | None:
    """Return the metric and the interval that a stream is of, None if it is of none."""
    parts = METRIC.fullmatch(stream)
    return (_METRICS[parts[1]], INTERVALS[parts[2]]) if parts else None


def metric_row(row: Mapping[str, Any], interval: Interval) -> dict[str, Any]:
    """Return a row of a metric as it has to go out, but for its date: zeros that stand for no value are null."""
    no_values = {"asp", "asp-percentage-change"} if interval in {"day", "week"} else set()
    return {key: None if key in no_values and value == 0 else value for key, value in row.items()}


def record_of(raw: Mapping[str, Any], texts: Collection[str] = ()) -> dict[str, Any]:
    """Return the record that an object of the API has to become.

    Args:
        raw: The object.
        texts: The fields that are texts whatever the API gives: JSON where it is no text.
    """
    fields = {_name(key): value for key, value in json.loads(_dump(raw), parse_float=Decimal).items()}
    return {name: _text(value) if name in texts else _value(name, value) for name, value in fields.items()}


def records_of(raws: Iterable[Mapping[str, Any]], *keys: str, texts: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the records that objects of the API have to become, sorted by their key."""
    return sorted((record_of(raw, texts) for raw in raws), key=lambda record: [record[key] for key in keys])


def without_empty_rescue(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without `_rescued_data` where nothing had to be rescued, as the truth has them."""
    return [{name: row[name] for name in row if name != "_rescued_data" or row[name] is not None} for row in rows]


def _text(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return value if value is None or isinstance(value, str) else _dump(value)


def _name(key: str) -> str:
    return "app_url" if key == "chartmogul-url" else key.replace("-", "_")


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str) and INSTANT.fullmatch(name) and len(value) > len("2024-01-01"):
        instant = datetime.fromisoformat(value.replace("Z", "+00:00"))
        instant = instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
        return instant.astimezone(timezone.utc).isoformat(timespec="microseconds")
    if name in NUMBERS and value == "":
        return None
    if isinstance(value, dict) and name not in FREE_FORM:
        return {_name(key): _value(_name(key), item) for key, item in value.items()}
    if isinstance(value, list) and name not in FREE_FORM:
        return [_value("", item) for item in value]
    return value


def _dump(raw: Any) -> str:  # noqa: ANN401 - any JSON
    # Decimals of the sandbox keep their digits on the way.
    import simplejson  # noqa: PLC0415

    return str(simplejson.dumps(raw, use_decimal=True, ensure_ascii=False, separators=(",", ":")))
