"""Access tokens: asked for once for all, again before they expire, and told to nobody."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_analytics.errors import ServiceError
from tap_analytics.http.access_tokens import AccessTokens, TokenClient
from tap_analytics.http.authenticators import Authenticator
from tap_analytics.http.cancellation import CancelledError, Scope
from tap_analytics.http.client import Endpoint
from tap_analytics.http.retries import RetryPolicy
from tap_analytics.http.session import ApiSession
from tap_analytics.http.throttle import Throttle
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.paging.selectors import WholeBody
from tests.faults.server import Server, always, head, in_turn, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.server import Request, Script

ID, SECRET = "client-1", "cl!ent secret"


@contextmanager
def tokens_of(script: Script, expiration: float = 3600) -> Iterator[tuple[AccessTokens, Server, list[str]]]:
    """Yield what asks a server for tokens, the server, and the tokens that are concealed."""
    concealed: list[str] = []
    with Server(script) as server, ApiSession(Throttle(10_000, 1, 4)) as session:
        endpoint = Endpoint(
            stream="access_token_url",
            url_base=f"{server.url}/token",
            template=RequestTemplate(
                path="", method="POST", data={"client_id": ID, "client_secret": SECRET, "scope": "a b"}
            ),
            headers={"Accept": "application/json"},
            authenticator=Authenticator(),
            credentials=("client_id", "client_secret"),
            timeout=60,
            retry_policy=RetryPolicy(None, 1, 0),
            url_setting="access_token_url",
        )
        client = TokenClient(session, endpoint, WholeBody(), logging.getLogger("tap-analytics"))
        yield AccessTokens(client, expiration, concealed.append), server, concealed


def given(token: object, **words: Any) -> list[bytes]:
    """Return an answer with a token."""
    return [whole({"access_token": token, **words})]


def sent(tokens: AccessTokens) -> str:
    """Return the header that a request gets."""
    request = requests.Request("GET", "https://api.example.com", auth=tokens).prepare()
    return str(request.headers["Authorization"])


def test_a_token_is_asked_for_with_a_form_and_used_again() -> None:
    with tokens_of(in_turn(given("t-1", expires_in=3600), given("t-2"))) as (tokens, server, concealed):
        assert [sent(tokens), sent(tokens)] == ["Bearer t-1"] * 2
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/token")
    assert request.form == {"client_id": ID, "client_secret": SECRET, "scope": "a b"}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers
    assert concealed == ["t-1"]


def test_readers_that_need_a_token_at_once_ask_for_one() -> None:
    slow: Script = lambda _: [0.1, *given("t-1")]  # noqa: E731
    with tokens_of(slow) as (tokens, server, _), ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: sent(tokens), range(16))) == {"Bearer t-1"}
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("expires_in", "expiration", "later"),
    [
        (3600, 1, "Bearer t-1"),
        ("3600", 1, "Bearer t-1"),
        (None, 3600, "Bearer t-1"),
        ("soon", 3600, "Bearer t-1"),
        (-1, 3600, "Bearer t-1"),
        ("nan", 3600, "Bearer t-1"),
        (3600.5, 1, "Bearer t-1"),
        (100, 1, "Bearer t-2"),
        (None, 100, "Bearer t-2"),
    ],
)
def test_a_token_is_renewed_shortly_before_it_expires(
    monkeypatch: pytest.MonkeyPatch, expires_in: object, expiration: int, later: str
) -> None:
    clock = 1000.0
    # In this module alone: the rest of a request goes by the real clock.
    monkeypatch.setattr("tap_analytics.http.access_tokens.time", SimpleNamespace(monotonic=lambda: clock))
    answers = in_turn(given("t-1", expires_in=expires_in), given("t-2"))
    with tokens_of(answers, expiration) as (tokens, _, _):
        assert sent(tokens) == "Bearer t-1"
        clock += 89
        assert sent(tokens) == "Bearer t-1"
        clock += 2
        assert sent(tokens) == later


def test_readers_whose_token_is_refused_ask_for_one_new_one() -> None:
    with tokens_of(in_turn(given("t-1"), given("t-2"), given("t-3"))) as (tokens, server, _):
        request = requests.Request("GET", "https://api.example.com", auth=tokens).prepare()
        again = [tokens.renewed(request) for _ in range(3)]
        assert [each and each.headers["Authorization"] for each in again] == ["Bearer t-2"] * 3
        # What was sent is left as it was.
        assert request.headers["Authorization"] == "Bearer t-1"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            whole({"error": "invalid_client"}, "401 Unauthorized"),
            (
                "POST /token answered 401 Unauthorized: invalid_client. The credentials were refused: check "
                "'client_id' and 'client_secret'"
            ),
        ),
        (
            whole({"error": "invalid_scope"}, "400 Bad Request"),
            (
                "POST /token answered 400 Bad Request: invalid_scope. Are 'client_id', 'client_secret' and "
                "'access_token_url' right?"
            ),
        ),
        (
            whole({"error": "invalid_client", "error_description": "who?"}),
            (
                "POST /token gave no text as 'access_token', but says: invalid_client; error_description: who?. Are "
                "'client_id', 'client_secret' and 'access_token_url' right?"
            ),
        ),
        (whole([]), "POST /token gave no text as 'access_token'. Are "),
        (whole({"access_token": None}), "POST /token gave no text as 'access_token'. Are "),
        (whole({"access_token": "a\r\nb"}), "POST /token gave no text as 'access_token'. Are "),
        (
            whole(b"access_token=t0ken-abc"),
            "POST /token answered 200 with no readable JSON (gave up after 2 attempts and 0 s; see ",
        ),
        (
            whole({}, "500 Oops"),
            "POST /token answered 500 Oops (gave up after 2 attempts and 0 s; see 'max_retries'). ",
        ),
        (
            head("302 Found", Location="https://other.example.com/token", Content_Length="0"),
            (
                "POST /token redirects to another address (https://other.example.com/token), which is not followed. "
                "Are 'client_id', 'client_secret' and 'access_token_url' right?"
            ),
        ),
    ],
)
def test_what_keeps_a_token_from_coming_is_one_line_and_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, told: str
) -> None:
    # The line says how long the attempts took, which is up to the machine.
    monkeypatch.setattr("tap_analytics.http.client.time", SimpleNamespace(monotonic=lambda: 1000.0))
    with tokens_of(always(answer)) as (tokens, server, _):
        with pytest.raises(ServiceError) as error:
            sent(tokens)
        count = len(server.requests)
        assert str(error.value).startswith(f"access_token_url: {told}")
        assert "\n" not in str(error.value)
        for secret in (SECRET, "t0ken-abc", "a\\r"):
            assert secret not in str(error.value)
        # Nobody asks once more: this ends the run.
        with pytest.raises(ServiceError):
            sent(tokens)
        assert len(server.requests) == count


def test_a_failure_that_passes_is_tried_again() -> None:
    with tokens_of(in_turn([whole({}, "503 Busy")], given("t-1"))) as (tokens, server, _):
        assert sent(tokens) == "Bearer t-1"
    first, second = server.requests
    assert first.form == second.form


def test_a_reader_that_is_cancelled_waits_for_no_token() -> None:
    asked, answered = threading.Event(), threading.Event()

    def script(_: Request) -> list[bytes]:
        asked.set()
        answered.wait(10)
        return given("t-1")

    scope = Scope()

    def cancelled() -> str:
        with scope.entered():
            return sent(tokens)

    with tokens_of(script) as (tokens, server, _), ThreadPoolExecutor(2) as pool:
        first = pool.submit(sent, tokens)
        asked.wait(10)
        second = pool.submit(cancelled)
        scope.end()
        with pytest.raises(CancelledError):
            second.result()
        answered.set()
        assert first.result() == "Bearer t-1"
    assert len(server.requests) == 1
