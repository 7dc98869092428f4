"""The JSON of a body, with every digit of its numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from tap_analytics.quoting import LONGEST_QUOTE, shorten

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class UnreadableBodyError(ValueError):
    """A body is no JSON, or not all of it arrived."""


def decode(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Decode a body; integers may have any size, and numbers with a point become decimals.

    Args:
        content: The body as it came. JSON is UTF-8, whatever a header says.

    Returns:
        The JSON value.

    Raises:
        UnreadableBodyError: The body is no JSON.
    """
    try:
        return _DECODER.decode(content)
    except (ValueError, ArithmeticError, RecursionError):
        # The standard library is slower, but takes valid JSON that msgspec refuses.
        return _decode_leniently(content)


def _decode_leniently(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    if not content.strip():
        msg = "an empty body"
        raise UnreadableBodyError(msg)
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # One character more than is shown, so that `shorten` marks the cut; a character has four bytes at most.
        beginning = content[: 4 * LONGEST_QUOTE + 4].decode(errors="replace")
        msg = f"no readable JSON ({shorten(str(error))}): {shorten(beginning)}"
        raise UnreadableBodyError(msg) from error


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON value"
    raise ValueError(msg)
