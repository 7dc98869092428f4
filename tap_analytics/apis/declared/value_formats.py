"""Which values a replication key has, by how they are written."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tap_analytics.records.date_styles import EPOCH_UNITS, EpochStyle, PatternStyle, number_of
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.records.replication_values import Instants, Numbers, Texts

if TYPE_CHECKING:
    from tap_analytics.records.replication_values import ReplicationType

_NUMBERS: Final = "number"
_TEXTS: Final = "text"
_COMPACT: Final = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S%z")

_UNSORTABLE: Final = re.compile(
    r"\d{1,2}([./-])\d{1,2}\1\d{2,4}(\D.*)?|[A-Za-z]{3,9},? .*\d.*|\d{1,2}[ -][A-Za-z]{3}.*"
)
"""Dates that are not in order as texts."""

_FORMATS: Final = f"{', '.join(EPOCH_UNITS)}, {_NUMBERS}, {_TEXTS}"


def values_of_format(written: str, *, as_text: bool) -> ReplicationType:
    """Return which values have a format.

    Args:
        written: The format, as in `cursor_format`.
        as_text: Whether numbers are written as texts.

    Raises:
        ValueError: There is no such format.
    """
    if written in EPOCH_UNITS:
        return Instants(EpochStyle(EPOCH_UNITS[written]))
    if written == _NUMBERS:
        return Numbers(as_text=as_text)
    if written == _TEXTS:
        return Texts()
    try:
        return Instants(PatternStyle(written))
    except ValueError as error:
        msg = f"must be one of {_FORMATS}, or a pattern with year, month and day, like '%d.%m.%Y %H:%M:%S'"
        raise ValueError(msg) from error


def values_like(text: str) -> ReplicationType:
    """Return which values are written like a text.

    Args:
        text: The text, as in `initial_value`.

    Raises:
        ValueError: It is no date that there is, or a date that is not in order as a text.
    """
    style = None
    with suppress(ValueError):
        style = DateStyle.of(text)
    if style is not None:
        try:
            _ = style.read(text)
        except ValueError as error:
            msg = f"is no date that there is ({error})"
            raise ValueError(msg) from error
        return Instants(style, reads_numbers=True)
    for pattern in _COMPACT:
        with suppress(ValueError):
            return Instants(_strict(PatternStyle(pattern), text))
    with suppress(ValueError):
        _ = number_of(text)
        return Numbers(as_text=True)
    if _UNSORTABLE.fullmatch(text):
        msg = "is a date that is not in order as a text: declare its 'cursor_format', like '%d.%m.%Y'"
        raise ValueError(msg)
    return Texts()


def _strict(style: PatternStyle, text: str) -> PatternStyle:
    """Return a style if it writes a text exactly as it is.

    Raises:
        ValueError: It does not.
    """
    if style.write(style.read(text)) != text:
        msg = "written otherwise"
        raise ValueError(msg)
    return style
