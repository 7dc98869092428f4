"""The API is treated well: its limits are kept, and its complaints are heard."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import run_here, subscription
from tests.faults.server import Server, whole
from tests.singer import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.server import Request
    from tests.singer import Tap

# A hundred pages and many windows: far more than the service takes in a second.
SETTINGS = {"page_size": 2, "start_date": "2024-01-01", "max_parallel_requests": 8}


def test_a_run_never_exceeds_the_service_s_limit(tap: Tap) -> None:
    with Sandbox(size=40, rate_limit=(40, 1)) as sandbox:
        config = sandbox.subscription_config | SETTINGS | {"requests_per_second": 40}
        run = tap.run(config, catalog=select(tap.catalog(config), "activities"))
        assert run.exit_code == 0
        assert len(sandbox.requests) > 80
        assert not [request for request in sandbox.requests if request.status == 429]


def test_limits_that_others_use_up_slow_the_run_and_lose_nothing(tap: Tap) -> None:
    with Sandbox(size=40, rate_limit=(20, 1)) as sandbox:
        config = sandbox.subscription_config | SETTINGS | {"backoff_factor": 1, "max_retries": 6}
        run = tap.run(config, catalog=select(tap.catalog(config), "activities"))
        assert run.exit_code == 0
        assert [request for request in sandbox.requests if request.status == 429]
        read = {record["uuid"] for record in run.records("activities")}
        assert read == {row["uuid"] for row in sandbox.world.activities() if row["date"] >= "2024-01-01"}


@pytest.mark.parametrize("allowed", [8, 4, 3, 1])
def test_the_counts_are_asked_for_side_by_side_but_never_more_than_allowed(allowed: int) -> None:
    expected = min(allowed, 4)
    changed = threading.Condition()
    under_way, most = 0, 0

    def answer(request: Request) -> Iterator[bytes]:
        nonlocal under_way, most
        if "metrics" not in request.path:
            yield whole({"id": "a"})
            return
        with changed:
            under_way += 1
            most = max(most, under_way)
            changed.notify_all()
            # No request is answered until as many as are allowed have come; one by one they never do.
            assert changed.wait_for(lambda: most >= expected, timeout=60)
            under_way -= 1
        yield whole({"entries": [{"date": "2024-01-31", "customers": 1}]})

    counts = [f"customer_{period}_count" for period in ("daily", "weekly", "monthly", "quarterly")]
    with Server(answer) as server:
        run = run_here(subscription(server.url, max_parallel_requests=allowed), *counts)
    assert run.exit_code == 0, run.stderr
    assert all(len(run.records(name)) == 1 for name in counts)
    assert most == expected


def test_windows_are_never_asked_for_more_at_a_time_than_allowed(tap: Tap) -> None:
    with Sandbox(size=40, latency=0.05, parallel_limit=4) as sandbox:
        config = sandbox.subscription_config | SETTINGS | {"max_parallel_requests": 4}
        run = tap.run(config, catalog=select(tap.catalog(config), "activities"))
        assert run.exit_code == 0
        assert not [request for request in sandbox.requests if request.status == 503]
