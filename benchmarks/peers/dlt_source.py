"""dlt's `rest_api` source, as far as its extract step: what comes after belongs to a target."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.rest_api import rest_api_source

STREAMS: dict[str, dict[str, Any]] = {
    "customers": {
        "primary_key": "id",
        "endpoint": {
            "path": "customers",
            "paginator": {
                "type": "cursor",
                "cursor_path": "cursor",
                "cursor_param": "cursor",
                "has_more_path": "has_more",
            },
        },
    },
    "activities": {
        "primary_key": "uuid",
        "endpoint": {
            "path": "activities",
            "params": {"order": "date"},
            "paginator": {
                "type": "cursor",
                "cursor_path": "entries[-1].uuid",
                "cursor_param": "start-after",
                "has_more_path": "has_more",
            },
        },
    },
}


CHAIN: dict[str, Any] = {
    "primary_key": "id",
    "endpoint": {"paginator": {"type": "cursor", "cursor_path": "cursor", "cursor_param": "cursor"}},
}


def read_config() -> dict[str, Any]:
    """Return what the configuration file holds."""
    config: dict[str, Any] = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    return config


def source_of(config: dict[str, Any], **defaults: Any) -> Any:  # noqa: ANN401 - dlt is in another environment
    """Return the source that a configuration describes.

    Args:
        config: The configuration.
        **defaults: What holds for all resources.
    """
    return rest_api_source(
        {
            "client": {
                "base_url": f"{config['api_url']}/v1/",
                "auth": {"type": "http_basic", "username": "key", "password": "key"},
            },
            "resource_defaults": {"endpoint": {"params": {"per_page": 200}, "data_selector": "entries"}, **defaults},
            "resources": [{"name": name, **deepcopy(STREAMS.get(name, CHAIN))} for name in config["streams"]],
        },
        parallelized="in_flight" in config,
    )


def main() -> None:
    """Extract what the configuration file names, and say how many records that were."""
    config = read_config()
    pipeline = dlt.pipeline("benchmark", pipelines_dir=str(Path(sys.argv[-1]).parent), destination="dummy")
    workers = {"workers": config["in_flight"]} if "in_flight" in config else {}
    pipeline.extract(source_of(config), **workers)
    parts = [part for parts in pipeline.last_trace.last_extract_info.metrics.values() for part in parts]
    tables = [item for part in parts for item in part["table_metrics"].items()]
    counts = {name: sum(table.items_count for found, table in tables if found == name) for name in config["streams"]}
    sys.stdout.write(json.dumps({"type": "COUNTS", "counts": counts}) + "\n")


if __name__ == "__main__":
    main()
