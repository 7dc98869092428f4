"""A configuration of dlt's REST API source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.apis.declared.checking import check

if TYPE_CHECKING:
    from tap_analytics.apis.declared.declaration import Declaration

JsonObject = dict[str, Any]


def declared(**settings: Any) -> list[Declaration]:
    """Return what settings declare, free of faults."""
    found = check(settings)
    assert not found.faults
    return found.declarations
