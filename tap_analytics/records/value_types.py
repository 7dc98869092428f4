"""A value of an API, held against its declared type. Nothing is coerced: what does not fit is a misfit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

import msgspec

from tap_analytics.records.datetimes import normalize_instant, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ANY_AS_TEXT: Final[Mapping[str, str]] = {"contentMediaType": "text/plain"}
"""Marks a text column that takes values of every type, each as its text.

A keyword that the SDK keeps in catalogs, and that no target minds.
"""

FORMATS: Final = {"date", "date-time"}
"""The formats of a text that are checked."""

_LARGEST_INTEGER = 2**63 - 1
_SMALLEST_INTEGER = -(2**63)
_TO_JSON = msgspec.json.Encoder(decimal_format="number")


class Misfit:
    """Stands for a value that has no place in its column."""


MISFIT: Final = Misfit()


class ValueType:
    """The type, or the types, that a schema declares for a value.

    Args:
        schema: JSON schema of the value.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._kinds = [_KINDS[name] for name in _kind_names(schema)]
        self.fit: Callable[[Any], Any] = self._kinds[0].fit if len(self._kinds) == 1 else self._fit_any
        """Returns a value as it goes out, `MISFIT` when it does not fit."""

    @property
    def exact(self) -> type:
        """The class whose values fit as they are, `Misfit` when each value has to be looked at."""
        return self._kinds[0].exact if len(self._kinds) == 1 else Misfit

    def _fit_any(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        for kind in self._kinds:
            fitted = kind.fit(value)
            if fitted is not MISFIT:
                return fitted
        # A schema that names no type takes everything.
        return MISFIT if self._kinds else value

    def __str__(self) -> str:
        return " or ".join(kind.name for kind in self._kinds)


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """Return the types that a schema declares, null apart."""
    declared = schema.get("type", [])
    return [kind for kind in ([declared] if isinstance(declared, str) else declared) if kind != "null"]


def takes_any_as_text(schema: Mapping[str, Any]) -> bool:
    """Say whether a schema is that of a text column that takes values of every type."""
    return types_of(schema) == ["string"] and ANY_AS_TEXT.items() <= schema.items()


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, which true is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def fits_64_bits(value: object) -> bool:
    """Say whether a value is a whole number, and small enough for a column of whole numbers."""
    return type(value) is int and _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER


def _kind_names(schema: Mapping[str, Any]) -> list[str]:
    """Return the types of a schema, a text with a format under the format's name."""
    if takes_any_as_text(schema):
        return ["any"]
    text = str(schema.get("format"))
    return [text if kind == "string" and text in FORMATS else kind for kind in types_of(schema)]


def _fit_any_as_text(value: object) -> object:
    return value if isinstance(value, str) else _TO_JSON.encode(value).decode()


def _fit_integer(value: object) -> object:
    if type(value) is int:
        return value if _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER else MISFIT
    if not isinstance(value, Decimal):
        return MISFIT
    # The bound comes first: to write a decimal out takes as many digits as its exponent says.
    if not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER or value != int(value):
        return MISFIT
    return int(value)


def _fit_number(value: object) -> object:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else MISFIT


def _fit_datetime(value: object) -> object:
    try:
        return normalize_instant(value) if isinstance(value, str) else MISFIT
    except ValueError:
        return MISFIT


def _fit_date(value: object) -> object:
    try:
        return parse_date(value).isoformat() if isinstance(value, str) else MISFIT
    except ValueError:
        return MISFIT


def _fit_class(cls: type) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, cls) else MISFIT


class _Kind(NamedTuple):
    name: str
    fit: Callable[[Any], Any]
    exact: type = Misfit


_KINDS: Final[Mapping[str, _Kind]] = {
    "string": _Kind("a text", _fit_class(str), exact=str),
    "any": _Kind("anything", _fit_any_as_text, exact=str),
    "date-time": _Kind("a date-time", _fit_datetime),
    "date": _Kind("a date", _fit_date),
    "integer": _Kind("a whole number of 64 bits", _fit_integer),
    # A decimal fits, too, but only one class can be looked for.
    "number": _Kind("a number", _fit_number, exact=int),
    "boolean": _Kind("true or false", _fit_class(bool), exact=bool),
    "array": _Kind("a list", _fit_class(list), exact=list),
    "object": _Kind("an object", _fit_class(dict), exact=dict),
}
