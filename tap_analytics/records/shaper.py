"""Converts an object of an API into a record: emitted names, one style of dates, only values that fit the schema.

The schema in force is compiled once into a tree of shapers, so that a field of a record costs one dictionary look-up.
Values are not coerced: one that does not fit its declared type is moved, as it came, into the record's rescued data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_analytics.records.rescue import RESCUED_DATA, Rescue
from tap_analytics.records.value_types import MISFIT, Misfit, ValueType, types_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from tap_analytics.records.rescue import Path


class RecordShaper:
    """Converts the objects of one stream into records that fit the schema in force.

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
        warn: Callable[[str | None, str], None],
    ) -> None:
        properties = {name: item for name, item in schema["properties"].items() if name != RESCUED_DATA}
        self._rescues = RESCUED_DATA in schema["properties"] and is_selected((RESCUED_DATA,))
        self._rescue = Rescue(warn, lambda key: not excluded.isdisjoint({key, emitted_name(key, renames)}))
        self._object = _Object({**schema, "properties": properties}, (), is_selected, renames)

    def rescued(self) -> str:
        """Say how often which fields were rescued so far; empty for none."""
        return self._rescue.report()

    @property
    def rescued_count(self) -> int:
        """How many values were rescued so far."""
        return self._rescue.count

    def shape(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return the record of an object: emitted names, one style of dates, no value that does not fit."""
        record = self._object.shape_fields(raw, (), self._rescue)
        rescued = self._rescue.take()
        if self._rescues:
            record[RESCUED_DATA] = rescued
        return record


class _Shaper(ABC):
    """Converts the values of one field of the schema."""

    exact: type = Misfit
    """Values of exactly this class are emitted unchanged, without a call; no value has the default's class."""

    hides: bool = False
    """Whether the user deselected a part of it, so that its value must not be rescued as a whole."""

    @abstractmethod
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:  # noqa: ANN401 - any JSON
        """Return the value to emit, and rescue what of it does not fit.

        Args:
            value: The API's value.
            parent: The path of the object or list that holds it.
            key: Its key or position in there, joined to the path only where the path is needed.
            rescue: Takes what does not fit.
        """


class _Scalar(_Shaper):
    """A value that is emitted as a whole or rescued as a whole."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._type = ValueType(schema)
        self._fit = self._type.fit
        self.exact = self._type.exact

    @override
    def shape(self, value: Any, parent: Path, key: str | int, rescue: Rescue) -> Any:
        fitted = self._fit(value)
        if fitted is MISFIT:
            # Some services write an empty text for null.
            if value != "":
                rescue.add((*parent, key), value, f"is not {self._type}")
            return None
        return fitted


class _Array(_Shaper):
    def __init__(self, items: _Shaper) -> None:
        self._items = items
        # A list with items of these classes only is emitted unchanged.
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
    """An object with declared fields: these are emitted under their names, others are rescued."""

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
        # The emitted name and the shaper of each raw key that was met so far, so that a value costs one look-up. Raw
        # keys that share an emitted name are not in it: which of them is emitted depends on the object.
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
        """Return the fields of an object to emit.

        Args:
            value: The object.
            path: Its path in the record; empty for the record itself.
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
        """Emit, rescue or drop the value of a key that is met for the first time or shares its name with another."""
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
    """Return a schema whose objects take declared keys only, so that others are rescued.

    The SDK's flattening makes columns of all keys of an object, but its SCHEMA message has only the declared ones.

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
