"""Credentials that are declared: where each form of them goes, and that it shows nowhere else."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from tests.faults.runs import run_here
from tests.faults.server import Server, always, head, routes, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.server import Request, Script
    from tests.singer import Run

KEY = "k3y/w+rd=\"€ü% x\\'"
ASCII_KEY = "k3y/w+rd=\"x% y\\'"
ID, SECRET, TOKEN = "cl1ent-id", "cl1ent/s&cret", "acc3ss-token"
ROWS = [{"id": number} for number in range(4)]
PAIR = base64.b64encode(f"me@example.com:{KEY}".encode()).decode()

IN_QUERY = {"type": "api_key", "name": "api_key", "location": "query"}


def oauth(server: Server, **words: Any) -> dict[str, Any]:
    return {"type": "oauth2_client_credentials", "access_token_url": f"{server.url}/token", **words}


def settings(server: Server, auth: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the settings for one list of two pages, linked."""
    list_of_rows = {
        "path": "rows",
        "data_selector": "rows",
        "paginator": {"type": "json_link", "next_url_path": "next"},
    }
    return {
        "client": {"base_url": f"{server.url}/v1/", "auth": auth},
        "resources": [{"name": "rows", "primary_key": "id", "endpoint": list_of_rows}],
        "backoff_factor": 0,
        **more,
    }


def two_pages(request: Request) -> list[bytes]:
    """Answer with two pages; the first one links to the second one by the address that it was asked with."""
    if "page=2" in request.target:
        return [whole({"rows": ROWS[2:], "next": None})]
    return [whole({"rows": ROWS[:2], "next": f"{request.target}{'&' if '?' in request.target else '?'}page=2"})]


@pytest.fixture(autouse=True)
def _debug() -> Iterator[None]:
    """Log whatever can be logged."""
    loggers = [logging.getLogger(name) for name in ("", "urllib3", "requests", "tap-analytics", "singer_sdk")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.DEBUG)
    yield
    for each, level in zip(loggers, levels, strict=True):
        each.setLevel(level)


def ids(run: Run, stream: str = "rows") -> list[int]:
    assert run.exit_code == 0, run.stderr
    return [record["id"] for record in run.records(stream)]


def assert_hidden(text: str, *secrets: str) -> None:
    """Assert that no form of a secret is in a text."""
    for secret in secrets:
        forms = {
            secret,
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            repr(secret)[1:-1],
            base64.b64encode(secret.encode()).decode(),
        }
        assert not [form for form in forms if form in text]


@pytest.mark.parametrize(
    ("auth", "own", "header"),
    [
        ("bearer", {"api_key": ASCII_KEY}, ("authorization", f"Bearer {ASCII_KEY}")),
        ({"type": "bearer"}, {"api_key": ASCII_KEY}, ("authorization", f"Bearer {ASCII_KEY}")),
        ({"type": "api_key", "name": "X-Key"}, {"api_key": ASCII_KEY}, ("x-key", ASCII_KEY)),
        ({"type": "http_basic"}, {"username": "me@example.com", "password": KEY}, ("authorization", f"Basic {PAIR}")),
    ],
)
def test_credentials_in_a_header_go_with_every_request_and_show_nowhere(
    auth: object, own: dict[str, str], header: tuple[str, str]
) -> None:
    with Server(two_pages) as server:
        run = run_here(settings(server, auth, **own), "rows")
    assert ids(run) == [0, 1, 2, 3]
    assert {request.headers[header[0]] for request in server.requests} == {header[1]}
    assert "k3y" not in "".join(request.target for request in server.requests)
    assert_hidden(run.stderr + run.stdout, *own.values(), PAIR)


@pytest.mark.parametrize("words", [{}, {"location": "param"}, {"name": "token"}])
def test_a_key_in_the_query_goes_with_every_request_once_and_shows_nowhere(words: dict[str, str]) -> None:
    auth = {**IN_QUERY, **words}
    with Server(two_pages) as server:
        run = run_here(settings(server, auth, api_key=KEY), "rows")
    assert ids(run) == [0, 1, 2, 3]
    sent = f"{auth['name']}={quote_plus(KEY)}"
    # The link that the server gave has the key already.
    assert {request.target.count(sent) for request in server.requests} == {1}
    assert not [request for request in server.requests if "authorization" in request.headers]
    assert "********" in run.stderr
    assert_hidden(run.stderr + run.stdout, KEY)


