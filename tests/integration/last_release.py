"""The catalogs and states that the last release wrote.

After a release, `uv run python -m tests.integration.last_release v1.2.3` records them anew: it installs that tag, or
any other commit, and lets it read the sandbox.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from analytics_sandbox import Sandbox

from tools.package import ROOT, Installed

RECORDED: Final = Path(__file__).parent / "last_release"

NOW: Final = datetime(2025, 3, 15, 12, tzinfo=timezone.utc)
"""When the last release ran, by the sandbox's clock."""

RESOURCES: Final[dict[str, Any]] = {
    "resources": [
        {
            "name": "movements",
            "primary_key": "uuid",
            "write_disposition": "merge",
            "endpoint": {
                "path": "/v1/activities",
                "data_selector": "entries",
                "paginator": {"type": "cursor", "cursor_param": "start-after", "limit_param": "per_page", "limit": 50},
                "incremental": {"cursor_path": "date", "start_param": "start-date"},
            },
        }
    ]
}
"""A declared resource that is read incrementally."""


def sandbox() -> Sandbox:
    """Return the sandbox with the data that the last release has read."""
    return Sandbox(seed=7, size=40, now=NOW)


def configs(running: Sandbox) -> dict[str, dict[str, Any]]:
    """Return settings for each API, by its name."""
    return {
        "subscription": running.subscription_config,
        # Small pages, so that it shows how far a list is read that comes newest first.
        "support": {**running.support_config, "page_size": 10},
        "declared": {**running.subscription_config, "api": "declared", **RESOURCES},
    }


def recorded(api: str) -> dict[str, Any]:
    """Return what the last release wrote for an API: its `catalog` and its `state`."""
    content: dict[str, Any] = json.loads((RECORDED / f"{api}.json").read_text(encoding="utf-8"))
    return content


def record(revision: str) -> None:
    """Record what the tap of a tag or commit writes."""
    with TemporaryDirectory() as folder, sandbox() as running:
        tap = Installed.install(f"git+file://{ROOT}@{revision}", sys.executable, Path(folder))
        for api, config in configs(running).items():
            file = tap.folder / "config.json"
            file.write_text(json.dumps({**config, "requests_per_second": 1000}), encoding="utf-8")
            catalog = tap("--config", str(file), "--discover")
            (tap.folder / "catalog.json").write_text(catalog, encoding="utf-8")
            messages = tap("--config", str(file), "--catalog", str(tap.folder / "catalog.json"))
            states = [message for line in messages.splitlines() if (message := json.loads(line))["type"] == "STATE"]
            content = {"revision": revision, "state": states[-1]["value"], "catalog": json.loads(catalog)}
            RECORDED.mkdir(exist_ok=True)
            text = json.dumps(content, indent=1, ensure_ascii=False)
            (RECORDED / f"{api}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(*sys.argv[1:])
