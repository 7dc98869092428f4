"""Read what the targets that write files have written."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_LOADERS: Final = ("target-duckdb", "target-jsonl") if sys.version_info < (3, 13) else ("target-jsonl",)
"""The targets that write files, as far as they can be installed here."""

needs_duckdb = pytest.mark.skipif(
    "target-duckdb" not in FILE_LOADERS, reason="there are wheels of DuckDB 1.0.0 for Python 3.10 to 3.12"
)

# DuckDB is in the loader's environment and not in ours.
_QUERY = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
found = {}
for name, query in json.load(sys.stdin).items():
    result = connection.execute(query)
    columns = [column[0] for column in result.description]
    found[name] = [dict(zip(columns, row)) for row in result.fetchall()]
print(json.dumps(found))
"""


def duckdb_rows(meltano: Path, database: Path, queries: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that each query gives, by the query's name."""
    python = meltano / ".meltano" / "loaders" / "target-duckdb" / "venv" / "bin" / "python"
    command = [str(python), "-c", _QUERY, str(database)]
    rows: dict[str, list[dict[str, Any]]] = json.loads(
        subprocess.check_output(command, input=json.dumps(queries), text=True)  # noqa: S603
    )
    return rows


def jsonl_rows(folder: Path, stream: str) -> list[dict[str, Any]]:
    """Return the rows of a stream's one file."""
    (file,) = folder.glob(f"{stream}-*.jsonl")
    # Not `splitlines`, which also ends lines where a text of a record holds a rarer line separator.
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def csv_rows(folder: Path, stream: str) -> list[dict[str, str]]:
    """Return the rows of a stream's one file."""
    (file,) = folder.glob(f"{stream}-*.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
