"""What is wrong with what a resource takes from a parent: the stream, its fields, and which of its records."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from msgspec import UnsetType

from tap_analytics.paging.placeholders import FIELD
from tap_analytics.quoting import shorten
from tap_analytics.records.json_paths import fault_of
from tap_analytics.sync.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tap_analytics.apis.declared.declaration import Declaration

_NO_PARENT: Final = "has no parent: there is no placeholder for a field of one in 'path' or 'params'"


def parent_faults(declaration: Declaration, declared: Sequence[Declaration], known: Collection[str]) -> Iterator[str]:
    """Say what is wrong with a resource's parent.

    Args:
        declaration: The resource.
        declared: All that are declared.
        known: The names of all streams.
    """
    fields = [FIELD.fullmatch(text) for text in declaration.placeholders]
    parents = sorted({field["parent"] for field in fields if field})
    others = [name for name in known if name != declaration.name]
    for parent in parents:
        if parent not in others:
            close = get_close_matches(parent, others, n=1)
            instead = f"; did you mean '{close[0]}'?" if close else ""
            yield f"endpoint: there is no other stream '{shorten(parent, 40)}'{instead}"
    above = _ancestors(declaration.name, declared)
    if len(parents) > 1:
        yield f"endpoint: all placeholders must be of one parent, not of {' and '.join(parents)}"
    elif declaration.name in above and declaration.name not in parents:
        chain = " under ".join(f"'{name}'" for name in above[: above.index(declaration.name) + 1])
        yield f"endpoint: lies under itself: '{declaration.name}' under {chain}"
    yield from _field_faults(declaration)
    yield from _filter_faults(declaration)


def _ancestors(name: str, declared: Sequence[Declaration]) -> list[str]:
    """Return the names of the parent, of its parent, and so on; those of a circle once."""
    by_name = {each.name: each for each in reversed(declared)}
    found: list[str] = []
    while name in by_name and (parent := by_name[name].parent) is not None and parent.name not in found:
        name = parent.name
        found.append(name)
    return found


def _field_faults(declaration: Declaration) -> Iterator[str]:
    word, parent = declaration.resource.include_from_parent, declaration.parent
    if word and parent is None:
        yield f"include_from_parent: {_NO_PARENT}"
        return
    columns: dict[str, str] = {}
    for position, field in enumerate(word):
        column = declaration.column_of(field)
        if fault := fault_of(field):
            yield f"include_from_parent[{position}]: {fault}"
        elif columns.setdefault(column, field) != field:
            yield f"include_from_parent[{position}]: becomes '{column}', and so does '{shorten(columns[column], 40)}'"


def _filter_faults(declaration: Declaration) -> Iterator[str]:
    text = declaration.resource.parent_filter
    if isinstance(text, UnsetType):
        return
    if declaration.parent is None:
        yield f"parent_filter: {_NO_PARENT}"
    try:
        Condition(text)
    except ValueError as error:
        yield f"parent_filter: {error}"
