"""The whole way, seen: `make demo`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NoReturn

from analytics_sandbox import Sandbox
from rich.console import Console

from demo import models
from demo.dashboard.marts import Marts
from demo.dashboard.page import render
from demo.database import Database, is_kept, postgres
from demo.pipeline import EXTRACTORS, Pipeline, settings
from demo.processes import CHECKOUT, CommandError
from demo.report import Line, chart, summary

LOADER = "target-postgres"
SIZE = 500  # customers of each API: enough that a second run has something to leave out
OUTPUT = CHECKOUT / "output"
NOTE = (
    "`activities` and the support API's `customers`, `tickets`, `messages`, `events` and `satisfaction_surveys` are "
    "incremental: the second run read only what may have changed and cannot see what was deleted; `meltano run "
    "--full-refresh` can. All other streams are read whole each time. A run may read a row twice, so `read` can be "
    "more than `rows`: a table has one row for each key."
)


class Demo:
    """Sync both APIs into a PostgreSQL, let their data live, sync again, build the models, and show what that gave.

    Args:
        console: Where it is told.
        folder: An existing folder that the PostgreSQL may have its data in.
        keep: Whether the PostgreSQL stays.
    """

    def __init__(self, console: Console, folder: Path, *, keep: bool) -> None:
        self.console = console
        self.folder = folder
        self.keep = keep
        self.began = time.monotonic()

    def show(self) -> None:
        """Do it all."""
        self.step("Starting the sandbox, which serves both APIs on this machine, and a PostgreSQL")
        with (
            tempfile.TemporaryDirectory(prefix="tap-analytics-") as scratch,
            Sandbox(size=SIZE) as sandbox,
            postgres(self.folder, keep=self.keep) as database,
        ):
            variables = {**settings(sandbox), "TARGET_POSTGRES_SQLALCHEMY_URL": database.url}
            pipeline = Pipeline(Path(scratch), variables, self.tell)
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
            self.step("A whole read of the activities: only that sees which of them were deleted")
            whole = Pipeline(Path(scratch), {**variables, "TAP_ANALYTICS__SELECT": '["activities.*"]'}, self.tell)
            whole.run(("tap-analytics", LOADER), options=["--full-refresh"])
            self.step("Building the models with dbt, and testing them")
            models.build(database, Path(scratch), self.tell)
            self.step("Drawing the dashboard")
            marts = Marts(partial(database.table, models.SCHEMA))
            page = self.write(marts, database)
        self.step("Done\n")
        self.console.print(
            summary(Line(*name, before.get(name, 0), after[name], first[name], second[name]) for name in after)
        )
        self.console.print(f"{NOTE}\n", style="dim")
        values = {row["day"]: row["mrr"] for row in marts.rows("mrr_by_day", "day")}
        self.console.print(chart(f"Monthly recurring revenue, {marts.currency}", values, self.console.width))
        self.console.print(f"\nDashboard   {page.as_uri()}", soft_wrap=True)
        if self.keep:
            self.say_how_to_go_on(database)

    def sync(
        self, pipeline: Pipeline, database: Database
    ) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], int]]:
        """Run both pipelines.

        Returns:
            The records read, and then the rows in the database, by schema and table.
        """
        pairs = [(extractor, LOADER) for extractor in EXTRACTORS]
        for pair in pairs:
            self.tell(f"meltano run {' '.join(pair)}")
        by_extractor = pipeline.run_at_once(*pairs)
        read: Counter[tuple[str, str]] = Counter()
        rows = {}
        for extractor, schema in EXTRACTORS.items():
            read.update({(schema, stream): count for stream, count in by_extractor[extractor].items()})
            rows.update({(schema, table): database.count(schema, table) for table in database.tables(schema)})
        return read, rows

    def write(self, marts: Marts, database: Database) -> Path:
        """Write the dashboard, and the marts as CSV files.

        Returns:
            The file of the dashboard.
        """
        tables = OUTPUT / "marts"
        tables.mkdir(parents=True, exist_ok=True)
        database.export(models.SCHEMA, tables)
        page = OUTPUT / "dashboard.html"
        page.write_text(render(marts, "made-up data of the sandbox"), encoding="utf-8")
        return page

    def say_how_to_go_on(self, database: Database) -> None:
        """Say how to look into what stays, and how to get rid of it."""
        query = f"table {models.SCHEMA}.mrr_by_month"
        file = _short(OUTPUT / "marts" / "mrr_by_month.csv")
        python = _short(Path(sys.executable))
        lines = {
            "psql": f"{_short(database.psql)} -c '{query}' '{database.address}'",
            "DuckDB": f"{python} -c 'import duckdb; duckdb.read_csv(\"{file}\").show()'",
            "stop": f"{python} -m demo --stop {self.folder}",
        }
        self.console.print("\nThe PostgreSQL stays; its marts are in output/marts as CSV files too, for DuckDB.")
        for what, line in lines.items():
            self.console.print(f"{what:<11} {line}", soft_wrap=True, markup=False)

    def step(self, text: str) -> None:
        """Say what comes now."""
        self.console.print(f"[dim]{time.monotonic() - self.began:5.0f} s[/]  [bold]{text}[/]", soft_wrap=True)

    def tell(self, text: str) -> None:
        """Say how it goes on."""
        self.console.print(f"         {text}", style="dim", markup=False, soft_wrap=True)


def main() -> int:
    """Show the demo, and leave nothing behind however it ends, unless something is to be kept.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the PostgreSQL up")
    parser.add_argument("--stop", type=Path, metavar="FOLDER", help="stop a PostgreSQL that was kept, and delete it")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    if arguments.stop:
        return _stop(arguments.stop, console)
    if not models.DBT.exists():
        console.print(
            "The demo needs dbt, which does not start with Python 3.14 yet: UV_PYTHON=3.13 make demo", style="red"
        )
        return 1
    signal.signal(signal.SIGTERM, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="tap-analytics-postgres-"))
    code = 1
    try:
        Demo(console, folder, keep=arguments.keep).show()
        code = 0
    except CommandError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
    except KeyboardInterrupt:
        console.print("Interrupted; everything is stopped.")
        code = 130
    finally:
        if code or not arguments.keep:
            shutil.rmtree(folder)
    return code


def _stop(folder: Path, console: Console) -> int:
    if not is_kept(folder):
        console.print(f"There is no PostgreSQL of the demo in {folder}.", markup=False, soft_wrap=True)
        return 1
    with postgres(folder):
        pass
    shutil.rmtree(folder)
    return 0


def _short(path: Path) -> str:
    """Return a path as it is typed in the checkout."""
    return os.path.relpath(path, CHECKOUT) if path.is_relative_to(CHECKOUT) else str(path)


def _interrupt(*_signal: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
