"""Runs dbt commands one after another in one process: `python -m tests.pipeline.models.dbt_commands '[["build"]]'`.

Loading dbt takes seconds, so it is loaded once for all commands. It is not loaded in the process of the tests, since it
sets up logging and warnings of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = Path(__file__).resolve().parents[3]

Outcome = dict[str, str]
"""What became of each node that a command ran, by the name of the node: its status, and what failed."""


def run_dbt(project: Path, *commands: Sequence[str]) -> list[Outcome]:
    """Run commands in a project.

    Args:
        project: The project's folder, which has its `profiles.yml`, too.
        *commands: The arguments of each command.

    Returns:
        What each of them did.
    """
    done = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", __name__, json.dumps(commands)],
        cwd=project,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes: list[Outcome] = json.loads(done.stdout.splitlines()[-1])
    return outcomes


def _outcome(status: str, message: str) -> str:
    return f"{status}: {message}" if status in {"error", "fail"} else status


def _main() -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - only here, for it takes seconds

    outcomes = []
    for command in json.loads(sys.argv[1]):
        done: Any = dbtRunner().invoke(["--quiet", "--no-version-check", "--no-use-colors", *command])
        if done.exception is not None:
            raise done.exception
        # An operation has results, but no nodes.
        results = [result for result in getattr(done.result, "results", ()) if hasattr(result, "node")]
        outcomes.append({result.node.name: _outcome(str(result.status), str(result.message)) for result in results})
    sys.stdout.write(f"\n{json.dumps(outcomes)}\n")


if __name__ == "__main__":
    _main()
