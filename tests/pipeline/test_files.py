"""Both APIs into files: a DuckDB database, and folders of JSON lines and of CSV."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from demo.pipeline import EXTRACTORS, Pipeline, settings
from tap_analytics.records.datetimes import parse_instant
from tests.faults.runs import run_here
from tests.pipeline.files import FILE_LOADERS, csv_rows, duckdb_rows, jsonl_rows, needs_duckdb
from tests.pipeline.loading import load, settings_of
from tests.pipeline.truth import APIS, KEYS, SELECTED, by_key, differences, truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def sandbox(meltano: Path) -> Iterator[Sandbox]:
    """Both APIs, loaded into both targets by one process of Meltano."""
    with Sandbox(size=15) as running:
        pairs = [(extractor, loader) for extractor in EXTRACTORS for loader in FILE_LOADERS]
        Pipeline(meltano, {**settings(running), **SELECTED}).run(*pairs)
        yield running


@needs_duckdb
def test_duckdb_takes_both_apis(meltano: Path, sandbox: Sandbox) -> None:
    columns = {
        f"{schema}.{table}": ", ".join(f"{name}::varchar as {name}" for name in key)
        for schema, keys in KEYS.items()
        for table, key in keys.items()
    }
    queries = {name: f"select {keys} from {name}" for name, keys in columns.items()}  # noqa: S608 - our own names
    stored = duckdb_rows(meltano, meltano / "analytics.duckdb", queries)
    for schema, keys in KEYS.items():
        expected = truth(sandbox, schema)
        for table, key in keys.items():
            assert sorted([row[name] for name in key] for row in stored[f"{schema}.{table}"]) == sorted(
                [str(part) for part in (whole if len(key) > 1 else [whole])] for whole in expected[table]
            )


def test_jsonl_takes_both_apis(meltano: Path, sandbox: Sandbox) -> None:
    for schema, keys in KEYS.items():
        expected = truth(sandbox, schema)
        for table, key in keys.items():
            stored = jsonl_rows(meltano / "output" / schema, table)
            last = {tuple(row[name] for name in key): row for row in stored}
            assert sorted(by_key(last.values(), *key)) == sorted(expected[table])
            # A list that comes newest first is read a second time at its front, where it has more than one page.
            assert len(stored) == len(expected[table]) or table == "tickets"


def test_csv_takes_both_apis_whole(meltano: Path, tmp_path: Path) -> None:
    """Every cell, with the settings that `meltano.yml` has, and flattening, as docs/targets.md asks for."""
    flat = {"flattening_enabled": True, "flattening_max_depth": 1}
    with Sandbox(size=10) as sandbox:
        for schema, keys in KEYS.items():
            folder = tmp_path / schema
            folder.mkdir()
            run = run_here({**getattr(sandbox, f"{APIS[schema]}_config"), **flat}, *keys)
            load(meltano, "target-csv", run.stdout, folder, **settings_of("target-csv") | {"output_path": str(folder)})
            for table, expected in truth(sandbox, schema).items():
                by_text = {_key(row, keys[table]): row for row in expected.values()}
                # A list that comes newest first is read a second time at its front.
                stored = {_key(row, keys[table]): row for row in csv_rows(folder, table)}
                assert stored.keys() == by_text.keys(), table
                rows = [_typed(row, by_text[key]) for key, row in stored.items()]
                assert not differences(by_key(rows, *keys[table]), expected), table


def _key(row: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in names)


def _typed(row: dict[str, str], expected: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a CSV file with values of the types that are expected, and with its objects put together."""
    typed: dict[str, Any] = {}
    for name, text in row.items():
        outer, _, inner = name.partition("__")
        if inner and isinstance(expected.get(outer), dict):
            if inner in expected[outer]:
                typed.setdefault(outer, {})[inner] = _value(text, expected[outer][inner])
            else:
                assert not text
        else:
            typed[name] = _value(text, expected.get(name))
    return typed


def _value(text: str, expected: object) -> Any:  # noqa: ANN401 - any JSON
    match expected:
        case bool():
            return {"True": True, "False": False}[text]
        case datetime():
            return parse_instant(text)
        case int() | Decimal():
            return Decimal(text)
        case dict() | list():
            return json.loads(text, parse_float=Decimal)
        case str():
            return text
    return text or None
