"""What the tables of the support API have to hold, as the sandbox has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.integration.truth import records_of
from tests.singer import streams_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics_sandbox.world import World

STREAMS: Final = [stream.name for stream in streams_of("support")]
KEYS: Final = {stream.name: stream.primary_keys for stream in streams_of("support")}

NOT_SELECTED: Final = {"views_items", "customer_custom_fields"}
"""The streams that are not read unless they are selected."""

TEXTS: Final[Mapping[str, frozenset[str]]] = {
    "tickets": frozenset({"summary"}),
    "views_items": frozenset({"summary"}),
    "messages": frozenset({"headers", "meta", "last_sending_error"}),
    "customer_custom_fields": frozenset({"value"}),
    "voice_call_events": frozenset({"meta"}),
}
"""The columns of each stream that are texts, since the API gives values of two types."""


def objects_of(world: World, stream: str) -> list[dict[str, Any]]:
    """Return the objects that a stream has to bring, with the fields that its key needs beside the API's own."""
    match stream:
        case "account":
            return [world.account("support")]
        case "customer_custom_fields":
            return [{**row, "field_id": row["field"]["id"]} for row in world.customer_custom_fields()]
        case "views_items":
            return world.views_items()
    return world.rows(f"support/{stream}")


def table_of(world: World, stream: str) -> list[dict[str, Any]]:
    """Return the rows that a stream's table has to have, sorted by key, with nothing rescued."""
    rows = records_of(objects_of(world, stream), *KEYS[stream], texts=TEXTS.get(stream, frozenset()))
    return [{**row, "_rescued_data": None} for row in rows]
