"""The JSON of a body, with every digit of its numbers."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from tap_analytics.quoting import LONGEST_QUOTE, shorten

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class UnreadableBodyError(ValueError):
    """A body is no JSON, or not all of it arrived."""


_LINES: Final = re.compile(r"[^;]*\b(x-)?(nd-?json|json-?l(ines)?|json-?seq|stream\+json)\b", re.IGNORECASE)
"""Media types of a body that has one JSON value a line."""


def decode_body(content: bytes, media_type: str) -> Any:  # noqa: ANN401 - any JSON
    """Decode a body, which may have one JSON value a line: the value is then the list of them.

    Without a media type that says so, lines are taken for such ones only if there are several, and each is an object.

    Args:
        content: The body as it came.
        media_type: What the header `Content-Type` says.

    Raises:
        UnreadableBodyError: The body is no JSON.
    """
    if _LINES.match(media_type):
        return [decode(line) for line in _lines_of(content)]
    try:
        return decode(content)
    except UnreadableBodyError:
        lines = _lines_of(content)
        are_objects = len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines)
        if not are_objects:
            raise
        try:
            return [decode(line) for line in lines]
        except UnreadableBodyError:
            pass
        raise


def _lines_of(content: bytes) -> list[bytes]:
    """Return the lines of a body that are not empty; some services put a record separator before each."""
    lines = (line.strip(b" \t\r\x1e") for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    return [line for line in lines if line]


def decode(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Decode a body; integers may have any size, numbers with a point become decimals, NaN and Infinity texts.

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
        # Some services write NaN and Infinity, which are no JSON. As texts they fit no column of numbers, so that they
        # end in the rescued data and the other rows are read.
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=str)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # One character more than is shown, so that `shorten` marks the cut; a character has four bytes at most.
        beginning = content[: 4 * LONGEST_QUOTE + 4].decode(errors="replace")
        msg = f"no readable JSON ({shorten(str(error))}): {shorten(beginning)}"
        raise UnreadableBodyError(msg) from error
