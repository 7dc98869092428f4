"""dlt's whole pipeline: its `rest_api` source, merged into a PostgreSQL."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import dlt

from benchmarks.peers.dlt_source import read_config, source_of


def credentials(url: str) -> dict[str, str]:
    """Return what dlt wants to know of a database, which may listen on a socket in a folder."""
    parts = urlsplit(url)
    # It insists on a password, whether one is asked for or not.
    return {
        "drivername": "postgresql",
        "database": parts.path.lstrip("/"),
        "username": parts.username or "postgres",
        "password": parts.password or "none",
        "host": parts.hostname or quote(parse_qs(parts.query)["host"][0], safe=""),
    }


def main() -> None:
    """Load what the configuration file names, with all nested values in columns of JSON."""
    config = read_config()
    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(Path(sys.argv[-1]).parent),
        destination=dlt.destinations.postgres(credentials(config["database"])),
        dataset_name=config["schema"],
    )
    pipeline.run(source_of(config, write_disposition="merge", max_table_nesting=config["nesting"]))


if __name__ == "__main__":
    main()
