"""Read what the targets that write files have written."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FILE_LOADERS: Final = ("target-duckdb", "target-jsonl") if sys.version_info < (3, 13) else ("target-jsonl",)
"""The targets that write files, as far as they can be installed here."""

needs_duckdb = pytest.mark.skipif(
    "target-duckdb" not in FILE_LOADERS, reason="there are wheels of DuckDB 1.0.0 for Python 3.10 to 3.12"
)

# DuckDB is in the loader's environment and not in ours.
_QUERY = """
import duckdb, json, sys
database, query = sys.argv[1:]
result = duckdb.connect(database, read_only=True).execute(query)
names = [column[0] for column in result.description]
print(json.dumps([dict(zip(names, row)) for row in result.fetchall()]))
"""


def duckdb_rows(meltano: Path, database: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows that a query gives."""
    python = meltano / ".meltano" / "loaders" / "target-duckdb" / "venv" / "bin" / "python"
    command = [str(python), "-c", _QUERY, str(database), query]
    rows: list[dict[str, Any]] = json.loads(subprocess.check_output(command))  # noqa: S603
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
