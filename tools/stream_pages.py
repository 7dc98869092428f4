"""The pages about streams: `docs/streams.md` lists all of them, and each has a page under `docs/streams/`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.apis.registry import STREAMS
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.records.rescue import RESCUED_DATA
from tools.catalog import kinds_of, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta

    from tap_analytics.sync.stream import AnalyticsStream

_OVERVIEW: Final = f"""\
# Streams

Every stream of both APIs, each with a link to the page that describes it and its columns. These pages are generated
from the code.

* **Read**: an *incremental* stream is read again from its bookmark less the look-back (`lookback_days`). A *whole*
  stream is read from beginning to end in each run. It ends with `ACTIVATE_VERSION`, so that deleted rows are found.
  [Incremental reads](incremental.md) explains both.
* **Requests** are counted for the default `page_size`.
* **Selected**: whether the stream is read without a catalog. [Select streams](selecting-streams.md) says how to change
  that.
* Every stream also has the column [`{RESCUED_DATA}`](records.md#_rescued_data). [Records and columns](records.md) says
  how names, dates, numbers and nested objects are written.
"""

_APIS: Final = {"subscription": "Subscription API", "support": "Support API"}

_PERIODS: Final = {"daily", "weekly", "monthly", "quarterly", "yearly"}

_EVERY: Final = "*"
"""What stands for the period in the name of a page about several metrics."""


def stream_pages() -> dict[str, str]:
    """Return the text of each page, by its path in the repository."""
    pages = {}
    overview = [_OVERVIEW]
    for api in STREAMS:
        grouped = _pages(api)
        overview.append(f"## {_APIS[api]}\n\n{_contents(api, grouped)}")
        for name, streams in grouped.items():
            pages[f"docs/streams/{api}/{name}.md"] = _page(api, streams)
    return {"docs/streams.md": "\n".join(overview), **pages}


def _pages(api: str) -> dict[str, list[AnalyticsStream]]:
    """Return the streams of each page: one, or a metric by day, week, month, quarter and year."""
    pages: dict[str, list[AnalyticsStream]] = {}
    for stream in streams_of(api):
        pages.setdefault("_".join(part for part in stream.name.split("_") if part not in _PERIODS), []).append(stream)
    return dict(sorted(pages.items()))


def _contents(api: str, pages: Mapping[str, Sequence[AnalyticsStream]]) -> str:
    rows = [
        f"| [`{each.name}`](streams/{api}/{page}.md) | {_code(each.primary_keys)} | {_replication(each)[0]} |"
        f" {_cost(each)} | {'yes' if each.selected_by_default else 'no'} |"
        for page, streams in pages.items()
        for each in streams
    ]
    head = ["| stream | key | read | requests | selected |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, ""])


def _page(api: str, streams: Sequence[AnalyticsStream]) -> str:
    stream = streams[0]
    kind, why = _replication(stream)
    facts = [
        ("Path", f"`{stream.path}`"),
        ("Key", _code(stream.primary_keys)),
        ("Read", f"{kind}: {why}"),
        ("Requests", _cost(stream)),
        ("Selected by default", "yes" if stream.selected_by_default else "no"),
    ]
    return "\n".join(
        [
            f"# {_title(streams)}",
            "",
            _introduction(api, streams),
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {name} | {text} |" for name, text in facts),
            "",
            "## Columns",
            "",
            "| column | type | what it is |",
            "| --- | --- | --- |",
            *_rows(stream.schema),
            "",
        ]
    )


def _title(streams: Sequence[AnalyticsStream]) -> str:
    name = streams[0].name
    if len(streams) == 1:
        return name
    return "_".join(_EVERY if part in _PERIODS else part for part in name.split("_"))


def _introduction(api: str, streams: Sequence[AnalyticsStream]) -> str:
    where = f"{api} API"
    if len(streams) == 1:
        what = f"What the stream `{streams[0].name}` of the {where} holds, how it is read, and its columns."
        return f"{what}\n\n{inspect.getdoc(type(streams[0])) or ''}"
    what = f"What the streams `{_title(streams)}` of the {where} hold, how they are read, and their columns."
    rows = [f"| `{each.name}` | {' '.join((inspect.getdoc(type(each)) or '').split())} |" for each in streams]
    return "\n".join([what, "", "| stream | what a row is |", "| --- | --- |", *rows])


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
