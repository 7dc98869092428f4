"""Shards that are read apart, at once and by workers that die, make the tables that one run makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg
from analytics_sandbox import Sandbox

from demo.database import postgres
from tap_analytics.shards.accounts import accounts_in
from tap_analytics.shards.groups import groups_of
from tap_analytics.shards.plan import nightly
from tap_analytics.shards.streams import streams_of
from tests.faults.runs import catalog_of, run_here
from tests.pipeline.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import LiteralString

    from demo.database import Database

GROUPS = ["people=customers", "billing=plans,invoices", "metrics=mrr_monthly,customer_monthly_count", "rest=activities"]
HELD = "/v1/invoices"


class Workers:
    """Processes that run shards.

    Args:
        sandbox: Where the rows are.
        database: Where they go.
        target: The command of the target.
    """

    def __init__(self, sandbox: Sandbox, database: Database, target: Path) -> None:
        self._job = {
            "runner": {
                "run": "tonight",
                "database": address(database),
                "tap": [sys.executable, "-m", "tap_analytics"],
                "target": [str(target)],
                "catalog": catalog_of(sandbox.subscription_config, *streams_of("subscription")),
            },
            "tap_settings": {
                f"TAP_ANALYTICS_{name}".upper(): value
                # What is held is to be held for as long as it takes, however slow the machine is.
                for name, value in {**sandbox.subscription_config, "request_timeout": "3600"}.items()
            },
            "target_settings": {
                "TARGET_POSTGRES_SQLALCHEMY_URL": database.url,
                "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "sharded",
            },
        }

    def start(self, *shards: dict[str, Any]) -> subprocess.Popen[str]:
        """Let one of them run shards, one after another."""
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.pipeline.shard_process"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert worker.stdin
        worker.stdin.write(json.dumps({**self._job, "shards": shards}))
        worker.stdin.close()
        worker.stdin = None
        return worker


def address(database: Database) -> str:
    """Return the address of a database as psycopg writes it."""
    return database.url.replace("postgresql+psycopg:", "postgresql:")


def wait_until(happens: Callable[[], object]) -> None:
    """Wait until something has happened."""
    while not happens():
        time.sleep(0.05)


def tables(database: Database, schema: str) -> dict[str, list[str]]:
    """Return all rows of all tables, without what the target adds."""
    return {
        table: sorted(
            repr({name: value for name, value in row.items() if not name.startswith("_sdc_")})
            for row in database.rows(schema, table)
        )
        for table in database.tables(schema)
    }


def test_shards_at_once_of_which_one_is_killed_make_the_tables_of_one_run(meltano: Path, tmp_path: Path) -> None:
    target = meltano / ".meltano" / "loaders" / "target-postgres" / "venv" / "bin" / "target-postgres"
    with Sandbox(size=20) as sandbox, postgres(tmp_path) as database, ExitStack() as stack:
        config = sandbox.subscription_config
        groups = groups_of(GROUPS, streams_of("subscription"))
        shards = [
            {"id": shard.id, "account": shard.account, "streams": shard.streams}
            for shard in nightly(accounts_in("Acme Corp."), groups)
        ]
        whole = run_here(config, *(stream for shard in shards for stream in shard["streams"]))
        # Two targets that make the schema at once would meet.
        with psycopg.connect(address(database)) as connection:
            connection.execute("create schema sharded")
        sandbox.requests.clear()
        # The invoices of the first worker that asks for them do not come.
        sandbox.faults.add(path=HELD, kind="delay", seconds=3600)
        workers = Workers(sandbox, database, target)
        running = [stack.enter_context(workers.start(shard)) for shard in shards]
        wait_until(lambda: any(request.path == HELD for request in sandbox.requests))
        killed = running.pop(1)
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
        # Its tap and its target still run, so another one may not begin.
        again = stack.enter_context(workers.start(shards[1], shards[0]))
        waiting: LiteralString = "select from pg_locks where locktype = 'advisory' and not granted"
        wait_until(lambda: database.query(waiting) or again.poll() is not None)
        assert again.poll() is None, again.communicate()
        os.killpg(killed.pid, signal.SIGKILL)
        said = [worker.communicate()[1] for worker in (*running, again)]
        assert [worker.returncode for worker in (*running, again)] == [0, 0, 0, 0], said
        assert f"shard {shards[1]['id']}: done\n" in said[-1]
        # What another worker of the same run has done is not done twice.
        assert sum(request.path == "/v1/customers" for request in sandbox.requests) == 1
        load(
            meltano,
            "target-postgres",
            whole.stdout,
            tmp_path,
            sqlalchemy_url=database.url,
            default_target_schema="whole",
        )
        assert tables(database, "sharded") == tables(database, "whole")
        assert all(tables(database, "whole").values())
        states = database.query("select id, state, done_by from tap_shards.shard order by id")
        assert [state["id"] for state in states] == sorted(str(shard["id"]) for shard in shards)
        assert {state["done_by"] for state in states} == {"tonight"}
        assert states[-1]["state"]["bookmarks"]["activities"] == whole.state["bookmarks"]["activities"]
