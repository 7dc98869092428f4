"""The text of an error body, for one line of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.paging.json_decoding import UnreadableBodyError, decode
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRAPPERS = {"message", "msg", "error", "errors", "data"}
"""Keys whose name adds nothing to the text under them."""


def message_in(content: bytes) -> str:
    """Return the texts of an error body, shortened, on one line.

    Error bodies have several shapes: `message` with `param`, `error` (a text, or an object with `msg` and `data`),
    `errors` by field, fields with lists of texts, or plain text and HTML.

    Args:
        content: The body as it came.
    """
    try:
        return message_of(decode(content))
    except (UnreadableBodyError, RecursionError):
        return _shown(" ".join(content.decode(errors="replace").split()))


def message_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the texts in a decoded error body or a part of it, shortened, on one line."""
    try:
        return _shown("; ".join(_texts(value)))
    except RecursionError:
        return ""


def _shown(text: str) -> str:
    """Shorten what the line of a failure quotes; that line has a full stop of its own behind it."""
    return shorten(text.removesuffix("."))


def _texts(value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, "" if key in _WRAPPERS else key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif value is not None:
        yield f"{name}: {value}" if name else str(value)