def test_a_key_in_the_query_goes_along_with_a_redirect_within_the_origin() -> None:
    def script(request: Request) -> list[bytes]:
        if request.path == "/v1/rows":
            return [head("307 Moved", Location="/v2/rows?all=1", Content_Length="0")]
        return [whole({"rows": ROWS, "next": None})]

    with Server(script) as server:
        run = run_here(settings(server, IN_QUERY, api_key=KEY), "rows")
    assert ids(run) == [0, 1, 2, 3]
    assert {request.params["api_key"] for request in server.requests} == {KEY}
    assert server.asked("/v2/rows")[0].params["all"] == "1"


@pytest.mark.parametrize("way", ["link", "redirect"])
def test_no_key_goes_to_another_origin(way: str) -> None:
    with Server(always(whole({"rows": ROWS}))) as other:

        def script(request: Request) -> list[bytes]:
            address = f"{other.url}{request.target}"
            if way == "link":
                return [whole({"rows": ROWS[:2], "next": address.replace("/rows", "/others")})]
            return [head("302 Found", Location=address, Content_Length="0")]

        with Server(script) as server:
            run = run_here(settings(server, IN_QUERY, api_key=KEY, max_retries=0), "rows")
    assert run.exit_code == 1
    assert not other.requests
    assert f"127.0.0.1:{other.port}" in run.stderr
    assert_hidden(run.stderr + run.stdout, KEY)


def failing(place: str) -> Script:
    """Fail in a way that lets the address show."""
    return {
        "a status": lambda request: [whole({"error": f"no {request.target}"}, "400 Bad")],
        "no answer": lambda _: [b""],
        "no HTTP": lambda request: [request.target.encode() + b"\r\n\r\n"],
        "no JSON": lambda request: [whole(request.target.encode())],
        "a circle": lambda request: [whole({"rows": ROWS, "next": request.target})],
        "many redirects": lambda request: [head("307 Moved", Location=request.target, Content_Length="0")],
    }[place]


@pytest.mark.parametrize("place", ["a status", "no HTTP", "no JSON", "a circle", "many redirects"])
def test_no_failure_shows_a_key_in_the_query(place: str) -> None:
    with Server(failing(place)) as server:
        run = run_here(settings(server, IN_QUERY, api_key=KEY, max_retries=1), "rows")
    assert run.exit_code == 1
    assert_hidden(run.stderr + run.stdout, KEY)


def test_no_key_in_the_query_shows_when_nothing_listens() -> None:
    with Server(two_pages) as server:
        config = settings(server, IN_QUERY, api_key=KEY, max_retries=1)
        schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
        config["resources"][0]["schema"] = schema
    run = run_here(config, "rows")
    assert run.exit_code == 1
    assert "cannot reach" in run.stderr
    assert_hidden(run.stderr + run.stdout, KEY)


def guarded(tokens: list[str], lives: int = 1000) -> Script:
    """Give tokens one after another, and rows to who has the newest; each token is good for some requests."""
    given: list[str] = []
    used = [0]

    def script(request: Request) -> list[bytes]:
        if request.path == "/token":
            assert request.form["client_secret"] == SECRET
            given.append(tokens[len(given)])
            used[0] = 0
            return [whole({"access_token": given[-1], "expires_in": 3600})]
        used[0] += 1
        if not given or request.headers.get("authorization") != f"Bearer {given[-1]}" or used[0] > lives:
            said = f"{request.headers.get('authorization')} is not good"
            return [whole({"error": said}, "401 Unauthorized")]
        return two_pages(request)

    return script


CLIENT = {"client_id": ID, "client_secret": SECRET}


def test_a_token_is_asked_for_once_for_all_streams_and_shows_nowhere() -> None:
    with Server(guarded([TOKEN])) as server:
        config = settings(server, oauth(server, access_token_request_data={"scope": "a b"}), **CLIENT)
        config["resources"].append({**config["resources"][0], "name": "others"})
        run = run_here(config)
    assert ids(run) == ids(run, "others") == [0, 1, 2, 3]
    for request in server.asked("/token"):
        assert request.form == {"grant_type": "client_credentials", **CLIENT, "scope": "a b"}
        assert "authorization" not in request.headers
    assert len(server.asked("/token")) == 1
    assert {request.headers["authorization"] for request in server.asked("/v1/rows")} == {f"Bearer {TOKEN}"}
    assert_hidden(run.stderr + run.stdout, SECRET, TOKEN)


def test_a_token_that_is_refused_is_renewed_once_and_no_row_is_lost() -> None:
    tokens = [f"{TOKEN}-{number}" for number in range(20)]
    with Server(guarded(tokens, lives=1)) as server:
        run = run_here(settings(server, oauth(server), **CLIENT), "rows")
    assert ids(run) == [0, 1, 2, 3]
    assert len(server.asked("/token")) > 2
    assert_hidden(run.stderr + run.stdout, SECRET, *tokens)


