"""What is wrong with a resource's path that its type cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from msgspec import UnsetType

from tap_analytics.apis.declared.vocabulary import ResolveWord
from tap_analytics.paging.addresses import is_address, is_same_host
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER, fill_text, has_single_brace, names_in
from tap_analytics.quoting import shorten
from tap_analytics.records.json_paths import fault_of
from tap_analytics.sync.value_filters import INCREMENTAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_analytics.apis.declared.declaration import Declaration

ONLY_VALUES: Final = (
    "a placeholder stands for a parent's field, {resources.<name>.<field>}, or for a value of 'incremental', like "
    "{incremental.start_value}, and for nothing else"
)

_PATH: Final = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+")
_ALMOST_PLACEHOLDER: Final = re.compile(r"\{\s*(resources|incremental)\b")


def path_faults(declaration: Declaration) -> Iterator[str]:
    """Say what is wrong with a resource's path, and with the parameters that belong into it.

    Args:
        declaration: The resource.
    """
    if isinstance(declaration.endpoint.path, UnsetType):
        return
    resolved = list(_resolve_faults(declaration.endpoint.path, declaration.endpoint.params))
    yield from resolved
    if not resolved and (fault := _path_fault(declaration)):
        yield f"path: {fault}"


def _resolve_faults(path: str, params: Mapping[str, object]) -> Iterator[str]:
    for name, value in params.items():
        if not isinstance(value, ResolveWord):
            continue
        place = f"params.{shorten(name, 40)}"
        if f"{{{name}}}" not in path:
            text = f"{{resources.{value.resource}.{value.field}}}"
            yield (
                f"{place}: 'path' has no {{{name}}}, where the 'field' of the 'resource' belongs; to send it as a "
                f"parameter, write '{text}'"
            )
        elif fault := fault_of(value.field):
            yield f"{place}.field: {fault}"


def _path_fault(declaration: Declaration) -> str | None:
    if declaration.bound_path.unknown:
        name = declaration.bound_path.unknown[0]
        return f"nothing stands for '{{{name}}}': 'params' needs a text or a number as '{name}', or 'type: resolve'"
    text = declaration.bound_path.path
    if fault := placeholder_fault(text):
        return fault
    if has_single_brace(text):
        return ONLY_VALUES
    return _form_fault(re.sub("[{}]", "x", fill_text(text, dict.fromkeys(names_in(text), "x")) or ""))


def _form_fault(path: str) -> str | None:
    """Say what is wrong with a path that has values in the place of its placeholders."""
    if is_address(path):
        try:
            path = urlsplit(path).path
        except ValueError:
            return "is no address"
    elif "://" in path:
        return "must be a path on 'api_url', or an address that begins with https://"
    if path and (not _PATH.fullmatch(path) or "//" in path or _has_dots(path)):
        return "must be a plain path: no '//', '.' or '..', and all but letters, digits and -._~!$&'()*+,;=:@ as %XX"
    return None


def _has_dots(path: str) -> bool:
    return bool({".", ".."} & set(unquote(path).split("/")))


def placeholder_fault(text: str) -> str | None:
    """Say what is wrong with the placeholders in a text, None if nothing is.

    Args:
        text: The text.
    """
    fields = [FIELD.fullmatch(name) for name in names_in(text) if name not in INCREMENTAL_VALUES]
    if not all(fields) or _ALMOST_PLACEHOLDER.search(PLACEHOLDER.sub("", text)):
        return ONLY_VALUES
    faults = (fault_of(field["field"]) for field in fields if field)
    return next(
        (f"what stands behind the name of the stream in a placeholder {fault}" for fault in faults if fault), None
    )


def address_faults(declarations: Sequence[Declaration], url: object) -> Iterator[str]:
    """Say which paths are addresses on another origin: the credentials must not go there.

    Args:
        declarations: The resources.
        url: The address of the API, as far as it is known.
    """
    for position, declaration in enumerate(declarations):
        path = PLACEHOLDER.sub("x", declaration.path)
        if not is_address(path) or not isinstance(url, str):
            continue
        try:
            is_own = is_same_host(urlsplit(path), urlsplit(url))
        except ValueError:
            continue
        if not is_own:
            yield (
                f"resources[{position}].endpoint.path: is at another address than 'api_url', and credentials go "
                "nowhere else: read it by a tap of its own"
            )
