"""Run the tap without a process, where a process is not the point; and what all runs here are asked."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stdout
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from tap_analytics.errors import AnalyticsError
from tap_analytics.tap import TapAnalytics
from tests.singer import Run, select

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "5ecret-Key-0123456789"


def subscription(url: str, **settings: Any) -> dict[str, Any]:
    """Return settings for the subscription API, with retries that wait for nothing."""
    return {"api_url": url, "api_key": KEY, "backoff_factor": 0, "start_date": "2024-01-01", **settings}


def support(url: str, **settings: Any) -> dict[str, Any]:
    """Return settings for the support API, with retries that wait for nothing."""
    return {
        "api": "support",
        "api_url": f"{url}/api",
        "username": "agent@example.com",
        "password": KEY,
        "backoff_factor": 0,
        **settings,
    }


def catalog_of(config: Mapping[str, Any], *streams: str) -> dict[str, Any]:
    """Return a catalog of some streams, which are selected; others are not, and take no time."""
    if config.get("resources") or config.get("stream_prefix"):
        catalog = deepcopy(TapAnalytics(config=dict(config)).catalog_dict)
    else:
        catalog = json.loads(_built_in(config.get("api", "subscription")))
    catalog["streams"] = [entry for entry in catalog["streams"] if entry["tap_stream_id"] in streams]
    return select(catalog, *streams)


@cache
def _built_in(api: str) -> str:
    """Return the catalog of an API's own streams, which no settings but the two above change."""
    settings = {"subscription": subscription, "support": support}[api]
    return json.dumps(TapAnalytics(config=settings("https://api.example.com")).catalog_dict)


def run_here(
    config: Mapping[str, Any],
    *streams: str,
    state: Any = None,  # noqa: ANN401 - a state may be anything
    catalog: dict[str, Any] | None = None,
) -> Run:
    """Sync some streams, all when none are named, in this process; without a catalog, by what discovery finds now."""
    told, written = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(logging.Formatter("%(asctime)s | %(levelname)-8s | %(name)s | %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    exit_code = 0
    try:
        with redirect_stdout(written):
            catalog = catalog_of(config, *streams) if streams else catalog
            TapAnalytics(
                config={"requests_per_second": 10_000, **config}, catalog=catalog, state=deepcopy(state)
            ).sync_all()
    except AnalyticsError as error:
        # What the command does with it.
        logging.getLogger("tap-analytics").error("%s", error)  # noqa: TRY400
        exit_code = 1
    finally:
        root.removeHandler(handler)
    return Run(exit_code, written.getvalue(), told.getvalue())


def failure_of(run: Run, stream: str) -> str:
    """Return the one line on stderr about a stream that failed, once it is sure that it failed as promised."""
    assert run.exit_code == 1, run.stderr
    assert "Traceback" not in run.stderr
    (line,) = [line for line in run.errors if f"{stream}: " in line and "streams failed" not in line]
    assert not run.of(stream, "ACTIVATE_VERSION")
    return line


def bookmark(replication_key: str, value: str) -> dict[str, str]:
    """Return a stream's place in a state."""
    return {"replication_key": replication_key, "replication_key_value": value}
