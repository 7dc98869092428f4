"""What is shown, and what is kept."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.figures import Figure, Measure
    from benchmarks.lab import Lab

RESULTS = Path(__file__).parent / "results"


def machine() -> str:
    """Say in a line where and when this is, and of what."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, singer-sdk {version('singer-sdk')}, commit {commit or 'unknown'}"
    )


def table(measures: Mapping[int, Measure]) -> Table:
    """Return the table of all figures."""
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for name, justify in (("", "left"), ("measured", "left"), ("is", "right"), ("should be", "right"), ("", "left")):
        shown.add_column(name, justify=justify)  # type: ignore[arg-type]
    for number, measure in measures.items():
        title = measure.title
        for figure in measure.figures():
            sign = "≥" if figure.at_least else "≤"
            verdict = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[figure.reached]
            target = "" if figure.target is None else f"{sign} {figure.target:g}"
            shown.add_row(f"{number}. {title}" if title else "", figure.text, f"{figure.value:.2f}", target, verdict)
            title = ""
    return shown


def keep(lab: Lab, measures: Mapping[int, Measure], line: str, failures: Sequence[str]) -> Path:
    """Write everything into a file.

    Returns:
        The file.
    """
    content: dict[str, Any] = {
        "machine": line,
        "settings": dict(lab.settings),
        "failures": list(failures),
        "figures": [
            {"measure": number, "title": measure.title, **_told(figure)}
            for number, measure in measures.items()
            for figure in measure.figures()
        ],
        "runs": [
            {
                "contestant": run.contestant.name,
                "job": None if run.job is None else {name: getattr(run.job, name) for name in run.job.__slots__},
                "sink": run.sink.title if isinstance(run.sink, Target) else run.sink,
                "target_cpu": [usage.target_cpu for usage in usages],
                "cpu": [usage.cpu for usage in usages],
                "wall": [usage.wall for usage in usages],
                "peak": [usage.peak for usage in usages],
                "seen": lab.seen[run],
            }
            for run, usages in lab.usages.items()
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "latest.json"
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "text": figure.text,
        "value": figure.value,
        "target": figure.target,
        "at_least": figure.at_least,
        "reached": figure.reached,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
