"""How a list is read that has been read before, in the words of a stream."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import UNSET, Struct, UnsetType

from tap_analytics.apis.declared.vocabulary.base import or_default
from tap_analytics.records.date_styles import EPOCH_UNITS, EpochStyle, PatternStyle, number_of
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.records.json_paths import first_key, only_key
from tap_analytics.records.replication_values import INSTANTS, Falling, Instants, Numbers, Texts
from tap_analytics.records.schema_faults import type_name
from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import FORMATS, takes_any_as_text, types_of
from tap_analytics.sync.date_windows import DateFilter
from tap_analytics.sync.value_filters import CURSOR_PATH, INCREMENTAL_VALUES, LAG, ValueFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.apis.declared.vocabulary import Incremental
    from tap_analytics.records.date_styles import InstantStyle
    from tap_analytics.records.replication_values import LookBack, ReplicationType, ReplicationValue

_NUMBERS: Final = "number"
_TEXTS: Final = "text"
_COMPACT: Final = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S%z")

_UNSORTABLE: Final = re.compile(
    r"\d{1,2}([./-])\d{1,2}\1\d{2,4}(\D.*)?|[A-Za-z]{3,9},? .*\d.*|\d{1,2}[ -][A-Za-z]{3}.*"
)
"""Dates that are not in order as texts."""

_FORMATS: Final = f"{', '.join(EPOCH_UNITS)}, {_NUMBERS}, {_TEXTS}"


class Replication(Struct, frozen=True):
    """What is read of a list that has been read before.

    Attributes:
        word: What is declared of it.
        placeholders: The names of the placeholders in the list's request.
    """

    word: Incremental
    placeholders: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the replication key: a column, or the path of a value inside of one."""
        field = only_key(self.word.cursor_path)
        return self.word.cursor_path.removeprefix("$.") if field is None else emitted_name(field, {})

    @property
    def path(self) -> str | None:
        """The path to the value, None if it is a field of the record."""
        return self.word.cursor_path if only_key(self.word.cursor_path) is None else None

    @property
    def column(self) -> str | None:
        """The column that the value is in, None if that is not known."""
        field = first_key(self.word.cursor_path)
        return None if field is None else emitted_name(field, {})

    @property
    def is_declared(self) -> bool:
        """Whether it is declared what the values are, so that it need not be looked up in the schema."""
        return self.word.cursor_format is not UNSET or isinstance(self.word.initial_value, str)

    def values(self, schema: Mapping[str, Any] | None = None) -> ReplicationType:
        """Return what the values are.

        Args:
            schema: The schema of the column with the values, where that is known.

        Raises:
            ValueError: The format is none, or the initial value does not tell.
        """
        found = self._rising(schema or {})
        return Falling(found) if self.word.last_value_func == "min" else found

    def _rising(self, schema: Mapping[str, Any]) -> ReplicationType:
        given, written = self.word.initial_value, self.word.cursor_format
        if not isinstance(written, UnsetType):
            return _declared(written, as_text=isinstance(given, str))
        if isinstance(given, str):
            return _written_as(given)
        kinds = set(types_of(schema))
        if isinstance(given, UnsetType):
            return Numbers() if kinds and kinds <= {"integer", "number"} else INSTANTS
        if schema.get("format") == "date-time":
            # A filter by numbers, and records with texts.
            return Instants(EpochStyle.of(_number(given)))
        return Numbers()

    def first(self, values: ReplicationType) -> ReplicationValue | None:
        """Return the first value that is read, None if that is not declared.

        Args:
            values: What the values are.

        Raises:
            ValueError: The initial value is none of these.
            TypeError: The same.
        """
        return _read(self.word.initial_value, values)

    def last(self, values: ReplicationType) -> ReplicationValue | None:
        """Return the last value that is read, None if that is not declared.

        Args:
            values: What the values are.

        Raises:
            ValueError: The end value is none of these.
            TypeError: The same.
        """
        return _read(self.word.end_value, values)

    @property
    def missing(self) -> Literal["warn", "include", "exclude", "raise"]:
        """What becomes of a record without a value."""
        word = self.word.on_cursor_value_missing
        return "warn" if isinstance(word, UnsetType) else word

    def fault_of(self, schema: Mapping[str, Any]) -> str | None:
        """Say why a column cannot have the values, None if it can.

        Args:
            schema: Its schema; empty if there is no such column.
        """
        types = types_of(schema)
        if not types:
            return "is not there"
        if takes_any_as_text(schema):
            return "can have values of several types"
        inner = _inner(self.values(schema))
        taken = {"string"} if inner is INSTANTS or isinstance(inner, Texts) else {"string", "integer", "number"}
        is_date = schema.get("format") in FORMATS
        if set(types) <= taken and not (is_date and not isinstance(inner, Instants)):
            return None
        found = "is a date-time" if is_date else f"is {' or '.join(map(type_name, types))}"
        return f"{found}, and no {inner.name}; 'cursor_format' or 'initial_value' say what it is to be"

    def unknown_schema(self) -> dict[str, Any]:
        """Return the schema of the column with the values where no record has been seen."""
        inner = _inner(self.values())
        if isinstance(inner, Numbers) or (isinstance(inner, Instants) and isinstance(inner.style, EpochStyle)):
            return {"type": ["number", "null"]}
        is_usual = isinstance(inner, Instants) and isinstance(inner.style, DateStyle)
        return {"type": ["string", "null"], **({"format": "date-time"} if is_usual else {})}

    @property
    def is_newest_first(self) -> bool:
        """Whether the list is read until it is old enough."""
        return self.word.row_order == "desc" and self.word.start_param is UNSET and not self._fills_in

    @property
    def date_filter(self) -> DateFilter | None:
        """How the API filters by date; None if it does not, or its requests say themselves how it does."""
        values = self.values()
        if self.is_newest_first or self._fills_in or not isinstance(values, Instants):
            return None
        return DateFilter(
            start_param=or_default(self.word.start_param, None),
            end_param=or_default(self.word.end_param, None),
            style=values.style,
            always_ends=True,
        )

    @property
    def value_filter(self) -> ValueFilter | None:
        """How the API filters by the value if it does not by date."""
        if self.is_newest_first:
            return None
        given, lag = self.word.initial_value, self.word.lag
        return ValueFilter(
            start_param=or_default(self.word.start_param, None),
            end_param=or_default(self.word.end_param, None),
            initial=None if isinstance(given, UnsetType) else _as_sent(given),
            fixed={CURSOR_PATH: self.word.cursor_path, **({} if isinstance(lag, UnsetType) else {LAG: _as_sent(lag)})},
        )

    @property
    def _fills_in(self) -> bool:
        """Whether the request has a place for a value."""
        return not INCREMENTAL_VALUES.isdisjoint(self.placeholders)

    def lookback(self, schema: Mapping[str, Any] | None = None) -> LookBack:
        """Return how far before the bookmark is read again.

        Args:
            schema: The schema of the column with the values, where that is known.
        """
        lag, values = self.word.lag, _inner(self.values(schema))
        if not isinstance(values, Instants):
            return 0 if isinstance(lag, UnsetType) else _number(lag)
        if isinstance(lag, UnsetType):
            return timedelta(days=self.word.lookback) if isinstance(self.word.lookback, int) else timedelta()
        return timedelta(days=lag) if self._has_days(values.style, schema or {}) else timedelta(seconds=lag)

    def _has_days(self, style: InstantStyle, schema: Mapping[str, Any]) -> bool:
        """Say whether values are dates without a time."""
        if self.is_declared:
            noon, late = datetime.fromisoformat("2024-01-31T12:00:00+00:00"), timedelta(hours=1)
            return style.write(noon) == style.write(noon + late)
        return bool(schema) and schema.get("format") != "date-time" and "string" in types_of(schema)


def _inner(values: ReplicationType) -> ReplicationType:
    return values.inner if isinstance(values, Falling) else values


def _declared(written: str, *, as_text: bool) -> ReplicationType:
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


def _written_as(text: str) -> ReplicationType:
    """Return what values are that are written like a text."""
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
    """Return a style if a text is written in it, to the letter.

    Raises:
        ValueError: It is not.
    """
    if style.write(style.read(text)) != text:
        msg = "written otherwise"
        raise ValueError(msg)
    return style


def _read(given: str | float | UnsetType, values: ReplicationType) -> ReplicationValue | None:
    if isinstance(given, UnsetType):
        return None
    return values.read(given if isinstance(given, str) else _number(given))


def _number(given: float) -> int | Decimal:
    return given if isinstance(given, int) else Decimal(repr(given))


def _as_sent(given: str | float) -> str | int:
    return str(given) if isinstance(given, float) else given
