"""Credentials: how they are sent, and which settings hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.http.api import Api

METHODS = ("basic", "bearer", "header")

OWN_HEADERS: Final = {"host", "connection", "content-length", "transfer-encoding"}
"""Headers that the tap sets itself."""

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Basic(Struct, frozen=True):
    """HTTP Basic.

    Attributes:
        username: The setting that holds the user name.
        password: The setting that holds the password.
    """

    username: str
    password: str


class Bearer(Struct, frozen=True):
    """A token in the header `Authorization`.

    Attributes:
        token: The setting that holds the token.
    """

    token: str


class ApiKey(Struct, frozen=True):
    """A key in a header or in the query.

    Attributes:
        key: The setting that holds the key.
        name: The name of the header or query parameter.
        location: Where the key goes.
        name_setting: The setting that holds the name, if one does.
    """

    key: str
    name: str
    location: Literal["header", "query"]
    name_setting: str | None = None


class ClientCredentials(Struct, frozen=True):
    """A token that is asked for with a client's ID and secret (OAuth 2.0 Client Credentials).

    Attributes:
        url: The address that gives the token.
        client_id: The setting that holds the ID.
        client_secret: The setting that holds the secret.
        data: Further fields of the request for the token, as pairs of name and value.
        expiration: Seconds that a token is good for if the service does not say.
    """

    url: str
    client_id: str
    client_secret: str
    data: tuple[tuple[str, str], ...]
    expiration: int


Scheme: TypeAlias = Basic | Bearer | ApiKey | ClientCredentials
"""How credentials are sent."""


def scheme_of(config: Mapping[str, Any], api: Api) -> Scheme | None:
    """Return how the settings say that credentials are sent; None if none are.

    Args:
        config: The settings.
        api: The API that is read.
    """
    match config["auth_method"]:
        case "bearer":
            return Bearer("api_key")
        case "header":
            return ApiKey("api_key", config.get("auth_header", ""), "header", "auth_header")
    if api.credentials is not None:
        return Basic(*api.credentials)
    pair = ("username", "password")
    if any(config.get(name) for name in pair):
        return Basic(*pair)
    if "api_key" in config:
        return Basic("api_key", "api_key")
    return None if config.keys().isdisjoint(pair) else Basic(*pair)


def needed_settings(scheme: Scheme | None) -> list[str]:
    """Return the settings that a way of sending credentials needs.

    Args:
        scheme: How they are sent.
    """
    match scheme:
        case Basic():
            names = [scheme.username, scheme.password]
        case Bearer():
            names = [scheme.token]
        case ApiKey():
            names = [scheme.key, *([scheme.name_setting] if scheme.name_setting else [])]
        case ClientCredentials():
            names = [scheme.client_id, scheme.client_secret]
        case None:
            names = []
    return list(dict.fromkeys(names))


def key_header_fault(name: str) -> str | None:
    """Say what is wrong with the name of the header that is to take a key, None if nothing is.

    Args:
        name: The name.
    """
    if name.lower() in {*OWN_HEADERS, "accept", "content-type", "user-agent"}:
        return "must be another header: this one is the tap's own to set"
    return header_name_fault(name)


def header_name_fault(name: str) -> str | None:
    """Say what is wrong with the name of a header, None if nothing is.

    Args:
        name: The name.
    """
    return None if _HEADER_NAME.fullmatch(name) else "is no name of a header"
