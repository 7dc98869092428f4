"""The path of a list, with the parameters that belong into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote

from msgspec import Struct

from tap_analytics.apis.declared.vocabulary import ResolveWord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.apis.declared.vocabulary.endpoints import Param
    from tap_analytics.paging.page_token import ParamValue

# Doubled braces stand for braces.
_NAME: Final = re.compile(r"(?<!\{)\{([A-Za-z_][\w-]*)\}(?!\})", re.ASCII)

_KEPT: Final = "/%:@!$&'()*+,;=~"
"""Characters of a path that a value keeps, besides letters and digits: a value may be several parts of a path."""


class BoundPath(Struct, frozen=True):
    """A path with values in the place of the names in braces.

    Attributes:
        path: The path; placeholders for a parent's fields are left, and so are names that nothing stands for.
        params: The query parameters that are left, and those that the path has had behind it.
        unknown: The names that nothing stands for.
    """

    path: str
    params: dict[str, Param]
    unknown: list[str]


def bind(path: str, params: Mapping[str, Param | ResolveWord]) -> BoundPath:
    """Put parameters into the placeholders of a path: what is there is not sent in the query.

    Args:
        path: The path, as it is declared.
        params: The parameters.
    """
    names = _NAME.findall(path)
    texts = {name: _path_text(params.get(name)) for name in names}
    bound = _NAME.sub(lambda match: match[0] if texts[match[1]] is None else str(texts[match[1]]), path)
    bound, _, query = bound.partition("?")
    left = {name: value for name, value in params.items() if name not in names and not isinstance(value, ResolveWord)}
    unknown = [name for name in names if texts[name] is None]
    return BoundPath(bound, {**dict(parse_qsl(query, keep_blank_values=True)), **left}, unknown)


def param_value(value: object) -> ParamValue:
    """Return the value of a parameter as it is sent.

    Args:
        value: The value as it is declared; not null.
    """
    match value:
        case bool():
            return str(value).lower()
        case list():
            return [str(item) for item in value]
    return str(value)


def _path_text(value: Param | ResolveWord) -> str | None:
    """Return what stands in a path for a parameter, None where nothing can."""
    match value:
        case ResolveWord():
            return f"{{resources.{value.resource}.{value.field}}}"
        case None | list():
            return None
    return quote(str(param_value(value)), safe=_KEPT)
