"""The list whose records a stream's requests are about, and what is needed of these records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from tap_analytics.paging.placeholders import FIELD
from tap_analytics.paging.selectors import MAP_KEY, PLAIN_VALUE
from tap_analytics.records.json_paths import first_at
from tap_analytics.records.shaper import emitted_name
from tap_analytics.sync.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.request_template import RequestTemplate


class Parent(Struct, frozen=True, kw_only=True):
    """The list whose records a stream's requests are about.

    Attributes:
        name: The name of its stream.
        added: Fields of the parent's record that go into each record of the stream, with the names that they get there.
        condition: Which of the parent's records have a list, as an expression; None for all.
    """

    name: str
    added: Mapping[str, str]
    condition: str | None = None

    def references(self, template: RequestTemplate) -> dict[str, str]:
        """Return the placeholders that stand for fields of the parent's record, with the paths of these fields.

        Args:
            template: The request for the list.
        """
        places = {name: FIELD.fullmatch(name) for name in template.names}
        return {name: place["field"] for name, place in places.items() if place}


class Candidate(Struct, frozen=True):
    """What a list under a parent's record needs of that record, without the rest of it, which may be large.

    Attributes:
        name: What messages call the record.
        fields: The values of fields, by path; those that the record does not have are missing.
        fault: Why the condition could not be applied to the record; empty if it could.
    """

    name: str
    fields: Mapping[str, Any]
    fault: str = ""


class Candidates:
    """Takes what a list needs from each of its parent's records.

    Args:
        parent: The list that the records are from.
        template: The request for the list under each of them.
    """

    def __init__(self, parent: Parent, template: RequestTemplate) -> None:
        self._parent = parent
        self._paths = {*parent.references(template).values(), *parent.added}
        self._condition = None if parent.condition is None else Condition(parent.condition)
        self._position = 0

    def next(self, record: Mapping[str, Any]) -> Candidate | None:
        """Return what is needed of the next record; None if there is no list under it.

        Args:
            record: The record, as the API gave it, with the fields of its own parent.
        """
        name = f"record {self._position} of '{self._parent.name}'"
        self._position += 1
        try:
            if self._condition is not None and not self._condition.holds(record):
                return None
        except ValueError as error:
            return Candidate(name, {}, f"{name} is neither in nor out by the filter of parents: {error}")
        values = {path: _field(record, path) for path in self._paths}
        return Candidate(name, {path: value for path, value in values.items() if value is not UNSET})

    def check(self) -> None:
        """Check, once there are no more records, that they had the fields that the condition is about.

        Raises:
            StreamError: None of them had one.
        """
        if self._condition is not None:
            self._condition.check()


def _field(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    # A plain value is a record with one field; the whole of it is that value.
    is_plain = PLAIN_VALUE in record and record.keys() <= {MAP_KEY, PLAIN_VALUE}
    value = record[PLAIN_VALUE] if path == "$" and is_plain else first_at(path, record)
    if value is UNSET and path.startswith("_"):
        # Fields that a record has from its own parent have their emitted names.
        return record.get(emitted_name(path, {}), UNSET)
    return value
