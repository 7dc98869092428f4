"""A server on a loopback port that serves one description of an API after the other; see `route.py` for its words."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, unquote

from typing_extensions import Self

from tests.dlt.route import Answer, Asked, RefusedError, Route, answer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class DescribedApi:
    """A server of one description after the other, between the beginning and the end of a `with`.

    Attributes:
        asked: The requests of the description that is served.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._routes: list[Route] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        api = self

        class Handler(_Handler):
            answer = api._answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # No thread outlives its connection by more than its time-out.
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def serve(self, description: Mapping[str, Any]) -> None:
        """Serve another description."""
        auth = description.get("auth")
        routes = [Route(key, {"auth": auth, **words}, self.url) for key, words in description.items() if key != "auth"]
        with self._lock:
            self.asked = []
            # What is named exactly goes before what a variable stands for.
            self._routes = sorted(routes, key=lambda route: "{" in route.path)

    def _answer(self, request: Asked) -> Answer:
        with self._lock:
            self.asked.append(request)
            try:
                for route in self._routes:
                    if route.method == request.method and (match := route.pattern.fullmatch(request.path)):
                        return route.answer(request, match.groupdict())
            except RefusedError as refused:
                return answer_of({"error": str(refused)}, refused.status)
        return answer_of({"error": f"there is no {request.method} {request.path}"}, 404)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body go out by one write.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 10
    answer: ClassVar[Callable[..., Answer]]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length", 0))
        answer = type(self).answer(
            Asked(
                method=self.command,
                path=unquote(path),
                query=dict(parse_qsl(query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
            )
        )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.status not in {204, 304}:
            self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Keep stderr for the tap."""
