"""Declarations to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tap_analytics.apis import declared
from tap_analytics.apis.declared.value_faults import VALUE_HINTS
from tap_analytics.apis.declared.vocabulary import Configuration
from tap_analytics.apis.declared.vocabulary.base import REFUSED, extra_of
from tap_analytics.settings.faults import check_settings
from tap_analytics.tap import TapAnalytics
from tests.unit.taps import KEY, URL

if TYPE_CHECKING:
    from collections.abc import Iterator


def _hints(kind: Any, seen: set[type]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a type of msgspec's
    """Yield the words below a type that are refused, and what to use instead."""
    for inner in (*getattr(kind, "types", ()), getattr(kind, "type", None), getattr(kind, "item_type", None)):
        if inner is not None:
            yield from _hints(inner, seen)
    if not isinstance(kind, msgspec.inspect.StructType) or kind.cls in seen:
        return
    seen.add(kind.cls)
    for field in kind.fields:
        if remedy := extra_of(field.type).get(REFUSED):
            yield field.name, remedy
        yield from _hints(field.type, seen)


HINTS: dict[str, str] = {**dict(_hints(msgspec.inspect.type_info(Configuration), set())), **VALUE_HINTS}
"""What is told in the place of each word, or value, that does not work."""

MARK = "vAlUe-of-A-sEcReT"
DECLARED = {"api": "declared", "api_url": URL, "api_key": KEY, "backoff_factor": 0}


def resource(name: str = "a", **words: Any) -> dict[str, Any]:
    """Return a resource; words of its endpoint and its own are told apart by their names."""
    own: dict[str, Any] = {
        word: words.pop(word)
        for word in ("primary_key", "schema", "include_from_parent", "parent_filter")
        if word in words
    }
    return {"name": name, **own, "endpoint": {"path": "/a", **words}}


def faults_of(*resources: Any, **settings: Any) -> list[str]:
    """Return what is wrong with declarations."""
    config = {**DECLARED, "resources": list(resources), **settings}
    return check_settings(config, TapAnalytics.config_jsonschema, api=declared.API, builtin=("built_in",)).faults


def tap_of(resources: Any, **settings: Any) -> TapAnalytics:  # noqa: ANN401 - any JSON
    """Return a tap with declared streams, whose schemas nobody has to ask for."""
    return TapAnalytics(config={**DECLARED, "resources": resources, **settings}, catalog={"streams": []})
