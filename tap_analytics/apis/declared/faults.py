"""What is wrong with declared resources: all of it at once, and before the first request."""

from __future__ import annotations

import json
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from jsonschema import Draft202012Validator
from msgspec import UnsetType

from tap_analytics.apis.declared.endpoint_faults import endpoint_faults
from tap_analytics.apis.declared.resources import Declaration
from tap_analytics.apis.declared.schemas import checked_schema
from tap_analytics.apis.declared.vocabulary import Endpoint, Resource, ResourceDefaults, schema_of
from tap_analytics.paging.placeholders import FIELD
from tap_analytics.quoting import shorten
from tap_analytics.records.schema_faults import NO_NAME, faulty_places
from tap_analytics.records.shaper import emitted_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


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
    words, gone = [], []
    for position, resource in enumerate(resources if isinstance(resources, list) else []):
        place = f"resources[{position}]"
        rest, missing = _well_formed(resource, Resource, {"name": f"_unnamed_{position}", "endpoint": {"path": "/"}})
        words.append(_converted(rest, Resource, place, found) or _stand_in(resource, position))
        gone.append(missing)
    rest, _ = _well_formed(defaults, ResourceDefaults, {})
    default = _converted(rest, ResourceDefaults, "resource_defaults", found) or ResourceDefaults()
    header = str(config.get("auth_header", ""))
    # What is wrong in the defaults is told there, and not once more for every resource.
    word = Resource(name="", endpoint=Endpoint(path="/", **msgspec.structs.asdict(default.endpoint)))
    found += [f"resource_defaults.{fault}" for fault in endpoint_faults(word, header)]
    declared = [Declaration(word, default) for word in words]
    names = [word.name for word in words]
    children = {declaration.name for declaration in declared if declaration.parent}
    for position, declaration in enumerate(declared):
        faults = [
            *_name_faults(declaration.name, names.index(declaration.name), position),
            *endpoint_faults(declaration.resource, header),
            *_parent_faults(declaration, {*names, *builtin}, children),
            *_schema_faults(declaration),
        ]
        # What is ill-formed has been told; that it is missing now is no second fault.
        found += [
            f"resources[{position}].{fault}"
            for fault in faults
            if not any(f"'{word}'" in fault or f".{word}: " in fault for word in gone[position])
        ]
    return found


def _well_formed(value: object, kind: type, needed: Mapping[str, Any]) -> tuple[object, set[str]]:
    """Return a declaration without what its JSON schema finds ill-formed, so that the rest of it can be checked.

    Args:
        value: The declaration.
        kind: What it is to be.
        needed: What stands in for words that it cannot do without.

    Returns:
        The declaration, and the words that are not in it as they were given.
    """
    if not isinstance(value, dict):
        return value, set()
    rest = deepcopy(value)
    gone = set()
    errors = list(_validator(kind).iter_errors(rest))
    for place in {place for error in errors for place in faulty_places(error) if place}:
        gone.add(str(place[-1]))
        _remove(rest, place)
    for word, instead in needed.items():
        if word not in rest:
            gone.add(word)
            rest[word] = instead
    endpoint = rest.get("endpoint")
    if "endpoint" in needed and isinstance(endpoint, dict):
        if "path" not in endpoint:
            gone.add("path")
            endpoint["path"] = "/"
        if isinstance(since := endpoint.get("incremental"), dict) and "cursor_path" not in since:
            gone.add("cursor_path")
            since["cursor_path"] = "-"
    return rest, gone


def _remove(value: Any, place: Sequence[str | int]) -> bool:  # noqa: ANN401 - any JSON
    """Remove what stands at a place, of a list the whole, and say whether there was something."""
    *outer, last = place
    for part in outer:
        inner = value.get(part) if isinstance(value, dict) else None
        if isinstance(inner, list):
            last = part
            break
        value = inner
    return isinstance(value, dict) and value.pop(last, value) is not value


@cache
def _validator(kind: type) -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind))


def _converted(value: object, kind: type[T], place: str, found: list[str]) -> T | None:
    """Return a well-formed declaration, without some odd numbers that its JSON schema takes; None if it is none.

    Args:
        value: The declaration; odd numbers are removed from it.
        kind: What it is to be.
        place: Where it stands.
        found: Takes a sentence for each such number.
    """
    while True:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at `$")
            inner = path.rstrip("`")
            faults = [fault for words, fault in _ODD_NUMBERS.items() if words in what]
            found += [f"{place}{inner}: {fault}" for fault in faults]
            if not faults or not _remove(value, inner.partition("[")[0].strip(".").split(".")):
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
