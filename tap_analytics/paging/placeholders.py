"""Placeholders in a request, which stand for a value that is known only when the request is made.

`{resources.customers.uuid}` stands for a field of a parent's record, `{incremental.start_value}` for where a read
begins. They stand for nothing else: no setting can get into a request this way. `{{` and `}}` stand for braces, unless
the text has another single brace, like JSON: then it is taken as it is, apart from its placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Values: TypeAlias = Mapping[str, object]
"""The values of placeholders, by name. Where one is missing or None, what needs it is left out of the request."""

NO_VALUES: Final[Values] = MappingProxyType({})

PLACEHOLDER: Final = re.compile(r"\{(resources\.[\w-]+\.[^{}]+|[A-Za-z_][\w.-]*)\}", re.ASCII)

FIELD: Final = re.compile(r"resources\.(?P<parent>[\w-]+)\.(?P<field>[^{}]+)", re.ASCII)
"""The field is a path into the record, or a JSONPath."""

_OF_INCREMENTAL: Final = "incremental."

_PIECE: Final = re.compile(rf"\{{\{{|\}}\}}|{PLACEHOLDER.pattern}", re.ASCII)


def is_of_parent(name: str) -> bool:
    """Say whether a placeholder stands for a field of a parent's record."""
    return not name.startswith(_OF_INCREMENTAL)


def names_in(value: object) -> Iterator[str]:
    """Yield the names of the placeholders in a text, or at any depth of JSON.

    Args:
        value: The text or JSON.
    """
    match value:
        case str():
            yield from (found[1] for found in _pieces_of(value).finditer(value) if found[1])
        case Mapping():
            for key, inner in value.items():
                yield from (*names_in(key), *names_in(inner))
        case list():
            for inner in value:
                yield from names_in(inner)


def fill_text(text: str, values: Values, write: Callable[[Any], str] = str) -> str | None:
    """Return a text with values in the place of its placeholders; None if there is none for one of them.

    Args:
        text: The text.
        values: The values.
        write: Writes a value as it may stand in the text.
    """
    if "{" not in text and "}" not in text:
        return text
    if any(values.get(name) is None for name in names_in(text)):
        return None
    return _pieces_of(text).sub(lambda found: write(values[found[1]]) if found[1] else found[0][0], text)


def fill_value(value: object, values: Values) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with values in the place of the placeholders in its texts; `UNSET` if there is none for a text.

    A placeholder that is the whole text becomes the value itself, so that a number stays a number. Items and fields
    without a value are left out.

    Args:
        value: The JSON.
        values: The values.
    """
    match value:
        case str():
            whole = PLACEHOLDER.fullmatch(value)
            filled = values.get(whole[1]) if whole else fill_text(value, values)
            return UNSET if filled is None else filled
        case Mapping():
            fields = ((fill_text(key, values), fill_value(inner, values)) for key, inner in value.items())
            return {key: inner for key, inner in fields if key is not None and inner is not UNSET}
        case list():
            return [inner for each in value if (inner := fill_value(each, values)) is not UNSET]
    return value


def has_single_brace(text: str) -> bool:
    """Say whether a text has a brace that is neither doubled nor of a placeholder: then none stands for another."""
    rest = _PIECE.sub("", text)
    return "{" in rest or "}" in rest


def _pieces_of(text: str) -> re.Pattern[str]:
    """Return what finds the placeholders in a text; and doubled braces, where these stand for braces."""
    return PLACEHOLDER if has_single_brace(text) else _PIECE
