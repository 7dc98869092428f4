"""What is wrong with the requests of a resource that its types cannot say: path, parameters, headers and body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import UnsetType

from tap_analytics.apis.declared.rules.paths import path_faults, placeholder_fault
from tap_analytics.apis.declared.vocabulary import ApiKeyWord
from tap_analytics.http.authentication import OWN_HEADERS, header_name_fault
from tap_analytics.paging.request_template import HEADER_VALUE
from tap_analytics.quoting import shorten

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
# Doubled braces stand for braces, in the name of a header as well.
_BRACES: Final = re.compile(r"\{\{|\}\}")
_KEY_IN_QUERY: Final = (
    "a key has a setting of its own: use 'auth' with 'type: api_key', 'location: query' and its 'name'"
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
    key_param = key.name if key and key.location != "header" else None
    own = {name: value for name, value in declaration.params.items() if name in endpoint.params}
    in_path = {name: value for name, value in declaration.params.items() if name not in own}
    yield from (f"endpoint.{fault}" for fault in path_faults(declaration))
    yield from (f"endpoint.params.{fault}" for fault in _param_faults(own, key_param))
    yield from (f"endpoint.path: {fault.partition(': ')[2]}" for fault in _param_faults(in_path, key_param))
    yield from (f"endpoint.headers.{fault}" for fault in header_faults(declaration.headers, auth_header))
    for name, body in (("json", endpoint.json), ("data", endpoint.data)):
        yield from (f"endpoint.{name}: {fault}" for fault in dict.fromkeys(_body_faults(body)))
    if not isinstance(endpoint.json, UnsetType) and not isinstance(endpoint.data, UnsetType):
        yield "endpoint.data: 'json' is the body already: leave one of them out"


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
            if fault := placeholder_fault(value):
                yield fault
        case dict():
            for key, inner in value.items():
                yield from (*_body_faults(key), *_body_faults(inner))
        case list():
            for inner in value:
                yield from _body_faults(inner)


def header_faults(headers: Mapping[str, str], auth_header: str) -> Iterator[str]:
    """Say what is wrong with headers.

    Args:
        headers: The headers.
        auth_header: The header that the settings send the key in.
    """
    for name, value in headers.items():
        place = shorten(name, 40)
        if _AUTHORITY.fullmatch(name) or name.lower() == auth_header.lower():
            yield f"{place}: credentials have settings of their own: use 'auth' (or 'auth_method')"
        elif name.lower() in OWN_HEADERS:
            yield f"{place}: is the tap's own to set"
        elif fault := header_name_fault(_BRACES.sub("x", name)) or placeholder_fault(value):
            yield f"{place}: {fault}"
        elif not HEADER_VALUE.fullmatch(value):
            yield f"{place}: must be of ASCII characters, without line breaks, and not begin with a space"
