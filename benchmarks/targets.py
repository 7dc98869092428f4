"""The targets of `meltano.yml`, as programs that load what a tap writes."""

from __future__ import annotations

import json
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import sql
from typing_extensions import override

from benchmarks.contestants import written
from benchmarks.environments import python_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from demo.database import Database

_COUNT_IN_DUCKDB = """
import duckdb, json, sys
file, schema, *tables = sys.argv[1:]
count = duckdb.connect(file, read_only=True).execute
print(json.dumps({name: count(f"select count(*) from {schema}.{name}").fetchone()[0] for name in tables}))
"""


@dataclass(frozen=True)
class Place:
    """Where the tables of a run lie.

    Attributes:
        folder: A folder of the run's own.
        database: A running PostgreSQL.
        schema: A schema of the run's own.
    """

    folder: Path
    database: Database
    schema: str

    def rows(self, tables: Iterable[str]) -> dict[str, int]:
        """Return the number of rows of tables in the PostgreSQL."""
        query = sql.SQL("select count(*) as rows from {}")
        found = {name: self.database.query(query.format(sql.Identifier(self.schema, name))) for name in tables}
        return {name: row["rows"] for name, [row] in found.items()}


@dataclass(frozen=True, eq=False)
class Target(ABC):
    """A target.

    Attributes:
        title: Its name in the table.
        program: The program's name.
        packages: What its environment holds, pinned.
        settings: What differs from its defaults.
    """

    title: str
    program: str
    packages: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def command(self, place: Place) -> list[str]:
        """Return the command that loads what comes in by stdin."""
        config = written(place.folder, "target", {**self.place_settings(place), **self.settings})
        return [str(python_with(self.packages).with_name(self.program)), "--config", config]

    @abstractmethod
    def place_settings(self, place: Place) -> dict[str, Any]:
        """Return the settings that say where the tables are to lie."""

    @abstractmethod
    def rows(self, place: Place, tables: Iterable[str]) -> dict[str, int]:
        """Return the number of rows of tables."""


class PostgresTarget(Target):
    """meltanolabs' target-postgres."""

    @override
    def place_settings(self, place: Place) -> dict[str, Any]:
        return {
            "sqlalchemy_url": place.database.url,
            "default_target_schema": place.schema,
            "sanitize_null_text_characters": True,
        }

    @override
    def rows(self, place: Place, tables: Iterable[str]) -> dict[str, int]:
        return place.rows(tables)


class DuckdbTarget(Target):
    """jwills' target-duckdb."""

    @override
    def place_settings(self, place: Place) -> dict[str, Any]:
        return {"filepath": str(place.folder / "analytics.duckdb"), "default_target_schema": place.schema}

    @override
    def rows(self, place: Place, tables: Iterable[str]) -> dict[str, int]:
        # DuckDB is in the target's environment and not in ours.
        file = str(place.folder / "analytics.duckdb")
        command = [str(python_with(self.packages)), "-c", _COUNT_IN_DUCKDB, file, place.schema, *tables]
        counted: dict[str, int] = json.loads(subprocess.check_output(command))  # noqa: S603 - our own program
        return counted


class JsonlTarget(Target):
    """andyh1203's target-jsonl."""

    @override
    def place_settings(self, place: Place) -> dict[str, Any]:
        return {"destination_path": str(place.folder), "do_timestamp_file": False}

    @override
    def rows(self, place: Place, tables: Iterable[str]) -> dict[str, int]:
        files = {name: place.folder / f"{name}.jsonl" for name in tables}
        return {name: file.read_bytes().count(b"\n") for name, file in files.items()}


_POSTGRES = ("meltanolabs-target-postgres==0.8.1",)

POSTGRES = PostgresTarget(
    "target-postgres as in meltano.yml", "target-postgres", _POSTGRES, {"validate_records": False}
)
POSTGRES_CHECKING = PostgresTarget("target-postgres, which checks records", "target-postgres", _POSTGRES)
DUCKDB = DuckdbTarget(
    "target-duckdb", "target-duckdb", ("target-duckdb==0.8.0", "duckdb==1.0.0", "--only-binary=duckdb")
)
JSONL = JsonlTarget("target-jsonl", "target-jsonl", ("target-jsonl==0.1.4",))
