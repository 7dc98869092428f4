"""Bodies and connections that break on the way: read again, never in part."""

from __future__ import annotations

import gzip
import json
import socket
import socketserver
import struct
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from tap_analytics.errors import ServiceError, StreamError
from tests.unit.taps import stream_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BODY = json.dumps({"entries": [{"id": number, "name": "x" * 50} for number in range(50)]}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
GOOD = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
ZIPPED = gzip.compress(BODY)

CUT = {
    "closed without an answer": b"",
    "closed within the head": HEAD,
    "a short body": GOOD[:-10],
    "a body without its end": HEAD + b"\r\n" + BODY[:-10],
    "a chunk that is cut": HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s" % (len(BODY), BODY[:100]),
    "a last chunk that is missing": HEAD + b"Transfer-Encoding: chunked\r\n\r\n64\r\n%s\r\n" % BODY[:100],
    "gzip that is cut": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 60\r\n\r\n" + ZIPPED[:60],
    "gzip that is none": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip!!",
    "no HTTP": b"220 mail.example.com ESMTP\r\n",
}


@contextmanager
def serving(*answers: bytes | Iterable[bytes] | None) -> Iterator[str]:
    """Give one connection after another these bytes, None resetting it; the last one is given again and again."""
    left = list(answers)

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            self.request.recv(65536)
            if answer is None:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                with suppress(OSError):
                    for part in [answer] if isinstance(answer, bytes) else answer:
                        self.request.sendall(part)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("broken", [*CUT.values(), None], ids=[*CUT, "a reset"])
def test_an_answer_that_breaks_is_asked_for_again(broken: bytes | None) -> None:
    with serving(broken, broken, GOOD) as url:
        assert len(stream_of("customers", api_url=url).fetch({}).records) == 50


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("broken", [*CUT.values(), None], ids=[*CUT, "a reset"])
def test_an_answer_that_stays_broken_ends_the_stream_and_is_never_read_in_part(broken: bytes | None) -> None:
    with serving(broken) as url, pytest.raises(StreamError, match=r"customers: GET /v1/customers .*after 2 attempts"):
        stream_of("customers", api_url=url, max_retries=1).fetch({})


def test_a_zipped_answer_is_read() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZIPPED)
    with serving(head + ZIPPED) as url:
        assert len(stream_of("customers", api_url=url).fetch({}).records) == 50


def test_json_is_utf_8_whatever_the_header_says() -> None:
    body = '\ufeff{"entries": [{"name": "Zoë 東京"}]}'.encode()
    head = HEAD + b"Content-Type: text/plain; charset=latin-1\r\nContent-Length: %d\r\n\r\n" % len(body)
    with serving(head + body) as url:
        assert stream_of("customers", api_url=url).fetch({}).records == [{"name": "Zoë 東京"}]


def test_where_nothing_listens_the_run_ends_and_the_address_is_named(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ServiceError, match=r"127\.0\.0\.1.*after 3 attempts.*'api_url'") as error:
        stream_of("customers", api_url=f"http://127.0.0.1:{port}", max_retries=2).fetch({})
    assert str(port) in str(error.value)
    assert len(waits) == 2


def test_where_no_such_host_is_the_run_ends_and_the_host_is_named(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ServiceError, match=r"nowhere\.example"):
        stream_of("customers", api_url="https://nowhere.example").fetch({})
    assert len(waits) == 3


def test_a_server_that_stays_silent_is_a_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        customers = stream_of(
            "customers", api_url=f"http://127.0.0.1:{silent.getsockname()[1]}", request_timeout=1, max_retries=0
        )
        with pytest.raises(StreamError, match="'request_timeout'"):
            customers.fetch({})


def dripping() -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    while True:
        time.sleep(0.01)
        yield b" "


def test_a_server_that_drips_bytes_does_not_hold_the_tap_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_analytics.http.session.ANSWER_TIMEOUTS", 0.2)
    with serving(dripping()) as url:
        customers = stream_of("customers", api_url=url, request_timeout=1, max_retries=0)
        with pytest.raises(StreamError, match=r"timed out \(see 'request_timeout'\)"):
            customers.fetch({})


def test_a_decompression_bomb_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_analytics.http.session.LARGEST_BODY", 2**20)
    bomb = gzip.compress(b" " * 2**24)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with serving(head + bomb) as url, pytest.raises(StreamError, match="/v1/customers sent more than 1 MiB"):
        stream_of("customers", api_url=url).fetch({})
