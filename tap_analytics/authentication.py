"""How a request says on whose behalf it comes. The secret is always in a setting that is marked as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.authenticators import APIKeyAuthenticator, BasicAuthenticator, BearerTokenAuthenticator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk.helpers.types import Auth

    from tap_analytics.api import Api

METHODS = ("basic", "bearer", "header")


def credentials_of(config: Mapping[str, Any], api: Api) -> tuple[str, ...]:
    """Return the settings that hold the credentials: of HTTP Basic the user name and the password, else the key.

    Args:
        config: The settings.
        api: The API that is read.
    """
    if config["auth_method"] != "basic":
        return ("api_key",)
    if api.credentials is not None:
        return api.credentials
    return ("username", "password") if "username" in config or "password" in config else ("api_key", "api_key")


def needed_settings(config: Mapping[str, Any], api: Api) -> list[str]:
    """Return the settings that the way of authentication needs.

    Args:
        config: The settings.
        api: The API that is read.
    """
    names = credentials_of(config, api) + ("auth_header",) * (config["auth_method"] == "header")
    return list(dict.fromkeys(names))


def authenticator_of(config: Mapping[str, Any], api: Api) -> Auth:
    """Return what adds the credentials to a request.

    Args:
        config: The settings.
        api: The API that is read.
    """
    secrets = [config[name] for name in credentials_of(config, api)]
    match config["auth_method"]:
        case "bearer":
            return BearerTokenAuthenticator(token=secrets[0])
        case "header":
            return APIKeyAuthenticator(key=config["auth_header"], value=secrets[0], location="header")
    username, password = secrets
    return BasicAuthenticator(username=username, password=password)
