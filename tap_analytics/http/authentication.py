"""Credentials: which settings hold them, and the header that carries them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from tap_analytics.http.authenticators import HeaderCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.http.api import Api
    from tap_analytics.http.authenticators import Authenticator

METHODS = ("basic", "bearer", "header")


def credentials_of(config: Mapping[str, Any], api: Api) -> tuple[str, ...]:
    """Return the settings that hold the credentials: user name and password for HTTP Basic, otherwise the key.

    Args:
        config: The settings.
        api: The API that is read.
    """
    if config["auth_method"] != "basic":
        return ("api_key",)
    if api.credentials is not None:
        return api.credentials
    pair = ("username", "password")
    is_pair_set = any(config.get(name) for name in pair)
    return pair if is_pair_set or ("api_key" not in config and not config.keys().isdisjoint(pair)) else ("api_key",) * 2


def needed_settings(config: Mapping[str, Any], api: Api) -> list[str]:
    """Return the settings that the authentication method needs.

    Args:
        config: The settings.
        api: The API that is read.
    """
    names = credentials_of(config, api) + ("auth_header",) * (config["auth_method"] == "header")
    return list(dict.fromkeys(names))


def authenticator_of(config: Mapping[str, Any], api: Api) -> Authenticator:
    """Return what adds the credentials to a request.

    Args:
        config: The settings.
        api: The API that is read.
    """
    name, value = _header(config, [config[name] for name in credentials_of(config, api)])
    return HeaderCredentials({name: value})


def _header(config: Mapping[str, Any], secrets: list[str]) -> tuple[str, str]:
    match config["auth_method"]:
        case "bearer":
            return "Authorization", f"Bearer {secrets[0]}"
        case "header":
            return config["auth_header"], secrets[0]
    return "Authorization", f"Basic {b64encode(':'.join(secrets).encode()).decode()}"
