"""Foreign texts and values in a line of the log."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CUT: Final = "…"
"""Marks the end of a foreign text that was cut."""

LONGEST_QUOTE: Final = 200
"""Characters of a foreign text that are shown."""


def shorten(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Cut a foreign text and escape its control characters, so that it is safe in a log line."""
    printable = escape(text[: longest + 1])
    return printable if len(printable) <= longest else f"{printable[:longest]}{CUT}"


def escape(text: str) -> str:
    """Escape characters that are not printable: line breaks, terminal codes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def guess(word: str, known: Iterable[str]) -> str:
    """Return a question for the known word that a misspelt one may mean, to append to it; empty if none is near."""
    names = {name.casefold(): name for name in known}
    nearest = get_close_matches(word.casefold(), names, n=1, cutoff=0.75)
    return f" (is it {names[nearest[0]]!r}?)" if nearest else ""


def line_of(error: Exception) -> str:
    """Return in which line a JSON or YAML text is ill-formed, to append to a message; empty if that is not known."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else getattr(error, "lineno", None)
    return f" (line {line})" if line else ""


def kind_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Say what kind of JSON value something is."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"
