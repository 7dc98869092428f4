"""Celery's part of the trial: a Redis, two workers, and the end of one of them in the middle of a task."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orchestration.airflow.cluster import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orchestration.airflow.cluster import Cluster

_WORKERS = ("worker-1", "worker-2")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis on loopback.

    Args:
        folder: A folder for its files.

    Yields:
        Its address.

    Raises:
        RuntimeError: There is none on this machine.
    """
    command = shutil.which("redis-server")
    if command is None:
        msg = "there is no redis-server; on Debian: apt-get install redis-server"
        raise RuntimeError(msg)
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with subprocess.Popen([command, *options], stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def start_workers(cluster: Cluster) -> None:
    """Start the workers."""
    for name in _WORKERS:
        cluster.start(name, "celery", "worker", "--skip-serve-logs", "--celery-hostname", f"{name}@%h")


def kill_one(cluster: Cluster, tasks: Callable[[], list[dict[str, Any]]], tell: Callable[[str], None]) -> None:
    """Kill a worker with -9, once two tasks have ended and it is in the middle of others."""
    while sum(task["state"] == "success" for task in tasks()) < 2:  # noqa: PLR2004
        time.sleep(1)
    running = "select hostname, map_index from task_instance where task_id = 'load' and state = 'running'"
    while not (found := cluster.database.query(running)):
        time.sleep(0.2)
    cluster.kill(_WORKERS[0])
    tell(f"killed {_WORKERS[0]}; {len(found)} tasks were running on both")
