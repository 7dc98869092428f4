"""From JSON to the types of the vocabulary: every fault at once, each with its place.

A value is compared with its type, level by level, and whatever is wrong is left out of it. So `msgspec` can convert the
rest, and the rest can be checked further. `value_faults` says what is wrong with a single value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from tap_analytics.apis.declared.value_faults import instead_of, none_of, object_hint, options_of, type_of, value_fault
from tap_analytics.apis.declared.vocabulary.base import PASSED_OVER, REFUSED, extra_of
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T", bound=Struct)

_WRONG: Final = object()
"""Stands for a value that is left out since it is wrong."""


class Findings(Struct):
    """What was found in a declaration.

    Attributes:
        faults: A sentence for each fault, with its place.
        notes: A sentence for each word that has no effect.
        gone: The places of what is wrong, which has been left out.
    """

    faults: list[str] = []
    notes: list[str] = []
    gone: set[str] = set()

    def add(self, place: str, fault: str) -> None:
        """Add a fault, and note that what stands there is left out."""
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
    rest = _rest(value, type_of(kind), place, findings)
    return rest if isinstance(rest, dict) else {}


def words_of(value: dict[str, Any], kind: type[T]) -> T:
    """Return the words of an object that is free of faults.

    Args:
        value: The object. Null is the same as leaving a word out.
        kind: Its type.
    """
    return msgspec.convert(_rest(value, type_of(kind), "", Findings(), keeps_null=False), kind)


def _rest(value: Any, info: types.Type, place: str, findings: Findings, *, keeps_null: bool = True) -> Any:  # noqa: ANN401 - any JSON
    """Return what is right in a value; `_WRONG` if that is nothing."""
    options = options_of(info)
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
    fault = value_fault(value, options, place)
    if fault is None:
        return value
    findings.add(place, fault)
    return _WRONG


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
    if place.split(".")[-2:-1] == ["params"] and (hint := object_hint(value, place)):
        findings.add(place, hint)
    elif kind is None:
        findings.add(place, f"'type' is missing: one of {', '.join(tags)}")
    else:
        findings.add(f"{place}.type", none_of(kind, tags))
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
                findings.add(inner, f"unknown key; {instead_of(str(key), info)}")
            continue
        if item is None:
            # The same as leaving a word out, but for what holds for all resources: null takes its place.
            means_something = any(isinstance(option, types.NoneType) for option in options_of(fields[key].type))
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
            findings.add(place, extra[REFUSED])
        return _WRONG
    if PASSED_OVER in extra:
        findings.notes.append(f"{place}: has no effect: {extra[PASSED_OVER]}")
        return _WRONG
    return _rest(item, info, place, findings, keeps_null=keeps_null)


def _stand_in(info: types.Type) -> object:
    """Return what stands for a needed word that is wrong or missing, so that the rest can be checked."""
    words = [each for option in options_of(info) if isinstance(option, types.LiteralType) for each in option.values]
    return words[0] if words else "-"


def _dict_rest(value: dict[str, Any], info: types.DictType, place: str, findings: Findings) -> dict[str, Any]:
    rest = {}
    for key, item in value.items():
        if not key and options_of(info.key_type)[0].min_length:  # type: ignore[attr-defined]
            findings.add(place, "must not have an empty name in it")
            continue
        found = _rest(item, info.value_type, _join(place, key), findings)
        if found is not _WRONG:
            rest[key] = found
    return rest


def _join(place: str, key: object) -> str:
    return f"{place}.{shorten(str(key), 60)}".removeprefix(".")
