"""A stream's request: what is asked for, with placeholders for what differs between its lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tap_analytics.errors import StreamError
from tap_analytics.paging.addresses import is_address
from tap_analytics.paging.page_token import NO_PARAMS, BodyField, Params, ParamValue
from tap_analytics.paging.placeholders import PLACEHOLDER, Values, fill_text, fill_value, is_of_parent, names_in

HEADER_VALUE: Final = re.compile(r"([\x21-\x7e][\t\x20-\x7e]*)?")
"""What a header can hold: ASCII characters, without line breaks, and not a space first."""


class RequestTemplate(Struct, frozen=True, kw_only=True):
    """A request; every text in it may have placeholders.

    Attributes:
        path: The path below the base URL, or a whole address.
        params: The query parameters.
        method: The method.
        headers: The headers, besides those of all streams.
        json: The body, as JSON; unset if there is none.
        data: The body, as the fields of a form, or as a text that is sent as it is; unset if there is none.
    """

    path: str
    params: Mapping[str, ParamValue] = NO_PARAMS
    method: str = "GET"
    headers: Mapping[str, str] = {}
    json: Any = UNSET
    data: Mapping[str, Any] | str | UnsetType = UNSET

    @property
    def names(self) -> list[str]:
        """The names of all placeholders."""
        parts = (self.path, self.params, self.headers, self.json, self.data)
        return list(dict.fromkeys(name for part in parts for name in names_in(part)))

    @property
    def params_of_parent(self) -> dict[str, ParamValue]:
        """The query parameters that have a placeholder for a parent's field."""
        return {name: value for name, value in self.params.items() if any(map(is_of_parent, names_in([name, value])))}

    @property
    def body(self) -> object:
        """The body, None if there is none."""
        return next((body for body in (self.data, self.json) if body is not UNSET), None)

    def changed(self, params: Mapping[str, ParamValue]) -> RequestTemplate:
        """Return the request for a page.

        Args:
            params: All query parameters of the page, and the fields of the body that it changes.
        """
        json, data = self.json, self.data
        for name, value in params.items():
            if not isinstance(name, BodyField):
                continue
            if isinstance(data, Mapping):
                data = {**data, str(name): value}
            else:
                json = name.put_into(json, value)
        query = {name: value for name, value in params.items() if not isinstance(name, BodyField)}
        return replace(self, params=query, json=json, data=data)


def fill(template: RequestTemplate, values: Values, *, kept: str = "") -> RequestTemplate:
    """Return a request with values in the place of its placeholders.

    In the path they are percent-encoded, but for an address that it begins with. Parameters, headers and fields of the
    body that need a value that there is none of are left out.

    Args:
        template: The request.
        values: The values of the placeholders.
        kept: The characters that are not percent-encoded in the path.

    Raises:
        StreamError: There is none for the path, or a header cannot hold one.
    """
    path, _, query = fill_path(template.path, values, kept=kept).partition("?")
    return replace(
        template,
        path=path,
        params={**_params_in(query), **fill_params(template.params, values)},
        headers=_headers(template.headers, values),
        json=fill_value(template.json, values),
        data=fill_value(template.data, values),
    )


def fill_path(path: str, values: Values, *, kept: str = "") -> str:
    """Return a path with values, percent-encoded, in the place of its placeholders.

    The first one may stand for an address, or for a path from the root, with a query: such a value is taken as it is.

    Args:
        path: The path.
        values: The values of the placeholders.
        kept: The characters that are not percent-encoded.

    Raises:
        StreamError: There is none for one of them.
    """
    first = PLACEHOLDER.match(path, path.startswith("/"))
    value = values.get(first[1]) if first else None
    if first and isinstance(value, str) and (is_address(value) or value.startswith("/")):
        place, mark, query = value.partition("#")[0].partition("?")
        start = place if is_address(place) else f"/{place.lstrip('/')}"
        return f"{start}{_quoted(path[first.end() :], values, kept)}{mark}{query}"
    return _quoted(path, values, kept)


def _quoted(path: str, values: Values, kept: str) -> str:
    filled = fill_text(path, values, lambda value: quote(str(value), safe=kept))
    if filled is None:
        missing = next(name for name in names_in(path) if values.get(name) is None)
        msg = f"cannot be asked for: there is no value for '{missing}' in its path"
        raise StreamError(msg)
    return filled


def _params_in(query: str) -> Params:
    found = parse_qs(query, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def fill_params(params: Mapping[str, ParamValue], values: Values) -> Params:
    """Return query parameters with values, as texts, in the place of their placeholders.

    Args:
        params: The parameters.
        values: The values of the placeholders.
    """
    filled: Params = fill_value(params, _texts(values))
    return filled


def _texts(values: Values) -> Values:
    return {name: None if value is None else str(value) for name, value in values.items()}


def _headers(headers: Mapping[str, str], values: Values) -> dict[str, str]:
    filled: dict[str, str] = fill_value(headers, _texts(values))
    for name, text in filled.items():
        if not HEADER_VALUE.fullmatch(text):
            msg = f"cannot be asked for: the header '{name}' cannot hold the value of a placeholder"
            raise StreamError(msg)
    return filled
