"""Dates and times of every style that the APIs write, as instants in UTC."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, cast

import msgspec
from msgspec import Struct
from typing_extensions import Self

_DATETIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:(?P<separator>[T ])(?P<minutes>\d{2}:\d{2})(?::(?P<seconds>\d{2})(?:\.(?P<fraction>\d+))?)?"
    r"(?P<gap>\s?)(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)

# Takes a sixth of the time of a regular expression and `fromisoformat`, but reads fewer styles.
_read_rfc3339 = msgspec.json.Decoder(datetime).decode

_SEVENTH_DIGIT: Final = len("2024-01-01T00:00:00.123456")
"""Where the seventh digit of a fraction stands in a text."""

_UTC: Final = timezone.utc

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=timezone.utc)
LATEST: Final = datetime(9000, 1, 1, tzinfo=timezone.utc)
"""Between these, days can be added and taken away. People write 0001-01-01 and 9999-12-31 for "ever"."""


def parse_instant(text: str) -> datetime:
    """Read a date-time of any style of the two services.

    With `T` or a space, with or without seconds and a fraction of any length (beyond the microsecond it is cut), with
    `Z`, `+00:00`, `+0000` or no offset. Without an offset it is UTC, a bare date is its midnight in UTC: both services
    write UTC where they write no zone.

    Args:
        text: The date-time as the API wrote it.

    Returns:
        The instant, in UTC.

    Raises:
        ValueError: The text is no date-time, or no such date exists.
    """
    return datetime.fromisoformat(normalize_instant(text))


def normalize_instant(text: str) -> str:
    """Rewrite a date-time of any style that `parse_instant` reads in the style of `format_instant`.

    >>> normalize_instant("2024-01-01 02:00:00+0200")
    '2024-01-01T00:00:00.000000+00:00'

    Raises:
        ValueError: The text is no date-time, or no such date exists.
    """
    try:
        instant = _read_rfc3339(f'"{text}"')
    except ValueError:
        instant = _read_by_pattern(text)
    else:
        # The decoder rounds a fraction of more than six digits, and reads escape sequences.
        if (len(text) > _SEVENTH_DIGIT and text[_SEVENTH_DIGIT].isdigit()) or "\\" in text:
            instant = _read_by_pattern(text)
    return format_instant(instant)


def _read_by_pattern(text: str) -> datetime:
    match = _DATETIME.fullmatch(text)
    if match is None:
        msg = "not a date-time"
        raise ValueError(msg)
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    zone = (match["zone"] or "Z").upper()
    offset = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    # The one style that `fromisoformat` reads on every supported Python.
    return datetime.fromisoformat(
        f"{match['date']}T{match['minutes'] or '00:00'}:{match['seconds'] or '00'}.{fraction}{offset}"
    )


def format_instant(instant: datetime) -> str:
    """Write an instant in the one style that goes out: RFC 3339, UTC, six digits.

    A fixed width makes equal instants equal strings, and sorts them rightly in a target that stores text.

    >>> from datetime import timedelta
    >>> format_instant(datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    '2024-01-01T00:00:00.000000+00:00'

    Args:
        instant: The instant; without a time zone it is in UTC.

    Raises:
        ValueError: In UTC it lies before the year 1 or after the year 9999.
    """
    zone = instant.tzinfo
    if zone is not None and zone is not _UTC:
        try:
            instant = instant.astimezone(_UTC)
        except OverflowError as error:
            raise ValueError(str(error)) from error
    # `isoformat` takes ten times as long. This writes six digits of a fraction or none, then a Z or nothing.
    text: str = msgspec.to_builtins(instant)
    return f"{text[:26]}+00:00" if len(text) > len("2024-01-01T00:00:00Z") else f"{text[:19]}.000000+00:00"


class DateStyle(Struct, frozen=True):
    """How a date or a date-time is written; without a separator it is a bare date.

    Attributes:
        separator: What stands between the date and the time, empty for a bare date.
        seconds: Whether there are seconds.
        fraction: Digits of the second's fraction.
        zone: The time zone, as it is written, with the space before it; nothing stands for UTC.
    """

    separator: str = ""
    seconds: bool = True
    fraction: int = 0
    zone: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the style of a date or a date-time.

        Raises:
            ValueError: The text is neither.
        """
        match = _DATETIME.fullmatch(text)
        if match is None:
            msg = "not a date-time"
            raise ValueError(msg)
        zone = f"{match['gap'] or ''}{match['zone'] or ''}"
        return cls(match["separator"] or "", match["seconds"] is not None, len(match["fraction"] or ""), zone)

    def read(self, value: object) -> datetime:
        """Return the instant of a text of any of the styles that `parse_instant` reads."""
        return parse_instant(cast("str", value))

    def write(self, instant: datetime) -> str:
        """Write an instant; what the style has no digits for is cut off.

        >>> DateStyle.of("2023-06-20 00:00:00").write(datetime(2024, 1, 31, 8, tzinfo=timezone.utc))
        '2024-01-31 08:00:00'
        """
        local = instant.astimezone(self._time_zone)
        if not self.separator:
            return f"{local.date()}"
        seconds = f":{local.second:02}" if self.seconds else ""
        digits = f"{local.microsecond:06}".ljust(self.fraction, "0")[: self.fraction]
        fraction = f".{digits}" if digits else ""
        return f"{local.date()}{self.separator}{local.hour:02}:{local.minute:02}{seconds}{fraction}{self.zone}"

    @property
    def _time_zone(self) -> timezone:
        digits = re.sub(r"\D", "", self.zone)
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) if digits else timedelta()
        return timezone(-offset if "-" in self.zone else offset)


def parse_date(text: str) -> date:
    """Read a calendar day, `YYYY-MM-DD`.

    Args:
        text: The day as the API or the user wrote it.

    Returns:
        The day.

    Raises:
        ValueError: The text is no calendar day.
    """
    # Newer Pythons read week dates and dates without dashes too: neither service writes them.
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        msg = "not a date"
        raise ValueError(msg)
    return date.fromisoformat(text)


def end_of(text: str) -> datetime:
    """Read an inclusive end: the last microsecond of a bare day, or the very instant of a date-time.

    Raises:
        ValueError: The text is neither.
    """
    try:
        return datetime.combine(parse_date(text), time.max, tzinfo=timezone.utc)
    except ValueError:
        return parse_instant(text)
