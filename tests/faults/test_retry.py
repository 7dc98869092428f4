"""Retry: how often, after how long, and what ends a stream or the run at once."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import bookmark, catalog_of, failure_of, run_here
from tests.singer import streams_of

if TYPE_CHECKING:
    from analytics_sandbox import Sandbox

    from tests.singer import Run, Tap

AT_ONCE = {"backoff_factor": 0, "start_date": "2024-01-01"}
COUNTS = "/v1/metrics/customer-count"
STREAMS = (
    *("account", "activities", "customers"),
    *(f"customer_{every}_count" for every in ("daily", "weekly", "monthly", "quarterly")),
)


def asked(sandbox: Sandbox, path: str, **params: str) -> int:
    """Return how many requests came for a path."""
    return sum(
        request.path == path and all(request.params.get(name) == [value] for name, value in params.items())
        for request in sandbox.requests
    )


def assert_complete(run: Run, *streams: str) -> None:
    """Assert that these streams were read to their end, and no other."""
    for stream in streams_of("subscription"):
        whole = bool(run.of(stream.name, "ACTIVATE_VERSION"))
        assert whole == (stream.name in streams), stream.name


def recent() -> dict[str, Any]:
    """Return a state so recent that one window holds all activities since."""
    value = (datetime.now(timezone.utc) - timedelta(days=3)).isoformat()
    return {"bookmarks": {"activities": bookmark("date", value)}}


@pytest.mark.parametrize("retries", [0, 2])
def test_one_and_max_retries_attempts_then_one_line_with_stream_path_status_attempts_and_wait(
    tap: Tap, sandbox: Sandbox, retries: int
) -> None:
    sandbox.faults.add(path="/v1/customers", status=503, times=None)
    run = tap.run(sandbox.subscription_config | AT_ONCE | {"max_retries": retries})
    line = failure_of(run, "customers")
    assert "customers: GET /v1/customers answered 503" in line
    assert f"gave up after {retries + 1} attempt" in line
    assert re.search(r"attempts? and \d+ s;", line)
    assert len(run.errors) == 2
    assert asked(sandbox, "/v1/customers") == retries + 1


def test_retry_after_in_seconds_or_as_a_date_is_a_floor_and_garbage_means_nothing(sandbox: Sandbox) -> None:
    # A date has whole seconds only.
    date = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    due = time.monotonic() + (date - datetime.now(timezone.utc)).total_seconds()
    as_date = format_datetime(date, usegmt=True)
    streams = {"daily": "day", "monthly": "month", "quarterly": "quarter", "weekly": "week"}
    waits = {"day": "1", "month": as_date, "quarter": "soon", "week": "-5"}
    for interval, wait in waits.items():
        sandbox.faults.add(path=COUNTS, match={"interval": interval}, status=429, headers={"Retry-After": wait})
    # One after the other: a refusal holds whatever is asked for beside it.
    names = [f"customer_{stream}_count" for stream in streams]
    run = run_here(sandbox.subscription_config | AT_ONCE | {"max_parallel_streams": 1}, *names)
    assert run.exit_code == 0, run.stderr
    at = {
        interval: [request.started_at for request in sandbox.requests if request.params.get("interval") == [interval]]
        for interval in waits
    }
    assert at["day"][1] - at["day"][0] >= 1
    assert at["month"][1] >= due - 0.01
    told = [line for line in run.stderr.splitlines() if "Trying again" in line]
    # On a slow machine the date may have passed before the answer with it is read.
    assert len(told) == 4
    assert "in 0.0 s" not in told[0]
    assert all("in 0.0 s" in line for line in told[2:])


@pytest.mark.parametrize("wait", ["3600", format_datetime(datetime(2999, 1, 1, tzinfo=timezone.utc), usegmt=True)])
def test_a_wait_beyond_five_minutes_is_not_begun_and_is_named(sandbox: Sandbox, wait: str) -> None:
    sandbox.faults.add(path="/v1/customers", status=503, times=None, headers={"Retry-After": wait})
    run = run_here(sandbox.subscription_config | AT_ONCE, "customers", "account")
    line = failure_of(run, "customers")
    assert "GET /v1/customers answered 503" in line
    seconds = int(line.partition("asks to wait ")[2].partition(" s")[0])
    assert seconds == 3600 if wait == "3600" else seconds > 10**10
    assert asked(sandbox, "/v1/customers") == 1
    assert run.of("account", "ACTIVATE_VERSION")


def test_refused_paths_end_their_streams_at_once_while_the_others_finish_and_bookmarks_stay(
    tap: Tap, sandbox: Sandbox
) -> None:
    sandbox.faults.add(path="/v1/customers", status=403, times=None, body={"message": "not yours"})
    sandbox.faults.add(path="/v1/activities", status=404, times=None)
    for interval, status in (("day", 400), ("week", 418), ("month", 410)):
        sandbox.faults.add(path=COUNTS, match={"interval": interval}, status=status, times=None)
    state = recent()
    config = sandbox.subscription_config | AT_ONCE | {"lookback_days": 0}
    run = tap.run(config, state=state, catalog=catalog_of(config, *STREAMS))
    for stream, path, status in (
        ("customers", "/v1/customers", 403),
        ("activities", "/v1/activities", 404),
        ("customer_daily_count", COUNTS, 400),
        ("customer_weekly_count", COUNTS, 418),
        ("customer_monthly_count", COUNTS, 410),
    ):
        assert f"{stream}: GET {path} answered {status}" in failure_of(run, stream)
    assert "not yours" in failure_of(run, "customers")
    assert "deselect the stream" in failure_of(run, "customers")
    assert "'!customers.*' after '*.*'" in failure_of(run, "customers")
    assert "5 of 7 streams failed" in run.errors[-1]
    assert len(run.errors) == 6
    assert asked(sandbox, "/v1/customers") == asked(sandbox, "/v1/activities") == 1
    assert asked(sandbox, COUNTS) == 4
    assert_complete(run, "account", "customer_quarterly_count")
    assert run.state["bookmarks"]["activities"] == state["bookmarks"]["activities"]


def test_credentials_that_are_refused_on_the_way_end_the_run_and_leave_every_bookmark(
    tap: Tap, sandbox: Sandbox
) -> None:
    sandbox.world.add_activities(5)
    sandbox.faults.add(path="/v1/activities", after=1, times=None, status=401)
    state = recent()
    run = tap.run(sandbox.subscription_config | {"page_size": 1, "lookback_days": 0}, state=state)
    assert run.exit_code == 1
    (line,) = run.errors
    assert "activities: GET /v1/activities answered 401" in line
    assert "check 'api_key'" in line
    assert run.state["bookmarks"]["activities"] == state["bookmarks"]["activities"]
    assert not run.of("activities", "ACTIVATE_VERSION")


def test_a_path_whose_connection_is_always_reset_ends_its_stream_alone(sandbox: Sandbox) -> None:
    config = sandbox.subscription_config | AT_ONCE | {"max_retries": 1}
    sandbox.faults.add(path="/v1/customers", kind="reset", times=None)
    run = run_here(config, "account", "customers")
    assert "customers: GET /v1/customers failed: ConnectionError" in failure_of(run, "customers")
    assert "2 attempts" in failure_of(run, "customers")
    assert run.of("account", "ACTIVATE_VERSION")
