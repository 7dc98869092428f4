"""What a request passes on its way: the record of requests, the limits, the faults, the latency."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import socket
import struct
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from uvicorn.protocols.http.h11_impl import H11Protocol

from analytics_sandbox.answers import JSON
from analytics_sandbox.limits import Bucket
from analytics_sandbox.recording import Request
from analytics_sandbox.wire import encode

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from analytics_sandbox.faults import Fault, Faults
    from analytics_sandbox.manners import Api, Manners

_LOG = logging.getLogger(__name__)
_PREFIXES: dict[str, Api] = {"/v1/": "subscription", "/api/": "support", "/support/v1/": "support"}
_LIMIT_HEADER = "X-Gorgias-Account-Api-Call-Limit"
_UNLIMITED = (40, 20.0)
_PIECES = 10


class Connection(H11Protocol):
    """A connection whose requests know its transport, as `state.transport`: faults lay hands on the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport, and send each piece at once: a body would wait until its head is acknowledged."""
        super().connection_made(transport)
        # asyncio does so by itself, but not for sockets that were made without naming their protocol.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


@dataclass
class Answer:
    """An answer before it is sent.

    Attributes:
        status: The status.
        headers: The headers, but for the length.
        body: The body.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class Gate:
    """Stands between the connections and the APIs; the sandbox's own paths are let through as they are.

    Args:
        app: What answers.
        manners: The switches of the services.
        faults: What goes wrong.
        requests: Where requests are recorded.
    """

    def __init__(self, app: ASGIApp, manners: Manners, faults: Faults, requests: list[Request]) -> None:
        self._app = app
        self._manners = manners
        self._faults = faults
        self._requests = requests
        self._buckets: dict[Api, Bucket] = defaultdict(Bucket)
        self._running: Counter[Api] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        api = next((api for prefix, api in _PREFIXES.items() if scope["path"].startswith(prefix)), None)
        if api is None:
            await self._app(scope, receive, send)
            return
        request = _recorded(api, scope)
        self._requests.append(request)
        self._running[api] += 1
        try:
            if self._manners.latency:
                await asyncio.sleep(self._manners.latency)
            if self._manners.before_answer:
                self._manners.before_answer(request)
            answer, fault = self._refused(api), None
            if answer is None:
                fault = self._faults.take(request)
                answer = await self._answered(api, fault, scope, receive)
            if api == "support":
                answer.headers[_LIMIT_HEADER] = self._call_limit()
            await _deliver(request, answer, fault, scope, receive, send)
            _LOG.info(
                "%s %s %s %s", request.status or "---", request.method, request.path, scope["query_string"].decode()
            )
        finally:
            self._running[api] -= 1

    def _refused(self, api: Api) -> Answer | None:
        if api == "subscription" and self._running[api] > self._manners.parallel_limit:
            return _failure(api, 503)
        wait = self._buckets[api].pour(*self._manners.rate_limit) if self._manners.rate_limit else 0.0
        if not wait:
            return None
        answer = _failure(api, 429)
        said = self._manners.retry_after
        if api == "support" if said is None else said:
            answer.headers["Retry-After"] = str(math.ceil(wait))
        return answer

    def _call_limit(self) -> str:
        if self._manners.rate_limit is None:
            return f"1/{_UNLIMITED[0]}"
        return f"{self._buckets['support'].level}/{self._manners.rate_limit[0]}"

    async def _answered(self, api: Api, fault: Fault | None, scope: Scope, receive: Receive) -> Answer:
        if fault is None or fault.status is None:
            answer = await self._forwarded(scope, receive)
        elif fault.body is None:
            answer = _failure(api, fault.status)
        else:
            answer = _written(fault.status, fault.body)
        if fault is not None:
            answer.headers |= fault.headers
        return answer

    async def _forwarded(self, scope: Scope, receive: Receive) -> Answer:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start, *rest = messages
        headers = {name.decode(): value.decode() for name, value in start["headers"] if name != b"content-length"}
        return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in rest))


def _recorded(api: Api, scope: Scope) -> Request:
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(scope["query_string"].decode(), keep_blank_values=True):
        params.setdefault(name, []).append(value)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(api, scope["method"], scope["path"], params, headers, time.monotonic())


def _failure(api: Api, status: int) -> Answer:
    """What an API says with a status when it says nothing else."""
    text = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}.get(status, "Failed")
    if api == "support":
        return _written(status, {"error": {"msg": text, "data": {}}})
    if status < 500:  # noqa: PLR2004 - where the service's own words end and its proxy's begin
        return _written(status, {"code": status, "message": text, "param": None})
    return _written(status, f"{status} {text}")


def _written(status: int, body: Any) -> Answer:  # noqa: ANN401 - whatever becomes a body
    if isinstance(body, bytes):
        return Answer(status, {"content-type": "application/octet-stream"}, body)
    if isinstance(body, str):
        kind = "html" if body.lstrip().startswith("<") else "plain"
        return Answer(status, {"content-type": f"text/{kind}; charset=utf-8"}, body.encode())
    return Answer(status, {"content-type": JSON}, encode(body))


async def _deliver(  # noqa: PLR0913, PLR0917 - both ends of an ASGI call, and what goes between them
    request: Request, answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send
) -> None:
    transport: asyncio.Transport = scope["state"]["transport"]
    kind = fault.kind if fault else "answer"
    seconds = fault.seconds if fault else 0.0
    if kind in {"close", "reset"}:
        if kind == "reset":
            # Not to linger at all is what makes the system send RST instead of FIN.
            connection = transport.get_extra_info("socket")
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
            )
        transport.abort()
        await _disconnected(receive)
        return
    if kind == "delay":
        await asyncio.sleep(seconds)
    request.status = answer.status
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = answer.body
    if kind == "cut":
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        transport.close()
        await _disconnected(receive)
        return
    if kind == "trickle":
        size = max(1, len(body) // _PIECES)
        while len(body) > size:
            await send({"type": "http.response.body", "body": body[:size], "more_body": True})
            await asyncio.sleep(seconds / _PIECES)
            body = body[size:]
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
