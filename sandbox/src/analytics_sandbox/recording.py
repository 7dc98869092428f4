"""The requests that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics_sandbox.manners import Api


@dataclass
class Request:
    """One request, as it arrived.

    Attributes:
        api: Which API it was for.
        method: The HTTP method.
        path: The path, decoded, without the query.
        params: The query, each name with its values in the order of their coming.
        headers: The headers, names in lower case.
        started_at: Seconds on the monotonic clock (`time.monotonic()`): good for differences.
        status: The status that was answered; None if there was none, or none yet.
    """

    api: Api
    method: str
    path: str
    params: dict[str, list[str]]
    headers: dict[str, str]
    started_at: float
    status: int | None = None
