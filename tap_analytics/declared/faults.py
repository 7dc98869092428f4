"""What is wrong with declared resources: all of it at once, and before the first request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET, UnsetType

from tap_analytics.datetimes import parse_instant
from tap_analytics.declared.resources import declarations
from tap_analytics.declared.schemas import given_schema
from tap_analytics.declared.vocabulary import CursorWord
from tap_analytics.parents import FIELD, PLACEHOLDER
from tap_analytics.texts import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_analytics.declared.resources import Declaration

HINTS: Final[Mapping[str, str]] = {
    "processing_steps": "use 'stream_maps', and '__filter__' in them",
    "columns": "use 'schema'",
    "schema_contract": "what a schema does not know goes into '_rescued_data'",
    "table_name": "use 'name', or '__alias__' in 'stream_maps'",
    "max_table_nesting": "objects stay whole; use 'flattening_enabled' and 'flattening_max_depth'",
    "merge_key": "use 'primary_key'",
    "parallelized": "use the setting 'max_parallel_requests'",
    "parent": "use {resources.<parent>.<field>} in 'path' or 'params'",
    "auth": "use the setting 'auth_method'; a key in the query is not supported: use a header",
    "base_url": "use the setting 'api_url'",
    "client": "use the settings 'api_url' and 'auth_method'",
    "json": "only GET is supported: use 'params'",
    "data": "only GET is supported: use 'params'",
    "response_actions": "use 'error_handler'; a child list that answers 404 is left out",
    "initial_interval": "use 'backoff_factor'",
    "lag": "use 'lookback', in days",
    "end_value": "use the setting 'end_date'",
    "convert": "date-times of every usual style are read; dates are sent in the style of 'initial_value'",
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

_AUTHORITY: Final = re.compile(
    r"(proxy-)?authorization|(set-)?cookie|(.*[-_])?(api)?(key|token|secret|password)", re.IGNORECASE
)
_IN_QUERY: Final = re.compile(
    r"((.*[-_])?((api|access|secret|auth)[-_]?key|token|secret|password|authorization))|key|auth", re.IGNORECASE
)
_OWN_HEADERS: Final = {"host", "connection", "content-length", "transfer-encoding", "user-agent"}
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")
_PATH: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]+")


def resource_faults(config: Mapping[str, Any], builtin: Collection[str]) -> list[str]:
    """Say what is wrong with declarations that are well-formed.

    Args:
        config: The settings; `resources` and `resource_defaults` follow their schemas.
        builtin: The names of the API's own streams.

    Returns:
        A sentence for each fault, with its place.
    """
    declared = declarations(config)
    names = [declaration.name for declaration in declared]
    children = {declaration.name for declaration in declared if any(declaration.placeholders)}
    found = []
    for position, declaration in enumerate(declared):
        place = f"resources[{position}]"
        if names.index(declaration.name) != position:
            found.append(f"{place}.name: '{declaration.name}' is declared twice")
        faults = [
            *_request_faults(declaration, config),
            *_parent_faults(declaration, {*names, *builtin}, children),
            *_page_faults(declaration),
            *_incremental_faults(declaration),
            *_schema_faults(declaration),
        ]
        found += [f"{place}.{fault}" for fault in faults]
    return found


def _request_faults(declaration: Declaration, config: Mapping[str, Any]) -> Iterator[str]:
    path = PLACEHOLDER.sub("x", declaration.path)
    if "://" in declaration.endpoint.path:
        yield "endpoint.path: must be a path on 'api_url', not an address"
    elif "?" in path:
        yield "endpoint.path: must not have a query: use 'params'"
    elif not _PATH.fullmatch(path) or "//" in path or {".", ".."} & set(path.split("/")):
        yield "endpoint.path: is no path"
    for name in declaration.params:
        if _IN_QUERY.fullmatch(name):
            yield (
                f"endpoint.params.{shorten(name, 40)}: a key in the query ends up in logs; "
                "use 'auth_method: header' with 'auth_header'"
            )
    for name, value in declaration.headers.items():
        place = f"endpoint.headers.{shorten(name, 40)}"
        if _AUTHORITY.fullmatch(name) or name.lower() == str(config.get("auth_header", "")).lower():
            yield f"{place}: credentials have settings of their own: use 'auth_method' ('bearer', or 'header')"
        elif name.lower() in _OWN_HEADERS:
            yield f"{place}: is the tap's own to set"
        elif not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            yield f"{place}: is no header"


def _parent_faults(declaration: Declaration, known: Collection[str], children: Collection[str]) -> Iterator[str]:
    parents = set()
    for text in declaration.placeholders:
        if text.startswith("incremental."):
            yield "endpoint: use 'incremental' with 'start_param' and 'end_param' instead of a placeholder"
        elif place := FIELD.fullmatch(text):
            parents.add(place["parent"])
        else:
            yield "endpoint: a placeholder stands for a parent's field only: {resources.<name>.<field>}"
    for parent in sorted(parents):
        if parent not in known or parent == declaration.name:
            yield f"endpoint: there is no other stream '{parent}'"
        elif parent in children:
            yield f"endpoint: '{parent}' has a parent itself, and only one level is supported"
    if len(parents) > 1:
        yield f"endpoint: all placeholders must be of one parent, not of {' and '.join(sorted(parents))}"
    if declaration.resource.include_from_parent and not parents:
        yield "include_from_parent: has no parent: there is no placeholder in 'path' or 'params'"


def _page_faults(declaration: Declaration) -> Iterator[str]:
    try:
        _ = declaration.selector
    except ValueError as error:
        yield f"endpoint.data_selector: {error}"
    match declaration.endpoint.paginator:
        case CursorWord(cursor_path=str(), cursor_field=str()):
            yield "endpoint.paginator: the cursor is either in the body ('cursor_path') or in a record ('cursor_field')"


def _incremental_faults(declaration: Declaration) -> Iterator[str]:
    word = declaration.endpoint.incremental
    if isinstance(word, UnsetType):
        return
    if re.search(r"[.$\[*]", word.cursor_path):
        yield "endpoint.incremental.cursor_path: must be a field of the record itself"
    if word.end_param is not UNSET and word.start_param is UNSET:
        yield "endpoint.incremental.end_param: needs 'start_param' beside it"
    if isinstance(word.initial_value, str):
        try:
            parse_instant(word.initial_value)
        except ValueError:
            yield "endpoint.incremental.initial_value: must be a date like 2024-01-31, or a date-time"


def _schema_faults(declaration: Declaration) -> Iterator[str]:
    word = declaration.resource.schema
    if isinstance(word, UnsetType):
        return
    try:
        properties = given_schema(word, ())["properties"]
    except ValueError as error:
        yield f"schema: {error}"
        return
    parent = declaration.parent
    known = {*properties, *(parent.added.values() if parent else ())}
    for key in () if declaration.key_is_default else declaration.primary_keys:
        if key not in known:
            yield f"primary_key: the schema has no '{key}'"
    if declaration.replication_key not in {None, *properties}:
        yield f"endpoint.incremental.cursor_path: the schema has no '{declaration.replication_key}'"
