"""Serve the pages to whoever is measured: `python -m benchmarks.server`, in a process and on a core of its own.

It answers a page in a tenth of the time that the fastest reader takes for it, which the sandbox with its real framework
does not; nothing but that speaks against the sandbox. It prints its port, and serves until its stdin is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from analytics_sandbox.limits import Bucket
from typing_extensions import override

from benchmarks.chains import Chains
from benchmarks.pages import Pages
from benchmarks.processes import take_core

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests"}
_PLACES = {"page", "cursor", "start-after"}


class Desk:
    """Knows what to answer, how late and how often, and what was asked."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, data: Mapping[str, str]) -> None:
        """Forget what was asked, and answer differently from now on.

        Args:
            data: What there is, and how it is answered; see `jobs.Job.data`. The answer is 429 above the rate.
        """
        weight = int(data.get("weight", 0))
        self._pages = _made(int(data.get("customers", 0)), int(data.get("activities", 0)), weight)
        lengths = [int(pages) for pages in data.get("chains", "").split(",") if pages]
        self._chains = Chains(lengths, int(data.get("chain_rows", 0)), weight)
        self.latency = float(data.get("latency", 0))
        self._rate = int(data.get("rate", 0))
        self._bucket = Bucket()
        self._walks: dict[object, int] = {}
        self._statuses: Counter[int] = Counter()
        self.in_flight = 0
        self._most_in_flight = 0

    def seen(self) -> dict[str, Any]:
        """What was asked so far.

        Returns:
            The number of requests and of those refused by the limit, the most that were in flight, and the number of
            pages that the lists have which were asked for.
        """
        return {
            "requests": self._statuses.total(),
            "refused": self._statuses[429],
            "most_in_flight": self._most_in_flight,
            "pages": sum(self._walks.values()),
        }

    def control(self, path: str, params: dict[str, str]) -> bytes | None:
        """Answer a request of the harness; None if it is none."""
        if path == "/_begin":
            self.begin(params)
        elif path != "/_seen":
            return None
        return _response(200, json.dumps(self.seen()).encode())

    def answer(self, path: str, params: dict[str, str]) -> bytes:
        """Answer a request of whoever is measured."""
        self.in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self.in_flight)
        status, body = 200, b""
        if self._rate and self._bucket.pour(self._rate, 1):
            status = 429
        elif found := self._chains.answer(path, params) or self._pages.answer(path, params):
            body, pages = found
            asked = frozenset(item for item in params.items() if item[0] not in _PLACES)
            self._walks[path, asked] = pages
        else:
            status = 404
        self._statuses[status] += 1
        return _response(status, body)


class Connection(asyncio.Protocol):
    """A connection of a client that sends one GET after another."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._received = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._received.endswith(b"\r\n\r\n"):
            return
        target = urlsplit(self._received.split(b" ", 2)[1].decode())
        self._received = b""
        params = dict(parse_qsl(target.query))
        answer = self._desk.control(target.path, params)
        if answer is not None:
            self._transport.write(answer)
        elif self._desk.latency:
            answer = self._desk.answer(target.path, params)
            asyncio.get_running_loop().call_later(self._desk.latency, self._send, answer)
        else:
            self._send(self._desk.answer(target.path, params))

    def _send(self, answer: bytes) -> None:
        self._desk.in_flight -= 1
        self._transport.write(answer)


def _response(status: int, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


@lru_cache(maxsize=8)
def _made(customers: int, activities: int, weight: int) -> Pages:
    return Pages(customers, activities, weight)


async def _serve() -> None:
    desk = Desk()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(desk), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    take_core(-1)
    asyncio.run(_serve())
