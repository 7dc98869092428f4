"""Declared resources through Meltano into a PostgreSQL: what is inferred holds what comes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from analytics_sandbox import Sandbox

from demo.database import postgres
from demo.pipeline import Pipeline
from tests.faults.runs import run_here
from tests.faults.server import Server, whole
from tests.pipeline.loading import load, settings_of
from tests.pipeline.truth import by_key, differences

if TYPE_CHECKING:
    from pathlib import Path

    from demo.database import Database
    from tests.faults.server import End, Request

SCHEMA = "tap_analytics"
SEED = {
    "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
    "resources": [
        {
            "name": "customers",
            "endpoint": {
                "path": "/v1/customers",
                "data_selector": "entries",
                "paginator": {"type": "page_number", "page_param": "page", "limit_param": "per_page", "limit": 200},
            },
        },
        {
            "name": "activities",
            "endpoint": {
                "path": "/v1/activities",
                "data_selector": "entries",
                "paginator": {"type": "cursor", "cursor_param": "start-after", "limit_param": "per_page", "limit": 200},
            },
        },
    ],
}


def settings(url: str, **words: Any) -> dict[str, Any]:
    """Return the settings of a declared API."""
    return {"api": "declared", "api_url": url, "api_key": "sandbox-key", **words}


def variables(config: dict[str, Any]) -> dict[str, str]:
    """Return the environment in which Meltano hands over settings."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in config.items()}
    return {f"TAP_ANALYTICS_{name.upper()}": text for name, text in texts.items()}


def read_and_load(meltano: Path, config: dict[str, Any], database: Database, folder: Path) -> None:
    """Read all streams, and load them as Meltano does."""
    run = run_here(config)
    assert run.exit_code == 0, run.stderr
    target = settings_of("target-postgres") | {"sqlalchemy_url": database.url, "default_target_schema": SCHEMA}
    load(meltano, "target-postgres", run.stdout, folder, **target)


def test_a_seed_makes_tables_equal_to_the_source_twice(meltano: Path, tmp_path: Path) -> None:
    with Sandbox(size=60) as sandbox, postgres(tmp_path) as database:
        config = settings(sandbox.url, **SEED)
        pipeline = Pipeline(meltano, variables(config) | {"TARGET_POSTGRES_SQLALCHEMY_URL": database.url})
        for loads in (
            lambda: pipeline.run(("tap-analytics", "target-postgres")),
            lambda: read_and_load(meltano, config, database, tmp_path),
        ):
            loads()
            for table, key, truth in (
                ("customers", "id", sandbox.world.customers("subscription")),
                # Rows without a key are told apart by their version: those of the first run are marked as gone.
                ("activities", "uuid", sandbox.world.activities()),
            ):
                # Without the built-in stream's renames.
                rows = [
                    {("app_url" if name == "chartmogul_url" else name): value for name, value in row.items()}
                    for row in database.rows(SCHEMA, table)
                ]
                assert not differences(by_key(rows, key), by_key(truth, key))
            sandbox.world.evolve()


ODD: list[dict[str, Any]] = [
    {"id": 1, "mixed": 7, "list": [1, "a", None], "form": {"x": 1}, "texts": ["a"], "none": None, "when": "2024-01-01"},
    {"id": 2, "mixed": "seven", "list": [], "form": {"y": []}, "texts": [], "none": None, "when": "soon"},
    {"id": 3, "mixed": None, "list": None, "form": None, "texts": None, "none": None, "when": ""},
]


def test_columns_of_every_inferred_type_take_what_comes(meltano: Path, tmp_path: Path) -> None:
    """A list that is empty at discovery has a key that is a text; so has a column with texts and numbers."""

    def answer(request: Request) -> list[bytes | float | End]:
        if request.path == "/odd":
            return [whole(ODD)]
        # Discovery comes first.
        return [whole([{"id": 1}, {"id": "b"}] if len(server.asked("/late")) > 1 else [])]

    resources = [{"name": name, "primary_key": "id", "endpoint": {"path": f"/{name}"}} for name in ("odd", "late")]
    with Server(answer) as server, postgres(tmp_path) as database:
        read_and_load(meltano, settings(server.url, resources=resources), database, tmp_path)
        odd = sorted(database.rows(SCHEMA, "odd"), key=lambda row: row["id"])
        assert [{name: row[name] for name in ODD[0]} for row in odd] == [
            {**ODD[0], "mixed": "7"},
            ODD[1],
            ODD[2],
        ]
        assert {row["id"] for row in database.rows(SCHEMA, "late")} == {"1", "b"}
        # What the documentation says of nulls in PostgreSQL.
        assert not database.query("select id from tap_analytics.odd where form is null")
        [without] = database.query("select id from tap_analytics.odd where nullif(form, 'null') is null")
        assert without["id"] == ODD[2]["id"]
        assert all(not isinstance(row["id"], Decimal) for row in odd)
