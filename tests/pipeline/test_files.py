"""Both APIs into files: a DuckDB database, and a folder of JSON lines."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from demo.pipeline import EXTRACTORS, Pipeline, settings
from tests.pipeline.truth import KEYS, by_key, truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# DuckDB is in the loader's environment and not in ours.
QUERY = """
import duckdb, json, sys
database, query = sys.argv[1:]
print(json.dumps(duckdb.connect(database, read_only=True).execute(query).fetchall()))
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Both APIs."""
    with Sandbox(size=30) as running:
        yield running


def test_duckdb_takes_both_apis(meltano: Path, sandbox: Sandbox) -> None:
    pipeline = Pipeline(meltano, settings(sandbox))
    for extractor in EXTRACTORS:
        pipeline.run(extractor, "target-duckdb")

    for schema, keys in KEYS.items():
        expected = truth(sandbox, schema)
        for table, key in keys.items():
            stored = duckdb(meltano, f"select {key}::varchar from {schema}.{table}")  # noqa: S608 - our own names
            assert sorted(row[0] for row in stored) == sorted(str(key) for key in expected[table])


def test_jsonl_takes_both_apis(meltano: Path, sandbox: Sandbox) -> None:
    pipeline = Pipeline(meltano, settings(sandbox))
    for extractor in EXTRACTORS:
        pipeline.run(extractor, "target-jsonl")

    for schema, keys in KEYS.items():
        expected = truth(sandbox, schema)
        for table, key in keys.items():
            (file,) = (meltano / "output" / schema).glob(f"{table}-*.jsonl")
            lines = file.read_text(encoding="utf-8").splitlines()
            assert set(by_key(map(json.loads, lines), key)) == set(expected[table])


def duckdb(meltano: Path, query: str) -> list[list[Any]]:
    """Return the rows that a query gives."""
    python = meltano / ".meltano" / "loaders" / "target-duckdb" / "venv" / "bin" / "python"
    command = [str(python), "-c", QUERY, str(meltano / "analytics.duckdb"), query]
    rows: list[list[Any]] = json.loads(subprocess.check_output(command))  # noqa: S603
    return rows
