"""Measure: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.contestants import CONTESTANTS
from benchmarks.environments import python_with
from benchmarks.figures import Scale
from benchmarks.lab import Lab
from benchmarks.measures import MEASURES
from benchmarks.processes import FailedRunError, take_core
from benchmarks.report import keep, machine, table
from benchmarks.service import served
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.contestants import Contestant
    from benchmarks.lab import Run

FULL = {
    "rounds": 5,
    "records": (20_000, 200_000),
    "measure": tuple(MEASURES),
    "only": tuple(CONTESTANTS),
    "pages": 200,
    "shortest": 20,
}
QUICK = {**FULL, "rounds": 3, "records": (2_000, 32_000), "measure": (1,), "pages": 40, "shortest": 4}


def options(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description="Compare the tap with its peers.")
    parser.add_argument("--quick", action="store_true", help="less of everything, and by default only measure 1")
    parser.add_argument("--rounds", type=int, help="how often each run is done, in turns; medians are shown")
    parser.add_argument("--records", type=_numbers, metavar="SMALL,LARGE", help="records of a small and a large run")
    parser.add_argument("--share", type=float, default=0.5, help="how many of them are customers (%(default)s)")
    parser.add_argument("--measure", type=_numbers, metavar="1,2,…", help="which measures are taken")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), metavar="NAME,…", help=f"whose: {','.join(CONTESTANTS)}"
    )
    parser.add_argument("--pages", type=int, help="pages of customers in the backfill")
    parser.add_argument("--chains", type=int, default=12, help="how many chains of pages there are (%(default)s)")
    parser.add_argument("--shortest", type=int, help="pages of the shortest of them; the longest has ten times as many")
    parser.add_argument(
        "--latency", type=float, default=0.1, help="seconds an answer takes in both of these (%(default)s)"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a setting of our tap")
    chosen = parser.parse_args(argv)
    for name, value in (QUICK if chosen.quick else FULL).items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    return chosen


def main() -> int:
    """Measure, show and keep.

    Returns:
        0, or 1 when something could not be measured.
    """
    chosen = options()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    small, large = chosen.records
    scale = Scale(
        small=small,
        large=large,
        share=chosen.share,
        pages=chosen.pages,
        chains=chosen.chains,
        shortest=chosen.shortest,
        latency=chosen.latency,
    )
    settings = {name: json.loads(value) for name, _, value in (pair.partition("=") for pair in chosen.set)}
    take_core(-1)
    with served() as server, Lab(server, settings) as lab:
        measures = {number: MEASURES[number](lab, scale) for number in chosen.measure}
        runs = dict.fromkeys(run for measure in measures.values() for run in measure.runs())
        # What is compared is done one after another, since machines have good minutes and bad ones.
        wanted = sorted((run for run in runs if run.contestant.name in chosen.only), key=lambda run: str(run.job))
        failures = _do(lab, wanted, chosen.rounds, console)
    line = machine()
    console.print()
    console.print(table(measures))
    console.print(
        f"\nMedians of {chosen.rounds} rounds, {chosen.share:.0%} of the records customers. {line}",
        style="dim",
        soft_wrap=True,
    )
    for failure in failures:
        console.print(f"Left out: {failure}", style="red", markup=False, soft_wrap=True)
    console.print(f"All of it is in {keep(lab, measures, line, failures)}", style="dim", soft_wrap=True)
    return 1 if failures else 0


def _do(lab: Lab, runs: list[Run], rounds: int, console: Console) -> list[str]:
    """Do all runs, one after another, round by round.

    Returns:
        What failed, and is not tried again.
    """
    failures: dict[Run | Contestant | Target, str] = {}
    began = time.monotonic()
    programs: list[Contestant | Target] = [run.contestant for run in runs]
    programs += [run.sink for run in runs if isinstance(run.sink, Target)]
    for program in dict.fromkeys(programs):
        try:
            python_with(program.packages)
        except (OSError, subprocess.CalledProcessError) as error:
            failures[program] = f"{program.title}, which cannot be installed: {error}"
    for number in range(rounds):
        for run in runs:
            if not failures.keys().isdisjoint((run, run.contestant, run.sink)):
                continue
            console.print(f"[dim]{time.monotonic() - began:5.0f} s  round {number + 1}: {run}[/]", soft_wrap=True)
            try:
                for _ in range(run.times):
                    lab.measure(run)
            except FailedRunError as error:
                failures[run] = f"{run}: {error}"
    return list(failures.values())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number.replace("_", "")) for number in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
