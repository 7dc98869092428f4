"""What is wrong with declared resources: all of it at once, and before the first request."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import UnsetType

from tap_analytics.declared.endpoint_faults import endpoint_faults
from tap_analytics.declared.resources import Declaration
from tap_analytics.declared.schemas import checked_schema
from tap_analytics.declared.vocabulary import Endpoint, Resource, ResourceDefaults
from tap_analytics.parents import FIELD
from tap_analytics.records import emitted_name
from tap_analytics.schema_faults import NO_NAME
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


T = TypeVar("T")

# To a JSON schema 50.0 is a whole number, and a number may have any size.
_ODD_NUMBERS: Final = {"got `float`": "must be a whole number", "out of range": "is too large"}


def resource_faults(config: Mapping[str, Any], builtin: Collection[str]) -> list[str]:
    """Say what is wrong with declarations beyond what their JSON schema tells.

    Args:
        config: The settings. Of a resource that is ill-formed only the name is looked at.
        builtin: The names of the API's own streams.

    Returns:
        A sentence for each fault, with its place.
    """
    resources, defaults = config.get("resources"), config.get("resource_defaults", {})
    try:
        json.dumps([resources, defaults], ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return ["resources: there is no NaN, no Infinity and no half of a character in JSON"]
    found: list[str] = []
    words = [
        _converted(resource, Resource, f"resources[{position}]", found) or _stand_in(resource, position)
        for position, resource in enumerate(resources if isinstance(resources, list) else [])
    ]
    default = _converted(defaults, ResourceDefaults, "resource_defaults", found) or ResourceDefaults()
    header = str(config.get("auth_header", ""))
    # What is wrong in the defaults is told there, and not once more for every resource.
    word = Resource(name="", endpoint=Endpoint(path="/", **msgspec.structs.asdict(default.endpoint)))
    found += [f"resource_defaults.{fault}" for fault in endpoint_faults(word, header)]
    declared = [Declaration(word, default) for word in words]
    names = [word.name for word in words]
    children = {declaration.name for declaration in declared if any(declaration.placeholders)}
    for position, declaration in enumerate(declared):
        faults = [
            *_name_faults(declaration.name, names.index(declaration.name), position),
            *endpoint_faults(declaration.resource, header),
            *_parent_faults(declaration, {*names, *builtin}, children),
            *_schema_faults(declaration),
        ]
        found += [f"resources[{position}].{fault}" for fault in faults]
    return found


def _converted(value: object, kind: type[T], place: str, found: list[str]) -> T | None:
    """Return a declaration; None if it is ill-formed, which its JSON schema tells, but for some numbers."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, inner = str(error).partition(" - at `$")
        found += [f"{place}{inner.rstrip('`')}: {fault}" for words, fault in _ODD_NUMBERS.items() if words in what]
        return None


def _stand_in(resource: object, position: int) -> Resource:
    name = resource.get("name") if isinstance(resource, dict) else None
    return Resource(name=name if isinstance(name, str) else f"[{position}]", endpoint=Endpoint(path="/"))


def _name_faults(name: str, first: int, position: int) -> Iterator[str]:
    if first != position:
        yield f"name: is the name of resources[{first}] already"
    # To a pattern's end a line may still be broken.
    if name.endswith("\n"):
        yield f"name: {NO_NAME}"


def _parent_faults(declaration: Declaration, known: Collection[str], children: Collection[str]) -> Iterator[str]:
    fields = [FIELD.fullmatch(text) for text in declaration.placeholders]
    parents = sorted({field["parent"] for field in fields if field})
    others = [name for name in known if name != declaration.name]
    for parent in parents:
        if parent not in others:
            close = get_close_matches(parent, others, n=1)
            instead = f"; did you mean '{close[0]}'?" if close else ""
            yield f"endpoint: there is no other stream '{shorten(parent, 40)}'{instead}"
        elif parent in children:
            yield f"endpoint: '{parent}' has a parent itself, and only one level is supported"
    if len(parents) > 1:
        yield f"endpoint: all placeholders must be of one parent, not of {' and '.join(parents)}"
    if declaration.resource.include_from_parent and not parents:
        yield "include_from_parent: has no parent: there is no placeholder in 'path' or 'params'"


def _schema_faults(declaration: Declaration) -> Iterator[str]:
    word = declaration.resource.schema
    if isinstance(word, UnsetType):
        return
    try:
        properties = {emitted_name(name, {}) for name in checked_schema(word)["properties"]}
    except (ValueError, RecursionError) as error:
        yield f"schema: {shorten(str(error))}"
        return
    parent = declaration.parent
    known = {*properties, *(parent.added.values() if parent else ())}
    is_one = isinstance(declaration.resource.primary_key, str)
    for position, key in enumerate(() if declaration.key_is_default else declaration.primary_keys):
        if key not in known:
            yield f"primary_key{'' if is_one else f'[{position}]'}: is no field of the schema"
    if declaration.replication_key not in {None, *properties}:
        yield "endpoint.incremental.cursor_path: is no field of the schema"
