"""Declarations to be checked."""

from __future__ import annotations

from typing import Any

from tap_analytics.apis import declared
from tap_analytics.settings.faults import faults
from tap_analytics.tap import TapAnalytics
from tests.unit.taps import KEY, URL

MARK = "vAlUe-of-A-sEcReT"
DECLARED = {"api": "declared", "api_url": URL, "api_key": KEY, "backoff_factor": 0}


def resource(name: str = "a", **words: Any) -> dict[str, Any]:
    """Return a resource; words of its endpoint and its own are told apart by their names."""
    own: dict[str, Any] = {
        word: words.pop(word) for word in ("primary_key", "schema", "include_from_parent") if word in words
    }
    return {"name": name, **own, "endpoint": {"path": "/a", **words}}


def faults_of(*resources: Any, **settings: Any) -> list[str]:
    """Return what is wrong with declarations."""
    config = {**DECLARED, "resources": list(resources), **settings}
    return faults(config, TapAnalytics.config_jsonschema, api=declared.API, builtin=("built_in",))


def tap_of(resources: Any, **settings: Any) -> TapAnalytics:  # noqa: ANN401 - any JSON
    """Return a tap with declared streams, whose schemas nobody has to ask for."""
    return TapAnalytics(config={**DECLARED, "resources": resources, **settings}, catalog={"streams": []})
