"""What the Python handle does can be done over HTTP, and from the command line."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests
from analytics_sandbox.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]


@pytest.fixture
def post(sandbox: Sandbox) -> Callable[..., requests.Response]:
    """Tell the sandbox something: `post("add_customers", api="support")`."""

    def tell(verb: str, **words: Any) -> requests.Response:
        return requests.post(f"{sandbox.url}/_sandbox/{verb}", json=words, timeout=10)

    return tell


def truth(sandbox: Sandbox, name: str) -> Any:  # noqa: ANN401
    """What is true, over HTTP."""
    answer = requests.get(f"{sandbox.url}/_sandbox/truth/{name}", timeout=10)
    return json.loads(answer.content, parse_float=Decimal)


def test_truth_over_http_is_that_of_the_world(sandbox: Sandbox) -> None:
    world = sandbox.world
    assert truth(sandbox, "subscription/customers") == world.customers("subscription")
    assert truth(sandbox, "subscription/activities") == world.activities()
    assert truth(sandbox, "subscription/account") == world.account("subscription")
    assert truth(sandbox, "support/customers") == world.customers("support")
    assert truth(sandbox, "support/custom_fields?object_type=Ticket") == world.custom_fields("Ticket")
    assert truth(sandbox, "support/account") == world.account("support")
    counts = truth(sandbox, "subscription/counts?interval=month&start=2025-01-01&end=2025-06-15")
    expected = world.counts("month", "2025-01-01", "2025-06-15")
    assert [row["customers"] for row in counts] == [row["customers"] for row in expected]


def test_every_verb_works_over_http(sandbox: Sandbox, post: Callable[..., requests.Response]) -> None:
    (customer,) = post("add_customers", api="support").json()
    assert post("update_customer", api="support", id=customer, note="x").json()["note"] == "x"
    assert post("delete_customer", api="support", id=customer).json() is None
    first, second = post("add_activities", n=2, date="2020-01-01").json()
    assert post("restate_activity", uuid=first, **{"activity-mrr": 5}).json()["activity-mrr"] == 5
    assert post("reissue_activity", uuid=first).json() != first
    assert post("delete_activity", uuid=second).status_code == 200
    (field,) = post("add_custom_fields", object_type="Customer").json()
    assert post("delete_custom_field", id=field).status_code == 200
    assert post("evolve").json()["activities_added"]
    assert post("advance", seconds=60).json() == "2025-06-15T12:01:00+00:00"
    assert post("latency", seconds=0.01).status_code == 200
    assert sandbox.latency == 0.01
    index = requests.get(f"{sandbox.url}/_sandbox", timeout=10).json()
    assert "evolve" in index["verbs"]


def test_faults_and_requests_work_over_http(sandbox: Sandbox, get: Get, post: Callable[..., requests.Response]) -> None:
    assert post("faults", path="/v1/ping", status=418, times=None).json()["fired"] == 0
    assert get("/v1/ping").status_code == 418
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10)
    assert get("/v1/ping").status_code == 200
    recorded = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=10).json()
    assert [request["status"] for request in recorded] == [418, 200]
    requests.delete(f"{sandbox.url}/_sandbox/requests", timeout=10)
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("verb", "words", "status"),
    [
        ("delete_activity", {"uuid": "gone"}, 404),
        ("delete_activity", {}, 400),
        ("add_custom_fields", {"object_type": "Order"}, 400),
        ("faults", {"kind": "explode"}, 400),
    ],
)
def test_nonsense_is_refused(
    post: Callable[..., requests.Response], verb: str, words: dict[str, Any], status: int
) -> None:
    answer = post(verb, **words)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals between processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_prints_configuration_and_stops_cleanly(number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "analytics_sandbox",
        "--port",
        "0",
        "--size",
        "5",
        "--rate-limit",
        "40/20",
        "--log",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(12)]
        subscription, support = (json.loads(line[line.index("{") :]) for line in lines if "{" in line)
        url = f"{subscription['api_url']}/v1/ping"
        assert requests.get(url, auth=(subscription["api_key"], ""), timeout=10).status_code == 200
        account = requests.get(
            f"{support['api_url']}/account", auth=(support["username"], support["password"]), timeout=10
        )
        assert account.headers["X-Gorgias-Account-Api-Call-Limit"] == "1/40"
        process.send_signal(number)
        _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "200 GET /v1/ping" in log
    assert "Traceback" not in log


def test_taken_port_is_told_in_one_line(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(sandbox.port)]) == 1
    assert capsys.readouterr().err.startswith("sandbox: ")


@pytest.mark.parametrize("rate", ["40", "0/20", "x/y"])
def test_wrong_rate_is_told(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rate-limit", rate])
    assert "--rate-limit" in capsys.readouterr().err
