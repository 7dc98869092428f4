"""How sources write instants: what a request has to look like, and what a record's value means."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from tap_analytics.records.datetimes import format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)

EPOCH_UNITS: Final[Mapping[str, int]] = {
    "epoch_seconds": 1_000_000,
    "epoch_milliseconds": 1_000,
    "epoch_microseconds": 1,
}
"""Names of the units in which instants are counted, and how many microseconds each of them has."""

MOST_DIGITS: Final = 100
"""Digits of a decimal number, of which a few dozen are enough for anything."""

_SAMPLE: Final = datetime(2024, 11, 28, tzinfo=timezone.utc)
"""No part of it is what stands for a part that is missing."""


class InstantStyle(Protocol):
    """A way of writing instants."""

    def read(self, value: object) -> datetime:
        """Return the instant that a value means, in UTC.

        Raises:
            TypeError: The value is of a type that is not read.
            ValueError: It means no instant.
        """

    def write(self, instant: datetime) -> str | int:
        """Write an instant; what the style has no digits for is cut off."""


def number_of(value: object) -> int | Decimal:
    """Return a number, or the number that a text holds.

    Raises:
        TypeError: The value is neither.
        ValueError: The text is no number, or the number is none that could be written out.
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            msg = "not a number"
            raise ValueError(msg)
        return Decimal(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        msg = "not a number"
        raise TypeError(msg)
    # To write a decimal out takes as many digits as its exponent says.
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) < MOST_DIGITS):
        msg = "not a number of usual size"
        raise ValueError(msg)
    return value


class EpochStyle(Struct, frozen=True):
    """Instants as numbers: counted from 1970 on.

    Attributes:
        microseconds: How long the unit is: a second has a million.
    """

    microseconds: int

    @classmethod
    def of(cls, number: int | Decimal) -> EpochStyle:
        """Return the style in which a number of usual size is an instant of our time.

        >>> EpochStyle.of(1704067200), EpochStyle.of(1704067200000)
        (EpochStyle(microseconds=1000000), EpochStyle(microseconds=1000))
        """
        # In seconds these are the years up to 5138, in the smaller units those from 1973 on.
        size = max(number, -number)
        unit = "seconds" if size < 10**11 else "milliseconds" if size < 10**14 else "microseconds"
        return cls(EPOCH_UNITS[f"epoch_{unit}"])

    def read(self, value: object) -> datetime:
        """Return the instant that a number means; a text may be a number, or a date-time."""
        if isinstance(value, str) and not _NUMBER.fullmatch(value):
            return parse_instant(value)
        number = number_of(value)
        try:
            return _EPOCH + timedelta(microseconds=int(number * self.microseconds))
        except OverflowError as error:
            raise ValueError(str(error)) from error

    def write(self, instant: datetime) -> int:
        """Return the number of an instant."""
        return (instant - _EPOCH) // timedelta(microseconds=self.microseconds)


class PatternStyle(Struct, frozen=True):
    """Instants in a style of their own, in UTC where it has no time zone.

    Attributes:
        pattern: The style, in the words of `datetime.strptime`: `%d.%m.%Y`.

    Raises:
        ValueError: It is no such style, or it does not say the day.
    """

    pattern: str

    def __post_init__(self) -> None:
        try:
            text = _SAMPLE.strftime(self.pattern)
            # Python warns of reading a text that says no year, so this is found out beforehand.
            says_year = text != _SAMPLE.replace(year=_SAMPLE.year + 1).strftime(self.pattern)
            is_whole = says_year and self.read(text) == _SAMPLE
        except ValueError:
            is_whole = False
        if not is_whole:
            msg = "must be a pattern with year, month and day, like '%d.%m.%Y %H:%M:%S'"
            raise ValueError(msg)

    def read(self, value: object) -> datetime:
        """Return the instant of a text in this style, or of a usual date-time. A number is read as its digits."""
        text = str(number_of(value)) if not isinstance(value, str) else value
        try:
            instant = datetime.strptime(text, self.pattern)  # noqa: DTZ007 - the next line knows
        except ValueError:
            return parse_instant(text)
        return datetime.fromisoformat(format_instant(instant))

    def write(self, instant: datetime) -> str:
        """Write an instant in this style."""
        return instant.astimezone(timezone.utc).strftime(self.pattern)
