"""The catalog and the state of the last release go into this version: nothing is lost, and nothing is read twice."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from tap_analytics.tap import TapAnalytics
from tests.faults.runs import run_here
from tests.integration.last_release import configs, recorded, sandbox
from tests.integration.texts import TEXTS
from tests.integration.truth import records_of
from tests.singer import Tables

if TYPE_CHECKING:
    from analytics_sandbox import Sandbox

LOOK_BACKS: Final = {
    "activities": timedelta(days=30),
    "messages": timedelta(days=14),
    "satisfaction_surveys": timedelta(days=14),
}
"""How far before its bookmark a stream reads again; others no more than ten minutes."""

TWO_PAGES: Final = 20
"""How many older rows a list that comes newest first may bring at its end."""


def truth(running: Sandbox, api: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables but the metrics, by stream."""
    if api == "declared":
        return {"movements": running.world.activities()}
    return running.world.truth("support" if api == "support" else "subscription")


def change(running: Sandbox, api: str) -> None:
    """Let things happen on the day after the last release ran, of which the lists tell."""
    world = running.world
    world.advance(timedelta(days=1))
    if api == "support":
        world.update_customer("support", world.customers("support")[5]["id"], name="Someone Else")
        world.add_customers("support", 3)
        world.delete_custom_field(world.custom_fields()[0]["id"])
    else:
        world.add_customers("subscription", 3)
        world.add_activities(4)


@pytest.mark.parametrize("api", ["subscription", "support", "declared"])
def test_an_upgrade_loses_nothing_and_reads_nothing_twice(api: str) -> None:
    release = recorded(api)
    entries = {entry["tap_stream_id"]: entry for entry in release["catalog"]["streams"]}
    with sandbox() as running:
        before = truth(running, api)
        change(running, api)
        after = truth(running, api)
        config = configs(running)[api]
        now = {entry["tap_stream_id"]: entry for entry in TapAnalytics(config=config).catalog_dict["streams"]}
        run = run_here(config, state=release["state"], catalog=release["catalog"])
    assert run.exit_code == 0, run.stderr
    # Each stream of the last release is there still; streams that are new since then wait for a new catalog.
    schemas = {message["stream"] for message in run.messages if message["type"] == "SCHEMA"}
    assert schemas == {name for name, entry in entries.items() if _is_selected(entry)}

    incremental = {name for name, mark in release["state"]["bookmarks"].items() if "replication_key_value" in mark}
    assert incremental
    for name in sorted(schemas & after.keys()):
        keys = entries[name]["key_properties"]
        old, new = (records_of(rows[name], *keys, texts=TEXTS.get(name, ())) for rows in (before, after))
        tables = Tables()
        tables.load([{"type": "SCHEMA", "stream": name, "key_properties": keys}])
        tables.load({"type": "RECORD", "stream": name, "record": row} for row in old)
        tables.load(message for message in run.messages if message.get("stream") == name)
        columns = _columns(entries[name]).items() & _columns(now[name]).items()
        assert {*keys} <= {column for column, _ in columns}, name
        stored, expected = (
            [{column: row.get(column) for column, _ in columns} for row in rows] for rows in (tables.rows(name), new)
        )
        assert stored == expected, name
        if name in incremental:
            mark = release["state"]["bookmarks"][name]
            cut = datetime.fromisoformat(mark["replication_key_value"]) - LOOK_BACKS.get(name, timedelta(minutes=10))
            times = [datetime.fromisoformat(row[mark["replication_key"]]) for row in run.records(name)]
            assert len([time for time in times if time < cut]) <= (TWO_PAGES if api == "support" else 0), name
            assert len(times) < len(old), name
            assert run.state["bookmarks"][name]["replication_key_value"] > mark["replication_key_value"], name


def _columns(entry: dict[str, Any]) -> dict[str, str]:
    """Return what a catalog says of each column but its description; a new catalog may say something else.

    What the old one does not know is in `_rescued_data`.
    """

    def plain(schema: Any) -> Any:  # noqa: ANN401 - any JSON
        match schema:
            case dict():
                return {word: plain(value) for word, value in schema.items() if word != "description"}
            case list():
                return [plain(value) for value in schema]
        return schema

    return {
        column: json.dumps(plain(schema))
        for column, schema in entry["schema"]["properties"].items()
        if column != "_rescued_data"
    }


def _is_selected(entry: dict[str, Any]) -> bool:
    (root,) = (item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
    return bool(root.get("selected", root.get("selected-by-default", True)))
