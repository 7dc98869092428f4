"""What goes wrong on demand."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from analytics_sandbox.gate import Connection

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

PATH = "/v1/customers"


def test_next_requests_are_answered_so_and_then_all_is_well(sandbox: Sandbox, get: Get) -> None:
    fault = sandbox.faults.add(path=PATH, status=503, times=2, headers={"Retry-After": "1"})
    first = get(PATH)
    assert (first.status_code, first.text, first.headers["Retry-After"]) == (503, "503 Service Unavailable", "1")
    assert get("/v1/activities").status_code == 200
    assert [get(PATH).status_code for _ in range(2)] == [503, 200]
    assert fault.fired == 2


def test_fault_waits_for_its_turn_and_for_its_parameters(sandbox: Sandbox, get: Get) -> None:
    sandbox.faults.add(path=PATH, match={"page": "2"}, after=1, status=500)
    assert [get(PATH, {"page": page}).status_code for page in (1, 2, 2, 2)] == [200, 200, 500, 200]


def test_faults_come_one_after_the_other(sandbox: Sandbox, get: Get) -> None:
    for status in (500, 502):
        sandbox.faults.add(path="/v1/*", status=status)
    assert [get(PATH).status_code for _ in range(3)] == [500, 502, 200]


def test_endless_fault_ends_when_faults_are_cleared(sandbox: Sandbox, get: Get) -> None:
    sandbox.faults.add(status=401, times=None)
    assert [get(PATH).status_code for _ in range(3)] == [401] * 3
    sandbox.faults.clear()
    assert get(PATH).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"entries": []}, "application/json", '{"entries":[]}'),
        ("<html>busy</html>", "text/html; charset=utf-8", "<html>busy</html>"),
        ("busy", "text/plain; charset=utf-8", "busy"),
        (b"\xff\x00", "application/octet-stream", None),
    ],
)
def test_any_body_can_be_answered(
    sandbox: Sandbox,
    get: Get,
    body: Any,  # noqa: ANN401
    kind: str,
    text: str | None,
) -> None:
    sandbox.faults.add(path=PATH, body=body)
    answer = get(PATH)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert text is None or answer.text == text


def test_each_api_has_its_own_words_for_a_status(sandbox: Sandbox, get: Get) -> None:
    sandbox.faults.add(status=429, times=2)
    assert get(PATH).json() == {"code": 429, "message": "Too Many Requests", "param": None}
    assert get("/api/customers").json() == {"error": {"msg": "Too Many Requests", "data": {}}}


@pytest.mark.parametrize("kind", ["close", "reset", "cut"])
def test_connection_breaks_once(sandbox: Sandbox, get: Get, kind: str) -> None:
    sandbox.faults.add(path=PATH, kind=kind)
    with pytest.raises(requests.RequestException) as caught:
        get(PATH)
    words = {"close": "RemoteDisconnected", "reset": "ConnectionResetError", "cut": "IncompleteRead"}
    assert words[kind] in repr(caught.value)
    assert get(PATH).status_code == 200
    assert [request.status for request in sandbox.requests] == [200 if kind == "cut" else None, 200]


@pytest.mark.parametrize("kind", ["delay", "trickle"])
def test_slow_answer_is_whole(sandbox: Sandbox, get: Get, kind: str) -> None:
    whole = get(PATH).content
    sandbox.faults.add(path=PATH, kind=kind, seconds=0.2)
    started = time.monotonic()
    assert get(PATH).content == whole
    assert time.monotonic() - started >= 0.15


def test_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown kind of fault: 'explode'"):
        sandbox.faults.add(kind="explode")
    with pytest.raises(TypeError):
        sandbox.faults.add(colour="red")


def test_pieces_of_an_answer_are_not_gathered(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gathers small pieces waits up to 40 ms for the one before to be acknowledged."""
    at_once: list[int] = []
    connection_made = Connection.connection_made

    def remember(connection: Connection, transport: asyncio.Transport) -> None:
        connection_made(connection, transport)
        at_once.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(Connection, "connection_made", remember)
    assert get(PATH).ok
    assert at_once
    assert all(at_once)
