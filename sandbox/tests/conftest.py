"""A sandbox whose clock stands still, and a client that knows the credentials."""
# ruff: noqa: INP001 - the package `tests` is that of the tap

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
import requests
from analytics_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2025, 6, 15, 12, tzinfo=timezone.utc)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox in the middle of a Sunday."""
    with Sandbox(size=40, now=NOW) as running:
        yield running


@pytest.fixture
def get(sandbox: Sandbox) -> Callable[..., requests.Response]:
    """Ask one of the APIs: `get("/v1/customers", {"per_page": 5})`."""

    def ask(path: str, params: dict[str, Any] | None = None) -> requests.Response:
        support = sandbox.support_config
        auth = support["username"], support["password"]
        if path.startswith("/v1/"):
            auth = sandbox.subscription_config["api_key"], ""
        return requests.get(sandbox.url + path, params=params, auth=auth, timeout=10)

    return ask
