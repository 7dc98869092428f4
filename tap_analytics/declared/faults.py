"""What is wrong with declared resources: all of it at once, and before the first request."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, UnsetType

from tap_analytics.datetimes import parse_instant
from tap_analytics.declared.resources import Declaration
from tap_analytics.declared.schemas import checked_schema
from tap_analytics.declared.vocabulary import CursorWord, Endpoint, Resource, ResourceDefaults
from tap_analytics.faults import NO_NAME
from tap_analytics.parents import FIELD, PLACEHOLDER
from tap_analytics.records import emitted_name
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_analytics.declared.vocabulary import Incremental
    from tap_analytics.pagination import Params

T = TypeVar("T")

HINTS: Final[Mapping[str, str]] = {
    "processing_steps": "use 'stream_maps', and '__filter__' in them",
    "columns": "use 'schema'",
    "schema_contract": "what a schema does not know goes into '_rescued_data'",
    "table_name": "use 'name', or '__alias__' in 'stream_maps'",
    "max_table_nesting": "objects stay whole; use 'flattening_enabled' and 'flattening_max_depth'",
    "nested_hints": "objects stay whole; use 'flattening_enabled' and 'flattening_max_depth'",
    "table_format": "what a table is stored as is the target's to choose",
    "file_format": "what a table is stored as is the target's to choose",
    "references": "tables have no references; use 'include_from_parent' for the key of a parent",
    "merge_key": "use 'primary_key'",
    "primary_key": "it stands on the resource itself",
    "parallelized": "use the setting 'max_parallel_requests'",
    "parent_table_name": "use {resources.<parent>.<field>} in 'path' or 'params'",
    "parent": "use {resources.<parent>.<field>} in 'path' or 'params'",
    "auth": "use the setting 'auth_method'; a key in the query is not supported: use a header",
    "base_url": "use the setting 'api_url'",
    "client": "use the settings 'api_url' and 'auth_method'",
    "json": "only GET is supported: use 'params'",
    "data": "only GET is supported: use 'params'",
    "response_actions": "use 'error_handler'; a child list that answers 404 is left out",
    "incremental": "declare 'incremental' on the endpoint, with 'start_param'",
    "resolve": "use {resources.<parent>.<field>} as the parameter's value, or in 'path'",
    "initial_interval": "use 'backoff_factor'",
    "lag": "use 'lookback', in days",
    "end_value": "use the setting 'end_date'",
    "convert": "date-times of every usual style are read; dates are sent in the style of 'initial_value'",
    "transform": "date-times of every usual style are read; dates are sent in the style of 'initial_value'",
    "allow_external_schedulers": "use the settings 'start_date' and 'end_date'",
    "last_value_func": "the newest date-time is taken",
    "on_cursor_value_missing": "such rows are written and do not move the bookmark",
    "range_start": "it is always closed: rows at the bookmark come again",
    "range_end": "it is always closed",
    "page": "use 'base_page'",
    "offset": "a walk begins at 0",
    "stop_after_empty_page": "leave it out: a walk always ends at an empty page",
    "maximum_page": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "maximum_offset": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "maximum_value": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "cursor_key": "use 'header_link', or 'cursor_path' if the body has it too",
    "cursor_body_path": "only GET is supported: use 'cursor_param'",
    "page_body_path": "only GET is supported: use 'page_param'",
    "offset_body_path": "only GET is supported: use 'offset_param'",
    "limit_body_path": "only GET is supported: use 'limit_param'",
    "auto": "leave 'paginator' out for a single answer, or declare one",
    "json_response": "use 'json_link'",
    "header_cursor": "use 'header_link', or 'cursor' if the body has it too",
    "skip": "use 'selected: false'",
    "POST": "only reading by GET is supported",
}
"""What stands in the place of dlt's other words."""

OWN_HEADERS: Final = {"host", "connection", "content-length", "transfer-encoding", "user-agent"}
"""Headers that the tap sets itself."""

