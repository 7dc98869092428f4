"""How a list is asked for."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType, field

from tap_analytics.apis.declared.vocabulary.authentication import DescribedAuth
from tap_analytics.apis.declared.vocabulary.base import SHORT_FORM, Name, Variant, Word, refused
from tap_analytics.apis.declared.vocabulary.incremental import Incremental
from tap_analytics.apis.declared.vocabulary.paginators import DescribedPaginator


class ResolveWord(Variant, frozen=True, kw_only=True, tag="resolve"):
    """A field of each record of another stream, in the place of a name in the path."""

    resource: Annotated[Name, Meta(description="The other stream: the parent.")]
    field: Annotated[Name, Meta(description="The field: a dotted path, or a JSONPath, whose first match is taken.")]


_INCREMENTAL: Final = {
    "description": "The parameter takes the incremental value: the words of `incremental` stand here.",
    "type": "object",
    "properties": {"type": {"enum": ["incremental"]}},
    "required": ["type", "cursor_path"],
}
Param: TypeAlias = str | int | float | bool | list[str | int] | None
Params: TypeAlias = Annotated[
    dict[Name, Annotated[Param | ResolveWord, Meta(extra_json_schema={SHORT_FORM: [_INCREMENTAL]})]],
    Meta(
        description=(
            "Query parameters that every request carries; null leaves one out. One whose name stands in `path`, as "
            "`{name}`, is put there, and not sent."
        )
    ),
]
Headers: TypeAlias = Annotated[
    dict[Name, str],
    Meta(description="Headers that every request carries; no credentials. Their texts may have placeholders."),
]
Selector: TypeAlias = Annotated[
    str | list[Name],
    Meta(
        description=(
            "Where the records stand in the body: a dotted path, a JSONPath, or a list of keys; an empty list for the "
            "whole body. Without it: the body's only list. A list of plain values has rows with one field, `value`."
        )
    ),
]


class ErrorHandler(Word, frozen=True, kw_only=True):
    """When a request is sent again. What is left out is as for all other streams."""

    retry_on_status_codes: (
        Annotated[
            list[Annotated[int, Meta(ge=400, le=599)]],
            Meta(description="Statuses after which a request is sent again. Default: 429 and every 5xx."),
        ]
        | UnsetType
    ) = UNSET
    max_retries: (
        Annotated[int, Meta(ge=0, description="How often it is sent again. Default: the setting.")] | UnsetType
    ) = UNSET
    backoff_factor: (
        Annotated[
            float,
            Meta(
                ge=0,
                description="Seconds before the first retry, each further one twice as many. Default: the setting.",
            ),
        ]
        | UnsetType
    ) = UNSET
    initial_interval: Annotated[Any, refused("use 'backoff_factor'")] = UNSET


STATUS: Final = r"^[1-5]\d\d$"
"""A status in a text."""

Status: TypeAlias = Annotated[int, Meta(ge=100, le=599)]
StatusText: TypeAlias = Annotated[str, Meta(pattern=STATUS)]


class ResponseAction(Word, frozen=True, kw_only=True):
    """What becomes of some answers. Those with the status, with the text, or with both if both are declared."""

    action: Annotated[
        Literal["ignore"],
        Meta(description="`ignore` ends the list there, without a failure; how many were ignored is logged."),
    ]
    status_code: (
        Annotated[Status | StatusText | list[Status | StatusText], Meta(description="Their status, or several.")]
        | UnsetType
    ) = UNSET
    content: Annotated[str, Meta(min_length=1, description="A text that stands in their body.")] | UnsetType = UNSET


class Endpoint(Word, frozen=True, kw_only=True):
    """How a list is asked for."""

    path: (
        Annotated[
            str,
            Meta(
                description=(
                    "Path of the list, directly on `api_url`, or an address on its origin; an empty text is `api_url` "
                    "itself. Without it: the resource's name. `{resources.customers.uuid}` stands for a field of each "
                    "record of another stream, which may be an address, too; `{name}` for a parameter."
                ),
            ),
        ]
        | UnsetType
    ) = UNSET
    method: (
        Annotated[Literal["GET", "get", "POST", "post"], Meta(description="`GET` (the default), or `POST`.")]
        | UnsetType
    ) = UNSET
    params: Params = field(default_factory=dict)
    headers: Headers = field(default_factory=dict)
    auth: DescribedAuth | UnsetType = UNSET
    data_selector: Selector | UnsetType = UNSET
    paginator: DescribedPaginator | UnsetType = UNSET
    incremental: (
        Annotated[
            Incremental,
            Meta(description="Incremental replication: which records are read after the first run. Without it: all."),
        ]
        | UnsetType
    ) = UNSET
    error_handler: ErrorHandler | UnsetType = UNSET
    json: (
        Annotated[
            dict[str, Any],
            Meta(description="Body of every request, sent as JSON. Its texts may have placeholders, at any depth."),
        ]
        | UnsetType
    ) = UNSET
    data: (
        Annotated[
            dict[str, Any] | str,
            Meta(
                description="Body of every request, in the place of `json`: the fields of a form, or a text as it is."
            ),
        ]
        | UnsetType
    ) = UNSET
    response_actions: Annotated[
        list[ResponseAction],
        Meta(description="Answers that are no failure. Without it: only a list under a parent may be missing (404)."),
    ] = field(default_factory=list)
