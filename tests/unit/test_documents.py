"""The settings, `meltano.yml` and the README say the same."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tap_analytics.settings.schema import CONFIG_JSONSCHEMA
from tap_analytics.tap import STREAMS, TapAnalytics
from tests.singer import streams_of

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS: dict[str, dict[str, Any]] = CONFIG_JSONSCHEMA["properties"]
KINDS = {
    "string": {"string", "password", "date_iso8601", "options"},
    "integer": {"integer"},
    "number": {"decimal"},
    "array": {"array"},
}


def _plugin() -> dict[str, Any]:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    plugin: dict[str, Any] = project["plugins"]["extractors"][0]
    return plugin


def test_every_setting_stands_in_meltano_yml_with_the_same_words() -> None:
    schema: dict[str, Any] = deepcopy(CONFIG_JSONSCHEMA)
    TapAnalytics.append_builtin_config(schema)
    plugin = {setting["name"]: setting for setting in _plugin()["settings"]}
    assert set(plugin) == set(schema["properties"])
    for name, declared in schema["properties"].items():
        setting = plugin[name]
        assert setting["label"] == declared["title"]
        assert setting["description"] == " ".join(declared["description"].split())
        assert setting.get("value") == declared.get("default")
        assert setting.get("sensitive", False) == declared.get("secret", False)
        assert (setting["kind"] == "password") == declared.get("secret", False)
        kind = next(kind for kind in declared["type"] if kind != "null")
        assert setting["kind"] in KINDS.get(kind, {kind})


def test_every_setting_stands_in_the_readme_with_the_same_words() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", README.split("## Settings")[1].split("\n## ")[0], re.MULTILINE))
    assert list(rows) == list(SETTINGS)
    for name, declared in SETTINGS.items():
        default, _, description = rows[name].partition("|")
        assert description.strip() == declared["description"]
        if "default" in declared:
            value = declared["default"]
            assert default.strip() == f"`{value if isinstance(value, str) else json.dumps(value)}`"
        else:
            assert default.strip() == ("required" if name in CONFIG_JSONSCHEMA["required"] else "")


def test_the_capabilities_of_meltano_yml_are_the_tap_s() -> None:
    assert set(_plugin()["capabilities"]) == {capability.value for capability in TapAnalytics.capabilities}


def test_every_stream_stands_in_the_readme() -> None:
    table = README.split("## Streams")[1].split("\n## ")[0]
    for stream in [stream for api in STREAMS for stream in streams_of(api)]:
        assert f"`{stream.name}`" in table


def test_the_declaration_in_the_readme_is_one() -> None:
    text = README.split("### In the configuration")[1].split("```yaml")[1].split("```")[0]
    config = yaml.safe_load(text)["plugins"]["extractors"][0]["config"]
    login = {"api_url": "https://api.example.com", "api_key": "key"}
    tap = TapAnalytics(config={**login, **config}, setup_mapper=False)
    assert "plans" in {stream.name for stream in tap.discover_streams()}