_AUTHORITY: Final = re.compile(
    r"(.*[-_])?(authorization|auth|cookie|(api|access|auth)?(key|token|secret|password))", re.IGNORECASE
)
_IN_QUERY: Final = re.compile(
    r"(.*[-_])?(((h?api|app|access|auth|client|private|secret|subscription)[-_]?)(key|token|secret)|token|secret|password"
    r"|authorization)|key|auth",
    re.IGNORECASE,
)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"([\x21-\x7e][\t\x20-\x7e]*)?")
_PATH: Final = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+")
_ALMOST_PLACEHOLDER: Final = re.compile(r"\{\s*(resources|incremental)\b")
# To a JSON schema 50.0 is a whole number, and a number may have any size.
_ODD_NUMBERS: Final = {"got `float`": "must be a whole number", "out of range": "is too large"}
_ONLY_PARENTS: Final = "a placeholder stands for a parent's field only: {resources.<name>.<field>}"


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
    found += [f"resource_defaults.{fault}" for fault in _own_faults(word, header)]
    declared = [Declaration(word, default) for word in words]
    names = [word.name for word in words]
    children = {declaration.name for declaration in declared if any(declaration.placeholders)}
    for position, declaration in enumerate(declared):
        faults = [
            *_name_faults(declaration.name, names.index(declaration.name), position),
            *_own_faults(declaration.resource, header),
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


def _own_faults(word: Resource, auth_header: str) -> Iterator[str]:
    """Tell what is wrong with a resource whatever the defaults and the other ones say."""
    declaration = Declaration(word, ResourceDefaults())
    yield from (f"endpoint.path: {fault}" for fault in _path_faults(word.endpoint.path))
    yield from (f"endpoint.params.{fault}" for fault in _param_faults(declaration.params))
    yield from (f"endpoint.headers.{fault}" for fault in _header_faults(declaration.headers, auth_header))
    yield from (f"endpoint.{fault}" for fault in _page_faults(declaration))
    yield from (f"endpoint.incremental.{fault}" for fault in _incremental_faults(word.endpoint.incremental))


def _path_faults(text: str) -> Iterator[str]:
    path = PLACEHOLDER.sub("x", text)
    if "://" in text:
        yield "must be a path on 'api_url', not an address"
    elif "?" in path:
        yield "must not have a query: use 'params'"
    elif fault := _placeholder_fault(text) or (_ONLY_PARENTS if re.search("[{}]", path) else None):
        yield fault
    elif not _PATH.fullmatch(path) or "//" in path or {".", ".."} & set(unquote(path).split("/")):
        yield "must be a plain path: no '//', '.' or '..', and all but letters, digits and -._~!$&'()*+,;=:@ as %XX"


def _param_faults(params: Params) -> Iterator[str]:
    for name, value in params.items():
        place = shorten(name, 40)
        if _IN_QUERY.fullmatch(name):
            yield f"{place}: a key in the query ends up in logs; use 'auth_method: header' with 'auth_header'"
        if isinstance(value, list) and any(PLACEHOLDER.search(str(item)) for item in value):
            yield f"{place}: a placeholder works in a text, not in a list"
        elif isinstance(value, str) and (fault := _placeholder_fault(value)):
            yield f"{place}: {fault}"


def _placeholder_fault(text: str) -> str | None:
    found = PLACEHOLDER.findall(text)
    if any(place.startswith("incremental.") for place in found):
        return "use 'incremental' with 'start_param' and 'end_param' instead of a placeholder"
    if all(map(FIELD.fullmatch, found)) and not _ALMOST_PLACEHOLDER.search(PLACEHOLDER.sub("", text)):
        return None
    return _ONLY_PARENTS


def _header_faults(headers: Mapping[str, str], auth_header: str) -> Iterator[str]:
    for name, value in headers.items():
        place = shorten(name, 40)
        if _AUTHORITY.fullmatch(name) or name.lower() == auth_header.lower():
            yield f"{place}: credentials have settings of their own: use 'auth_method' ('bearer', or 'header')"
        elif name.lower() == "user-agent":
            yield f"{place}: use the setting 'user_agent'"
        elif name.lower() in OWN_HEADERS:
            yield f"{place}: is the tap's own to set"
        elif PLACEHOLDER.search(value):
            yield f"{place}: a placeholder works in 'path' and 'params' only"
        elif not _HEADER_NAME.fullmatch(name):
            yield f"{place}: is no name of a header"
        elif not _HEADER_VALUE.fullmatch(value):
            yield f"{place}: must be of ASCII characters, without line breaks, and not begin with a space"


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


def _page_faults(declaration: Declaration) -> Iterator[str]:
    try:
        _ = declaration.selector
    except ValueError as error:
        yield f"data_selector: {error}"
    match declaration.endpoint.paginator:
        case CursorWord(cursor_path=str(), cursor_field=str()):
            yield "paginator: the cursor is either in the body ('cursor_path') or in a record ('cursor_field')"


def _incremental_faults(word: Incremental | UnsetType) -> Iterator[str]:
    if isinstance(word, UnsetType):
        return
    if re.search(r"[.$\[*]", word.cursor_path):
        yield "cursor_path: must be a field of the record itself"
    if word.end_param is not UNSET and word.start_param is UNSET:
        yield "end_param: needs 'start_param' beside it"
    elif word.end_param is not UNSET and word.end_param == word.start_param:
        yield "end_param: must be another one than 'start_param'"
    if isinstance(word.initial_value, str):
        try:
            parse_instant(word.initial_value)
        except ValueError:
            yield "initial_value: must be a date like 2024-01-31, or a date-time"


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
