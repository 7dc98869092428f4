"""What a JSON schema finds wrong with a setting, told in a sentence with the place of the fault."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jsonschema import ValidationError

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}

JSON_TYPES: Final = frozenset(_TYPES)
"""The types that a JSON schema knows."""

NO_NAME: Final = "must be of letters, digits, '_' and '-', and not begin with a digit or a dash"
_NO_PATH: Final = "must be a dotted path of keys, like meta.next"

_BOUNDS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "pattern": "must match {}",
    "minLength": "is empty",
    "minItems": "is empty",
}


def type_name(kind: str) -> str:
    """Return what a JSON type is called in a sentence."""
    return _TYPES.get(kind, kind)


def place_of(path: Iterable[str | int]) -> str:
    """Return a path in the settings as it is told: `resources[2].endpoint.path`."""
    place = ""
    for part in path:
        place += f"[{part}]" if isinstance(part, int) else f".{shorten(str(part), 60)}"
    return place.removeprefix(".")


def fault_of(error: ValidationError) -> str:
    """Tell a fault without the value that is at fault, which is often a secret."""
    bound: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            return f"{', '.join(f'{key!r}' for key in bound if key not in instance)} is missing"
        case "type":
            kinds = [bound] if isinstance(bound, str) else bound
            words = error.schema.get("required") if isinstance(error.schema, dict) else None
            return (
                f"must be {' or '.join(type_name(kind) for kind in kinds if kind != 'null' or kinds == ['null'])}"
                f"{f' with {_listed(words)}' if words else ''}"
            )
        case "enum":
            return f"must be one of {', '.join(str(value) for value in bound if value is not None)}"
        case "anyOf":
            kinds = [schema["type"] for schema in bound if "type" in schema]
            return f"must be {' or '.join(dict.fromkeys(map(type_name, kinds)))}"
        case rule:
            return _BOUNDS.get(str(rule), "is ill-formed").format(bound)


def declaration_faults(error: ValidationError, hints: Mapping[str, str]) -> Iterator[str]:
    """Tell what is wrong in a declaration, each fault with its place.

    Args:
        error: What its JSON schema finds.
        hints: What to use instead of words that are not known.

    Yields:
        A sentence for each fault. Only words out of a vocabulary are told, and no other values.
    """
    path = list(error.absolute_path)
    place = place_of(path)
    instance: Any = error.instance
    match error.validator:
        case "additionalProperties":
            known: dict[str, Any] = error.schema["properties"] if isinstance(error.schema, dict) else {}
            for key in instance:
                if key not in known:
                    yield f"{place_of([*path, key])}: unknown key; {_instead(str(key), known, hints)}"
        case "anyOf" if tags := _tags(error):
            yield from _tagged_faults(error, tags, hints)
        case "anyOf" if isinstance(instance, dict) and (hint := _object_hint(instance, path, hints)):
            yield f"{place}: {hint}"
        case "anyOf" if inner := [one for one in error.context or () if one.validator != "type" or one.path]:
            yield from declaration_faults(inner[0], hints)
        case "enum":
            words: Any = error.validator_value
            yield f"{place}: {_none_of(instance, words, hints)}"
        case "pattern":
            yield f"{place}: {_NO_PATH if str(path[-1]).endswith('_path') else NO_NAME}"
        case _ if "propertyNames" in error.absolute_schema_path:
            yield f"{place}: must not have an empty name in it"
        case _:
            hint = hints.get(_word_of(path), "")
            yield f"{place}: {hint if hint.startswith('must') else '; '.join(filter(None, (fault_of(error), hint)))}"


def _object_hint(instance: Mapping[str, Any], path: Sequence[str | int], hints: Mapping[str, str]) -> str | None:
    """Return what to use instead of an object, by its type or by where it stands."""
    return hints.get(str(instance.get("type"))) or hints.get(_word_of(path[:-1]))


def _word_of(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path[-2:]))


def faulty_places(error: ValidationError) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of what a declaration's JSON schema finds wrong.

    Args:
        error: What it finds.
    """
    path = tuple(error.absolute_path)
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = error.schema["properties"] if isinstance(error.schema, dict) else {}
        yield from ((*path, key) for key in instance if key not in known)
    elif error.validator == "anyOf" and (found := _of_its_kind(error)):
        for inner in found:
            yield from faulty_places(inner)
    elif error.validator != "required":
        # The name of a field is no place of its own.
        yield path


def _of_its_kind(error: ValidationError) -> list[ValidationError]:
    """Return what is wrong with an object that says by its `type` which of several it is; nothing for any other one."""
    kind = error.instance.get("type") if isinstance(error.instance, dict) else None
    tags = _tags(error)
    return [inner for inner in error.context or () if kind in tags and inner.schema_path[0] == tags.index(kind)]


def _tags(error: ValidationError) -> list[str]:
    schemas: Any = error.validator_value
    found = [schema.get("properties", {}).get("type", {}).get("enum") for schema in schemas]
    return [enum[0] for enum in found if enum]


def _tagged_faults(error: ValidationError, tags: list[str], hints: Mapping[str, str]) -> Iterator[str]:
    """Tell what is wrong with an object whose `type` says which of several it is."""
    place = place_of(error.absolute_path)
    instance: Any = error.instance
    if not isinstance(instance, dict):
        yield f"{place}: must be an object with a 'type': one of {', '.join(tags)}"
        return
    kind = instance.get("type")
    if kind is None:
        yield f"{place}: 'type' is missing: one of {', '.join(tags)}"
    elif kind not in tags:
        yield f"{place}.type: {_none_of(kind, tags, hints)}"
    else:
        for inner in _of_its_kind(error):
            yield from declaration_faults(inner, hints)


def _none_of(word: object, words: list[str], hints: Mapping[str, str]) -> str:
    if not isinstance(word, str):
        return f"must be one of {', '.join(words)}"
    hint = f"; {hints[word]}" if word in hints else ""
    return f"'{shorten(word, 40)}' is not one of {', '.join(words)}{hint}"


def _instead(key: str, known: Mapping[str, Any], hints: Mapping[str, str]) -> str:
    if key in hints:
        return hints[key]
    if inside := [name for name, schema in known.items() if key in schema.get("properties", {})]:
        return f"it belongs into '{inside[0]}'"
    close = get_close_matches(key, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"there are {', '.join(known)}"


def _listed(words: Iterable[str]) -> str:
    return " and ".join(f"'{word}'" for word in words)
