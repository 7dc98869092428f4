"""Columns that are texts although the APIs give values of several types there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.integration import support

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final[Mapping[str, frozenset[str]]] = {
    "subscription_events": frozenset({"retracted_event_id"}),
    **support.TEXTS,
}
"""The columns by their stream."""
