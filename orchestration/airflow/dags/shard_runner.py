"""Run shards one after another: `tap | target` for each, with a lock and a row of state in PostgreSQL.

Needs psycopg and nothing of Airflow. The lock is a session's: it is free as soon as the last process that holds the
session's socket has ended, and tap and target inherit that. So what a killed runner leaves behind keeps its lock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, cast

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Shard = dict[str, Any]
Settings = dict[str, str]

_TABLES = """
select pg_advisory_xact_lock(hashtextextended('tap_shards', 0));
create schema if not exists tap_shards;
create table if not exists tap_shards.shard (
    id text primary key, state json not null, done_by text, changed_at timestamptz not null default now()
)
"""
_LOCK = "select pg_advisory_lock(hashtextextended('tap_shards.' || %s, 0))"
_READ = "select state::text, done_by from tap_shards.shard where id = %s"
_WRITE = """
insert into tap_shards.shard (id, state, done_by) values (%(id)s, %(state)s, %(run)s)
on conflict (id) do update set state = excluded.state, done_by = excluded.done_by, changed_at = now()
"""
# The worker's own settings and secrets are no business of the tap and of the target.
_OF_OTHERS = ("AIRFLOW", "_AIRFLOW", "TAP_", "TARGET_")


class ShardsFailedError(Exception):
    """Some shards failed; all others have been run."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs shards.

    Attributes:
        run: What names the run for as long as it is tried again: a shard that it has done is not done twice.
        database: The address of the PostgreSQL that has the locks and the state.
        tap: The command of the tap.
        catalog: What the tap's `--discover` prints; a shard says which of its streams are selected.
        target: The command of the target.
        settings: Returns the environment variables of a shard's tap and of its target.
        patience: How long to wait for a lock that somebody else has, as PostgreSQL writes it.
    """

    run: str
    database: str
    tap: Sequence[str]
    catalog: Mapping[str, Any]
    target: Sequence[str]
    settings: Callable[[Shard], tuple[Settings, Settings]]
    patience: str = "15min"

    def run_all(self, shards: Iterable[Shard]) -> None:
        """Run shards one after another, also past those that fail.

        Raises:
            ShardsFailedError: Some of them failed.
        """
        with psycopg.connect(self.database) as connection:
            connection.execute(_TABLES)
        failed = []
        for shard in shards:
            try:
                outcome = self._run_locked(shard)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with an account, the others go on
                outcome = f"failed: {' '.join(str(error).split())}"
                failed.append(f"{shard['id']} {outcome}")
            sys.stderr.write(f"shard {shard['id']}: {outcome}\n")
        if failed:
            raise ShardsFailedError("\n".join([f"{len(failed)} failed:", *failed]))

    def _run_locked(self, shard: Shard) -> str:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("select set_config('lock_timeout', %s, false)", [self.patience])
            connection.execute(_LOCK, [shard["id"]])
            state, done_by = connection.execute(_READ, [shard["id"]]).fetchone() or ("{}", None)
            if done_by == self.run:
                return "done before"
            with TemporaryDirectory(prefix="shard-") as folder:
                state = self._pipe(shard, Path(folder), state, connection)
            # Over the session that has the lock: where that is lost, nothing is written.
            connection.execute(_WRITE, {"id": shard["id"], "state": state, "run": self.run})
        return "done"

    def _pipe(self, shard: Shard, folder: Path, state: str, connection: psycopg.Connection[Any]) -> str:
        """Run tap and target, and return the last state that the target wrote, else the one before."""
        tap_settings, target_settings = self.settings(shard)
        bounds = {f"TAP_ANALYTICS_{name}".upper(): shard[name] for name in ("start_date", "end_date") if name in shard}
        environment = _environment(tap_settings | bounds)
        (folder / "catalog.json").write_text(json.dumps(_selected(self.catalog, shard["streams"])), encoding="utf-8")
        (folder / "state.json").write_text(state, encoding="utf-8")
        files = ["--catalog", str(folder / "catalog.json"), "--state", str(folder / "state.json")]
        fds = [connection.fileno()]
        pipe, said = subprocess.PIPE, deque[str](maxlen=2)
        with (
            subprocess.Popen(
                [*self.tap, "--config", "ENV", *files],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                text=True,
                pass_fds=fds,
            ) as tap,
            subprocess.Popen(
                [*self.target, "--config", "ENV"],
                env=_environment(target_settings),
                stdin=tap.stdout,
                stdout=pipe,
                text=True,
                pass_fds=fds,
            ) as target,
        ):
            log = Thread(target=_follow, args=(tap.stderr, said))
            log.start()
            try:
                # Only the target reads it, so that the tap ends when the target does.
                cast("IO[str]", tap.stdout).close()
                for line in cast("IO[str]", target.stdout):
                    # What was cut off by a kill is no state.
                    if line.endswith("\n") and json.loads(line) is not None:
                        state = line
                        connection.execute(_WRITE, {"id": shard["id"], "state": state, "run": None})
                codes = tap.wait(), target.wait()
            finally:
                tap.kill()
                target.kill()
                log.join()
        if any(codes):
            msg = f"tap ended with {codes[0]}, target with {codes[1]}: {' / '.join(said)}"
            raise ShardsFailedError(msg)
        return state


def _environment(settings: Settings) -> Settings:
    return {name: value for name, value in os.environ.items() if not name.startswith(_OF_OTHERS)} | settings


def _selected(catalog: Mapping[str, Any], streams: Iterable[str]) -> dict[str, Any]:
    """Return a catalog in which some streams are selected and no others."""
    chosen = deepcopy(dict(catalog))
    for entry in chosen["streams"]:
        own = next(item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
        own["selected"] = entry["tap_stream_id"] in streams
    return chosen


def _follow(lines: IO[str], said: deque[str]) -> None:
    for line in lines:
        sys.stderr.write(line)
        said.append(line.strip())
