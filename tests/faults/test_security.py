"""Security: no secret in what is written, no credentials to another origin, no forged line, no bomb."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from tap_analytics.http import session
from tests.faults.runs import failure_of, run_here, subscription, support
from tests.faults.server import Server, always, chunk, head, routes, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.server import Request, Script
    from tests.singer import Tap

SECRET = 'p4ss/w+rd="€ü% x'  # noqa: S105 - that is what must not show
PAIR = base64.b64encode(f"agent@example.com:{SECRET}".encode()).decode()
FORMS = {
    "as it is": SECRET,
    "the pair": PAIR,
    "URL-encoded": quote(SECRET, safe=""),
    "URL-encoded as a form": quote_plus(SECRET),
    "URL-encoded in lower case": quote(SECRET, safe="").lower(),
    "in JSON": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "in ASCII JSON": json.dumps(SECRET)[1:-1],
}


def echoing(form: str) -> dict[str, list[bytes]]:
    """Return answers that hold a form of the secret, wherever an API can put one."""
    latin = form.encode("utf-8").decode("latin-1")
    return {
        "an error's words": [whole({"error": f"bad key {form} there"}, "400 Bad")],
        "an error's plain text": [whole(f"bad key {form} there".encode(), "400 Bad")],
        "an error's field": [whole({"errors": {form: "is wrong"}}, "400 Bad")],
        "a reason phrase": [head("400 x", Content_Length="0").replace(b"400 x", b"400 bad " + form.encode())],
        "no JSON": [whole(b"<html>" + form.encode())],
        "a missing key": [whole({form: []})],
        "a redirect": [head("302 Found", Location=f"https://evil.example/?key={latin}", Content_Length="0")],
        "a wrong wait": [whole({}, "429 Busy", Retry_After=latin)],
        "no HTTP": [b"HTTP/1.1 x" + form.encode() + b"\r\n\r\n"],
        "an unknown field": [whole({"data": [{"id": 1, form: 1}]})],
        "a cut of no JSON": [whole(b"<" + b"x" * 190 + form.encode())],
        "a cut": [whole(("x" * 185 + form).encode(), "400 Bad")],
    }


HEADERS = ["a reason phrase", "a redirect", "no HTTP"]
"""Places where no API writes JSON."""


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("place", [place for place in echoing("") if place not in HEADERS])
def test_no_form_of_a_secret_shows_wherever_the_api_echoes_it(form: str, place: str) -> None:
    assert_hidden(echoing(form)[place])


@pytest.mark.parametrize("form", [form for name, form in FORMS.items() if "JSON" not in name])
@pytest.mark.parametrize("place", HEADERS)
def test_no_form_of_a_secret_shows_when_a_header_echoes_it(form: str, place: str) -> None:
    assert_hidden(echoing(form)[place])


def assert_hidden(answer: list[bytes]) -> None:
    """Assert that nothing of the secret is shown, whatever an answer makes the tap say."""
    with Server(always(*answer)) as server:
        run = run_here(support(server.url, password=SECRET, max_retries=0), "customers")
    shown = run.stderr
    for other in FORMS.values():
        assert other not in shown
        # A cut must not leave the beginning of a secret either.
        assert other[:8] not in shown


def test_no_secret_shows_in_the_stack_traces_of_debug(tap: Tap) -> None:
    scripts = routes({"/api/account": always(whole({"error": f"bad key {SECRET}, {PAIR}"}, "401 No"))})
    with Server(scripts) as server:
        run = tap.run(
            support(server.url, password=SECRET), TAP_ANALYTICS_LOGLEVEL="DEBUG", LOGLEVEL="DEBUG", PYTHONHTTPDEBUG="1"
        )
    assert run.exit_code == 1
    assert "Traceback" in run.stderr
    assert "answered 401" in run.stderr
    for form in FORMS.values():
        assert form not in run.stderr + run.stdout


@pytest.mark.parametrize("value", [["5ecret-a", "5ecret-b"], {"key": "5ecret-a"}, 5361346, True, 1.5361346])
def test_a_secret_of_a_wrong_type_is_refused_in_one_line_that_does_not_show_it(tap: Tap, value: object) -> None:
    run = tap.run({"api_url": "https://api.example.com", "api_key": value}, TAP_ANALYTICS_LOGLEVEL="DEBUG")
    assert run.exit_code == 1
    assert "'api_key' must be a text" in run.stderr
    for part in ("5ecret", "5361346", "1.53"):
        assert part not in run.stderr + run.stdout


def test_an_error_body_is_cut_and_forges_no_line_and_no_colour() -> None:
    forged = (
        "no\r\n2026-01-01 00:00:00 | ERROR    | tap-analytics | all is lost\x1b[2J\x00\x7f\u2028\u202e" + "x" * 5000
    )
    with Server(always(whole(forged.encode(), "404 Not\tFound\x1b[2J\rno"))) as server:
        run = run_here(subscription(server.url), "customers")
    line = failure_of(run, "customers")
    assert line.isprintable()
    assert len(line) < 600
    assert not any(text.startswith("2026-01-01") for text in run.stderr.splitlines())


def moved(location: str, status: str = "307 Moved", body: bytes = b"") -> bytes:
    """Return a redirect."""
    return head(status, Location=location, Content_Length=str(len(body))) + body


@pytest.mark.parametrize("status", ["301 M", "302 M", "303 M", "307 M", "308 M"])
def test_a_redirect_to_another_port_is_refused_before_a_connection_and_ends_its_stream_only(status: str) -> None:
    with Server(always(whole({"entries": []}))) as other:
        to_other = always(moved(f"{other.url}/v1/account", status))
        customers = always(whole({"entries": [{"id": 1}], "has_more": False}))
        with Server(routes({"/v1/plans": to_other, "/v1/customers": customers})) as server:
            run = run_here(subscription(server.url), "customers", "plans")
            assert len(server.requests) == 2
        assert not other.connections
    assert run.exit_code == 1
    assert [record["id"] for record in run.records("customers")] == [1]
    assert run.of("customers", "ACTIVATE_VERSION")
    line = failure_of(run, "plans")
    assert f"redirects to another address ({other.url}/v1/account)" in line
    assert "'api_url'" in line


def test_a_redirect_within_the_origin_is_followed_with_the_credentials() -> None:
    def answer(request: Request) -> Iterator[bytes]:
        if request.path == "/v1/customers":
            yield moved("/v2/customers?" + request.target.partition("?")[2])
        else:
            yield whole({"entries": [{"id": 1}], "has_more": False})

    with Server(answer) as server:
        run = run_here(subscription(server.url), "customers")
        first, second = server.requests
    assert run.exit_code == 0
    assert len(run.records("customers")) == 1
    assert first.headers["authorization"] == second.headers["authorization"]
    assert first.params == second.params


@pytest.mark.parametrize("targets", [["/v1/customers"], ["/a", "/b", "/v1/customers"]])
def test_redirects_in_a_circle_are_bounded(targets: list[str]) -> None:
    steps = dict(zip(["/v1/customers", *targets], targets, strict=False))
    with Server(lambda request: [moved(steps[request.path])]) as server:
        run = run_here(subscription(server.url, max_retries=1), "customers")
        assert len(server.requests) <= 2 * 31
    assert "redirect" in failure_of(run, "customers")


def bomb(chunks: int, size: int = 2**20) -> Iterator[bytes]:
    """Yield the gzip of many megabytes of blanks, chunked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(chunks):
        if packed := packer.compress(b" " * size):
            yield chunk(packed)
    yield chunk(packer.flush())
    yield b"0\r\n\r\n"


BOMBS: dict[str, str] = {
    "an answer": "200 OK",
    "an error": "404 No",
    "a passing error": "503 Busy",
    "a redirect": "307 M",
}


@pytest.mark.parametrize("status", BOMBS.values(), ids=BOMBS)
def test_a_decompression_bomb_has_a_limit(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(session, "LARGEST_BODY", 8 * 2**20)

    def answer(request: Request) -> Iterator[bytes]:
        if request.path != "/v1/customers":
            yield whole({"entries": [], "has_more": False})
            return
        yield head(status, Content_Encoding="gzip", Transfer_Encoding="chunked", Location="/v1/elsewhere")
        yield from bomb(64)

    with Server(answer) as server:
        run = run_here(subscription(server.url, max_retries=0), "customers")
    assert "sent more than 8 MiB in one answer" in failure_of(run, "customers")


def test_a_bomb_in_a_bomb_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LARGEST_BODY", 8 * 2**20)
    inner = gzip.compress(b" " * 256 * 2**20)
    script: Script = always(whole(gzip.compress(inner), Content_Encoding="gzip, gzip"))
    with Server(script) as server:
        run = run_here(subscription(server.url, max_retries=0), "customers")
    assert "sent more than 8 MiB" in failure_of(run, "customers")
