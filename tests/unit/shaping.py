"""Objects become records as they do in a sync, and are held against what a target is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib import Schema
from singer_sdk.sinks.core import JSONSchemaValidator

from tap_analytics.apis.declared.schemas import completed
from tap_analytics.records.shaper import RecordShaper

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

JsonObject = dict[str, Any]


def sent(objects: Iterable[JsonObject], schema: JsonObject, keys: Collection[str] = ()) -> list[JsonObject]:
    """Return the records of objects, once a target's own check has let them pass.

    Args:
        objects: Objects as an API gives them.
        schema: The schema of their stream.
        keys: Fields of the key: an object without one of them is shaped, but it would end its stream.
    """
    # A catalog keeps some keywords only.
    told = Schema.from_dict(completed(schema)).to_dict()
    shaper = RecordShaper(
        told,
        is_selected=lambda _: True,
        renames={},
        excluded=set(),
        warn=lambda field, fault: None,  # noqa: ARG005
    )
    validator = JSONSchemaValidator(told, validate_formats=True)
    records = [shaper.shape(raw) for raw in objects]
    for record in records:
        if all(record.get(key) is not None for key in keys):
            validator.validate(record)
    return records
