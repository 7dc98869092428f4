"""tap-rest-api-msdk, every setting at its default that need not be another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tap_rest_api_msdk.tap import TapRestApiMsdk

KEYS = {"customers": "id", "activities": "uuid"}


def main() -> None:
    """Read what the configuration file names."""
    file = Path(sys.argv[-1])
    config = json.loads(file.read_text(encoding="utf-8"))
    settings = {
        "api_url": f"{config['api_url']}/v1",
        "records_path": "$.entries[*]",
        "params": {"per_page": 200},
        "auth_method": "basic",
        "username": "key",
        "password": "key",
        # It pages all of its streams in one and the same way, so activities are read by cursor too.
        "pagination_request_style": "jsonpath_paginator",
        "pagination_response_style": "page",
        "next_page_token_path": "$.cursor",
        "pagination_next_page_param": "cursor",
        "streams": [{"name": name, "path": f"/{name}", "primary_keys": [KEYS[name]]} for name in config["streams"]],
    }
    file.write_text(json.dumps(settings), encoding="utf-8")
    TapRestApiMsdk.cli()


if __name__ == "__main__":
    main()
