"""Both APIs into files: a DuckDB database, and a folder of JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox

from demo.pipeline import EXTRACTORS, Pipeline, settings
from tests.pipeline.files import FILE_LOADERS, duckdb_rows, jsonl_rows, needs_duckdb
from tests.pipeline.truth import KEYS, SELECTED, by_key, truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def sandbox(meltano: Path) -> Iterator[Sandbox]:
    """Both APIs, loaded into both targets by one process of Meltano."""
    with Sandbox(size=30) as running:
        pairs = [(extractor, loader) for extractor in EXTRACTORS for loader in FILE_LOADERS]
        Pipeline(meltano, {**settings(running), **SELECTED}).run(*pairs)
        yield running


@needs_duckdb
def test_duckdb_takes_both_apis(meltano: Path, sandbox: Sandbox) -> None:
    for schema, keys in KEYS.items():
        expected = truth(sandbox, schema)
        for table, key in keys.items():
            names = ", ".join(f"{name}::varchar as {name}" for name in key)
            query = f"select {names} from {schema}.{table}"  # noqa: S608 - our own names
            stored = duckdb_rows(meltano, meltano / "analytics.duckdb", query)
            assert sorted([row[name] for name in key] for row in stored) == sorted(
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
