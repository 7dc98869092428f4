"""Databases with what the tap read from a sandbox, and with the models built on it."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from tests.faults.runs import run_here
from tests.pipeline.loading import load
from tests.pipeline.models.dbt_commands import CHECKOUT
from tests.singer import streams_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from analytics_sandbox import Sandbox

    from demo.database import Database

Rows = list[dict[str, Any]]

SCHEMAS: Final = {"subscription": "tap_analytics", "support": "tap_analytics_support"}
"""The schema that each API is loaded into, which is the name of its dbt source as well."""

MARTS_READ: Final = {
    "subscription": ("account", "activities", "customers", "invoices", "mrr_monthly", "plans"),
    "support": ("customers", "messages", "satisfaction_surveys", "tickets", "users"),
}
"""The streams that the marts are made of."""


@dataclass(frozen=True)
class Warehouse:
    """A database in which the models stand.

    Attributes:
        query: Runs a statement, and returns its rows; names are looked up among the models.
    """

    query: Callable[[str], Rows]


def read(sandbox: Sandbox) -> dict[str, str]:
    """Return the messages of a run of the tap for each API, with all of its streams."""
    messages = {}
    for api, config in {"subscription": sandbox.subscription_config, "support": sandbox.support_config}.items():
        run = run_here(config, *(stream.name for stream in streams_of(api)))
        assert run.exit_code == 0, run.stderr
        messages[api] = run.stdout
    return messages


def of_streams(messages: str, streams: Collection[str]) -> str:
    """Return those messages that are about some streams."""
    lines = messages.splitlines(keepends=True)
    return "".join(line for line in lines if json.loads(line).get("stream") in streams)


def load_postgres(meltano: Path, messages: dict[str, str], folder: Path, database: Database) -> None:
    """Load the streams that the marts are made of, and no others."""
    for api, schema in SCHEMAS.items():
        load(
            meltano,
            "target-postgres",
            of_streams(messages[api], MARTS_READ[api]),
            folder,
            sqlalchemy_url=database.url,
            default_target_schema=schema,
            validate_records=False,
        )


def load_duckdb(meltano: Path, messages: dict[str, str], folder: Path, file: Path) -> None:
    """Load all streams."""
    for api, schema in SCHEMAS.items():
        settings = {"filepath": str(file), "default_target_schema": schema}
        load(meltano, "target-duckdb", messages[api], folder, **settings)


def write_project(folder: Path) -> None:
    """Write the files of a dbt project as `docs/models.md` shows them, with the package of this checkout."""
    page = (CHECKOUT / "docs" / "models.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"```yaml\n# (packages.yml|dbt_project.yml)\n(.*?)```", page, re.DOTALL))
    assert "subdirectory: dbt" in files["packages.yml"]
    # What is here has not been committed yet, so it cannot be cloned.
    files["packages.yml"] = json.dumps({"packages": [{"local": str(CHECKOUT / "dbt")}]})
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def profiles(database: Database, file: Path) -> str:
    """Return the text of a `profiles.yml` with both databases."""
    postgres = conninfo_to_dict(database.url.replace("postgresql+psycopg://", "postgresql://"))
    shared = {"schema": "analytics", "threads": 4}
    outputs = {
        "postgres": {"type": "postgres", "port": 5432, "password": "", **postgres, **shared},
        "duckdb": {"type": "duckdb", "path": str(file), **shared},
    }
    return json.dumps({"warehouse": {"target": "postgres", "outputs": outputs}})


def on_postgres(database: Database) -> Warehouse:
    """Return a PostgreSQL that the models are built in."""
    address = database.url.replace("postgresql+psycopg://", "postgresql://")

    def query(statement: str) -> Rows:
        path = "-c search_path=analytics,analytics_staging"
        with psycopg.connect(address, row_factory=dict_row, options=path) as connection:
            result = connection.execute(statement.encode())
            return result.fetchall() if result.description else []

    return Warehouse(query)


def on_duckdb(file: Path) -> Warehouse:
    """Return a DuckDB that the models are built in."""
    import duckdb  # noqa: PLC0415 - dbt brings it, where there is dbt

    def query(statement: str) -> Rows:
        with closing(duckdb.connect(str(file))) as connection:
            connection.execute("set search_path = 'analytics,analytics_staging'")
            result = connection.execute(statement)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return Warehouse(query)
