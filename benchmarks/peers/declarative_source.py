"""Airbyte's declarative CDK, with the manifest that its documentation leads to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

KEYS = {"customers": "id", "activities": "uuid"}
CURSORS = {"customers": ("cursor", "{{ response.cursor }}"), "activities": ("start-after", "{{ last_record.uuid }}")}
SCHEMA = {"type": "object", "additionalProperties": True, "properties": {}}


def stream(name: str, url: str) -> dict[str, Any]:
    """Return the declaration of a stream."""
    param, value = CURSORS[name]
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": KEYS[name],
        "schema_loader": {"type": "InlineSchemaLoader", "schema": SCHEMA},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url_base": f"{url}/v1",
                "path": f"/{name}",
                "http_method": "GET",
                "authenticator": {"type": "BasicHttpAuthenticator", "username": "key", "password": "key"},
                "request_parameters": {"per_page": "200"},
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": ["entries"]},
            },
            "paginator": {
                "type": "DefaultPaginator",
                "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": param},
                "pagination_strategy": {
                    "type": "CursorPagination",
                    "cursor_value": value,
                    "stop_condition": "{{ not response.has_more }}",
                },
            },
        },
    }


def main() -> None:
    """Read what the configuration file names."""
    file = Path(sys.argv[-1])
    config = json.loads(file.read_text(encoding="utf-8"))
    manifest = {
        "version": "7.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": config["streams"]},
        "streams": [stream(name, config["api_url"]) for name in config["streams"]],
        "spec": {
            "type": "Spec",
            "connection_specification": {"type": "object", "properties": {}, "additionalProperties": True},
        },
    }
    configured = {
        "streams": [
            {
                "stream": {"name": name, "json_schema": SCHEMA, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "overwrite",
            }
            for name in config["streams"]
        ]
    }
    catalog = file.with_name("catalog.json")
    catalog.write_text(json.dumps(configured), encoding="utf-8")
    arguments = ["read", "--config", str(file), "--catalog", str(catalog)]
    source = ConcurrentDeclarativeSource(
        catalog=ConcurrentDeclarativeSource.read_catalog(str(catalog)), config=config, state=[], source_config=manifest
    )
    launch(source, arguments)


if __name__ == "__main__":
    main()
