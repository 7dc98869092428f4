"""A schema file for a new stream, drafted from sample answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.apis.declared.inference import infer
from tap_analytics.paging.json_decoding import decode
from tap_analytics.paging.selectors import KeyPath, OnlyList, WholeBody

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tap_analytics.paging.selectors import Selector

_DEPTH = 10
"""How deep objects get properties of their own."""


def draft(answers: Sequence[bytes], keys: Collection[str], records: str | None = None) -> dict[str, Any]:
    """Return the schema of the records in some answers, with an empty description for each property.

    Args:
        answers: The bodies.
        keys: The emitted names of the primary key's fields.
        records: The dotted path of the records in a body, `.` for the body itself; None for its only list.
    """
    selector = _selector(records)
    found = [record for answer in answers for record in selector.select(decode(answer)).records]
    schema = infer(found, keys, depth=_DEPTH)
    _describe(schema)
    return schema


def _selector(records: str | None) -> Selector:
    if records is None:
        return OnlyList()
    return WholeBody(or_list=True) if records == "." else KeyPath(records)


def _describe(schema: dict[str, Any]) -> None:
    for column in schema.get("properties", {}).values():
        _describe(column)
        column["description"] = ""
