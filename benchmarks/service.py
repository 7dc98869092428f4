"""The server of the pages, as the harness sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.processes import FailedRunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Server:
    """The server, as the harness sees it.

    Attributes:
        url: Its base URL.
    """

    url: str

    def begin(self, data: Mapping[str, object]) -> None:
        """Tell it what to answer from now on, and to forget what was asked; see `server.Desk.begin`."""
        self._ask(f"/_begin?{urlencode(data)}")

    def seen(self) -> dict[str, int]:
        """Return what was asked since then; see `server.Desk.seen`."""
        return cast("dict[str, int]", self._ask("/_seen"))

    def _ask(self, path: str) -> Any:  # noqa: ANN401 - JSON
        with urlopen(f"{self.url}{path}", timeout=60) as answer:  # noqa: S310 - the loopback server
            return json.load(answer)


@contextmanager
def served() -> Iterator[Server]:
    """Start the server in a process of its own, and stop it in the end."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        if process.stdout is None or not (port := process.stdout.readline().strip()):
            msg = "the server did not start"
            raise FailedRunError(msg)
        try:
            yield Server(f"http://127.0.0.1:{port}")
        finally:
            if process.stdin is not None:
                process.stdin.close()
