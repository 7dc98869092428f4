"""An object of an API becomes a record: names, dates, numbers, and what the schema does not know.

The schema in force is read once into a tree of shapers, so that a record costs one dictionary look-up per field.
Nothing is coerced: a value that does not fit its declared type goes, as it came, into the record's rescued data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from typing_extensions import override

from tap_analytics.quoting import LONGEST_QUOTE, shorten
from tap_analytics.records.types import MISFIT, Misfit, ValueType, types_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

RESCUED_DATA: Final = "_rescued_data"
"""The property that takes what the schema has no place for."""

RESCUED_DATA_SCHEMA: Final = {
    "type": ["object", "null"],
    "description": (
        "Fields that the schema does not know and values that do not fit their type, under the API's own names and "
        "paths (`address.zip4`). Null when there are none."
    ),
}

MOST_TOLD: Final = 10
"""Fields that have a warning of their own, and a place in the last line. An API may make up keys without end."""

_MOST_COUNTED: Final = 1000
"""Fields that are counted one by one."""

Path: TypeAlias = tuple[str | int, ...]
"""Raw keys, and positions in lists, from the record down to a value."""


class Rescue:
    """Collects one record's rescued data, and counts each field over all records of a stream.

    Args:
        warn: Called with the path of a field and what is wrong with it: once for each of the first fields, and once
            more, with an empty path, where there are too many to tell of each.
        is_excluded: Says of a top-level key whether the user's stream maps deal with it: nothing of it is rescued.
    """

    def __init__(self, warn: Callable[[str, str], None], is_excluded: Callable[[str], bool]) -> None:
        self._warn = warn
        self._is_excluded = is_excluded
        self._found: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        self.uncounted = 0
        """Values of fields that came when enough others were counted."""

    def add(self, path: Path, value: object, fault: str) -> None:
        """Keep a value under the path where the API gave it."""
        if self._is_excluded(str(path[0])):
            return
        # Positions in a list make no field of their own in warnings.
        field = ".".join("*" if isinstance(part, int) else part for part in path)
        if field in self.counts:
            self.counts[field] += 1
        else:
            self._count(field, fault)
        place = ".".join(map(str, path))
        while place in self._found:  # A key may hold a dot itself, so that two values come to one path.
            place += "#"
        self._found[place] = value

    def _count(self, field: str, fault: str) -> None:
        """Count the first value of a field."""
        if len(field) > LONGEST_QUOTE:
            field = shorten(field)
        if field not in self.counts and len(self.counts) == _MOST_COUNTED:
            self.uncounted += 1
            return
        self.counts[field] += 1
        if self.counts[field] == 1 and len(self.counts) <= MOST_TOLD:
            self._warn(field, fault)
        elif self.counts[field] == 1 and len(self.counts) == MOST_TOLD + 1:
            self._warn("", f"are more than {MOST_TOLD} fields: the others are told of at the end only")

    def told(self) -> str:
        """Say how often which fields were rescued: the most frequent ones by name. Empty for none."""
        parts = [f"{field} ({count})" for field, count in sorted(self.counts.most_common(MOST_TOLD))]
        if others := len(self.counts) - len(parts):
            values = (
                self.counts.total() + self.uncounted - sum(count for _, count in self.counts.most_common(MOST_TOLD))
            )
            more_than = "more than " * bool(self.uncounted)
            parts.append(f"and {more_than}{others} other field{'s' * (others > 1)} ({values})")
        return ", ".join(parts)

    def take(self) -> dict[str, Any] | None:
        """Return what has been rescued from a record, None for nothing, and begin anew."""
        if not self._found:
            return None
        found, self._found = self._found, {}
        return found


class RecordShaper:
    """Shapes the objects of one stream after the schema in force.

    Args:
        schema: JSON schema of the stream's records, as the catalog in force has it.
        is_selected: Says of a property's path in the schema whether the user selected it.
        renames: Emitted names of raw keys that do not become snake_case by themselves.
        excluded: Top-level fields that the user's stream maps deal with: nothing of them is rescued.
        warn: Called with the path of a rescued field and what is wrong with it, as `Rescue` does.
    """

    def __init__(
        self,
        schema: Mapping[str, Any],
        *,
        is_selected: Callable[[tuple[str, ...]], bool],
        renames: Mapping[str, str],
        excluded: AbstractSet[str],
        warn: Callable[[str, str], None],
    ) -> None:
        properties = {name: item for name, item in schema["properties"].items() if name != RESCUED_DATA}
        self._rescues = RESCUED_DATA in schema["properties"] and is_selected((RESCUED_DATA,))
        self._rescue = Rescue(warn, lambda key: not excluded.isdisjoint({key, emitted_name(key, renames)}))
        self._object = _Object({**schema, "properties": properties}, (), is_selected, renames)

    @property
    def rescued_counts(self) -> Mapping[str, int]:
        """How often each field was rescued so far."""
        return self._rescue.counts

    def rescued(self) -> str:
        """Say how often which fields were rescued so far; empty for none."""
        return self._rescue.told()

    def shape(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return the record of an object: emitted names, one style of dates, no value that does not fit."""
        record = self._object.shape_fields(raw, (), self._rescue)
        rescued = self._rescue.take()
        if self._rescues:
            record[RESCUED_DATA] = rescued
        return record


