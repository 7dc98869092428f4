"""The whole way, seen: `make demo`."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import NoReturn

from analytics_sandbox import Sandbox
from rich.console import Console

from demo.database import Database, postgres
from demo.pipeline import EXTRACTORS, Pipeline, PipelineError, settings
from demo.report import Line, chart, summary

LOADER = "target-postgres"
SIZE = 500  # customers of each API: enough that a second run has something to leave out
NOTE = (
    "`activities` and the support API's `customers`, `tickets`, `messages`, `events` and `satisfaction_surveys` are "
    "incremental: the second run read only what may have changed and cannot see what was deleted; `meltano run "
    "--full-refresh` can. All other streams are read whole each time. A run may read a row twice, so `read` can be "
    "more than `rows`: a table has one row for each key."
)


class Demo:
    """Sync both APIs into a PostgreSQL, let their data live, sync again, and show what that did."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.began = time.monotonic()

    def show(self, folder: Path) -> None:
        """Do it all, in a folder that may be deleted afterwards."""
        self.step("Starting the sandbox, which serves both APIs on this machine, and a PostgreSQL")
        with Sandbox(size=SIZE) as sandbox, postgres(folder) as database:
            variables = {**settings(sandbox), "TARGET_POSTGRES_SQLALCHEMY_URL": database.url}
            pipeline = Pipeline(folder, variables, self.tell)
            self.tell(f"sandbox: {sandbox.url}")
            self.tell(f"PostgreSQL: {database.url}")
            self.step("Installing the tap and the target with Meltano")
            pipeline.install(*EXTRACTORS, LOADER)
            self.step("First run: everything is new")
            first, before = self.sync(pipeline, database)
            self.step("The sandbox's data live: some of everything is added, changed, back-dated and deleted")
            for what, keys in sandbox.world.evolve().items():
                self.tell(f"{what.replace('_', ' ')}: {len(keys)}")
            self.step("Second run: it begins where the first one ended")
            second, after = self.sync(pipeline, database)
            lines = [Line(*name, before.get(name, 0), after[name], first[name], second[name]) for name in after]
            counts = database.query("select date, customers from tap_analytics.customer_daily_count order by date")
        self.step("Done; the sandbox and the PostgreSQL are stopped\n")
        self.console.print(summary(lines))
        self.console.print(f"{NOTE}\n", style="dim")
        values = {row["date"]: float(row["customers"]) for row in counts}
        self.console.print(chart("Customers per day", values, self.console.width))

    def sync(
        self, pipeline: Pipeline, database: Database
    ) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], int]]:
        """Run both pipelines.

        Returns:
            The records read, and then the rows in the database, by schema and table.
        """
        pairs = [(extractor, LOADER) for extractor in EXTRACTORS]
        self.tell(f"meltano run {' '.join(chain.from_iterable(pairs))}")
        by_extractor = pipeline.run(*pairs)
        read: Counter[tuple[str, str]] = Counter()
        rows = {}
        for extractor, schema in EXTRACTORS.items():
            read.update({(schema, stream): count for stream, count in by_extractor[extractor].items()})
            rows.update({(schema, table): len(database.rows(schema, table)) for table in database.tables(schema)})
        return read, rows

    def step(self, text: str) -> None:
        """Say what comes now."""
        self.console.print(f"[dim]{time.monotonic() - self.began:5.0f} s[/]  [bold]{text}[/]", soft_wrap=True)

    def tell(self, text: str) -> None:
        """Say how it goes on."""
        self.console.print(f"         {text}", style="dim", markup=False, soft_wrap=True)


def main() -> int:
    """Show the demo, and leave nothing behind however it ends.

    Returns:
        The exit code.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="tap-analytics-") as folder:
            Demo(console).show(Path(folder))
    except PipelineError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything is stopped.")
        return 130
    return 0


def _interrupt(*_signal: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
