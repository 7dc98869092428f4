"""Build the dbt package on the demo's PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict

from demo.processes import CHECKOUT, Processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.database import Database

DBT = Path(sys.executable).with_name("dbt")
PACKAGE = CHECKOUT / "dbt"
SCHEMA = "analytics"
"""The schema that the marts are built in."""

_THREADS = 4
_MART = re.compile(rf"OK created sql table model {SCHEMA}\.(\w+) .*\[SELECT (\d+) ")
_RESULT = re.compile(r"Done\. (PASS=.*)")


def build(database: Database, folder: Path, tell: Callable[[str], object]) -> None:
    """Build all models, and run their tests.

    Args:
        database: Where the raw tables are, and the models will be.
        folder: An existing folder for what dbt writes.
        tell: Is given a line whenever there is progress.
    """
    (folder / "profiles.yml").write_text(json.dumps(_profiles(database)), encoding="utf-8")
    # What the caller has set for other projects is kept out.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    folders = {"--project-dir": PACKAGE, "--profiles-dir": folder, "--target-path": folder, "--log-path": folder}
    arguments = [str(part) for option in folders.items() for part in option]
    processes = Processes(folder, environment)
    with closing(processes.lines(DBT, "--no-use-colors", "build", *arguments)) as lines:
        for line in lines:
            if mart := _MART.search(line):
                tell(f"{mart[1]}: {int(mart[2]):,} {'row' if mart[2] == '1' else 'rows'}")
            elif result := _RESULT.search(line):
                tell(result[1])


def _profiles(database: Database) -> object:
    """Return what dbt calls profiles; a JSON file is a YAML file."""
    parts = conninfo_to_dict(database.address)
    output = {
        "type": "postgres",
        "host": parts["host"],
        "port": int(parts.get("port") or 5432),
        "user": parts["user"],
        "password": parts.get("password") or "",
        "dbname": parts["dbname"],
        "schema": SCHEMA,
        "threads": _THREADS,
    }
    return {"tap_analytics": {"target": "demo", "outputs": {"demo": output}}}
