"""A real Airflow on this machine, for as long as a block runs: its processes, its database, its pages."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.environments import python_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from demo.database import Database

_HERE = Path(__file__).parent
_GRACE = 20

PARALLELISM = 4
"""How many tasks run at once."""
_FOLDER_OF_CHROMIUM = "chromium"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@cache
def environment_of_airflow() -> Path:
    """Return the folder of Airflow's commands, installed at the first call as `requirements.txt` pins it."""
    lines = (_HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return python_with(tuple(line for line in lines if line and not line.startswith((" ", "#")))).parent


@dataclass
class Cluster:
    """A running Airflow.

    Attributes:
        url: The address of its pages.
        database: Its own database.
        processes: Its processes by name.
        environment: The environment of its commands.
        folder: The folder of its files.
    """

    url: str
    database: Database
    processes: dict[str, subprocess.Popen[bytes]]
    environment: Mapping[str, str]
    folder: Path

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of its processes, whose output goes into a file of that name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = self.processes[name] = subprocess.Popen(  # noqa: S603
                [environment_of_airflow() / "airflow", *arguments],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own, so that all that it starts can be ended with it.
                start_new_session=True,
            )
        return process

    def call(self, *arguments: str) -> None:
        """Run a command of Airflow to its end.

        Raises:
            RuntimeError: It failed.
        """
        name = "-".join(arguments[:2])
        if self.start(name, *arguments).wait():
            self.check()
        del self.processes[name]

    def check(self) -> None:
        """Check that all processes still run.

        Raises:
            RuntimeError: One has ended.
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                tail = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                msg = f"{name} ended with {process.returncode}:\n{tail}"
                raise RuntimeError(msg)

    def kill(self, name: str) -> None:
        """Kill one of its processes, with all that it started."""
        _signal(self.processes.pop(name), signal.SIGKILL)

    def stop(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            _signal(process, signal.SIGTERM)
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            _signal(process, signal.SIGKILL)
            process.wait()

    def picture(self, path: str, file: Path) -> bool:
        """Take a picture of one of its pages, where there is a Chromium.

        Args:
            path: The path of the page.
            file: The file for it.

        Returns:
            Whether there is one.
        """
        with suppress(OSError, subprocess.TimeoutExpired):
            flags = (
                "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
            )
            more = "--disable-component-update --disable-sync --hide-scrollbars --window-size=1500,1150"
            subprocess.run(  # noqa: S603
                [
                    os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                    *flags.split(),
                    *more.split(),
                    f"--user-data-dir={self.folder / _FOLDER_OF_CHROMIUM}",
                    "--virtual-time-budget=30000",
                    f"--screenshot={file}",
                    f"{self.url}{path}",
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=180,
                check=False,
            )
        return file.exists()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _settings(folder: Path, connection: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of Airflow's commands."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "VIRTUAL_ENV"))}
    return {
        **kept,
        "PATH": f"{environment_of_airflow()}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(_HERE / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": connection,
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # The first answer of a server that has just started takes longer than the five seconds of the default.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        **environment,
    }


def dag_test(folder: Path, dag: str, environment: Mapping[str, str]) -> None:
    """Run a DAG in one process, with a SQLite for Airflow's own use.

    Args:
        folder: An existing folder for its files.
        dag: The DAG.
        environment: Further environment variables.
    """
    settings = _settings(folder, f"sqlite:///{folder}/airflow.db", environment)
    for arguments in (["db", "migrate"], ["dags", "test", dag]):
        command = [str(environment_of_airflow() / "airflow"), *arguments]
        subprocess.run(command, env=settings, cwd=folder, stdin=subprocess.DEVNULL, check=False)  # noqa: S603


@contextmanager
def airflow(
    folder: Path, database: Database, environment: Mapping[str, str], broker: str | None = None
) -> Iterator[Cluster]:
    """Run an Airflow that nobody but this machine can reach, with tasks in processes of its scheduler or with Celery.

    Args:
        folder: An existing folder for its files.
        database: An empty database for its own use.
        environment: Further environment variables.
        broker: The address of a Redis, for the Celery executor.

    Yields:
        The running Airflow.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    connection = database.url.replace("+psycopg:", "+psycopg2:")
    settings = {
        "AIRFLOW__API__BASE_URL": url,
        # By default it listens on all interfaces.
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor" if broker else "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(PARALLELISM),
        # Nobody has to log in: this is for a trial on loopback.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        # A task whose worker is gone is given up after a minute, not after five.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    }
    if broker:
        settings |= {
            "AIRFLOW__CELERY__BROKER_URL": broker,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{connection}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(PARALLELISM // 2),
        }
    cluster = Cluster(url, database, {}, _settings(folder, connection, {**settings, **environment}), folder)
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        cluster.call("db", "migrate")
        cluster.start("api-server", "api-server")
        cluster.start("dag-processor", "dag-processor")
        # The servers of logs listen on all interfaces, too.
        cluster.start("scheduler", "scheduler", "--skip-serve-logs")
        yield cluster
