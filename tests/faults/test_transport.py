"""Transport: answers that break, drip or never come, stale connections, proxies and certificates."""

from __future__ import annotations

import gzip
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tests.faults.runs import bookmark, catalog_of, failure_of, run_here, subscription
from tests.faults.server import End, Server, always, chunk, head, in_turn, routes, whole
from tests.unit.taps import stream_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tap_analytics.sync.stream import AnalyticsStream
    from tests.faults.server import Request, Script
    from tests.singer import Tap

ROWS = [{"id": number, "name": "x" * 50} for number in range(100)]
BODY = json.dumps({"entries": ROWS, "has_more": False}).encode()
ZIPPED = gzip.compress(BODY)
GOOD = whole({"entries": ROWS, "has_more": False})
EMPTY = whole({"entries": [], "has_more": False})

# Each may come in the middle of a kept-alive connection.
BROKEN: dict[str, list[bytes | End]] = {
    "closed": [End.CLOSE],
    "reset": [End.RESET],
    "reset in the head": [head()[:20], End.RESET],
    "reset in the body": [GOOD[:2000], End.RESET],
    "short": [GOOD[:-1], End.CLOSE],
    "chunked and cut in a chunk": [head(Transfer_Encoding="chunked"), chunk(BODY)[:500], End.CLOSE],
    "chunked and cut between chunks": [head(Transfer_Encoding="chunked"), chunk(BODY), End.CLOSE],
    "chunked with a wrong length": [head(Transfer_Encoding="chunked"), b"zz\r\n", BODY, End.CLOSE],
    "gzip and cut": [head(Content_Encoding="gzip", Content_Length=str(len(ZIPPED))), ZIPPED[:-20], End.CLOSE],
    "gzip and cut as announced": [whole(ZIPPED[:-20], Content_Encoding="gzip")],
    "gzip that is chunked and cut": [
        head(Content_Encoding="gzip", Transfer_Encoding="chunked"),
        chunk(ZIPPED[:-20]),
        b"0\r\n\r\n",
    ],
    "gzip that is none": [whole(BODY, Content_Encoding="gzip")],
    "deflate that is none": [whole(BODY, Content_Encoding="deflate")],
    "JSON that ends early": [whole(BODY[:-1])],
    "JSON that ends early, with the connection": [head(Connection="close"), BODY[:-20], End.CLOSE],
    "no HTTP": [b"220 mail.example.com ESMTP\r\n", End.CLOSE],
    "a status that is none": [b"HTTP/1.1 abc OK\r\n\r\n", End.CLOSE],
}


def test_whatever_breaks_an_answer_it_is_asked_for_again_and_never_read_in_part() -> None:
    # The first page is good, so that the connection that breaks is a kept-alive one.
    first = whole({"entries": [{"id": 100}], "has_more": True, "cursor": "c"})
    last = whole(ZIPPED, Content_Encoding="gzip")
    with Server(in_turn([first], *BROKEN.values(), [last])) as server:
        run = run_here(subscription(server.url, max_retries=len(BROKEN)), "customers")
    assert run.exit_code == 0, run.stderr
    assert [record["id"] for record in run.records("customers")] == [100, *range(100)]
    assert len(run.warnings) == len(BROKEN)
    assert not run.errors


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_stays_broken_fails_its_stream_with_nothing_of_it_written(broken: list[bytes | End]) -> None:
    state = {"bookmarks": {"activities": bookmark("date", "2024-05-01T00:00:00+00:00")}}
    scripts = {"/v1/activities": always(*broken), "/v1/customers": always(GOOD)}
    with Server(routes(scripts)) as server:
        run = run_here(subscription(server.url, max_retries=1), "activities", "customers", state=state)
    line = failure_of(run, "activities")
    assert "GET /v1/activities" in line
    assert "2 attempts" in line
    assert len(line) < 700
    assert not run.records("activities")
    assert run.state["bookmarks"]["activities"] == state["bookmarks"]["activities"]
    assert len(run.records("customers")) == 100


def dripping(before: bytes, drops: Iterable[bytes]) -> Script:
    """Send a drop every tenth of a second."""

    def drip(_: Request) -> Iterator[bytes | float]:
        yield before
        for drop in drops:
            yield drop
            yield 0.1

    return drip


DRIPS: dict[str, tuple[bytes, Iterable[bytes]]] = {
    "nothing at all": (b"", ()),
    "the head": (b"", (bytes([byte]) for byte in chain(b"HTTP/1.1 200 OK\r\nX-Long: ", iter(lambda: 120, 0)))),
    "one head after another": (b"", (b"HTTP/1.1 100 Continue\r\n\r\n" for _ in count())),
    "the body": (head(Content_Length="100000"), (b" " for _ in count())),
    "the body without a length": (head(), (b" " for _ in count())),
    "chunks": (head(Transfer_Encoding="chunked"), (chunk(b" ") for _ in count())),
    "gzip": (head(Content_Encoding="gzip"), (bytes([byte]) for byte in ZIPPED)),
    "an error's body": (head("503 Busy"), (b" " for _ in count())),
}


