"""How the objects of an API become the records of a stream."""

from __future__ import annotations

import fnmatch
import logging
from abc import ABC
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec import UNSET

from tap_analytics.errors import StreamError
from tap_analytics.quoting import escape, shorten
from tap_analytics.records.json_paths import first_at
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.shaper import RecordShaper, emitted_name, without_open_objects
from tap_analytics.sync.api_stream import ApiStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_analytics.records.replication_values import ReplicationValue
    from tap_analytics.sync.walks import Key


class RecordStream(ApiStream, ABC):
    """A list whose objects become records: names, keys, dates."""

    renames: ClassVar[Mapping[str, str]] = {}
    """Emitted names of raw keys that do not become snake_case by themselves."""

    key_fallbacks: ClassVar[Mapping[str, str]] = {}
    """Fields that stand in for a primary key where an older service gives none."""

    replication_path: ClassVar[str | None] = None
    """The path to the replication key in an object of the API, where it is not a field of the record."""

    missing_replication_key: ClassVar[Literal["warn", "include", "exclude", "raise"]] = "warn"
    """What becomes of a record without a replication key: it is written, left out, or ends the stream.

    "warn" and "include" write it; "warn" logs a warning for the first one.
    """

    rows_left_out = 0
    """Rows that the API gave, and that were not within what was asked for."""

    _undated = False

    def key_of(self, record: dict[str, Any], position: int) -> Key:
        """Return the values of a record's primary key.

        Args:
            record: The record; a field that stands in for a missing key is copied into it.
            position: Its number on the page, for the error message.

        Raises:
            StreamError: It has none.
        """
        if self.key_fallbacks:
            self._fall_back(record)
        key = tuple(map(record.get, self._key_names))
        if None in key:
            missing = ", ".join(name for name in self.primary_keys if record.get(name) is None)
            given = dict.fromkeys([*record, *(record.get(RESCUED_DATA) or ())])
            fields = shorten(", ".join(name for name in given if name != RESCUED_DATA)) or "none"
            msg = (
                f"{self.name}: record {position} of a page of {self.path} has no usable primary key ({missing}); "
                f"its fields: {fields}"
            )
            raise StreamError(msg)
        return key

    @cached_property
    def _key_names(self) -> tuple[str, ...]:
        """The fields of the primary key, looked up once for all records."""
        return tuple(self.primary_keys)

    def _fall_back(self, record: dict[str, Any]) -> None:
        for name, stand_in in self.key_fallbacks.items():
            if record.get(name) is None and record.get(stand_in) is not None:
                self.log("%s: records have no '%s'; '%s' stands in for it", self.name, name, stand_in)
                record[name] = record[stand_in]

    def value_of(self, record: Mapping[str, Any], raw: Mapping[str, Any]) -> ReplicationValue | None:
        """Return a record's replication key, None where it has no usable one.

        Args:
            record: The record.
            raw: The object that it was made of.

        Raises:
            StreamError: It has none, and that is not to be.
        """
        # The class knows it, whatever the catalog says: a full table, too, ends where the user's dates do.
        field = type(self).replication_key
        if field is None:
            return None
        value = record.get(field) if self.replication_path is None else _first_at(self.replication_path, raw)
        if value is not None:
            try:
                return self._read_value(value)
            except (TypeError, ValueError):
                # A column that is any text may hold what is no date: "", or "0000-00-00".
                pass
        if value is None and self.missing_replication_key != "warn":
            if self.missing_replication_key == "raise":
                raise StreamError(
                    self.message(f"gave a record without '{field}' ('on_cursor_value_missing' is 'raise')")
                )
            return None
        if self.is_incremental and not self._undated:
            self._undated = True
            self.warn(f"a record has no usable '{self.replication_key}'; it is written, but does not move the bookmark")
        return None

    @cached_property
    def _read_value(self) -> Callable[[Any], ReplicationValue]:
        """Reads a record's replication key: a column of date-times has them in the tap's own style."""
        declared = self.effective_schema["properties"].get(type(self).replication_key, {})
        is_instant = declared.get("format") == "date-time" and self.replication_type.has_instants
        return datetime.fromisoformat if is_instant else self.replication_type.read

    @cached_property
    def shaper(self) -> RecordShaper:
        """What makes records of the objects of the API."""
        schema = self.effective_schema
        if RESCUED_DATA not in schema["properties"]:
            self.warn(f"the catalog has no '{RESCUED_DATA}', so what it does not know is lost: discover again")
        return RecordShaper(
            without_open_objects(schema) if self.config.get("flattening_enabled") else schema,
            is_selected=self._is_selected,
            renames=self.renames,
            excluded=self._mapped_fields(),
            warn=self._warn_of_misfit,
        )

    def warn(self, text: str) -> None:
        """Log a warning about this stream.

        Args:
            text: What it says, without the stream's name.
        """
        self.log("%s: %s", self.name, text, level=logging.WARNING)

    def failure_message(self, error: Exception) -> str:
        """Say in one line what ended the stream.

        Args:
            error: What was raised while its records were read, shaped or written.
        """
        if isinstance(error, StreamError):
            told = str(error)
        elif isinstance(error, RecursionError):
            told = self.message("gave a record that is nested too deeply")
        else:
            told = f"{type(error).__name__}: {shorten(str(error))} (TAP_ANALYTICS_LOGLEVEL=DEBUG shows where)"
        return told if told.startswith(f"{self.name}: ") else f"{self.name}: {told}"

    def raw_value_of(self, raw: Mapping[str, Any]) -> ReplicationValue | None:
        """Return the replication key of an object as the API gives it, None where it has no usable one."""
        field = type(self).replication_key
        if self.replication_path is None:
            key = next((key for key in raw if emitted_name(key, self.renames) == field), None)
            value = None if key is None else raw[key]
        else:
            value = _first_at(self.replication_path, raw)
        try:
            return None if value is None else self.replication_type.read(value)
        except (TypeError, ValueError):
            return None

    def _is_selected(self, path: tuple[str, ...]) -> bool:
        return self.mask[tuple(part for name in path for part in ("properties", name))]

    def _mapped_fields(self) -> set[str]:
        """Return the fields that the user's stream maps name: whoever hashes or drops a field wants no copy of it."""
        return {
            field
            for pattern, fields in self.config.get("stream_maps", {}).items()
            if isinstance(fields, dict) and fnmatch.fnmatch(self.name, fields.get("__source__", pattern))
            for field in fields
            if not field.startswith("__")
        }

    def _warn_of_misfit(self, field: str | None, fault: str) -> None:
        told = f"there {fault}" if field is None else f"'{escape(field)}' {fault}; see {RESCUED_DATA}"
        self.warn(told)

    @property
    def rescued_count(self) -> int:
        """How many values had no column so far."""
        # The shaper is made with the first record; making it may log a warning.
        return self.shaper.rescued_count if "shaper" in self.__dict__ else 0

    def report_left_out(self) -> None:
        """Log how many rows were not within what was asked for."""
        if self.rows_left_out:
            self.log(
                "%s: rows that came along and are not written: %d; by their '%s', an earlier run read them, or they "
                "are outside of the bounds that are set",
                self.name,
                self.rows_left_out,
                type(self).replication_key,
            )

    def report_rescued(self) -> None:
        """Warn of what had no column in the records that were read."""
        if told := self.shaper.rescued():
            self.warn(f"values in {RESCUED_DATA}: {escape(told)}")


def _first_at(path: str, raw: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    value = first_at(path, raw)
    return None if value is UNSET else value
