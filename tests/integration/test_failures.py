"""What the tap says and does when something fails."""

from __future__ import annotations

import base64
import socket
from typing import TYPE_CHECKING

import pytest

from tests.singer import streams_of

if TYPE_CHECKING:
    from analytics_sandbox import Sandbox

    from tests.singer import Tap

AT_ONCE = {"backoff_factor": 0}


def test_one_failing_path_ends_its_stream_while_the_others_finish(tap: Tap, sandbox: Sandbox) -> None:
    sandbox.faults.add(path="/v1/customers", status=500, times=100, body='{"error": "out of order"}')
    run = tap.run(sandbox.subscription_config | AT_ONCE)
    assert run.exit_code == 1
    streams = {stream.name for stream in streams_of("subscription") if stream.selected_by_default}
    failure, summary = run.errors
    assert "customers: GET /v1/customers answered 500" in failure
    assert "out of order" in failure
    assert "4 attempts" in failure
    assert f"1 of {len(streams)} streams failed: customers" in summary
    assert not run.of("customers", "ACTIVATE_VERSION")
    for stream in streams - {"customers"}:
        assert run.records(stream)


def test_a_stream_that_fails_keeps_its_bookmark(tap: Tap, sandbox: Sandbox) -> None:
    first = tap.run(sandbox.support_config)
    sandbox.world.add_customers("support", 30)
    sandbox.faults.add(path="/api/customers", status=500, times=100, after=1)
    second = tap.run(sandbox.support_config | AT_ONCE | {"page_size": 5}, state=first.state)
    assert second.exit_code == 1
    assert second.records("customers")
    assert second.state["bookmarks"]["customers"] == first.state["bookmarks"]["customers"]


def test_refused_credentials_end_the_run_and_name_their_settings(tap: Tap, sandbox: Sandbox) -> None:
    run = tap.run(sandbox.support_config | {"password": "wr0ng-Secret"})
    assert run.exit_code == 1
    (line,) = run.errors
    assert "answered 401" in line
    assert "check 'username' and 'password'" in line
    assert len(sandbox.requests) == 1


def test_a_service_that_cannot_be_reached_ends_the_run_in_one_line(tap: Tap) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    run = tap.run({"api_url": f"http://127.0.0.1:{port}", "api_key": "key", **AT_ONCE})
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"cannot reach 127.0.0.1:{port}" in line
    assert "refused" in line
    assert "'api_url'" in line


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_form_of_a_secret_is_ever_printed(tap: Tap, sandbox: Sandbox, level: str) -> None:
    secret = "s3cr/t+ k€y"  # noqa: S105 - that is what must not show
    pair = base64.b64encode(f"{secret}:{secret}".encode()).decode()
    sandbox.faults.add(path="/v1/account", status=400, times=9, body=f'{{"error": "bad key {secret} in {pair}"}}')
    run = tap.run(
        sandbox.subscription_config | AT_ONCE | {"api_key": secret}, TAP_ANALYTICS_LOGLEVEL=level, LOGLEVEL=level
    )
    assert run.exit_code == 1
    assert "bad key ********" in run.stderr
    assert secret not in run.stderr + run.stdout
    assert pair not in run.stderr + run.stdout
