"""The sandbox as a whole: both APIs on one loopback port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from analytics_sandbox import subscription_api, support_api
from analytics_sandbox.clock import Clock
from analytics_sandbox.control import Control
from analytics_sandbox.faults import Faults
from analytics_sandbox.gate import Gate
from analytics_sandbox.manners import Manners
from analytics_sandbox.server import HOST, ThreadedServer
from analytics_sandbox.world import World

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from typing_extensions import Self

    from analytics_sandbox.recording import Request


@dataclass(kw_only=True, eq=False)
class Sandbox(Manners):
    """Both APIs, served in a thread between `start()` and `stop()`, or inside a `with`.

    The same seed, size and day make the same data. The switches of `Manners` are arguments and attributes too.

    Attributes:
        seed: Which data.
        size: How many customers each API has; a customer has two or three activities.
        now: The instant at which the clock stands still, with a time zone; None for the real clock.
        port: The port, 0 for any that is free; once started, the one it is.
        world: The living data.
        faults: What goes wrong.
        requests: The requests that came in, oldest first.
    """

    seed: int = 1
    size: int = 100
    now: datetime | None = None
    port: int = 0
    world: World = field(init=False, repr=False)
    faults: Faults = field(init=False, repr=False, default_factory=Faults)
    requests: list[Request] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.seed, self.size, Clock(self.now), self)
        app = Starlette(
            routes=[
                subscription_api.SubscriptionApi(self.world).mount(),
                *support_api.SupportApi(self.world).mounts(),
                Control(self.world, self, self.faults, self.requests).mount(),
            ]
        )
        gate = Gate(app, self, self.faults, self.requests)
        self._server = ThreadedServer(gate)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{HOST}:{self.port}"

    @property
    def subscription_config(self) -> dict[str, str]:
        """Settings of the tap for the subscription API."""
        return {"api": "subscription", "api_url": self.url, "api_key": subscription_api.KEY}

    @property
    def support_config(self) -> dict[str, str]:
        """Settings of the tap for the support API."""
        return {
            "api": "support",
            "api_url": f"{self.url}/api",
            "username": support_api.USERNAME,
            "password": support_api.PASSWORD,
        }

    def start(self) -> Self:
        """Serve, in a thread.

        Returns:
            The sandbox.

        Raises:
            OSError: The port is taken.
            RuntimeError: It was started before.
        """
        self.port = self._server.start(self.port)
        return self

    def stop(self) -> None:
        """Serve no more; open connections are closed."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
