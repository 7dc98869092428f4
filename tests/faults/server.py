"""A server on a loopback port that does, byte by byte, what a script says."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from typing_extensions import Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator, Mapping


class End(Enum):
    """How a connection ends; without one it is kept alive."""

    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True)
class Request:
    """A request as it came in.

    Attributes:
        method: The method.
        target: What was asked for, as it was written.
        headers: The headers, with names in lower case.
        connection: The number of the connection that it came by, from 1.
        body: The body.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    connection: int
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def params(self) -> dict[str, str]:
        """The query parameters."""
        query = parse_qs(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=False)
        return {name: values[0] for name, values in query.items()}

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body, read as JSON; None if there is none."""
        return json.loads(self.body) if self.body else None

    @property
    def form(self) -> dict[str, str]:
        """The body, read as the fields of a form."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}


Script: TypeAlias = "Callable[[Request], Iterable[bytes | float | End]]"
"""Answers a request: bytes are sent, a number is a pause in seconds."""


class Server:
    """A server that follows a script, between the beginning and the end of a `with`.

    Args:
        script: What it does with each request.
        tls: Speaks TLS by this context.

    Attributes:
        requests: The requests that came in.
        connections: How many connections were made.
    """

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._stopped = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.requests: list[Request] = []
        self.connections = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._run(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        # A blocked `accept` does not notice that its socket is closed.
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def await_closed_connections(self) -> None:
        """Wait until the other side has closed all connections."""
        for thread in self._threads[1:]:
            thread.join(10)
            assert not thread.is_alive(), "a connection is still open"

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Request]:
        """Return the requests for a path."""
        return [request for request in self.requests if request.path == path]

    def _run(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopped.is_set():
                connection.close()
                return
            self._open.append(connection)
            self.connections += 1
            self._run(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                for request in _requests(connection, number):
                    self.requests.append(request)
                    if not self._answer(request, connection):
                        return

    def _answer(self, request: Request, connection: socket.socket) -> bool:
        for piece in self._script(request):
            match piece:
                case bytes():
                    connection.sendall(piece)
                case End.RESET:
                    # Not to linger at all is what makes the system send RST instead of FIN.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return False
                case End():
                    return False
                case seconds if self._stopped.wait(seconds):
                    return False
        return True


def whole(body: object, status: str = "200 OK", **headers: str) -> bytes:
    """Return an answer with nothing wrong about it: bytes as they are, all else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content_Length": str(len(content)), **headers}
    return head(status, **lines) + content


def head(status: str = "200 OK", **headers: str) -> bytes:
    """Return the first lines of an answer, the empty one included."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def chunk(content: bytes) -> bytes:
    """Return one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(content), content)


def always(*pieces: bytes | float | End) -> Script:
    """Answer every request so."""
    return lambda _: pieces


def in_turn(*answers: Iterable[bytes | float | End]) -> Script:
    """Answer one request after another so, and all further ones as the last."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def routes(scripts: Mapping[str, Script]) -> Script:
    """Follow a script for each path, and answer 404 to others."""
    return lambda request: scripts.get(request.path, always(whole({}, "404 Not Found")))(request)


def _requests(connection: socket.socket, number: int) -> Iterator[Request]:
    received = b""
    while data := connection.recv(65536):
        received += data
        if not received[:1].isalpha():
            # TLS, for one: what a server says that does not speak it.
            connection.sendall(whole(b"", "400 Bad Request"))
            return
        while b"\r\n\r\n" in received:
            text, _, received = received.partition(b"\r\n\r\n")
            first, *lines = text.decode("latin-1").split("\r\n")
            method, target, _version = first.split(" ")
            headers: dict[str, Any] = {}
            for line in lines:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            length = int(headers.get("content-length", 0))
            while len(received) < length and (data := connection.recv(65536)):
                received += data
            body, received = received[:length], received[length:]
            yield Request(method, target, headers, number, body)
