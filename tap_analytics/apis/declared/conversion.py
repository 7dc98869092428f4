"""What a declaration's types find wrong with it: every fault at once, each with its place.

The types of the vocabulary say what may stand where. This walks through a value beside its type, and leaves out of the
value whatever is wrong, so that `msgspec` makes words of the rest, and the rest can be checked further.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from tap_analytics.apis.declared.vocabulary.base import PASSED_OVER, REFUSED, extra_of
from tap_analytics.apis.declared.vocabulary.endpoints import STATUS
from tap_analytics.apis.declared.vocabulary.resources import ClientWords, Configuration, Resource
from tap_analytics.quoting import shorten
from tap_analytics.records.schema_faults import type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T", bound=Struct)

_WRONG: Final = object()
"""Stands for a value that is left out since it is wrong."""

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
    # Values that look as if they would work
    "skip": "use 'selected: false'",
    "incremental": "only one parameter takes the incremental value; the other one may be 'end_param' in 'incremental'",
    "params": "an object is no parameter: write it as a text of JSON, or each of its fields as a parameter",
    "initial_value": "a date like 2024-01-31, a date-time, a number, or a text that grows",
}
"""What to use instead of a value, by the value, by the `type` of an object, or by the word whose value is wrong."""


class Findings(Struct):
    """What was found in a declaration.

    Attributes:
        faults: A sentence for each fault, with its place.
        notes: A sentence for each word that has no effect.
        gone: The places of what is wrong: it is in the words no more.
    """

    faults: list[str] = []
    notes: list[str] = []
    gone: set[str] = set()

    def tell(self, place: str, fault: str) -> None:
        """Take a fault, and leave what stands there out."""
        self.faults.append(f"{place}: {fault}")
        self.gone.add(place)


def checked(value: object, kind: type, place: str, findings: Findings) -> dict[str, Any]:
    """Return what is right in an object, as JSON; null where null was given.

    Args:
        value: The object.
        kind: The type that it is to have.
        place: Where it stands.
        findings: Takes what is wrong.
    """
    rest = _rest(value, _info(kind), place, findings)
    return rest if isinstance(rest, dict) else {}


def words_of(value: dict[str, Any], kind: type[T]) -> T:
    """Return the words of an object that is free of faults.

    Args:
        value: The object. Null is the same as leaving a word out.
        kind: Its type.
    """
    return msgspec.convert(_rest(value, _info(kind), "", Findings(), keeps_null=False), kind)


@cache
def _info(kind: Any) -> types.Type:  # noqa: ANN401 - msgspec takes any type
    return types.type_info(kind)


def _rest(value: Any, info: types.Type, place: str, findings: Findings, *, keeps_null: bool = True) -> Any:  # noqa: ANN401 - any JSON
    """Return what is right in a value; `_WRONG` if that is nothing."""
    options = _options(info)
    for option in options:
        match option:
            case types.StructType() if isinstance(value, dict):
                chosen = _variant(value, options, place, findings)
                return _struct_rest(value, chosen, place, findings, keeps_null=keeps_null) if chosen else _WRONG
            case types.DictType() if isinstance(value, dict):
                return _dict_rest(value, option, place, findings)
            case types.ListType() if isinstance(value, list):
                items = [_rest(item, option.item_type, f"{place}[{i}]", findings) for i, item in enumerate(value)]
                return _WRONG if any(item is _WRONG for item in items) else items
            case types.AnyType():
                return value
    fault = _scalar_fault(value, options, place)
    if fault is None:
        return value
    findings.tell(place, fault)
    return _WRONG


def _options(info: types.Type) -> list[types.Type]:
    """Return the types of which a value may have one."""
    match info:
        case types.Metadata():
            return _options(info.type)
        case types.UnionType():
            return [option for each in info.types for option in _options(each)]
    return [info]


def _variant(
    value: dict[str, Any], options: Sequence[types.Type], place: str, findings: Findings
) -> types.StructType | None:
    """Return the type of an object: where there are several, its `type` says which."""
    structs = [option for option in options if isinstance(option, types.StructType)]
    if structs[0].tag is None:
        return structs[0]
    tags = [str(struct.tag) for struct in structs]
    kind = value.get("type")
    if kind in tags:
        return structs[tags.index(str(kind))]
    if place.split(".")[-2:-1] == ["params"] and (hint := _object_hint(value, place)):
        findings.tell(place, hint)
    elif kind is None:
        findings.tell(place, f"'type' is missing: one of {', '.join(tags)}")
    else:
        findings.tell(f"{place}.type", _none_of(kind, tags))
    findings.gone.add(place)
    return None


def _struct_rest(
    value: dict[str, Any], info: types.StructType, place: str, findings: Findings, *, keeps_null: bool
) -> dict[str, Any]:
    fields = {field.encode_name: field for field in info.fields}
    rest: dict[str, Any] = {} if info.tag is None else {"type": info.tag}
    for key, item in value.items():
        inner = _join(place, key)
        if key not in fields:
            if key != info.tag_field and info.forbid_unknown_fields:
                findings.tell(inner, f"unknown key; {_instead(str(key), info)}")
            continue
        if item is None:
            # The same as leaving a word out, but for what holds for all resources: null takes its place.
            means_something = any(isinstance(option, types.NoneType) for option in _options(fields[key].type))
            if means_something or (keeps_null and not fields[key].required):
                rest[key] = None
            continue
        found = _word_rest(item, fields[key].type, inner, findings, keeps_null=keeps_null)
        if found is not _WRONG:
            rest[key] = found
    needed = [name for name, field in fields.items() if field.required and name not in rest]
    missing = [name for name in needed if value.get(name) is None]
    if missing:
        findings.faults.append(f"{place}: {', '.join(map(repr, missing))} is missing")
        findings.gone.update(_join(place, name) for name in missing)
    return {**rest, **{name: _stand_in(fields[name].type) for name in needed}}


def _word_rest(item: Any, info: types.Type, place: str, findings: Findings, *, keeps_null: bool) -> Any:  # noqa: ANN401
    """Return what is right in what stands for a word; `_WRONG` if that is nothing, or the word does nothing."""
    extra = extra_of(info)
    if REFUSED in extra:
        # Whoever asks for nothing by it gets that.
        if item not in ([], {}):
            findings.tell(place, extra[REFUSED])
        return _WRONG
    if PASSED_OVER in extra:
        findings.notes.append(f"{place}: has no effect: {extra[PASSED_OVER]}")
        return _WRONG
    return _rest(item, info, place, findings, keeps_null=keeps_null)


def _stand_in(info: types.Type) -> object:
    """Return what stands for a needed word that is wrong or missing, so that the rest can be checked."""
    words = [each for option in _options(info) if isinstance(option, types.LiteralType) for each in option.values]
    return words[0] if words else "-"


def _dict_rest(value: dict[str, Any], info: types.DictType, place: str, findings: Findings) -> dict[str, Any]:
    rest = {}
    for key, item in value.items():
        if not key and _options(info.key_type)[0].min_length:  # type: ignore[attr-defined]
            findings.tell(place, "must not have an empty name in it")
            continue
        found = _rest(item, info.value_type, _join(place, key), findings)
        if found is not _WRONG:
            rest[key] = found
    return rest


def _scalar_fault(value: Any, options: Sequence[types.Type], place: str) -> str | None:  # noqa: ANN401 - any JSON
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


def _kind_fault(value: Any, options: Sequence[types.Type], place: str) -> str | None:  # noqa: ANN401 - any JSON
    """Say what a value must be that is nothing of it."""
    word = re.split(r"[.\[]", place)[-1]
    words = [each for option in options if isinstance(option, types.LiteralType) for each in option.values]
    if words:
        return None if value in words else _none_of(value, [str(each) for each in words])
    structs = [option for option in options if isinstance(option, types.StructType)]
    tags = [str(struct.tag) for struct in structs if struct.tag is not None]
    if tags and isinstance(value, str):
        return _none_of(value, tags)
    if hint := _object_hint(value, place):
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
    # To a pattern's end a line may still be broken.
    if info.pattern and (not re.search(info.pattern, text) or text.endswith("\n")):
        return _NO_STATUS if info.pattern == STATUS else f"must match {info.pattern}"
    return None


def _bounds_fault(number: float, info: types.IntType | types.FloatType) -> str | None:
    if info.ge is not None and number < info.ge:
        return f"must be at least {info.ge}"
    if info.le is not None and number > info.le:
        return f"must be at most {info.le}"
    return "is too large" if number > _LARGEST else None


def _object_hint(value: object, place: str) -> str | None:
    """Return what to use instead of an object, by its type or by where it stands."""
    if not isinstance(value, dict):
        return None
    by_type = VALUE_HINTS.get(str(value.get("type")))
    return by_type or next((VALUE_HINTS[part] for part in place.split(".")[-2:-1] if part == "params"), None)


def _none_of(word: object, words: Sequence[str]) -> str:
    if not isinstance(word, str):
        return f"must be one of {', '.join(words)}"
    hint = f"; {VALUE_HINTS[word]}" if word in VALUE_HINTS else ""
    return f"'{shorten(word, 40)}' is not one of {', '.join(words)}{hint}"


def _instead(key: str, info: types.StructType) -> str:
    """Say which known word an unknown one may stand for, or where it belongs."""
    usable = [field.encode_name for field in info.fields if REFUSED not in extra_of(field.type)]
    if inside := [field.encode_name for field in info.fields if key in _words_in(field.type)]:
        return f"it belongs into '{inside[0]}'"
    if close := get_close_matches(key, usable, n=1):
        return f"did you mean '{close[0]}'?"
    if key in _words_in(_info(Resource)):
        return "it stands on the resource itself"
    if key in _words_in(_info(Configuration)):
        return f"'{key}' stands beside 'resources'"
    if key in _words_in(_info(ClientWords)):
        return "it belongs into 'client'"
    return f"there are {', '.join([info.tag_field, *usable] if info.tag_field else usable)}"


def _words_in(info: types.Type) -> set[str]:
    """Return the words of an object; none of what is no object."""
    structs = [option for option in _options(info) if isinstance(option, types.StructType)]
    return {field.encode_name for struct in structs for field in struct.fields}


def _join(place: str, key: object) -> str:
    return f"{place}.{shorten(str(key), 60)}".removeprefix(".")
