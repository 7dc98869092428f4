"""One DAG for each service: a mapped task for each batch of its accounts, whose shards run one after another.

`TAP_SHARDS` names a JSON file with an object for each service; `README.md` describes its members.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from airflow.sdk import Connection, Param, dag, get_current_context, task
from shard_runner import Runner, Settings, Shard

SERVICES = json.loads(Path(os.environ["TAP_SHARDS"]).read_text(encoding="utf-8"))


def shards_of(accounts: str, service: dict[str, Any], dates: dict[str, str | None]) -> list[Shard]:
    """Return the shards of the accounts that a text lists."""
    words = [word for group in service.get("groups", []) for word in ("--group", group)]
    words += [word for name, value in dates.items() if value for word in (f"--{name.replace('_', '-')}", value)]
    command = [service.get("plan", "tap-analytics-shards"), "--api", service["api"], *words, "-"]
    shards: list[Shard] = json.loads(
        subprocess.run(command, input=accounts, capture_output=True, text=True, check=True).stdout
    )
    return shards


def settings_of(shard: Shard, service: dict[str, Any]) -> tuple[Settings, Settings]:
    """Return the environment of a shard's tap and of its target, from the connections of Airflow."""
    label = shard["id"].partition(".")[0]
    account, warehouse = Connection.get(f"{service['prefix']}{label}"), Connection.get(service["warehouse"])
    secrets = (
        {"username": account.login, "password": account.password} if account.login else {"api_key": account.password}
    )
    words = {"api": service["api"], "api_url": account.host, **secrets, **account.extra_dejson}
    tap = {f"TAP_ANALYTICS_{name}".upper(): str(value) for name, value in words.items() if value is not None}
    url = f"postgresql+psycopg:{warehouse.get_uri().partition(':')[2]}"
    schema = f"{service['prefix']}{label}"
    return tap, {"TARGET_POSTGRES_SQLALCHEMY_URL": url, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema}


def make_dag(name: str, service: dict[str, Any]) -> None:
    """Make the DAG of a service."""
    tap = service.get("tap", "tap-analytics")
    day = Param(None, type=["null", "string"], format="date")

    @dag(
        dag_id=f"tap_analytics_{name}",
        schedule=service.get("schedule", "@daily"),
        start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
        catchup=False,
        # A back-fill and a nightly run would ask one service, and load into the same tables, at once.
        max_active_runs=1,
        params={
            "start_date": day,
            "end_date": day,
            "window": Param("month", enum=["week", "month", "quarter", "year"]),
        },
        default_args={
            "retries": service.get("retries", 2),
            "retry_delay": timedelta(seconds=service.get("retry_seconds", 300)),
        },
    )
    def shards() -> None:
        @task
        def batches() -> list[list[str]]:
            # Names only: what a task returns stands in Airflow's database.
            shards = shards_of(Path(service["accounts"]).read_text(encoding="utf-8"), service, {})
            names = list(dict.fromkeys(shard["account"] for shard in shards))
            size = service.get("batch", 1)
            return [names[first : first + size] for first in range(0, len(names), size)]

        @task(pool=service.get("pool", "default_pool"), map_index_template="{{ accounts }}")
        def load(batch: list[str]) -> None:
            context = get_current_context()
            context["accounts"] = batch[0] if len(batch) == 1 else f"{batch[0]} … {batch[-1]}"
            shards = shards_of(json.dumps(batch), service, context["params"])
            discovered = subprocess.run(
                [tap, "--config", "ENV", "--discover"],
                env={"TAP_ANALYTICS_API": service["api"]},
                capture_output=True,
                text=True,
                check=True,
            )
            Runner(
                run=context["run_id"],
                database=f"postgresql:{Connection.get(service['warehouse']).get_uri().partition(':')[2]}",
                tap=[tap],
                target=[service.get("target", "target-postgres")],
                catalog=json.loads(discovered.stdout),
                settings=lambda shard: settings_of(shard, service),
            ).run_all(shards)

        load.expand(batch=batches())

    shards()


for each in SERVICES.items():
    make_dag(*each)
