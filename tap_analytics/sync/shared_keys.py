"""A warning about records of different parents with the same key, of which a target keeps only the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_analytics.records.shaper import emitted_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.walks import Key

_MOST_KEYS: Final = 10_000
"""Keys that are remembered of a stream."""


class SharedKeys:
    """Looks for a key that records of different parents share, unless they are the same record.

    Args:
        parent: The parents' list.
        keys: The fields of the primary key.
        warn: Called once, when there is such a key.
    """

    def __init__(self, parent: Parent, keys: Iterable[str], warn: Callable[[str], None]) -> None:
        self._parent = parent
        self._keys = keys
        self._warn = warn
        self._seen: dict[int, tuple[int, int]] | None = {}

    def see(self, key: Key, partition: str, record: dict[str, Any]) -> None:
        """Look at a record.

        Args:
            key: Its key.
            partition: The key of its partition.
            record: The record.
        """
        if self._seen is None or not key or None in key:
            return
        # As a text, since it may hold what has no hash.
        hashed = hash(repr(key))
        known = self._seen.get(hashed)
        if known is None:
            if len(self._seen) < _MOST_KEYS:
                self._seen[hashed] = hash(partition), hash(repr(record))
        elif known[0] != hash(partition) and known[1] != hash(repr(record)):
            self._seen = None
            self._warn(self._text)

    @property
    def _text(self) -> str:
        name = self._parent.name
        added = self._parent.added.values() or [f"_{emitted_name(name, {})}_<field>"]
        return (
            f"records under different records of '{name}' have the same key ({', '.join(self._keys)}), and a target "
            f"keeps one of them: put a field of '{name}' into 'include_from_parent', and "
            f"{' or '.join(map(repr, added))} into 'primary_key'"
        )