class _Shaper(ABC):
    """Shapes values of one place in the schema."""

    exact: type = Misfit
    """A value of exactly this class goes out as it is; the default stands for none."""

    hides: bool = False
    """Whether the user took a part of it out, so that it may not be rescued whole."""

    @abstractmethod
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:  # noqa: ANN401 - any JSON
        """Return the value as it goes out; what has no place in it is rescued.

        Args:
            value: What the API gave.
            parent: Where the object or the list stands that holds it.
            key: Where it stands in there. Joined to a path only when somebody reads it.
            rescue: Takes what does not fit.
        """


class _Scalar(_Shaper):
    """A value that is taken whole or rescued whole."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._type = ValueType(schema)
        self._fit = self._type.fit
        self.exact = self._type.exact

    @override
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:
        fitted = self._fit(value)
        if fitted is MISFIT:
            # An empty text where no text belongs is how some services write null.
            if value != "":
                rescue.add((*parent, key), value, f"is not {self._type}")
            return None
        return fitted


class _Array(_Shaper):
    def __init__(self, items: _Shaper) -> None:
        self._items = items
        # Of a list with items of these classes only, each goes out as it is.
        self._plain = {items.exact, type(None)}
        self.hides = items.hides

    @override
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:
        if isinstance(value, list):
            if self._plain.issuperset(map(type, value)):
                return value
            path, shape = (*parent, key), self._items.shape
            return [
                None if item is None else shape(item, path, position, rescue) for position, item in enumerate(value)
            ]
        if value != "" and not self.hides:
            rescue.add((*parent, key), value, "is not a list")
        return None


class _Object(_Shaper):
    """An object with known fields: each goes out under its emitted name, unknown ones are rescued."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        breadcrumb: tuple[str, ...],
        is_selected: Callable[[tuple[str, ...]], bool],
        renames: Mapping[str, str],
    ) -> None:
        self._renames = renames
        self._open = bool(schema.get("additionalProperties"))
        self._fields = {
            name: _shaper(item, (*breadcrumb, name), is_selected, renames)
            for name, item in schema["properties"].items()
        }
        self._deselected = {name for name in self._fields if not is_selected((*breadcrumb, name))}
        self.hides = bool(self._deselected) or any(field.hides for field in self._fields.values())
        # What is known of a raw key, so that a value costs one look-up; keys that share a name are never in it.
        self._known: dict[str, tuple[str, type, _Shaper]] = {}
        self._raw_keys: defaultdict[str, set[str]] = defaultdict(set)

    @override
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:
        if isinstance(value, dict):
            return self.shape_fields(value, (*parent, key), rescue)
        if value != "" and not self.hides:
            rescue.add((*parent, key), value, "is not an object")
        return None

    def shape_fields(self, value: dict[str, Any], path: Path, rescue: Rescue) -> dict[str, Any]:
        """Return the fields of an object as they go out.

        Args:
            value: The object.
            path: Where it stands; empty for the record itself.
            rescue: Takes what does not fit.
        """
        record: dict[str, Any] = {}
        known = self._known
        for key, item in value.items():
            try:
                name, exact, field = known[key]
            except KeyError:
                self._place(key, item, record, path, rescue)
                continue
            if type(item) is exact or item is None:
                record[name] = item
            else:
                record[name] = field.shape(item, path, key, rescue)
        return record

    def _place(self, key: str, item: Any, record: dict[str, Any], path: Path, rescue: Rescue) -> None:  # noqa: ANN401
        """Put the value of a key that is not known yet, or that shares its name with another one."""
        name = emitted_name(key, self._renames)
        field = self._fields.get(name)
        if field is None:
            if self._open:
                record[key] = item
            else:
                rescue.add((*path, key), item, "is not in the schema")
        elif name in self._deselected:
            return
        elif name in record:
            if not field.hides:
                rescue.add((*path, key), item, f"is a second '{name}'")
            self._learn(key, name, field)
        else:
            record[name] = None if item is None else field.shape(item, path, key, rescue)
            self._learn(key, name, field)

    def _learn(self, key: str, name: str, field: _Shaper) -> None:
        raw_keys = self._raw_keys[name]
        raw_keys.add(key)
        if len(raw_keys) == 1:
            self._known[key] = (name, field.exact, field)
        else:
            for each in raw_keys:
                self._known.pop(each, None)


def without_open_objects(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects take known keys only; others are rescued.

    Flattening makes columns of all keys of an object, but tells the target of those in the schema only.

    Args:
        schema: JSON schema of a stream's records.
    """
    changed = {word: value for word, value in schema.items() if word != "additionalProperties"}
    if "properties" in schema:
        changed["properties"] = {name: without_open_objects(item) for name, item in schema["properties"].items()}
    return changed


def emitted_name(key: str, renames: Mapping[str, str]) -> str:
    """Return the name under which a raw key goes out.

    Args:
        key: The key as the API has it.
        renames: Emitted names of raw keys that do not become snake_case by themselves.
    """
    return renames.get(key) or key.replace("-", "_")


def _shaper(
    schema: Mapping[str, Any],
    breadcrumb: tuple[str, ...],
    is_selected: Callable[[tuple[str, ...]], bool],
    renames: Mapping[str, str],
) -> _Shaper:
    match types_of(schema):
        case ["object"] if schema.get("properties"):
            return _Object(schema, breadcrumb, is_selected, renames)
        case ["array"] if "items" in schema:
            return _Array(_shaper(schema["items"], breadcrumb, is_selected, renames))
    return _Scalar(schema)
