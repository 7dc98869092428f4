"""Bookmarks in the Singer state.

The SDK moves a stream's bookmark with every record and compares values as texts. Here a stream moves its own, between
walks, and nothing else does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from singer_sdk.streams._state import StreamStateManager
from typing_extensions import override

from tap_analytics.errors import SettingsError
from tap_analytics.quoting import kind_of, shorten
from tap_analytics.records.replication_values import INSTANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.records.replication_values import ReplicationType, ReplicationValue

_PARENTS: Final = "parents"


class BookmarkStore(StreamStateManager):
    """A stream's place in the state of the tap."""

    def read(self, replication_key: str, values: ReplicationType = INSTANTS) -> ReplicationValue | None:
        """Return the bookmark of an earlier run.

        Args:
            replication_key: The field that the bookmark has to be of.
            values: What its values are.

        Returns:
            The value, None when there is none or it is of another field.

        Raises:
            SettingsError: The bookmark is no such value.
        """
        value = self._value(replication_key)
        return None if value is None else self._read(value, values)

    def read_parents(self, replication_key: str, values: ReplicationType = INSTANTS) -> dict[str, ReplicationValue]:
        """Return the bookmarks of an earlier run by the partition's key; none if there are none of the field.

        Args:
            replication_key: The field that the bookmarks have to be of.
            values: What its values are.

        Raises:
            SettingsError: They are no such values.
        """
        parents = self._entry.get(_PARENTS)
        if parents is None or self._entry.get("replication_key") != replication_key:
            return {}
        if not isinstance(parents, dict):
            self._refuse(f"has no {values.name}s by parent under '{_PARENTS}'")
        return {
            partition: self._read(value, values, f" for '{shorten(partition)}'")
            for partition, value in parents.items()
            if value is not None
        }

    def is_of_all_parents(self, replication_key: str) -> bool:
        """Say whether there is one bookmark for all parents, as earlier versions of the tap had it."""
        return self._value(replication_key) is not None and _PARENTS not in self._entry

    def _value(self, replication_key: str) -> Any:  # noqa: ANN401 - any JSON
        entry = self._entry
        return entry.get("replication_key_value") if entry.get("replication_key") == replication_key else None

    def _read(self, value: Any, values: ReplicationType, of: str = "") -> ReplicationValue:  # noqa: ANN401 - any JSON
        try:
            return values.read_state(value)
        except (TypeError, ValueError) as error:
            self._refuse(f"is no {values.name}{of}", error)

    def _refuse(self, fault: str, cause: Exception | None = None) -> NoReturn:
        remedy = "Mend it, or run without --state (under Meltano: with --full-refresh)"
        msg = f"State: the bookmark of '{self.stream_name}' {fault}. {remedy}"
        raise SettingsError(msg) from cause

    def oddity(self, replication_key: str, *, by_parent: bool) -> str | None:
        """Say what makes an entry in the state useless to this stream, None if there is nothing odd about it.

        Args:
            replication_key: The field that the bookmark has to be of.
            by_parent: Whether the stream has a bookmark for each parent.
        """
        if not any(self._entry.values()):
            return None
        field = self._entry.get("replication_key")
        if field is not None and field != replication_key:
            return f"is of '{shorten(str(field))}' and not of '{replication_key}'"
        if _PARENTS in self._entry:
            return None if by_parent else "is of lists under the records of another stream"
        if field is None or self._entry.get("replication_key_value") is None:
            return (
                f"has the keys {shorten(', '.join(self._entry))} and not 'replication_key' and 'replication_key_value'"
            )
        return None

    @property
    def _entry(self) -> Mapping[str, Any]:
        entry: Mapping[str, Any] = self.tap_state.get("bookmarks", {}).get(self.stream_name, {})
        return entry

    def write(self, replication_key: str, value: ReplicationValue, values: ReplicationType = INSTANTS) -> None:
        """Put a bookmark into the state; it goes out with the next STATE message."""
        self._put({"replication_key": replication_key, "replication_key_value": values.write_state(value)})

    def write_parents(
        self,
        replication_key: str,
        bookmarks: Mapping[str, ReplicationValue],
        values: ReplicationType = INSTANTS,
        *,
        is_whole: bool,
    ) -> None:
        """Put the bookmarks of all parents into the state; they go out with the next STATE message.

        Args:
            replication_key: The field that they are of.
            bookmarks: The bookmarks, by the partition's key.
            values: What they are.
            is_whole: Whether all parents have been read. Until then the newest value says nothing about all of them.
        """
        is_known = is_whole and bookmarks
        newest = values.write_state(max(bookmarks.values())) if is_known else self._value(replication_key)
        parents = {partition: values.write_state(value) for partition, value in bookmarks.items()}
        value = {} if newest is None else {"replication_key_value": newest}
        if parents or self._entry:
            self._put({"replication_key": replication_key, **value, _PARENTS: parents})

    def _put(self, entry: Mapping[str, Any]) -> None:
        """Replace the entry: whatever else it held, another tap's words among them, was of another time."""
        state = self.stream_state
        state.clear()
        state.update(entry)
        self.is_flushed = False

    @override
    def write_replication_key_signpost(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: a bookmark is capped when it is made, not when it is promoted."""


def given_state(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the state that a user gives, without what it is wrapped in and without what no stream could read.

    Args:
        value: The state as this tap writes it, the whole STATE message, or what Meltano makes of it: under
            `singer_state` (`meltano state get`), and that under `completed` and `partial` (its files).

    Returns:
        The state, empty if there is none.

    Raises:
        SettingsError: It is something else.
    """
    state = _unwrapped(value)
    if state is None or state == {}:
        return {}
    bookmarks = state.get("bookmarks", _MISSING) if isinstance(state, dict) else _MISSING
    entries = {} if bookmarks is None else bookmarks
    if not isinstance(entries, dict):
        found = f"has the keys {shorten(', '.join(state))}" if isinstance(state, dict) else f"is {kind_of(state)}"
        msg = f'State: it must be an object like {{"bookmarks": {{"<stream>": {{…}}}}}}, and {found}'
        raise SettingsError(msg)
    for name, entry in entries.items():
        if not isinstance(entry, dict | None):
            msg = f"State: the bookmark of '{shorten(name)}' must be an object, and is {kind_of(entry)}"
            raise SettingsError(msg)
    return {"bookmarks": {name: _readable(entry) for name, entry in entries.items() if entry}}


_MISSING: Final = object()

_MELTANO_PARTS: Final = ("completed", "completed_state"), ("partial", "partial_state")
"""What a whole run left behind, and what later ones that failed add to it."""


def _unwrapped(value: Any) -> Any:  # noqa: ANN401 - any JSON
    while isinstance(value, dict) and "bookmarks" not in value:
        if "singer_state" in value:
            value = value["singer_state"]
        elif value.get("type") == "STATE" and "value" in value:
            value = value["value"]
        elif any(name in value for names in _MELTANO_PARTS for name in names):
            parts = [given_state(value[name]) for names in _MELTANO_PARTS for name in names if name in value]
            return {"bookmarks": {name: entry for part in parts for name, entry in part.get("bookmarks", {}).items()}}
        else:
            break
    return value


def _readable(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's entry without nulls, and without what the SDK keeps there while it reads a stream its way.

    Those are notes of a run that did not end, and the SDK reads them without a look at what they are.
    """
    kept = {key: value for key, value in entry.items() if value is not None and key not in _NOTES}
    partitions = kept.get("partitions", [])
    if not isinstance(partitions, list) or not all(isinstance(partition, dict) for partition in partitions):
        del kept["partitions"]
    elif partitions:
        kept["partitions"] = [_readable(partition) for partition in partitions]
    return kept


_NOTES: Final = {"progress_markers", "replication_key_signpost", "starting_replication_value"}
