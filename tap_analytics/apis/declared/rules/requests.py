"""What is wrong with the requests of a resource beyond what its types say: path, parameters, headers and body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from msgspec import UnsetType

from tap_analytics.apis.declared.vocabulary import ApiKeyWord
from tap_analytics.http.authentication import OWN_HEADERS, header_name_fault
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER, fill_text, has_single_brace, names_in
from tap_analytics.quoting import shorten
from tap_analytics.sync.value_filters import INCREMENTAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.paging.page_token import Params

_AUTHORITY: Final = re.compile(
    r"(.*[-_])?(authorization|auth|cookie|(api|access|auth)?(key|token|secret|password))", re.IGNORECASE
)
_IN_QUERY: Final = re.compile(
    r"(.*[-_])?(((h?api|app|access|auth|client|private|secret|subscription)[-_]?)(key|token|secret)|token|secret|password"
    r"|authorization)|key|auth",
    re.IGNORECASE,
)
_HEADER_VALUE: Final = re.compile(r"([\x21-\x7e][\t\x20-\x7e]*)?")
_PATH: Final = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+")
_ALMOST_PLACEHOLDER: Final = re.compile(r"\{\s*(resources|incremental)\b")
_KEY_IN_QUERY: Final = (
    "a key has a setting of its own: use 'auth' with 'type: api_key', 'location: query' and its 'name'"
)
_ONLY_PARENTS: Final = (
    "a placeholder stands for a parent's field, {resources.<name>.<field>}, or for a value of 'incremental', like "
    "{incremental.start_value}, and for nothing else"
)


def request_faults(declaration: Declaration, auth_header: str) -> Iterator[str]:
    """Say what is wrong with a resource's requests.

    Args:
        declaration: The resource.
        auth_header: The header that the settings send the key in.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
    endpoint, auth = declaration.endpoint, declaration.auth
    key = auth if isinstance(auth, ApiKeyWord) else None
    if key and key.location == "header":
        auth_header = key.name
    path = "" if isinstance(endpoint.path, UnsetType) else endpoint.path
    yield from (f"endpoint.path: {fault}" for fault in _path_faults(path))
    key_param = key.name if key and key.location != "header" else None
    yield from (f"endpoint.params.{fault}" for fault in _param_faults(declaration.params, key_param))
    yield from (f"endpoint.headers.{fault}" for fault in header_faults(declaration.headers, auth_header))
    for name, body in (("json", endpoint.json), ("data", endpoint.data)):
        yield from (f"endpoint.{name}: {fault}" for fault in dict.fromkeys(_body_faults(body)))
    if not isinstance(endpoint.json, UnsetType) and not isinstance(endpoint.data, UnsetType):
        yield "endpoint.data: 'json' is the body already: leave one of them out"


def _path_faults(text: str) -> Iterator[str]:
    path = fill_text(text, dict.fromkeys(names_in(text), "x")) or ""
    if not text:
        return
    if "://" in text:
        yield "must be a path on 'api_url', not an address"
    elif "?" in path:
        yield "must not have a query: use 'params'"
    elif fault := _placeholder_fault(text) or (_ONLY_PARENTS if has_single_brace(text) else None):
        yield fault
    elif not _PATH.fullmatch(re.sub("[{}]", "x", path)) or "//" in path or {".", ".."} & set(unquote(path).split("/")):
        yield "must be a plain path: no '//', '.' or '..', and all but letters, digits and -._~!$&'()*+,;=:@ as %XX"


def _param_faults(params: Params, key: str | None) -> Iterator[str]:
    for name, value in params.items():
        place = shorten(name, 40)
        if _IN_QUERY.fullmatch(name) or name == key:
            yield f"{place}: {_KEY_IN_QUERY}"
        yield from (f"{place}: {fault}" for fault in dict.fromkeys(_body_faults(value)))


def _body_faults(value: object) -> Iterator[str]:
    """Say what is wrong with the placeholders in JSON."""
    match value:
        case str():
            if fault := _placeholder_fault(value):
                yield fault
        case dict():
            for key, inner in value.items():
                yield from (*_body_faults(key), *_body_faults(inner))
        case list():
            for inner in value:
                yield from _body_faults(inner)


def _placeholder_fault(text: str) -> str | None:
    found = [name for name in names_in(text) if name not in INCREMENTAL_VALUES]
    if all(map(FIELD.fullmatch, found)) and not _ALMOST_PLACEHOLDER.search(PLACEHOLDER.sub("", text)):
        return None
    return _ONLY_PARENTS


def header_faults(headers: Mapping[str, str], auth_header: str) -> Iterator[str]:
    """Say what is wrong with headers.

    Args:
        headers: The headers.
        auth_header: The header that the settings send the key in.
    """
    for name, value in headers.items():
        place = shorten(name, 40)
        if _AUTHORITY.fullmatch(name) or name.lower() == auth_header.lower():
            yield f"{place}: credentials have settings of their own: use 'auth_method' ('bearer', or 'header')"
        elif name.lower() == "user-agent":
            yield f"{place}: use the setting 'user_agent'"
        elif name.lower() in OWN_HEADERS:
            yield f"{place}: is the tap's own to set"
        elif fault := header_name_fault(name) or _placeholder_fault(value):
            yield f"{place}: {fault}"
        elif not _HEADER_VALUE.fullmatch(value):
            yield f"{place}: must be of ASCII characters, without line breaks, and not begin with a space"
