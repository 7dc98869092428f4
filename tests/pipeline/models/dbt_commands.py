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
PACKAGE = CHECKOUT / "dbt"

Outcome = dict[str, str]
"""The status of each node that a command ran, by the name of the node."""


def run_dbt(profiles: Path, *commands: Sequence[str]) -> list[Outcome]:
    """Run commands on the package of this checkout.

    Args:
        profiles: The folder of `profiles.yml`; all that dbt writes goes there, too.
        *commands: The arguments of each command, without the folders.

    Returns:
        What each of them did.
    """
    folders = ["--project-dir", PACKAGE, "--profiles-dir", profiles, "--log-path", profiles]
    options = [*map(str, folders), "--target-path"]
    # A target folder of its own for each target of the profile, so that what was parsed can be used again.
    whole = [[*command, *options, str(profiles / command[command.index("--target") + 1])] for command in commands]
    done = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", __name__, json.dumps(whole)],
        cwd=CHECKOUT,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes: list[Outcome] = json.loads(done.stdout.splitlines()[-1])
    return outcomes


def _main() -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - only here, for it takes seconds

    outcomes = []
    for command in json.loads(sys.argv[1]):
        done: Any = dbtRunner().invoke(["--quiet", "--no-version-check", "--no-use-colors", *command])
        if done.exception is not None:
            raise done.exception
        outcomes.append({result.node.name: str(result.status) for result in done.result})
    sys.stdout.write(f"\n{json.dumps(outcomes)}\n")


if __name__ == "__main__":
    _main()
