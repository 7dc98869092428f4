"""Who is measured, and how each is told what to read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

YEARS = 4
"""How far back activities reach."""

UNLIMITED = 1_000_000
"""Requests a second that no run reaches."""

RECORDS = ("activities", "customers")
COUNTS = tuple(f"customer_{interval}_count" for interval in ("daily", "monthly", "quarterly", "weekly"))

_CACHE = Path(__file__).parent / ".cache"
_PEERS = "benchmarks.peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is read.

    Attributes:
        customers: How many customers there are.
        activities: How many activities there are.
        streams: Which streams are read.
        dated: Whether a start date is set, so that activities can be read window by window.
        latency: Seconds that each answer takes longer.
        rate: Requests a second that the server allows; 0 for no limit, which the tap is told.
    """

    customers: int
    activities: int
    streams: tuple[str, ...] = RECORDS
    dated: bool = False
    latency: float = 0.0
    rate: int = 0

    @override
    def __str__(self) -> str:
        words = [f"{self.customers} customers and {self.activities} activities"]
        words += [", ".join(self.streams)] * (self.streams != RECORDS) + ["by date"] * self.dated
        words += [f"{self.latency} s later"] * bool(self.latency) + [f"at most {self.rate}/s"] * bool(self.rate)
        return "; ".join(words)

    @classmethod
    def of(cls, records: int, share: float = 0.5, **attributes: Any) -> Job:
        """Return the job to read so many records, a share of them customers and the rest activities."""
        customers = round(share * records)
        return cls(customers=customers, activities=records - customers, **attributes)

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each stream that is counted out."""
        known = {"customers": self.customers, "activities": self.activities}
        return {stream: known[stream] for stream in self.streams if stream in known}

    @property
    def settings(self) -> dict[str, Any]:
        """What every contestant is told besides the address."""
        settings: dict[str, Any] = {"streams": self.streams}
        if self.dated:
            settings["start_date"] = (datetime.now(timezone.utc) - timedelta(days=365 * YEARS)).date().isoformat()
        return settings


@dataclass(frozen=True, slots=True)
class Contestant:
    """A way of reading the pages: a module that takes `--config` with a file.

    Attributes:
        name: Its name on the command line.
        title: Its name in the table.
        module: The module that is run.
        packages: What its environment holds, pinned; none means the project's own environment.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...] = ()

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs it.

        Raises:
            subprocess.CalledProcessError: Its environment cannot be made.
        """
        return [str(_environment(self.packages)), "-m", self.module, *arguments]

    def job_command(self, folder: Path, url: str, job: Job, settings: Mapping[str, Any]) -> list[str]:
        """Return the command that does a job.

        Args:
            folder: Where its files can lie.
            url: The server's base URL.
            job: What is to be read.
            settings: Further settings of the tap.
        """
        config: dict[str, Any] = {"api_url": url, **job.settings}
        arguments = []
        if self is OURS:
            streams = config.pop("streams")
            config |= {"api_key": "key", **({} if job.rate else {"requests_per_second": UNLIMITED}), **settings}
            arguments = ["--catalog", _written(folder, "catalog", _catalog(streams))]
        return self.command(*arguments, "--config", _written(folder, "config", config))


OURS = Contestant("ours", "tap-analytics", "tap_analytics")
PLAIN = Contestant("plain", "plain SDK tap", f"{_PEERS}.plain_tap")
BARE = Contestant("bare", "bare loop", f"{_PEERS}.bare_loop", ("requests==2.34.2", "msgspec==0.22.0"))
MSDK = Contestant(
    "msdk",
    "tap-rest-api-msdk",
    f"{_PEERS}.msdk_tap",
    ("tap-rest-api-msdk==1.4.2", "setuptools<81"),  # The SDK that it is pinned to wants pkg_resources.
)
CDK = Contestant("cdk", "declarative CDK", f"{_PEERS}.declarative_source", ("airbyte-cdk==7.39.1",))
DLT = Contestant("dlt", "dlt's extract", f"{_PEERS}.dlt_source", ("dlt==1.31.0",))
CONTESTANTS = {one.name: one for one in (OURS, PLAIN, BARE, MSDK, CDK, DLT)}


@cache
def _catalog(streams: tuple[str, ...]) -> dict[str, Any]:
    found = subprocess.run(OURS.command("--discover"), check=True, capture_output=True)  # noqa: S603 - the tap
    catalog: dict[str, Any] = json.loads(found.stdout)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return catalog


def _written(folder: Path, name: str, content: object) -> str:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)


def _environment(packages: tuple[str, ...]) -> Path:
    """Return the Python that has these packages, its environment made at the first call."""
    if not packages:
        return Path(sys.executable)
    version = ".".join(map(str, sys.version_info[:3]))
    name = hashlib.sha256(json.dumps([version, packages]).encode()).hexdigest()[:16]
    folder = _CACHE / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        # `uv run` says where uv is.
        uv = os.environ.get("UV") or shutil.which("uv") or "uv"
        for command in (
            ["venv", "--clear", "--quiet", "--python", sys.executable, str(folder)],
            ["pip", "install", "--quiet", "--python", str(python), *packages],
        ):
            subprocess.run([uv, *command], check=True)  # noqa: S603 - uv
        (folder / "complete").touch()
    return python
