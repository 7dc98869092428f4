"""What a JSON schema finds wrong with a setting, told in a sentence with the place of the fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_analytics.quoting import guess

if TYPE_CHECKING:
    from collections.abc import Iterable

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
            values = [str(value) for value in bound if value is not None]
            return f"must be one of {', '.join(values)}{guess(instance, values) if isinstance(instance, str) else ''}"
        case "anyOf":
            kinds = [schema["type"] for schema in bound if "type" in schema]
            return f"must be {' or '.join(dict.fromkeys(map(type_name, kinds)))}"
        case rule:
            return _BOUNDS.get(str(rule), "is ill-formed").format(bound)


def _listed(words: Iterable[str]) -> str:
    return " and ".join(f"'{word}'" for word in words)
