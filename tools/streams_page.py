"""`docs/streams.md`: every stream of both APIs, with every column."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.tap import STREAMS
from tools.catalog import kinds_of, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta

    from tap_analytics.sync.stream import AnalyticsStream

_HEAD: Final = f"""\
# Streams

Every stream of both APIs, and every column. This page is generated from the code (`make generate`).

* Names of columns are the API's, in snake_case. The type is the JSON type; every column but those of the key may be
  null. `object (open)` is free-form: it goes out as the API gives it. `[]` stands for the items of an array.
* Every stream has the column `{RESCUED_DATA}` as well: an object of what has no column, or does not fit its type.
* **Incremental** streams read again from their bookmark less the look-back (`lookback_days`). **Whole** streams are
  read from beginning to end in each run, and end with `ACTIVATE_VERSION`, so that deleted rows can be found.
* Requests are counted for the default `page_size`.
"""

_APIS: Final = {"subscription": "Subscription API", "support": "Support API"}


def streams_page() -> str:
    """Return the text of the page."""
    parts = [_HEAD]
    for api in STREAMS:
        streams = streams_of(api)
        parts.append(f"## {_APIS[api]}\n\n{_contents(api, streams)}")
        parts += [_section(api, stream) for stream in streams]
    return "\n".join(parts)


def _contents(api: str, streams: Sequence[AnalyticsStream]) -> str:
    rows = [
        f"| [`{each.name}`](#{_anchor(api, each)}) | {_code(each.primary_keys)} | {_replication(each)[0]} |"
        f" {'yes' if each.selected_by_default else 'no'} |"
        for each in streams
    ]
    return "\n".join(["| stream | key | read | selected by default |", "| --- | --- | --- | --- |", *rows, ""])


def _section(api: str, stream: AnalyticsStream) -> str:
    kind, why = _replication(stream)
    facts = [
        ("Path", f"`{stream.path}`"),
        ("Key", _code(stream.primary_keys)),
        ("Replication", f"{kind}: {why}"),
        ("Requests", _cost(stream)),
    ]
    if not stream.selected_by_default:
        facts.append(("Selected by default", "no"))
    return "\n".join(
        [
            f'### <a id="{_anchor(api, stream)}"></a>{stream.name}',
            "",
            inspect.getdoc(type(stream)) or "",
            "",
            *(f"* **{name}**: {text}" for name, text in facts),
            "",
            "| column | type | what it is |",
            "| --- | --- | --- |",
            *_rows(stream.schema),
            "",
        ]
    )


def _anchor(api: str, stream: AnalyticsStream) -> str:
    return f"{api}-{stream.name}"


def _replication(stream: AnalyticsStream) -> tuple[str, str]:
    """Return how a stream is read, and why."""
    key, lookback = f"`{stream.replication_key}`", _days(stream.lookback)
    if stream.date_filter is not None:
        return f"incremental on {key}", f"the API filters by it; look-back of {lookback}"
    if stream.newest_first:
        return (
            f"incremental on {key}",
            f"the list comes newest first, and is read until it is old enough; look-back of {lookback}",
        )
    if isinstance(stream, MetricStream):
        return "whole", "the service restates earlier periods at any depth"
    if isinstance(stream.paginator, SinglePage) and stream.parent is None:
        return "whole", "one answer holds all"
    return (
        "whole",
        "the API can neither filter the list by a date of change, nor sort it by one that shows every change",
    )


def _cost(stream: AnalyticsStream) -> str:
    size = stream.paginator.limit or stream.page_size
    pages = "one" if isinstance(stream.paginator, SinglePage) else f"one for each {size} rows"
    if stream.parent is not None:
        return f"{pages}, at least one for each record of `{stream.parent.name}`"
    if stream.date_filter is not None:
        return f"{pages}; windows of dates side by side"
    return pages


def _rows(schema: Mapping[str, Any]) -> Iterator[str]:
    for path, column in _columns(schema):
        if path != RESCUED_DATA:
            yield f"| `{path}` | {_type(column)} | {column.get('description', '')} |"


def _columns(schema: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each property with its path, and those of objects and of the items of arrays after it."""
    for name, column in schema.get("properties", {}).items():
        path = f"{within}{name}"
        yield path, column
        yield from _columns(column, f"{path}.")
        yield from _columns(column.get("items", {}), f"{path}[].")


def _type(column: Mapping[str, Any]) -> str:
    types = kinds_of(column)
    if types == ["array"]:
        items = column.get("items", {})
        return f"array of {_type(items)}" if items else "array (open)"
    if types == ["object"] and not column.get("properties"):
        return "object (open)"
    return " or ".join(column.get("format", kind) if kind == "string" else kind for kind in types) or "any"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _days(span: timedelta) -> str:
    if not span:
        return "nothing"
    return f"{span.days} days" if span.days else f"{int(span.total_seconds() // 60)} minutes"
