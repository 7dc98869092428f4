"""The settings, as Meltano and the documentation show them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Final

from tap_analytics.settings.schema import CONFIG_JSONSCHEMA
from tap_analytics.tap import TapAnalytics

_LABELS: Final = {
    "subscription": "Subscription analytics",
    "support": "Support desk",
    "declared": "Declared in `resources`",
    "basic": "HTTP Basic",
    "bearer": "Bearer token",
    "header": "Key in a header",
}
"""Labels of the values of settings that offer a choice."""

_DATES: Final = {"start_date", "end_date"}


def plugin_settings() -> list[dict[str, Any]]:
    """Return all settings, those of the SDK included, in the words of a Meltano plugin definition."""
    schema: dict[str, Any] = deepcopy(CONFIG_JSONSCHEMA)
    TapAnalytics.append_builtin_config(schema)
    return [_plugin_setting(name, declared) for name, declared in schema["properties"].items()]


def _plugin_setting(name: str, declared: dict[str, Any]) -> dict[str, Any]:
    setting: dict[str, Any] = {"name": name, "label": declared["title"], "kind": _kind(name, declared)}
    if declared.get("secret"):
        setting["sensitive"] = True
    if "default" in declared:
        setting["value"] = declared["default"]
    if "enum" in declared:
        setting["options"] = [{"label": _LABELS[value], "value": value} for value in declared["enum"] if value]
    if declared.get("examples"):
        setting["placeholder"] = str(declared["examples"][0])
    setting["description"] = " ".join(declared["description"].split())
    return setting


def _kind(name: str, declared: dict[str, Any]) -> str:
    if declared.get("secret"):
        return "password"
    if "enum" in declared:
        return "options"
    if name in _DATES:
        return "date_iso8601"
    kinds = [kind for kind in declared.get("type", ["string"]) if kind != "null"]
    # Meltano ends with a traceback at any text that is not JSON of the kind `array` or `object`. It gives the tap lists
    # and objects of a setting of the kind `string` as they are.
    kind = "string" if "string" in kinds or not kinds else kinds[0]
    # Meltano fails to write a setting of the kind `decimal` into the file that it gives the tap.
    return {"number": "string"}.get(kind, kind)


def settings_table() -> str:
    """Return the table of the tap's own settings, for `docs/settings.md`."""
    rows = []
    for name, declared in CONFIG_JSONSCHEMA["properties"].items():
        default = ""
        if "default" in declared:
            value = declared["default"]
            default = f"`{value if isinstance(value, str) else json.dumps(value)}`"
        rows.append(f"| `{name}` | {f'{default} ' if default else ''}| {declared['description']} |")
    return "\n".join(["| setting | default | what it does |", "| --- | --- | --- |", *rows, ""])
