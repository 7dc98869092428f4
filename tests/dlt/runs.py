"""Run a case, and compare what comes with what is expected."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.dlt.corpus import differences
from tests.faults.runs import KEY, run_here

if TYPE_CHECKING:
    from tests.dlt.api import DescribedApi
    from tests.dlt.corpus import Case
    from tests.singer import Run


def whole_object(case: Case, origin: str) -> dict[str, Any]:
    """Return settings with the whole pasted object under `resources`."""
    return {**settings_beside(case), "resources": case.config(origin)}


def plain_list(case: Case, origin: str) -> dict[str, Any]:
    """Return settings with what was pasted, each part under its own name; the address as a setting if it is alone."""
    config = case.config(origin)
    if set(config["client"]) == {"base_url"}:
        config["api_url"] = config.pop("client")["base_url"]
        return {"api_key": KEY, **settings_beside(case), **config}
    return {**settings_beside(case), **config}


def settings_beside(case: Case) -> dict[str, Any]:
    """Return the settings that stand beside what was pasted."""
    return {"api": "declared", "backoff_factor": 0, **case.words.get("settings", {})}


def check(case: Case, api: DescribedApi, settings: dict[str, Any]) -> None:
    """Run a case, and compare the tables with what is expected."""
    words = case.words
    api.serve(case.api(api.url))
    run = run_here(settings)
    if error := words.get("refused") or words.get("fails"):
        assert run.exit_code == 1
        assert re.search(error, run.stderr), run.stderr
        assert "fails" in words or not api.asked
        return
    if "told" in words:
        assert re.search(words["told"], run.stderr), run.stderr
    tables: dict[str, list[Any]] = {}
    _load(tables, run)
    _compare(run, tables, words["expect"])
    if "then" in words:
        then = words["then"]
        api.serve(case.api(api.url, {**words["api"], **then.get("api", {})}))
        again = run_here(settings, state=run.state)
        _load(tables, again)
        _compare(again, tables, then.get("expect", words["expect"]))
        for stream, ids in then.get("not_again", {}).items():
            assert {row["id"] for row in again.records(stream)}.isdisjoint(ids)


def _load(tables: dict[str, list[Any]], run: Run) -> None:
    """Load what a run wrote: rows by their key, where there is one."""
    keys_of: dict[str, list[str]] = {}
    for message in json.loads(json.dumps(run.messages, default=float)):
        if message["type"] == "SCHEMA":
            keys_of[message["stream"]] = message["key_properties"]
            tables.setdefault(message["stream"], [])
        elif message["type"] == "RECORD":
            rows, keys, record = tables[message["stream"]], keys_of[message["stream"]], message["record"]
            key = [record[name] for name in keys]
            same = [row for row in rows if keys and [row[name] for name in keys] == key]
            for row in same:
                rows.remove(row)
            rows.append(record)


def _compare(run: Run, tables: dict[str, list[Any]], expect: dict[str, Any]) -> None:
    assert run.exit_code == 0, run.stderr
    assert set(tables) == set(expect), run.stderr
    for stream, wanted in expect.items():
        assert not differences(tables[stream], wanted), f"{stream}: {differences(tables[stream], wanted)}\n{run.stderr}"
