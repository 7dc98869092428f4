"""Bookmarks in the Singer state.

The SDK moves a stream's bookmark with every record and compares values as texts. Here a stream moves its own, between
walks, and nothing else does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.streams._state import StreamStateManager
from typing_extensions import override

from tap_analytics.datetimes import format_instant, parse_instant
from tap_analytics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class BookmarkStore(StreamStateManager):
    """A stream's place in the state of the tap."""

    def read(self, replication_key: str) -> datetime | None:
        """Return the bookmark of an earlier run.

        Args:
            replication_key: The field that the bookmark has to be of.

        Returns:
            The instant, None when there is none or it is of another field.

        Raises:
            SettingsError: The bookmark is no date-time.
        """
        entry = self.tap_state.get("bookmarks", {}).get(self.stream_name, {})
        value = entry.get("replication_key_value")
        if value is None or entry.get("replication_key") != replication_key:
            return None
        try:
            return parse_instant(value)
        except (TypeError, ValueError) as error:
            msg = f"State: the bookmark of '{self.stream_name}' is no date-time. Mend it, or run with --full-refresh"
            raise SettingsError(msg) from error

    def write(self, replication_key: str, instant: datetime) -> None:
        """Put a bookmark into the state; it goes out with the next STATE message."""
        self.stream_state.update(replication_key=replication_key, replication_key_value=format_instant(instant))
        self.is_flushed = False

    @override
    def write_replication_key_signpost(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: a bookmark is capped when it is made, not when it is promoted."""


def check_state(state: Mapping[str, Any]) -> None:
    """Refuse a state that is not built like one.

    Args:
        state: The state that the tap was given.

    Raises:
        SettingsError: It is not an object of bookmarks by stream.
    """
    bookmarks = state.get("bookmarks", {}) if isinstance(state, dict) else None
    if not isinstance(bookmarks, dict) or not all(isinstance(entry, dict) for entry in bookmarks.values()):
        msg = 'State: it must be an object like {"bookmarks": {"<stream>": {…}}}'
        raise SettingsError(msg)
