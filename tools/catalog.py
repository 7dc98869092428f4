"""The streams of the built-in APIs, as discovery finds them, for files that are made from their schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.tap import TapAnalytics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.sync.stream import AnalyticsStream


def streams_of(api: str) -> list[AnalyticsStream]:
    """Return all streams of an API, by name."""
    config = {"api": api, "api_url": "https://api.example.com", "api_key": "-", "username": "-", "password": "-"}
    found = TapAnalytics(config=config, setup_mapper=False).discover_streams()
    return sorted(found, key=lambda each: each.name)


def kinds_of(column: Mapping[str, Any]) -> list[str]:
    """Return the JSON types that a column may have, but for null."""
    declared = column.get("type", [])
    return [kind for kind in ([declared] if isinstance(declared, str) else declared) if kind != "null"]