def test_a_server_that_drips_does_not_hold_the_tap_for_ever() -> None:
    def fetch(customers: AnalyticsStream) -> None:
        with pytest.raises(StreamError, match=r"GET /v1/customers timed out \(see 'request_timeout'\)"):
            customers.fetch({})

    with ExitStack() as stack, ThreadPoolExecutor(len(DRIPS)) as threads:
        servers = [stack.enter_context(Server(dripping(*drops))) for drops in DRIPS.values()]
        streams = [stream_of("customers", api_url=server.url, max_retries=0, request_timeout=1) for server in servers]
        started = time.monotonic()
        fetches = dict(zip(DRIPS, [threads.submit(fetch, stream) for stream in streams], strict=True))
        for name, fetched in fetches.items():
            # The server never stops by itself.
            assert fetched.exception(timeout=60) is None, name
            assert time.monotonic() - started > 0.9, name


def test_a_stream_whose_answers_drip_fails_while_the_others_finish() -> None:
    slow = dripping(head(Content_Length="1000"), (b" " for _ in count()))
    with Server(routes({"/v1/customers": slow, "/v1/account": account})) as server:
        run = run_here(subscription(server.url, max_retries=0, request_timeout=1), "account", "customers")
    assert "GET /v1/customers timed out (see 'request_timeout')" in failure_of(run, "customers")
    assert run.records("account")


def test_a_slow_answer_within_its_time_is_read_whole() -> None:
    pieces: list[bytes | float] = [head(Content_Length=str(len(BODY)))]
    for start in range(0, len(BODY), 1000):
        pieces += [BODY[start : start + 1000], 0.1]
    with Server(always(*pieces)) as server:
        run = run_here(subscription(server.url, max_retries=0, request_timeout=2), "customers")
    assert run.exit_code == 0, run.stderr
    assert len(run.records("customers")) == 100


@pytest.mark.parametrize("late", [0.0, 0.05])
def test_kept_alive_connections_that_the_server_has_closed_are_replaced(late: float) -> None:
    pages = [{"entries": [row], "has_more": True, "cursor": f"c{row['id']}"} for row in ROWS[:5]]
    answers: list[list[bytes | float | End]] = [[whole(page), late, End.CLOSE] for page in pages]
    with Server(in_turn(*answers, [EMPTY])) as server:
        run = run_here(subscription(server.url), "customers")
        assert server.connections > 5
    assert run.exit_code == 0, run.stderr
    assert [record["id"] for record in run.records("customers")] == [0, 1, 2, 3, 4]


def test_a_connection_is_kept_alive_for_all_pages_of_a_stream_and_its_requests_are_counted(
    tmp_path: Path,
) -> None:
    pages = [{"entries": [row], "has_more": True, "cursor": f"c{row['id']}"} for row in ROWS[:5]]
    with Server(in_turn(*([whole(page)] for page in pages), [EMPTY])) as server:
        run = run_here(subscription(server.url, summary_file=str(tmp_path / "summary.json")), "customers")
        assert (server.connections, len(server.requests)) == (1, 6)
    assert run.exit_code == 0, run.stderr
    assert '"requests": 6,' in (tmp_path / "summary.json").read_text()


def test_a_host_that_does_not_exist_ends_the_run_in_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run = run_here(subscription("https://nowhere.example"))
    assert run.exit_code == 1
    (line,) = run.errors
    assert "cannot reach nowhere.example:443" in line
    assert "4 attempts" in line
    assert "'api_url'" in line


def test_a_host_that_does_not_take_a_connection_ends_the_run_in_one_line() -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = full.getsockname()
        # The system takes some connections by itself; once its queue is full it answers no more.
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(address)
        # The system would go on trying for minutes, and then name another error.
        run = run_here(subscription(f"http://127.0.0.1:{address[1]}", request_timeout=1, max_retries=1))
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"127.0.0.1:{address[1]}" in line
    assert "2 attempts" in line


def account(request: Request) -> Iterable[bytes]:
    """Answer with an account that says how it was asked for."""
    return [whole({"id": "a", "name": request.target, "time_zone": request.headers.get("authorization")})]


def test_proxies_and_exceptions_of_the_environment_are_followed_and_netrc_has_no_say(tap: Tap) -> None:
    netrc = tap.folder / "netrc"
    netrc.write_text("default login other password other\n")
    netrc.chmod(0o600)
    with Server(account) as api, Server(account) as proxy:
        config = subscription(api.url)
        options: dict[str, Any] = {"catalog": catalog_of(config, "account"), "NETRC": str(netrc)}
        near = tap.run(config, HTTP_PROXY=proxy.url, http_proxy=proxy.url, NO_PROXY="127.0.0.1", **options)
        far = tap.run(config, HTTP_PROXY=proxy.url, http_proxy=proxy.url, NO_PROXY="", no_proxy="", **options)
        assert (len(api.requests), len(proxy.requests)) == (1, 1)
    (direct,), (proxied,) = near.records("account"), far.records("account")
    assert direct["name"].partition("?")[0] == "/v1/account"
    assert proxied["name"].partition("?")[0] == f"{api.url}/v1/account"
    assert direct["time_zone"] == proxied["time_zone"]


def test_a_proxy_that_is_not_there_ends_the_run_in_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pa55word@127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    with Server(account) as api:
        run = run_here(subscription(api.url))
        assert not api.requests
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"127.0.0.1:{port}" in line
    assert "proxy" in line.lower()
    assert "pa55word" not in run.stderr


@pytest.mark.skipif(find_spec("socks") is not None, reason="the package is there")
def test_a_socks_proxy_without_its_package_ends_the_run_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "socks5://user:pa55word@127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    run = run_here(subscription("http://127.0.0.1:1"), "customers", "plans")
    (line,) = run.errors
    assert "A SOCKS proxy needs the package 'pysocks' beside the tap" in line
    assert "pa55word" not in run.stderr
