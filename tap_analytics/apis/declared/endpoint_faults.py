"""What is wrong with a declared resource's requests, whatever the defaults and the other resources say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from msgspec import UNSET, UnsetType

from tap_analytics.apis.declared.hints import HINTS
from tap_analytics.apis.declared.resources import Declaration
from tap_analytics.apis.declared.vocabulary import CursorWord, ResourceDefaults
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER
from tap_analytics.quoting import shorten
from tap_analytics.records.datetimes import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.apis.declared.vocabulary import Incremental, Resource
    from tap_analytics.paging.page_token import Params

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
_ONLY_PARENTS: Final = "a placeholder stands for a parent's field only: {resources.<name>.<field>}"


def endpoint_faults(word: Resource, auth_header: str) -> Iterator[str]:
    """Say what is wrong with a resource's requests.

    Args:
        word: The resource.
        auth_header: The header that the settings send the key in.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
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
            yield f"initial_value: {HINTS['incremental.initial_value']}"
