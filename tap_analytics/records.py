"""An object of an API becomes a record: names, dates, numbers, and what the schema does not know.

The schema in force is read once into a tree of shapers, so that a record costs one dictionary look-up per field.
Nothing is coerced: a value that does not fit its declared type goes, as it came, into the record's rescued data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from tap_analytics.datetimes import format_instant, parse_date, parse_instant

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

_LARGEST_INTEGER = 2**63 - 1


class _Misfit:
    """Stands for a value that has no place in its column."""


_MISFIT: Final = _Misfit()


class Rescue:
    """Collects one record's rescued data, and counts each field over all records of a stream.

    Args:
        warn: Called once for each field, with its path and what is wrong with it.
        is_excluded: Says of a top-level key whether the user's stream maps deal with it: nothing of it is rescued.
    """

    def __init__(self, warn: Callable[[str, str], None], is_excluded: Callable[[str], bool]) -> None:
        self._warn = warn
        self._is_excluded = is_excluded
        self._found: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()

    def add(self, path: tuple[str | int, ...], value: object, fault: str) -> None:
        """Keep a value under the path where the API gave it."""
        if self._is_excluded(str(path[0])):
            return
        # Positions in a list make no field of their own in warnings.
        field = ".".join("*" if isinstance(part, int) else part for part in path)
        self.counts[field] += 1
        if self.counts[field] == 1:
            self._warn(field, fault)
        place = ".".join(map(str, path))
        while place in self._found:  # A key may hold a dot itself, so that two values come to one path.
            place += "#"
        self._found[place] = value

    def take(self) -> dict[str, Any] | None:
        """Return what has been rescued from a record, None for nothing, and begin anew."""
        found, self._found = self._found, {}
        return found or None


class RecordShaper:
    """Shapes the objects of one stream after the schema in force.

    Args:
        schema: JSON schema of the stream's records, as the catalog in force has it.
        is_selected: Says of a property's path in the schema whether the user selected it.
        renames: Emitted names of raw keys that do not become snake_case by themselves.
        excluded: Top-level fields that the user's stream maps deal with: nothing of them is rescued.
        warn: Called once for each rescued field, with its path and what is wrong with it.
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
        self._rescue = Rescue(warn, lambda key: not excluded.isdisjoint({key, _emitted_name(key, renames)}))
        self._object = _Object({**schema, "properties": properties}, (), is_selected, renames)

    @property
    def rescued_counts(self) -> Mapping[str, int]:
        """How often each field was rescued so far."""
        return self._rescue.counts

    def shape(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return the record of an object: emitted names, one style of dates, no value that does not fit."""
        record: dict[str, Any] = self._object.shape(raw, (), self._rescue)
        rescued = self._rescue.take()
        if self._rescues:
            record[RESCUED_DATA] = rescued
        return record


class _Shaper(ABC):
    """Shapes values of one place in the schema."""

    @abstractmethod
    def shape(self, value: Any, path: tuple[str | int, ...], rescue: Rescue) -> Any:  # noqa: ANN401 - any JSON
        """Return the value as it goes out; what has no place in it is rescued."""


class _Scalar(_Shaper):
    """A value that is taken whole or rescued whole."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.fit = _fit_for(schema)
        self._fault = f"is not {' or '.join(_type_names(schema))}"

    @override
    def shape(self, value: Any, path: tuple[str | int, ...], rescue: Rescue) -> Any:
        fitted = self.fit(value)
        if fitted is not _MISFIT:
            return fitted
        rescue.add(path, value, self._fault)
        return None


class _Array(_Shaper):
    def __init__(self, items: _Shaper) -> None:
        self._items = items

    @override
    def shape(self, value: Any, path: tuple[str | int, ...], rescue: Rescue) -> Any:
        if isinstance(value, list):
            return [
                None if item is None else self._items.shape(item, (*path, position), rescue)
                for position, item in enumerate(value)
            ]
        if value != "":
            rescue.add(path, value, "is not a list")
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

    @override
    def shape(self, value: Any, path: tuple[str | int, ...], rescue: Rescue) -> Any:
        if not isinstance(value, dict):
            if value != "":
                rescue.add(path, value, "is not an object")
            return None
        record: dict[str, Any] = {}
        for key, item in value.items():
            name = _emitted_name(key, self._renames)
            field = self._fields.get(name)
            if field is None:
                if self._open:
                    record[key] = item
                else:
                    rescue.add((*path, key), item, "is not in the schema")
            elif name in self._deselected:
                continue
            elif name in record:
                rescue.add((*path, key), item, f"is a second '{name}'")
            elif item is None:
                record[name] = None
            elif type(field) is _Scalar and (fitted := field.fit(item)) is not _MISFIT:
                # What nearly every value goes through, without a path that nobody will read.
                record[name] = fitted
            else:
                record[name] = field.shape(item, (*path, key), rescue)
        return record


def _emitted_name(key: str, renames: Mapping[str, str]) -> str:
    return renames.get(key) or key.replace("-", "_")


def _shaper(
    schema: Mapping[str, Any],
    breadcrumb: tuple[str, ...],
    is_selected: Callable[[tuple[str, ...]], bool],
    renames: Mapping[str, str],
) -> _Shaper:
    match _types(schema):
        case ["object"] if schema.get("properties"):
            return _Object(schema, breadcrumb, is_selected, renames)
        case ["array"] if "items" in schema:
            return _Array(_shaper(schema["items"], breadcrumb, is_selected, renames))
    return _Scalar(schema)


def _types(schema: Mapping[str, Any]) -> list[str]:
    declared = schema.get("type", [])
    return [kind for kind in ([declared] if isinstance(declared, str) else declared) if kind != "null"]


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """Return the types of a schema, a text with a format under the format's name."""
    return [
        schema["format"] if kind == "string" and schema.get("format") in _KINDS else kind for kind in _types(schema)
    ]


def _fit_for(schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    fits = [_KINDS[kind][1] for kind in _kinds(schema)]

    def fit(value: Any) -> Any:  # noqa: ANN401 - any JSON
        for fit_kind in fits:
            fitted = fit_kind(value)
            if fitted is not _MISFIT:
                return fitted
        # An empty text where no text belongs is how some services write null.
        return None if value == "" else _MISFIT

    return fit if fits else lambda value: value


def _type_names(schema: Mapping[str, Any]) -> list[str]:
    return [_KINDS[kind][0] for kind in _kinds(schema)]


def _fit_integer(value: object) -> object:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return _MISFIT
    # The bound comes first: to write a decimal out takes as many digits as its exponent says.
    if not -_LARGEST_INTEGER - 1 <= value <= _LARGEST_INTEGER or value != int(value):
        return _MISFIT
    return int(value)


def _fit_number(value: object) -> object:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else _MISFIT


def _fit_datetime(value: object) -> object:
    try:
        return format_instant(parse_instant(value)) if isinstance(value, str) else _MISFIT
    except ValueError:
        return _MISFIT


def _fit_date(value: object) -> object:
    try:
        return parse_date(value).isoformat() if isinstance(value, str) else _MISFIT
    except ValueError:
        return _MISFIT


def _fit_class(cls: type) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, cls) else _MISFIT


_KINDS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "string": ("a text", _fit_class(str)),
    "date-time": ("a date-time", _fit_datetime),
    "date": ("a date", _fit_date),
    "integer": ("a whole number of 64 bits", _fit_integer),
    "number": ("a number", _fit_number),
    "boolean": ("true or false", _fit_class(bool)),
    "array": ("a list", _fit_class(list)),
    "object": ("an object", _fit_class(dict)),
}
