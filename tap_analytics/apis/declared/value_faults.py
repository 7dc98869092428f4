"""What is wrong with a single value, or with an unknown key, of a declaration, and what to use instead."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import inspect as types

from tap_analytics.apis.declared.vocabulary.base import REFUSED, extra_of
from tap_analytics.apis.declared.vocabulary.endpoints import STATUS
from tap_analytics.apis.declared.vocabulary.resources import ClientWords, Configuration, Resource
from tap_analytics.quoting import shorten
from tap_analytics.records.schema_faults import type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KIND_OF_TYPE: Final[Mapping[type, str]] = {
    types.StrType: "string",
    types.BoolType: "boolean",
    types.IntType: "integer",
    types.FloatType: "number",
    types.ListType: "array",
    types.DictType: "object",
    types.StructType: "object",
    types.NoneType: "null",
}
_NO_STATUS: Final = "must be a status like 404"
_LARGEST: Final = 2**63 - 1

VALUE_HINTS: Final[Mapping[str, str]] = {
    "skip": "use 'selected: false'",
    "incremental": "only one parameter takes the incremental value; the other one may be 'end_param' in 'incremental'",
    "params": "an object is no parameter: write it as a text of JSON, or each of its fields as a parameter",
    "initial_value": "a date like 2024-01-31, a date-time, a number, or a text that grows",
}
"""What to use instead of a value, by the value, by the `type` of an object, or by the word whose value is wrong."""


@cache
def type_of(kind: Any) -> types.Type:  # noqa: ANN401 - msgspec takes any type
    """Return a type as `msgspec.inspect` has it."""
    return types.type_info(kind)


def options_of(info: types.Type) -> list[types.Type]:
    """Return the types of which a value may have one."""
    match info:
        case types.Metadata():
            return options_of(info.type)
        case types.UnionType():
            return [option for each in info.types for option in options_of(each)]
    return [info]


def value_fault(value: Any, options: Sequence[types.Type], place: str) -> str | None:  # noqa: ANN401 - any JSON
    """Say what is wrong with a value that is no object and no list, or that must be neither."""
    for option in options:
        match option:
            case types.NoneType() if value is None:
                return None
            case types.BoolType() if isinstance(value, bool):
                return None
            case types.StrType() if isinstance(value, str):
                return _text_fault(value, option)
            case types.IntType() if isinstance(value, int) and not isinstance(value, bool):
                return _bounds_fault(value, option)
            case types.FloatType() if isinstance(value, int | float) and not isinstance(value, bool):
                return _bounds_fault(value, option)
    return _kind_fault(value, options, place)


def object_hint(value: object, place: str) -> str | None:
    """Return what to use instead of an object, by its type or by where it stands."""
    if not isinstance(value, dict):
        return None
    by_type = VALUE_HINTS.get(str(value.get("type")))
    return by_type or next((VALUE_HINTS[part] for part in place.split(".")[-2:-1] if part == "params"), None)


def none_of(word: object, words: Sequence[str]) -> str:
    """Say that a value is none of those that may stand in its place."""
    if not isinstance(word, str):
        return f"must be one of {', '.join(words)}"
    hint = f"; {VALUE_HINTS[word]}" if word in VALUE_HINTS else ""
    return f"'{shorten(word, 40)}' is not one of {', '.join(words)}{hint}"


def instead_of(key: str, info: types.StructType) -> str:
    """Say which known word an unknown one may stand for, or where it belongs."""
    usable = [field.encode_name for field in info.fields if REFUSED not in extra_of(field.type)]
    if inside := [field.encode_name for field in info.fields if key in _words_in(field.type)]:
        return f"it belongs into '{inside[0]}'"
    if close := get_close_matches(key, usable, n=1):
        return f"did you mean '{close[0]}'?"
    if key in _words_in(type_of(Resource)):
        return "it stands on the resource itself"
    if key in _words_in(type_of(Configuration)):
        return f"'{key}' stands beside 'resources'"
    if key in _words_in(type_of(ClientWords)):
        return "it belongs into 'client'"
    return f"there are {', '.join([info.tag_field, *usable] if info.tag_field else usable)}"


def _kind_fault(value: Any, options: Sequence[types.Type], place: str) -> str | None:  # noqa: ANN401 - any JSON
    """Say of which types a value must be, if it is of none of them."""
    word = re.split(r"[.\[]", place)[-1]
    words = [each for option in options if isinstance(option, types.LiteralType) for each in option.values]
    if words:
        return None if value in words else none_of(value, [str(each) for each in words])
    structs = [option for option in options if isinstance(option, types.StructType)]
    tags = [str(struct.tag) for struct in structs if struct.tag is not None]
    if tags and isinstance(value, str):
        return none_of(value, tags)
    if hint := object_hint(value, place):
        return hint
    kinds = dict.fromkeys(_KIND_OF_TYPE[type(option)] for option in options if type(option) in _KIND_OF_TYPE)
    told = f"must be {' or '.join(type_name(kind) for kind in kinds if kind != 'null')}"
    if tags:
        return f"{told} with a 'type': one of {', '.join(tags)}"
    if needed := [field.name for struct in structs for field in struct.fields if field.required]:
        return f"{told} with {' and '.join(map(repr, needed))}"
    return f"{told}; {VALUE_HINTS[word]}" if word in VALUE_HINTS else told


def _text_fault(text: str, info: types.StrType) -> str | None:
    if info.min_length and not text:
        return "is empty"
    # `$` at the end of a pattern matches before a line break, too.
    if info.pattern and (not re.search(info.pattern, text) or text.endswith("\n")):
        return _NO_STATUS if info.pattern == STATUS else f"must match {info.pattern}"
    return None


def _bounds_fault(number: float, info: types.IntType | types.FloatType) -> str | None:
    if info.ge is not None and number < info.ge:
        return f"must be at least {info.ge}"
    if info.le is not None and number > info.le:
        return f"must be at most {info.le}"
    return "is too large" if number > _LARGEST else None


def _words_in(info: types.Type) -> set[str]:
    """Return the words of an object; none of what is no object."""
    structs = [option for option in options_of(info) if isinstance(option, types.StructType)]
    return {field.encode_name for struct in structs for field in struct.fields}
