"""The models, built in databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.pipeline.models.dbt_commands import run_dbt

if TYPE_CHECKING:
    from pathlib import Path

    from analytics_sandbox.world import World

    from tests.pipeline.models.dbt_commands import Outcome
    from tests.pipeline.models.warehouses import Warehouse

# What the marts are made of, and one staging model whose stream was not loaded.
# Of the sources it tests those that have the marts' streams; DuckDB gets the other models.
_ON_POSTGRES = ["--select", "+tap_analytics.marts", "+test_type:singular", "stg_subscription__tasks"]
_ON_DUCKDB = ["--exclude", "source:*"]


class Models:
    """The models, built on what the tap read from a sandbox.

    Attributes:
        world: The sandbox's data.
        project: The folder of the dbt project.
        warehouses: The databases, by the name of the connection.
        outcomes: What dbt did in each of them.
    """

    def __init__(self, world: World, folder: Path, warehouses: dict[str, Warehouse]) -> None:
        self.world = world
        self.project = folder
        self.warehouses = warehouses
        variables = ["--vars", json.dumps({"tap_analytics_today": world.today().isoformat()})]
        options = {"postgres": _ON_POSTGRES, "duckdb": _ON_DUCKDB}
        commands = [
            ["build", "--target", name, "--target-path", name, *variables, *options[name]] for name in warehouses
        ]
        _, *outcomes = run_dbt(folder, ["deps"], *commands)
        self.outcomes: dict[str, Outcome] = dict(zip(warehouses, outcomes, strict=True))
