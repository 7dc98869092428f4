"""Which credentials a request carries, and how.

A declaration never holds a secret: a word for one is left out, or names the setting that holds it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from msgspec import UNSET, Meta, UnsetType, field

from tap_analytics.apis.declared.vocabulary.base import HELD_BY, SHORT_FORM, Count, Name, Variant, refused


def _secret(setting: str) -> Meta:
    """Return the annotation of a word whose value is a setting's."""
    description = f"Name of the setting that holds it. Default: `{setting}`."
    return Meta(description=description, extra={HELD_BY: setting})


class BearerWord(Variant, frozen=True, kw_only=True, tag="bearer"):
    """`Authorization: Bearer …`."""

    token: Annotated[str, _secret("api_key")] | UnsetType = UNSET


class ApiKeyWord(Variant, frozen=True, kw_only=True, tag="api_key"):
    """A key in a header, or in the query."""

    name: Annotated[
        str, Meta(min_length=1, description="Name of the header or query parameter. Default: `Authorization`.")
    ] = "Authorization"
    api_key: Annotated[str, _secret("api_key")] | UnsetType = UNSET
    location: Annotated[
        Literal["header", "query", "param"],
        Meta(description="Where the key goes; `param` is the same as `query`. Default: `header`."),
    ] = "header"


class HttpBasicWord(Variant, frozen=True, kw_only=True, tag="http_basic"):
    """User name and password by HTTP Basic. `basic` is the same."""

    username: Annotated[str, _secret("username")] | UnsetType = UNSET
    password: Annotated[str, _secret("password")] | UnsetType = UNSET


class ClientCredentialsWord(Variant, frozen=True, kw_only=True, tag="oauth2_client_credentials"):
    """A token that the service gives for a client's ID and secret (OAuth 2.0 Client Credentials)."""

    access_token_url: Annotated[str, Meta(min_length=1, description="Address that gives the token.")]
    client_id: Annotated[str, _secret("client_id")] | UnsetType = UNSET
    client_secret: Annotated[str, _secret("client_secret")] | UnsetType = UNSET
    access_token_request_data: Annotated[
        dict[Name, str | int | float | bool],
        Meta(description="Further fields of the request for the token, like `scope` or `audience`."),
    ] = field(default_factory=dict)
    scopes: (
        Annotated[str | list[Name], Meta(description="What the token is to be good for: the field `scope`.")]
        | UnsetType
    ) = UNSET
    default_token_expiration: Annotated[
        Count, Meta(description="Seconds that a token is good for if the service does not say. Default: 3600.")
    ] = 3600
    access_token: Annotated[Any, refused("leave it out: the tap asks for a token, or use 'bearer'")] = UNSET
    session: Annotated[Any, refused("leave it out: the tap has its own connections")] = UNSET


AuthWord: TypeAlias = BearerWord | ApiKeyWord | HttpBasicWord | ClientCredentialsWord
_BASIC = {
    "type": "object",
    "properties": {"type": {"enum": ["basic"]}, "username": {"type": "string"}, "password": {"type": "string"}},
    "required": ["type"],
    "additionalProperties": False,
}
_TOKEN = {"type": "object", "properties": {"token": {"type": "string"}}, "additionalProperties": False}
DescribedAuth: TypeAlias = Annotated[
    AuthWord,
    Meta(
        description=(
            "Which credentials are sent, and how; the credentials themselves are settings. A text is the `type` alone, "
            "an object without it is `bearer`. Without `auth`: as `auth_method` says; null: none."
        ),
        extra_json_schema={
            SHORT_FORM: [
                {"enum": [*(word.__struct_config__.tag for word in get_args(AuthWord)), "basic"]},
                _BASIC,
                _TOKEN,
            ]
        },
    ),
]
