"""The accounts of the trial: sandboxes on this machine, of which one account is refused and one has a bad minute."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from analytics_sandbox import Sandbox

from benchmarks.environments import python_with
from demo.processes import CHECKOUT
from tap_analytics.shards.labels import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "sandbox"
PREFIX = "analytics_"
GROUPS = ("people=customers,contacts", "money=invoices,plans", "changes=activities,mrr_monthly")
REFUSED, FLAKY = "Refused & Co", "flaky"
_FAILURES = 2
"""More requests than the tap sends for a page, as it is set below, and fewer than it sends when it is run again."""


class Fleet:
    """Accounts.

    Args:
        names: Their names.
        sandboxes: Sandboxes, over which the accounts are spread; the last one is that of the flaky account.
    """

    def __init__(self, names: list[str], sandboxes: list[Sandbox]) -> None:
        *many, flaky = sandboxes
        self.sandboxes = {
            name: flaky if name == FLAKY else many[number % len(many)] for number, name in enumerate(names)
        }
        self.labels = {name: label_of(name) for name in names}
        self.schemas = {name: f"{PREFIX}{label}" for name, label in self.labels.items()}

    def files(self, folder: Path, *, seconds_to_retry: float) -> dict[str, str]:
        """Write the files that the DAG reads.

        Returns:
            The environment variables that it needs.
        """
        (folder / "accounts.txt").write_text("\n".join(self.schemas), encoding="utf-8")
        commands = Path(sys.executable).parent
        service = {
            "api": "subscription",
            "accounts": str(folder / "accounts.txt"),
            "groups": GROUPS,
            "prefix": PREFIX,
            "warehouse": "warehouse",
            "pool": SERVICE,
            "schedule": None,
            "retries": 1,
            "retry_seconds": seconds_to_retry,
            "plan": str(commands / "tap-analytics-shards"),
            "tap": str(commands / "tap-analytics"),
            "target": str(_target()),
        }
        (folder / "shards.json").write_text(json.dumps({SERVICE: service}), encoding="utf-8")
        return {"TAP_SHARDS": str(folder / "shards.json"), **self._connections()}

    def _connections(self) -> dict[str, str]:
        """Return Airflow's connections, in the form in which it reads them from the environment."""
        pace = {"requests_per_second": "1000", "max_retries": "1", "backoff_factor": "0"}
        return {
            f"AIRFLOW_CONN_{self.schemas[name]}".upper(): json.dumps(
                {
                    "conn_type": "http",
                    "host": sandbox.url,
                    "password": "no-key" if name == REFUSED else sandbox.subscription_config["api_key"],
                    "extra": pace,
                }
            )
            for name, sandbox in self.sandboxes.items()
        }


@contextmanager
def fleet(size: int) -> Iterator[Fleet]:
    """Serve some accounts.

    Args:
        size: How many.

    Yields:
        The accounts.
    """
    names = [*(f"Customer {number:02}" for number in range(1, size - 1)), REFUSED, FLAKY]
    with ExitStack() as stack:
        sandboxes = [stack.enter_context(Sandbox(seed=seed, size=20)) for seed in (1, 2, 3)]
        sandboxes[-1].faults.add(path="/v1/invoices", status=500, times=_FAILURES)
        yield Fleet(names, sandboxes)


def _target() -> Path:
    """Return the command of the target that the project's Meltano file pins, installed at the first call."""
    project = yaml.safe_load((CHECKOUT / "meltano.yml").read_text(encoding="utf-8"))
    pins = {plugin["name"]: plugin["pip_url"] for plugin in project["plugins"]["loaders"]}
    return python_with((pins["target-postgres"],)).parent / "target-postgres"
