"""The settings, `meltano.yml`, the README and the documentation say the same."""

from __future__ import annotations

from pathlib import Path

import yaml

from tap_analytics.apis.registry import STREAMS
from tap_analytics.tap import TapAnalytics
from tests.singer import streams_of
from tools.generated import stale_files

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_generated_files_are_up_to_date() -> None:
    assert stale_files() == [], "run `make generate`"


def test_the_readme_counts_the_streams_and_names_those_that_are_special() -> None:
    start, table = README.split("## Use it")[0], README.split("## Streams")[1].split("\n## ")[0]
    for api in STREAMS:
        streams = streams_of(api)
        assert f"API: {len(streams)} streams" in start
        for stream in streams:
            is_special = stream.replication_key is not None or not stream.selected_by_default
            assert (f"`{stream.name}`" in table) or not is_special


def test_meltano_selects_the_streams_that_are_selected_by_default() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    for api, plugin in zip(STREAMS, project["plugins"]["extractors"], strict=True):
        others = sorted(stream.name for stream in streams_of(api) if not stream.selected_by_default)
        assert plugin["select"] == ["*.*", *(f"!{name}.*" for name in others)]


def test_no_setting_is_of_a_kind_that_meltano_cannot_hand_on() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    kinds = {setting["kind"] for each in project["plugins"]["extractors"] for setting in each.get("settings", [])}
    assert "decimal" not in kinds


def test_the_declaration_in_the_readme_is_one() -> None:
    text = README.split("### In the configuration")[1].split("```yaml")[1].split("```")[0]
    config = yaml.safe_load(text)["plugins"]["extractors"][0]["config"]
    login = {"api_url": "https://api.example.com", "api_key": "key"}
    tap = TapAnalytics(config={**login, **config}, setup_mapper=False)
    assert "active_customers" in {stream.name for stream in tap.discover_streams()}
