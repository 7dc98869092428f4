"""What the endpoints of both APIs have in common: credentials, parameters, refusals."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from analytics_sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from starlette.requests import Request

    Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

JSON = "application/json"


class Refusal(Exception):  # noqa: N818 - to refuse is no error of the sandbox
    """An answer other than 200.

    Args:
        status: The status.
        body: What becomes the JSON body.
    """

    def __init__(self, status: int, body: Any) -> None:  # noqa: ANN401 - JSON is anything
        super().__init__(status, body)
        self.status = status
        self.body = encode(body)


def endpoint(answer: Callable[[Request], bytes]) -> Endpoint:
    """Make an endpoint of a function that gives the JSON body of a 200, or raises `Refusal`."""

    async def respond(request: Request) -> Response:
        try:
            return Response(answer(request), media_type=JSON)
        except Refusal as refusal:
            return Response(refusal.body, refusal.status, media_type=JSON)

    return respond


def credentials(request: Request) -> tuple[str, str]:
    """The user name and the password of a request, both empty where it has none that can be read."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def positive(text: str) -> int | None:
    """The whole number from 1 that a parameter says, None where it says none."""
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None
