"""The incremental replication of a declared list: from `incremental` to the attributes of a stream."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from tap_analytics.apis.declared.value_formats import values_like, values_of_format
from tap_analytics.apis.declared.vocabulary.base import or_default
from tap_analytics.records.date_styles import EpochStyle
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


class Replication(Struct, frozen=True):
    """How a declared list is replicated incrementally.

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
        """Whether the declaration alone says which values there are; else the schema does."""
        return self.word.cursor_format is not UNSET or isinstance(self.word.initial_value, str)

    def values(self, schema: Mapping[str, Any] | None = None) -> ReplicationType:
        """Return which values the replication key has.

        Args:
            schema: The schema of the column with the values, where that is known.

        Raises:
            ValueError: There is no such format, or the initial value does not say which values there are.
        """
        found = self._rising(schema or {})
        return Falling(found) if self.word.last_value_func == "min" else found

    def _rising(self, schema: Mapping[str, Any]) -> ReplicationType:
        given, written = self.word.initial_value, self.word.cursor_format
        if not isinstance(written, UnsetType):
            return values_of_format(written, as_text=isinstance(given, str))
        if isinstance(given, str):
            return values_like(given)
        kinds = set(types_of(schema))
        if isinstance(given, UnsetType):
            return Numbers() if kinds and kinds <= {"integer", "number"} else INSTANTS
        if schema.get("format") == "date-time":
            # The API filters by numbers, and its records have texts.
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
        """Whether the list comes newest first, and is read down to the bookmark."""
        return self.word.row_order == "desc" and self.word.start_param is UNSET and not self._fills_in

    @property
    def date_filter(self) -> DateFilter | None:
        """How the API filters by date; None if it does not, or if placeholders in the request take the dates."""
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
        """How the API filters by the value where there is no `date_filter`; None if the list comes newest first."""
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
        """Whether the request has a placeholder for an incremental value."""
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


def _read(given: str | float | UnsetType, values: ReplicationType) -> ReplicationValue | None:
    if isinstance(given, UnsetType):
        return None
    return values.read(given if isinstance(given, str) else _number(given))


def _number(given: float) -> int | Decimal:
    return given if isinstance(given, int) else Decimal(repr(given))


def _as_sent(given: str | float) -> str | int:
    return str(given) if isinstance(given, float) else given
