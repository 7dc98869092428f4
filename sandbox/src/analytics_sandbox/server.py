"""An HTTP server in a thread, quick to come and to go: tests start one each."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING

from uvicorn import Config, Server

from analytics_sandbox.gate import Connection

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
_IDLE_SECONDS = 75
_GRACE_SECONDS = 1


class ThreadedServer(Server):
    """uvicorn's server without its signal handlers and without the tenths of a second that it polls and waits.

    Args:
        app: What it serves.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._leave = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, port: int) -> int:
        """Serve, in a thread.

        Args:
            port: The port, 0 for any that is free.

        Returns:
            The port that it is.

        Raises:
            OSError: The port is taken.
            RuntimeError: It was started before.
        """
        if self._thread is not None:
            message = "a sandbox is started once"
            raise RuntimeError(message)
        listener = socket.create_server((HOST, port))
        self._thread = threading.Thread(target=self.run, args=([listener],), name="sandbox", daemon=True)
        self._thread.start()
        while not self.started and self._thread.is_alive():
            time.sleep(0.001)
        return int(listener.getsockname()[1])

    def stop(self) -> None:
        """Serve no more. Answers under way get a second to end."""
        if self._thread is not None and self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._leave.set)
            self._thread.join()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Remember the loop, by which the other thread says stop."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Wait for the word, where the original looks for it ten times a second."""
        await self._leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave at once if nothing is under way."""
        if self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.close()
        # The transports close their sockets in the loop's next turn.
        await asyncio.sleep(0)
