"""The rescued data of a record: the fields and values that the schema has no column for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tap_analytics.quoting import LONGEST_QUOTE, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

RESCUED_DATA: Final = "_rescued_data"
"""The name of the property that holds them."""

RESCUED_DATA_SCHEMA: Final = {
    "type": ["object", "null"],
    "description": (
        "Fields that the schema does not know and values that do not fit their type, under the API's own names and "
        "paths (`address.zip4`). Null when there are none."
    ),
}

MOST_TOLD: Final = 10
"""How many fields are warned of and reported by name; an API may make up keys without end."""

_MOST_COUNTED: Final = 1000
"""How many fields are counted one by one."""

Path: TypeAlias = tuple[str | int, ...]
"""Raw keys, and positions in lists, from the record down to a value."""


class Rescue:
    """Collects one record's rescued data, and counts each field over all records of a stream.

    Args:
        warn: Called with the path of a field and what is wrong with it: once for each of the first fields, and once
            more, without a path, when there are too many for a warning each.
        is_excluded: Whether the user's stream maps name a top-level key: nothing of it is rescued.
    """

    def __init__(self, warn: Callable[[str | None, str], None], is_excluded: Callable[[str], bool]) -> None:
        self._warn = warn
        self._is_excluded = is_excluded
        self._found: dict[str, Any] = {}
        self._counts: Counter[str] = Counter()
        self._uncounted = 0
        """Values of fields that came when enough others were counted."""
        self._names: dict[Path, str] = {}
        """The joined paths of counted fields, since the same fields are mostly rescued in each record."""

    def add(self, path: Path, value: object, fault: str) -> None:
        """Rescue a value under its path in the API's object."""
        name = self._names.get(path)
        if name is not None:
            self._counts[name] += 1
        elif self._is_excluded(str(path[0])):
            return
        else:
            self._count(path, fault)
            name = ".".join(map(str, path))
        while name in self._found:  # Keys may contain dots, so two paths can have the same name.
            name += "#"
        self._found[name] = value

    def _count(self, path: Path, fault: str) -> None:
        """Count a value of a field whose name is not remembered."""
        # Items of a list are one field.
        field = ".".join("*" if isinstance(part, int) else part for part in path)
        is_short = len(field) <= LONGEST_QUOTE
        if not is_short:
            field = shorten(field)
        if field not in self._counts and len(self._counts) == _MOST_COUNTED:
            self._uncounted += 1
            return
        self._counts[field] += 1
        if self._counts[field] > 1:
            return
        if is_short and not any(isinstance(part, int) for part in path):
            self._names[path] = field
        if len(self._counts) <= MOST_TOLD:
            self._warn(field, fault)
        elif len(self._counts) == MOST_TOLD + 1:
            self._warn(None, f"are more than {MOST_TOLD} fields: the others are told of at the end only")

    @property
    def count(self) -> int:
        """How many values were rescued so far."""
        return self._counts.total() + self._uncounted

    def report(self) -> str:
        """Report how often which fields were rescued, the most frequent ones by name; empty for none."""
        most_common = self._counts.most_common(MOST_TOLD)
        parts = [f"{field or repr(field)} ({count})" for field, count in sorted(most_common)]
        if others := len(self._counts) - len(parts):
            values = self.count - sum(count for _, count in most_common)
            more_than = "more than " * bool(self._uncounted)
            parts.append(f"and {more_than}{others} other field{'s' * (others > 1)} ({values})")
        return ", ".join(parts)

    def take(self) -> dict[str, Any] | None:
        """Return the rescued data of a record, None if there is none, and start the next record's."""
        if not self._found:
            return None
        found, self._found = self._found, {}
        return found
