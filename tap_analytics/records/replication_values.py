"""Values of replication keys: what puts the rows of a list in order, and how far the list has been read.

A stream's values are all of one type: instants, numbers or texts. The type says how a record's value is read, how a
bookmark stands in the state, and how a request asks for what is newer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from decimal import Context, Decimal
from functools import total_ordering
from math import floor
from typing import Any, Final, Protocol, TypeAlias, cast

from typing_extensions import override

from tap_analytics.records.date_styles import MOST_DIGITS, EpochStyle, InstantStyle, number_of
from tap_analytics.records.datetimes import EARLIEST, LATEST, DateStyle, format_instant, parse_instant

LookBack: TypeAlias = timedelta | int | Decimal
"""A distance between two values: a time between instants, a number between numbers."""


_EXACT: Final = Context(prec=3 * MOST_DIGITS)


class ReplicationValue(Protocol):
    """A value that can be compared with all others of its stream."""

    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - another one of its type

    def __le__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - another one of its type

    def __gt__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - another one of its type

    def __ge__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - another one of its type


class ReplicationType(ABC):
    """What the values of a stream's replication key are."""

    name: str
    """What one of them is called, after the word "no"."""

    has_instants = False
    """Whether they are instants, later ones behind earlier ones."""

    @abstractmethod
    def read(self, value: object) -> ReplicationValue:
        """Return the value that a record, or the configuration, has.

        Raises:
            TypeError: It is of another type.
            ValueError: It means none.
        """

    @abstractmethod
    def read_state(self, value: object) -> ReplicationValue:
        """Return a value from the state.

        Raises:
            TypeError: It is of another type.
            ValueError: It means none.
        """

    @abstractmethod
    def write_state(self, value: Any) -> str | int:  # noqa: ANN401 - a value of this type
        """Return a value as it stands in the state."""

    @abstractmethod
    def write(self, value: Any) -> str | int:  # noqa: ANN401 - a value of this type
        """Return a value as a request has it."""

    def write_beside(self, value: Any, step: int) -> str | int:  # noqa: ANN401, ARG002 - a value of this type
        """Return a value as a request has it that reads this one too, whether or not the filter includes its end.

        Args:
            value: The value.
            step: -1 to ask for those behind it, 1 to ask for those before it.
        """
        return self.write(value)

    @abstractmethod
    def shifted(self, value: Any, by: Any) -> ReplicationValue:  # noqa: ANN401 - a value and a distance of this type
        """Return a value that lies later by a distance, or earlier by a negative one."""

    def latest(self, run_start: datetime) -> ReplicationValue | None:  # noqa: ARG002 - only instants are bound to time
        """Return the last value that a bookmark may have; None if there is no such value.

        Args:
            run_start: When the run began.
        """
        return None


class Instants(ReplicationType):
    """Dates and date-times.

    Args:
        style: How requests have them, and records where they differ from the usual styles.
        reads_numbers: Whether a record may hold them as a number, whose unit its size tells.
    """

    name = "date-time"
    has_instants = True

    def __init__(self, style: InstantStyle | None = None, *, reads_numbers: bool = False) -> None:
        self.style: InstantStyle = style or DateStyle(separator="T", zone="Z")
        self._reads_numbers = reads_numbers

    @override
    def read(self, value: object) -> datetime:
        if self._reads_numbers and not isinstance(value, str):
            return EpochStyle.of(number_of(value)).read(value)
        return self.style.read(value)

    @override
    def read_state(self, value: object) -> datetime:
        return self.style.read(value) if isinstance(self.style, EpochStyle) else parse_instant(cast("str", value))

    @override
    def write_state(self, value: datetime) -> str:
        return format_instant(value)

    @override
    def write(self, value: datetime) -> str | int:
        return self.style.write(value)

    @override
    def write_beside(self, value: datetime, step: int) -> str | int:
        # A day in case the end is not inclusive, and one for the time zone.
        return self.write(self.shifted(value, timedelta(days=2 * step)))

    @override
    def shifted(self, value: datetime, by: timedelta) -> datetime:
        return min(max(value, EARLIEST), LATEST) + by

    @override
    def latest(self, run_start: datetime) -> datetime:
        return run_start


class Numbers(ReplicationType):
    """Numbers that grow, whole or decimal.

    Args:
        as_text: Whether requests have them as texts, where that makes a difference.
    """

    name = "number"

    def __init__(self, *, as_text: bool = False) -> None:
        self._as_text = as_text

    @override
    def read(self, value: object) -> int | Decimal:
        return value if type(value) is int else number_of(value)

    @override
    def read_state(self, value: object) -> int | Decimal:
        # JSON that others have read and written may have 7.0 for 7.
        return self.read(Decimal(repr(value)) if isinstance(value, float) else value)

    @override
    def write_state(self, value: int | Decimal) -> str | int:
        # As a number of JSON a decimal would lose digits on the way through the target and back.
        return int(value) if value == floor(value) else f"{value:f}"

    @override
    def write(self, value: int | Decimal) -> str | int:
        written = self.write_state(value)
        return str(written) if self._as_text else written

    @override
    def write_beside(self, value: int | Decimal, step: int) -> str | int:
        # Not every service takes a number below 0.
        return self.write(value + step if isinstance(value, int) and value > 0 else value)

    @override
    def shifted(self, value: int | Decimal, by: int | Decimal) -> int | Decimal:
        moved = _EXACT.add(value, by)
        return floor(moved) if isinstance(value, int) else moved


class Texts(ReplicationType):
    """Texts that are in order as texts. There is no distance between them, so no look-back either."""

    name = "text"

    @override
    def read(self, value: object) -> str:
        if not isinstance(value, str):
            msg = "not a text"
            raise TypeError(msg)
        return value

    @override
    def read_state(self, value: object) -> str:
        return self.read(value)

    @override
    def write_state(self, value: str) -> str:
        return value

    @override
    def write(self, value: str) -> str:
        return value

    @override
    def shifted(self, value: str, by: object) -> str:
        return value


@total_ordering
class _Falling:
    """A value that comes before those that are less than it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - a value of any type
        self.value = value

    def __lt__(self, other: _Falling, /) -> bool:
        return bool(self.value > other.value)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.value == other.value

    @override
    def __hash__(self) -> int:
        return hash(self.value)


class Falling(ReplicationType):
    """Values that fall: what is newer has a lower one.

    Args:
        inner: What the values are.
    """

    def __init__(self, inner: ReplicationType) -> None:
        self.inner = inner
        self.name = inner.name

    @override
    def read(self, value: object) -> ReplicationValue:
        return _Falling(self.inner.read(value))

    @override
    def read_state(self, value: object) -> ReplicationValue:
        return _Falling(self.inner.read_state(value))

    @override
    def write_state(self, value: _Falling) -> str | int:
        return self.inner.write_state(value.value)

    @override
    def write(self, value: _Falling) -> str | int:
        return self.inner.write(value.value)

    @override
    def write_beside(self, value: _Falling, step: int) -> str | int:
        return self.inner.write_beside(value.value, -step)

    @override
    def shifted(self, value: _Falling, by: Any) -> ReplicationValue:
        return _Falling(self.inner.shifted(value.value, -by))


INSTANTS: Final = Instants()
"""Date-times of the usual styles, as all built-in streams have them."""
