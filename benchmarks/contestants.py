"""Who is measured, and how each is told what to read."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from benchmarks.environments import python_with

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.jobs import Job

UNLIMITED = 1_000_000
"""Requests a second that no run reaches."""

_PEERS = "benchmarks.peers"


@dataclass(frozen=True, eq=False)
class Contestant:
    """A way of reading the pages: a module that takes `--config` with a file.

    Attributes:
        name: Its name on the command line.
        title: Its name in the table.
        module: The module that is run.
        packages: What its environment holds, pinned; none means the project's own environment.
        settings: What it is told besides the job.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs it.

        Raises:
            subprocess.CalledProcessError: Its environment cannot be made.
        """
        return [str(python_with(self.packages)), "-m", self.module, *arguments]

    def job_command(self, folder: Path, url: str, job: Job, settings: Mapping[str, Any]) -> list[str]:
        """Return the command that does a job.

        Args:
            folder: Where its files can lie.
            url: The server's base URL.
            job: What is to be read.
            settings: Further settings.
        """
        config = {"api_url": url, **job.settings, **self.settings, **settings}
        if job.in_flight:
            config["in_flight"] = job.in_flight
        return self.command("--config", written(folder, "config", config))


class Loader(Contestant):
    """Loads what it reads into a PostgreSQL by itself; its settings tell it which `database` and `schema`."""


class Tap(Contestant):
    """The tap, with some settings."""

    @override
    def job_command(self, folder: Path, url: str, job: Job, settings: Mapping[str, Any]) -> list[str]:
        config: dict[str, Any] = {"api_url": url, "api_key": "key", **job.settings}
        streams = config.pop("streams")
        if not job.rate:
            config["requests_per_second"] = UNLIMITED
        if job.in_flight:
            config["max_parallel_requests"] = job.in_flight
        arguments = []
        if job.chains:
            # A declared API may be asked ten times a second if nobody says otherwise.
            config |= {"api": "declared", "resources": [_chain(name) for name in streams]}
            config |= {"requests_per_second": job.rate} if job.rate else {}
        elif "resources" not in settings:
            arguments = ["--catalog", written(folder, "catalog", _catalog(streams))]
        config |= {**self.settings, **settings}
        return self.command(*arguments, "--config", written(folder, "config", config))


@dataclass(frozen=True, eq=False)
class DeclaredCustomers(Tap):
    """The tap, to which customers are declared.

    Attributes:
        paginator: How they are paged.
        unknown: A field that the schema does not have.
    """

    paginator: Mapping[str, Any] = field(default_factory=dict)
    unknown: str = ""

    @override
    def job_command(self, folder: Path, url: str, job: Job, settings: Mapping[str, Any]) -> list[str]:
        [schema] = [entry["schema"] for entry in _catalog(())["streams"] if entry["tap_stream_id"] == "customers"]
        # The API's own name for what the built-in stream renames.
        known = {"chartmogul-url": _TEXT, **schema["properties"]}
        known = {name: item for name, item in known.items() if name not in {"app_url", "_rescued_data", self.unknown}}
        resource = _resource("customers", self.paginator, {**schema, "properties": known})
        config = {"api": "declared", "resources": [resource]}
        return super().job_command(folder, url, job, {**config, **settings})


@cache
def _catalog(streams: tuple[str, ...]) -> dict[str, Any]:
    found = subprocess.run(OURS.command("--discover"), check=True, capture_output=True)  # noqa: S603 - the tap
    catalog: dict[str, Any] = json.loads(found.stdout)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return catalog


_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_CHAIN_SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "created_at": {"type": "string", "format": "date-time"},
        **dict.fromkeys(("name", "email", "text"), _TEXT),
        **dict.fromkeys(("amount", "ratio"), _NUMBER),
        "is_open": {"type": "boolean"},
        "tags": {"type": "array", "items": _TEXT},
        "owner": {"type": "object", "properties": {"id": {"type": "integer"}, "name": _TEXT}},
    },
}


def _chain(name: str) -> dict[str, Any]:
    paginator = {"type": "cursor", "cursor_path": "cursor", "cursor_param": "cursor"}
    return _resource(name, paginator, _CHAIN_SCHEMA)


def _resource(name: str, paginator: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = {"path": f"/v1/{name}", "data_selector": "entries", "paginator": paginator}
    return {"name": name, "primary_key": "id", "schema": schema, "endpoint": endpoint}


def written(folder: Path, name: str, content: object) -> str:
    """Write JSON into a file of a folder.

    Returns:
        The path of the file.
    """
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)


_BARE = ("requests==2.34.2", "msgspec==0.22.0")
_DLT = "dlt==1.31.0"
_PSYCOPG2 = "psycopg2-binary==2.9.13"

_PAGES = {"limit_param": "per_page", "limit": 200, "has_more_path": "has_more"}

OURS = Tap("ours", "tap-analytics", "tap_analytics")
MAPPED = Tap(
    "mapped",
    "tap-analytics with stream maps",
    "tap_analytics",
    settings={
        "stream_maps": {
            "customers": {"email": "md5(email or '')", "zip": None},
            "activities": {"customer_name": "md5(customer_name or '')", "description": None},
        }
    },
)
BY_CURSOR = DeclaredCustomers(
    "cursor",
    "declared customers by cursor",
    "tap_analytics",
    paginator={"type": "cursor", "cursor_path": "cursor", "cursor_param": "cursor", **_PAGES},
)
BY_NUMBER = DeclaredCustomers(
    "number",
    "declared customers by page number, one field unknown",
    "tap_analytics",
    paginator={"type": "page_number", "page_param": "page", "base_page": 1, **_PAGES},
    unknown="company",
)
PLAIN = Contestant("plain", "plain SDK tap", f"{_PEERS}.plain_tap")
BARE = Contestant("bare", "bare loop", f"{_PEERS}.bare_loop", _BARE)
THREADS = Contestant("threads", "bare threads", f"{_PEERS}.bare_threads", _BARE)
MSDK = Contestant(
    "msdk",
    "tap-rest-api-msdk",
    f"{_PEERS}.msdk_tap",
    ("tap-rest-api-msdk==1.4.2", "setuptools<81"),  # The SDK that it is pinned to wants pkg_resources.
)
CDK = Contestant("cdk", "declarative CDK", f"{_PEERS}.declarative_source", ("airbyte-cdk==7.39.1",))
DLT = Contestant("dlt", "dlt's extract", f"{_PEERS}.dlt_source", (_DLT,))
DLT_TABLES = Loader(
    "dlt-tables",
    "dlt into PostgreSQL",
    f"{_PEERS}.dlt_postgres",
    (_DLT, _PSYCOPG2),
    settings={"nesting": 1000},
)
DLT_JSON = Loader(
    "dlt-json",
    "dlt into PostgreSQL, what is nested as JSON",
    f"{_PEERS}.dlt_postgres",
    (_DLT, _PSYCOPG2),
    settings={"nesting": 0},
)
CONTESTANTS = {
    one.name: one
    for one in (
        OURS,
        MAPPED,
        BY_CURSOR,
        BY_NUMBER,
        PLAIN,
        BARE,
        THREADS,
        MSDK,
        CDK,
        DLT,
        DLT_TABLES,
        DLT_JSON,
    )
}
