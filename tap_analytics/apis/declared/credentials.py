"""From the words for credentials to how they are sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import UnsetType

from tap_analytics.apis.declared.vocabulary import ApiKeyWord, BearerWord, ClientCredentialsWord, HttpBasicWord
from tap_analytics.apis.declared.vocabulary.base import HELD_BY, extra_of
from tap_analytics.http.addresses import url_fault
from tap_analytics.http.authentication import ApiKey, Basic, Bearer, ClientCredentials, key_header_fault
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.apis.declared.vocabulary import AuthWord
    from tap_analytics.http.authentication import Scheme

SETTINGS: Final = ("api_key", "username", "password", "client_id", "client_secret")
"""The settings that may hold credentials."""

_NAMES: Final = ("username", "client_id")
"""The words for what is no secret by itself."""

REFERENCE: Final = re.compile(
    r"(?:dlt\.(?:secrets|config)|os\.environ|os\.getenv)"
    r"(?:\.value|(?:(?:\.get)?[\[(] *(?P<quote>['\"])(?P<name>[^'\"]*)(?P=quote)(?:, *(?:None|''|\"\"))? *[\])])+)"
    r"|\$\{[A-Za-z_]\w*\}"
)
"""What stands for a secret in Python, `dlt.secrets["api_key"]`, or for a variable of the environment, `${API_KEY}`.

The name in it need not be one of ours. A text that could be the secret itself, like one beside the name, does not fit.
"""


_SECRET: Final = re.compile(r"secret|password|assertion|private", re.IGNORECASE)


def declared_scheme(word: AuthWord, config: Mapping[str, Any]) -> Scheme:
    """Return how credentials are sent.

    Args:
        word: The words for it, free of faults.
        config: The settings.
    """
    settings = _settings(word)
    match word:
        case BearerWord():
            return Bearer(settings["token"])
        case ApiKeyWord():
            return ApiKey(settings["api_key"], word.name, "header" if word.location == "header" else "query")
        case HttpBasicWord() if "api_key" in config and not {"username", "password"} & config.keys():
            # One key is both, as with `auth_method: basic`.
            return Basic("api_key", "api_key")
        case HttpBasicWord():
            return Basic(settings["username"], settings["password"])
        case ClientCredentialsWord():
            scope = [] if isinstance(word.scopes, UnsetType) else [("scope", _joined(word.scopes))]
            data = [*scope, *((name, str(value)) for name, value in word.access_token_request_data.items())]
            return ClientCredentials(
                url=word.access_token_url,
                client_id=settings["client_id"],
                client_secret=settings["client_secret"],
                data=tuple(dict(data).items()),
                expiration=word.default_token_expiration,
            )


def names_in(auth: object) -> dict[str, str]:
    """Return the user name, or the ID of a client, that stands in words for credentials: by itself it is no secret.

    Args:
        auth: The words, as they are given.
    """
    # A user name beside an empty password is a key.
    if not isinstance(auth, dict) or auth.get("password") == "":
        return {}
    values = {name: auth.get(name) for name in _NAMES}
    return {name: text for name, text in values.items() if isinstance(text, str) and _named(text, name) is None}


def auth_faults(word: AuthWord | UnsetType | None, config: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with words for credentials; no secret is told.

    Args:
        word: The words, if there are any.
        config: The settings.
    """
    if word is None or isinstance(word, UnsetType):
        return
    if isinstance(word, ApiKeyWord) and word.location == "header" and (fault := key_header_fault(word.name)):
        yield f"name: {fault}"
    if isinstance(word, ClientCredentialsWord):
        if fault := url_fault(word.access_token_url, may_have_query=True):
            yield f"access_token_url: {fault}"
        for name in filter(_SECRET.search, word.access_token_request_data):
            yield f"access_token_request_data.{shorten(name, 40)}: credentials do not belong here: use 'client_secret'"
    for name, setting in _secret_words(word).items():
        value = getattr(word, name)
        is_setting = name in _NAMES and value == config.get(setting)
        if isinstance(value, str) and _named(value, setting) is None and not is_setting:
            yield (
                f"{name}: credentials do not belong here: leave '{name}' out and set '{setting}', or name the setting "
                f"that holds them ({', '.join(SETTINGS)})"
            )


def _settings(word: AuthWord) -> dict[str, str]:
    """Return the settings that hold the credentials, by the words for them."""
    found = {}
    for name, setting in _secret_words(word).items():
        value = getattr(word, name)
        found[name] = (_named(value, setting) if isinstance(value, str) else None) or setting
    return found


def _named(text: str, setting: str) -> str | None:
    """Return the setting that a text stands for; None if it is a secret itself."""
    if not text or text in SETTINGS:
        return text or setting
    if reference := REFERENCE.fullmatch(text.strip()):
        return reference["name"] if reference["name"] in SETTINGS else setting
    return None


def _secret_words(word: AuthWord) -> Mapping[str, str]:
    """Return the words that stand for a secret, and the setting that holds it if they are left out."""
    fields = {field.name: field.type for field in msgspec.inspect.type_info(type(word)).fields}  # type: ignore[attr-defined]
    extras = {name: extra_of(part) for name, kind in fields.items() for part in (kind, *getattr(kind, "types", ()))}
    return {name: extra[HELD_BY] for name, extra in extras.items() if HELD_BY in extra}


def _joined(scopes: str | list[str]) -> str:
    return scopes if isinstance(scopes, str) else " ".join(scopes)
