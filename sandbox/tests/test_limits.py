"""How much the APIs put up with, and what they tell of it."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import requests
from analytics_sandbox.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

LIMIT = "X-Gorgias-Account-Api-Call-Limit"


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The seconds that the limits go by: they pass only when a test says so."""
    watch = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr("analytics_sandbox.limits.time", SimpleNamespace(monotonic=lambda: watch.seconds))
    return watch


def test_too_many_requests_are_refused_for_a_while(sandbox: Sandbox, get: Get, stopwatch: SimpleNamespace) -> None:
    sandbox.rate_limit = (3, 6)
    assert [get("/v1/ping").status_code for _ in range(4)] == [200, 200, 200, 429]
    stopwatch.seconds += 1.9
    assert get("/v1/ping").status_code == 429
    stopwatch.seconds += 0.2
    assert [get("/v1/ping").status_code for _ in range(2)] == [200, 429]


def test_each_api_has_a_limit_of_its_own(sandbox: Sandbox, get: Get) -> None:
    sandbox.rate_limit = (1, 60)
    assert [get(path).status_code for path in ("/v1/ping", "/api/account", "/v1/ping")] == [200, 200, 429]


@pytest.mark.parametrize(
    ("told", "subscription", "support"), [(None, False, True), (True, True, True), (False, False, False)]
)
@pytest.mark.usefixtures("stopwatch")
def test_waiting_time_is_told_or_not(
    sandbox: Sandbox,
    get: Get,
    told: bool | None,  # noqa: FBT001
    subscription: bool,  # noqa: FBT001
    support: bool,  # noqa: FBT001
) -> None:
    sandbox.rate_limit, sandbox.retry_after = (1, 5), told
    for path, said in (("/v1/ping", subscription), ("/api/account", support)):
        answer = [get(path), get(path)][-1]
        assert answer.status_code == 429
        assert answer.headers.get("Retry-After") == ("5" if said else None)


def test_support_api_always_tells_how_full_its_bucket_is(sandbox: Sandbox, get: Get) -> None:
    assert get("/api/account").headers[LIMIT] == "1/40"
    assert LIMIT not in get("/v1/ping").headers
    sandbox.rate_limit = (3, 60)
    assert [get("/api/account").headers[LIMIT] for _ in range(4)] == ["1/3", "2/3", "3/3", "3/3"]
    sandbox.faults.add(status=503)
    sandbox.rate_limit = None
    assert get("/api/account").headers[LIMIT] == "1/40"


def test_too_many_requests_at_a_time_are_a_503(sandbox: Sandbox, get: Get) -> None:
    sandbox.parallel_limit, sandbox.latency = 2, 0.2
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(get("/v1/ping").status_code)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 503]


def test_latency_is_added_to_each_answer(sandbox: Sandbox, get: Get) -> None:
    sandbox.latency = 0.1
    started = time.monotonic()
    get("/v1/ping")
    assert time.monotonic() - started >= 0.1


def test_requests_are_recorded(sandbox: Sandbox, get: Get) -> None:
    get("/v1/customers", {"per_page": [1, 2], "page": ""})
    get("/support/v1/account")
    first, second = sandbox.requests
    assert (first.api, first.method, first.path, first.status) == ("subscription", "GET", "/v1/customers", 400)
    assert first.params == {"per_page": ["1", "2"], "page": [""]}
    assert first.headers["authorization"].startswith("Basic ")
    assert (second.api, second.status) == ("support", 200)
    assert second.started_at >= first.started_at
    sandbox.requests.clear()
    assert sandbox.requests == []


def test_only_loopback_is_listened_on(sandbox: Sandbox) -> None:
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"


def test_stopped_sandbox_answers_no_more(sandbox: Sandbox, get: Get) -> None:
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        get("/v1/ping")
    with pytest.raises(RuntimeError, match="started once"):
        sandbox.start()


def test_something_can_happen_between_two_pages(sandbox: Sandbox, get: Get) -> None:
    (first,) = get("/v1/activities", {"per_page": 1}).json()["entries"]
    sandbox.before_answer = lambda request: sandbox.world.delete_activity(request.params["start-after"][0])
    assert get("/v1/activities", {"per_page": 1, "start-after": first["uuid"]}).status_code == 400
    assert len(sandbox.requests) == 2


@pytest.mark.parametrize("rate", ["40", "40/", "/20", "0/20", "40/0", "40/nan", "many/20"])
def test_a_limit_that_is_none_is_refused_with_an_example(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rate-limit", rate])
    assert "such as 40/20" in capsys.readouterr().err
