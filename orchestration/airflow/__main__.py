"""A night of sixty shards on a real Airflow, seen: `make airflow`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import psycopg
from psycopg import sql

from demo.database import Database, postgres
from orchestration.airflow.accounts import FLAKY, GROUPS, REFUSED, SERVICE, fleet
from orchestration.airflow.cluster import PARALLELISM, airflow, dag_test
from orchestration.airflow.outcome import Outcome
from orchestration.airflow.workers import kill_one, redis, start_workers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import LiteralString

    from orchestration.airflow.cluster import Cluster

_DAG, _RUN = f"tap_analytics_{SERVICE}", "night"
_LONGEST = 3600
_OUTCOME = "select state, extract(epoch from end_date - start_date)::float as seconds from dag_run where run_id = %s"
_TASKS = """
select coalesce(rendered_map_index, map_index::text) as account, state, try_number, duration
from task_instance where dag_id = %s and run_id = %s and task_id = 'load' and map_index >= 0 order by map_index
"""


class Trial:
    """Run the shards on an Airflow, and show what came of them.

    Args:
        cluster: The Airflow.
        outcome: What has come of the shards.
    """

    def __init__(self, cluster: Cluster, outcome: Outcome) -> None:
        self._cluster = cluster
        self._outcome = outcome

    def run(self, *, kill: bool) -> list[str]:
        """Run all shards.

        Args:
            kill: Whether to kill a worker of Celery in the middle of a task.

        Returns:
            What is wrong with the outcome.
        """
        self._wait("select from serialized_dag where dag_id = %s", _DAG)
        _tell("Airflow is up and has the DAG; triggering it")
        # No more slots than the executor has, so that batches wait for the pool and not in the executor's queue.
        self._cluster.call("pools", "set", SERVICE, str(PARALLELISM), "requests to the service")
        self._cluster.call("dags", "trigger", _DAG, "--run-id", _RUN)
        if kill:
            kill_one(self._cluster, self._tasks, _tell)
        began, told = time.monotonic(), None
        while not self._query("select from dag_run where run_id = %s and state in ('success', 'failed')", _RUN):
            if (counts := self._counts()) != told:
                told = counts
                _tell(counts)
            if time.monotonic() - began > _LONGEST:
                msg = f"the run takes longer than {_LONGEST} s"
                raise TimeoutError(msg)
            time.sleep(2)
        (run,) = self._query(_OUTCOME, _RUN)
        _tell(f"the run's state is '{run['state']}', after {run['seconds']:.0f} s")
        return self._grid()

    def _wait(self, statement: LiteralString, *parameters: object) -> None:
        while not self._query(statement, *parameters):
            time.sleep(1)

    def _query(self, statement: LiteralString, *parameters: object) -> list[dict[str, Any]]:
        self._cluster.check()
        return self._cluster.database.query(statement, *parameters)

    def _tasks(self) -> list[dict[str, Any]]:
        return self._query(_TASKS, _DAG, _RUN)

    def _counts(self) -> str:
        states = Counter(str(task["state"]) for task in self._tasks())
        done = sum(map(sum, self._outcome.done().values()))
        return f"shards done: {done}; tasks: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}"

    def _grid(self) -> list[str]:
        """Print what came of each account, and return what should have come of it otherwise."""
        wrong, done = [], self._outcome.done()
        groups = [group.partition("=")[0] for group in GROUPS]
        _print(f"\n{'account':<16}{'task':<10}{'tries':<7}{'seconds':<9}{''.join(f'{group:<8}' for group in groups)}")
        for task in self._tasks():
            name, state, tries = task["account"], task["state"], task["try_number"]
            marks = "".join(f"{'done' if shard else 'failed':<8}" for shard in done[name])
            _print(f"{name:<16}{state:<10}{tries:<7}{task['duration']:<9.1f}{marks}")
            if state != ("failed" if name == REFUSED else "success"):
                wrong.append(f"the task of {name} is {state}")
            if name == FLAKY and tries != 2:  # noqa: PLR2004 - the second try
                wrong.append(f"the task of {name} took {tries} tries")
        return wrong


def _tell(text: str) -> None:
    _print(f"{time.monotonic() - _BEGAN:5.0f} s  {text}")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


_BEGAN = time.monotonic()


def _databases(server: Database, *names: str) -> list[Database]:
    """Make databases."""
    with psycopg.connect(server.url.replace("+psycopg:", ":"), autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return [Database(server.url.replace("/postgres?", f"/{name}?")) for name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring everything up, run the shards, show what came of them, and take everything down.

    Returns:
        The exit code: 0 if the run ended as it should.
    """
    parser = argparse.ArgumentParser(prog="make airflow", description=main.__doc__)
    parser.add_argument("--accounts", type=int, default=20, help="how many; each has three shards (%(default)s)")
    parser.add_argument(
        "--celery", action="store_true", help="CeleryExecutor over a Redis, with two workers of which one is killed"
    )
    parser.add_argument("--dag-test", action="store_true", help="in one process, without any service of Airflow")
    parser.add_argument("--picture", type=Path, help="file for a picture of Airflow's page of the run")
    words = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="airflow-")))
        accounts = stack.enter_context(fleet(words.accounts))
        own, warehouse = _databases(stack.enter_context(postgres(folder)), "airflow", "warehouse")
        outcome = Outcome(accounts, warehouse)
        _tell(f"{words.accounts} accounts in sandboxes, and a PostgreSQL; installing and starting Airflow")
        environment = {
            **accounts.files(folder, seconds_to_retry=5),
            "AIRFLOW_CONN_WAREHOUSE": warehouse.url.replace("postgresql+psycopg:", "postgres:"),
        }
        wrong = []
        if words.dag_test:
            dag_test(folder, _DAG, environment)
        else:
            broker = stack.enter_context(redis(folder)) if words.celery else None
            cluster = stack.enter_context(airflow(folder, own, environment, broker))
            if words.celery:
                start_workers(cluster)
            wrong = Trial(cluster, outcome).run(kill=words.celery)
            if words.picture and cluster.picture(f"/dags/{_DAG}/runs/{_RUN}", words.picture.resolve()):
                _tell(f"the page of the run: {words.picture}")
        wrong += outcome.faults()
        _tell(f"{outcome.rows()} rows in the tables; taking everything down")
    _print("\n".join(f"WRONG: {each}" for each in wrong) or "all is as it should be")
    return 1 if wrong else 0


def _interrupt(*_signal: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
