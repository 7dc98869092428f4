"""Lists that lie under the records of another list, and are asked for once for each of these.

A placeholder `{resources.customers.uuid}` in a path or in a query parameter stands for a field of the parent's record,
and for nothing else: no setting can get into an address this way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tap_analytics.pagination import Params, ParamValue

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][\w.-]*)\}", re.ASCII)
FIELD: Final = re.compile(r"resources\.(?P<parent>[\w-]+)\.(?P<field>[\w-]+(\.[\w-]+)*)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The list whose records a stream's requests are about.

    Attributes:
        name: The name of its stream.
        added: Fields of the parent's record that go into each record of the stream, with the names that they get there.
    """

    name: str
    added: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list of one parent's record lies.

    Attributes:
        path: Its path.
        params: The query parameters that have a placeholder.
        added: What goes into each of its records.
    """

    path: str
    params: Params
    added: dict[str, Any]


def places(
    parent: Parent, records: Iterable[Mapping[str, Any]], path: str, params: Mapping[str, ParamValue]
) -> Iterator[Place]:
    """Fill the placeholders of a path and of query parameters, once for each different set of values.

    Args:
        parent: The list that the records are from.
        records: The parent's records, as the API gave them.
        path: The path, with placeholders.
        params: The query parameters, some with placeholders.

    Yields:
        The places, in the order of the parent's records.

    Raises:
        StreamError: A record has no value for a placeholder, or one that no address can hold.
    """
    filled = {name: text for name, text in params.items() if isinstance(text, str) and PLACEHOLDER.search(text)}
    seen = set()
    for position, record in enumerate(records):
        value = partial(_value, record=record, told=f"record {position} of '{parent.name}'")
        place = Place(
            PLACEHOLDER.sub(partial(_segment, value=value), path),
            {name: PLACEHOLDER.sub(value, text) for name, text in filled.items()},
            {name: _field(record, field) for field, name in parent.added.items()},
        )
        asked = (place.path, *place.params.items())
        # A list that changes while it is read can give a record twice.
        if asked not in seen:
            seen.add(asked)
            yield place


def _segment(match: re.Match[str], value: Callable[[re.Match[str]], str]) -> str:
    """Return a value as a part of a path that stands for nothing else."""
    text = value(match)
    if text in {".", ".."}:
        msg = f"no path can hold the value of '{match[1]}'"
        raise StreamError(msg)
    return quote(text, safe="")


def _value(match: re.Match[str], record: Mapping[str, Any], told: str) -> str:
    place = FIELD.fullmatch(match[1])
    value = _field(record, place["field"]) if place else None
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        msg = f"{told} has no text or whole number for '{match[1]}' to ask with"
        raise StreamError(msg)
    return str(value)


def _field(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
