"""The models, built once for all tests of a module on what the tap read from a sandbox."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
import time_machine
from analytics_sandbox import Sandbox

from demo.database import postgres
from tests.pipeline.files import FILE_LOADERS
from tests.pipeline.models.built_models import Models
from tests.pipeline.models.warehouses import (
    Warehouse,
    load_duckdb,
    load_postgres,
    on_duckdb,
    on_postgres,
    profiles,
    read,
    write_project,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE, NOW = 60, datetime(2026, 9, 15, 12, tzinfo=timezone.utc)
"""A company at a time at which each question has an answer: some invoices are overdue, in two currencies."""

_HAS_DUCKDB = "target-duckdb" in FILE_LOADERS


@pytest.fixture(scope="module")
def models(meltano: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The models in a PostgreSQL and, where its target can be installed, in a DuckDB."""
    if sys.version_info >= (3, 14):
        pytest.skip("dbt-core 1.11 does not start with Python 3.14")
    folder = tmp_path_factory.mktemp("models")
    file = folder / "analytics.duckdb"
    with Sandbox(size=SIZE, now=NOW) as sandbox, postgres(folder) as database:
        with time_machine.travel(NOW, tick=False):
            messages = read(sandbox)
        load_postgres(meltano, messages, folder, database)
        warehouses = {"postgres": on_postgres(database)}
        if _HAS_DUCKDB:
            load_duckdb(meltano, messages, folder, file)
            warehouses["duckdb"] = on_duckdb(file)
        write_project(folder)
        (folder / "profiles.yml").write_text(profiles(database, file), encoding="utf-8")
        yield Models(sandbox.world, folder, warehouses)


@pytest.fixture(
    params=["postgres", pytest.param("duckdb", marks=pytest.mark.skipif(not _HAS_DUCKDB, reason="no wheel of DuckDB"))]
)
def warehouse(request: pytest.FixtureRequest, models: Models) -> Warehouse:
    """Each of the databases."""
    return models.warehouses[request.param]