def test_a_token_that_is_always_refused_ends_the_run_and_names_the_settings() -> None:
    tokens = [f"{TOKEN}-{number}" for number in range(20)]
    with Server(guarded(tokens, lives=0)) as server:
        run = run_here(settings(server, oauth(server), **CLIENT), "rows")
    assert run.exit_code == 1
    [error] = run.errors
    assert "rows: GET /v1/rows answered 401" in error
    assert error.endswith("The credentials were refused: check 'client_id' and 'client_secret'")
    assert len(server.asked("/token")) == 2
    assert_hidden(run.stderr + run.stdout, SECRET, *tokens)


def test_a_token_that_is_not_given_ends_the_run_and_names_the_settings() -> None:
    refusal = always(whole({"error": f"invalid_client {SECRET}"}, "401 Unauthorized"))
    with Server(routes({"/token": refusal})) as server:
        run = run_here(settings(server, oauth(server), **CLIENT), "rows")
    assert run.exit_code == 1
    [error] = run.errors
    assert "access_token_url: POST /token answered 401 Unauthorized: invalid_client ********. " in error
    assert error.endswith("check 'client_id' and 'client_secret'")
    assert len(server.requests) == 1
    assert_hidden(run.stderr + run.stdout, SECRET)


def test_an_endpoint_has_its_own_credentials_or_none() -> None:
    with Server(two_pages) as server:
        config = settings(server, "bearer", api_key=ASCII_KEY, username="me@example.com", password=KEY)
        [rows] = config["resources"]
        config["resources"] += [
            {**rows, "name": "by_pair", "endpoint": {**rows["endpoint"], "path": "pair", "auth": "http_basic"}},
            {**rows, "name": "open", "endpoint": {**rows["endpoint"], "path": "open", "auth": None}},
        ]
        run = run_here(config)
    assert ids(run) == ids(run, "by_pair") == ids(run, "open") == [0, 1, 2, 3]
    sent = {
        path: {request.headers.get("authorization") for request in server.asked(f"/v1/{path}")}
        for path in ("rows", "pair", "open")
    }
    assert sent == {"rows": {f"Bearer {ASCII_KEY}"}, "pair": {f"Basic {PAIR}"}, "open": {None}}
    assert_hidden(run.stderr + run.stdout, ASCII_KEY, KEY, PAIR)


def test_names_may_stand_in_the_declaration_of_a_client() -> None:
    with Server(two_pages) as server:
        auth = {"type": "http_basic", "username": "me@example.com", "password": "password"}
        run = run_here(settings(server, auth, password=KEY), "rows")
    assert ids(run) == [0, 1, 2, 3]
    assert {request.headers["authorization"] for request in server.requests} == {f"Basic {PAIR}"}
    assert_hidden(run.stderr + run.stdout, KEY, PAIR)
    with Server(guarded([TOKEN, TOKEN])) as server:
        run = run_here(settings(server, oauth(server, client_id=ID), client_secret=SECRET), "rows")
    assert ids(run) == [0, 1, 2, 3]
    assert {request.form["client_id"] for request in server.asked("/token")} == {ID}


@pytest.mark.parametrize(
    ("auth", "settings_of_it", "place"),
    [
        ({"type": "http_basic", "username": "the-k3y", "password": ""}, {"password": ""}, "username"),
        ({"type": "http_basic", "username": "me", "password": "the-k3y"}, {}, "password"),
        ({"type": "http_basic", "username": "another"}, {"username": "me", "password": "b"}, "username"),
        ({"type": "bearer", "token": "the-k3y"}, {}, "token"),
        ({"type": "oauth2_client_credentials", "client_id": "a", "client_secret": "the-k3y"}, {}, "client_secret"),
    ],
)
def test_a_secret_may_not_and_the_setting_for_it_is_named(
    auth: dict[str, str], settings_of_it: dict[str, str], place: str
) -> None:
    if auth["type"].startswith("oauth2"):
        auth = {**auth, "access_token_url": "https://auth.example.com/token"}
    config = {"client": {"base_url": "https://api.example.com", "auth": auth}, "resources": ["rows"], **settings_of_it}
    run = run_here(config)
    assert run.exit_code == 1
    [error] = run.errors
    assert f"client.auth.{place}: credentials do not belong here" in error
    assert "k3y" not in run.stderr
