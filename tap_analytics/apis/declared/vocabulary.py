"""The words in which a resource is declared: those of dlt's REST API configurations, as far as they work here.

The JSON schema of the setting `resources` is made from these types, so that an editor completes what is written here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import schema_components

from tap_analytics.paging.paginators import HAS_MORE

Name: TypeAlias = Annotated[str, Meta(min_length=1)]
BodyPath: TypeAlias = Annotated[str, Meta(pattern=r"^(\$\.)?[^.$\[\]*?]+(\.[^.$\[\]*?]+)*$")]
Limit: TypeAlias = Annotated[int, Meta(ge=1, description="Records to ask for in one answer.")]
LimitParam: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1, description="Query parameter that takes the page size. Default: `limit`, if there is a `limit`."
    ),
]
HasMorePath: TypeAlias = Annotated[
    BodyPath, Meta(description="Where the body says whether there is more. Default: `has_more`.")
]
TotalPath: TypeAlias = Annotated[
    BodyPath, Meta(description="Where the body says how many (pages, or records) there are in all.")
]
Param: TypeAlias = str | int | float | bool | list[str | int] | None
Params: TypeAlias = Annotated[dict[Name, Param], Meta(description="Query parameters that every request carries.")]
Headers: TypeAlias = Annotated[dict[Name, str], Meta(description="Headers that every request carries; no credentials.")]
Selector: TypeAlias = Annotated[
    str | list[Name],
    Meta(
        description=(
            "Where the records stand in the body: a dotted path, a JSONPath, or a list of keys; an empty list for the "
            "whole body. Without it: the body's only list."
        )
    ),
]
PrimaryKey: TypeAlias = Annotated[
    Name | list[Name], Meta(description="The field, or the fields, that tell rows apart.")
]
Disposition: TypeAlias = Annotated[
    Literal["merge", "replace", "append"],
    Meta(
        description=(
            "`merge` (the default) replaces rows by key, `replace` reads everything each time, `append` only adds rows."
        )
    ),
]


class Word(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What can be declared."""


class Pages(Word, frozen=True, kw_only=True):
    """A way of paging whose answers hold a number of records that can be asked for."""

    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET
    has_more_path: HasMorePath = HAS_MORE


class SinglePageWord(Word, frozen=True, kw_only=True, tag="single_page"):
    """One answer holds everything."""


class CursorWord(Pages, frozen=True, kw_only=True, tag="cursor"):
    """The next page is asked for by a cursor: one that stands in the body, or a field of the last record."""

    cursor_param: Annotated[
        str, Meta(min_length=1, description="Query parameter that takes the cursor. Default: `cursor`.")
    ] = "cursor"
    cursor_path: (
        Annotated[BodyPath, Meta(description="Where the cursor stands in the body. Without it: the last record's.")]
        | UnsetType
    ) = UNSET
    cursor_field: (
        Annotated[str, Meta(min_length=1, description="Field of the last record. Default: its key, `uuid` or `id`.")]
        | UnsetType
    ) = UNSET


class PageNumberWord(Pages, frozen=True, kw_only=True, tag="page_number"):
    """Pages have numbers."""

    page_param: Annotated[
        str, Meta(min_length=1, description="Query parameter that takes the number. Default: `page`.")
    ] = "page"
    base_page: (
        Annotated[int, Meta(ge=0, le=1, description="Number of the first page. Without it the tap finds out.")]
        | UnsetType
    ) = UNSET
    total_path: TotalPath | None = "total_pages"


class OffsetWord(Pages, frozen=True, kw_only=True, tag="offset"):
    """The next page is asked for by the number of records before it."""

    offset_param: Annotated[
        str, Meta(min_length=1, description="Query parameter that takes the number. Default: `offset`.")
    ] = "offset"
    total_path: TotalPath | None = None


class JsonLinkWord(Word, frozen=True, kw_only=True, tag="json_link"):
    """The body holds the next page's address."""

    next_url_path: Annotated[BodyPath, Meta(description="Where it stands in the body. Default: `paging.next`.")] = (
        "paging.next"
    )
    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET


class HeaderLinkWord(Word, frozen=True, kw_only=True, tag="header_link"):
    """The header `Link` holds the next page's address."""

    links_next_key: Annotated[
        str, Meta(min_length=1, description="What the address is called there. Default: `next`.")
    ] = "next"
    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET


PaginatorWord: TypeAlias = SinglePageWord | CursorWord | PageNumberWord | OffsetWord | JsonLinkWord | HeaderLinkWord
DescribedPaginator: TypeAlias = Annotated[
    PaginatorWord, Meta(description="How the list is paged. Without it: one answer, and an error if there is more.")
]


class ErrorHandler(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class Incremental(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is read of a list that has been read before."""

    cursor_path: Annotated[str, Meta(min_length=1, description="Field of the record that holds its date-time.")]
    start_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the first date.")] | UnsetType
    ) = UNSET
    end_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the last date.")] | UnsetType
    ) = UNSET
    initial_value: (
        Annotated[
            str,
            Meta(
                description=(
                    "The first date, or date-time, that is read. Requests have dates in the same style. Default: the "
                    "setting `start_date`."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    lookback: Annotated[
        int, Meta(ge=0, le=3650, description="Days before the bookmark that are read again. Default: none.")
    ] = 0
    row_order: (
        Annotated[
            Literal["asc", "desc"],
            Meta(description="`desc` if the list comes newest first: then it is read until it is old enough."),
        ]
        | UnsetType
    ) = UNSET


class EndpointDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How lists are asked for that do not say otherwise."""

    method: Annotated[Literal["GET", "get"], Meta(description="There is no other.")] | UnsetType = UNSET
    params: Params = {}
    headers: Headers = {}
    data_selector: Selector | UnsetType = UNSET
    paginator: DescribedPaginator | UnsetType = UNSET
    error_handler: ErrorHandler | UnsetType = UNSET


class Endpoint(EndpointDefaults, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a list is asked for."""

    path: Annotated[
        str,
        Meta(
            min_length=1,
            description=(
                "Path of the list, directly on `api_url`. `{resources.customers.uuid}` stands for a field of each "
                "record of another stream."
            ),
        ),
    ]
    incremental: Incremental | UnsetType = UNSET


class ResourceDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for resources that do not say otherwise."""

    primary_key: PrimaryKey | UnsetType = UNSET
    write_disposition: Disposition | UnsetType = UNSET
    endpoint: EndpointDefaults = EndpointDefaults()


class Resource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stream."""

    name: Annotated[
        str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$", description="Name of the stream, and of its table.")
    ]
    endpoint: Endpoint
    primary_key: PrimaryKey | UnsetType = UNSET
    write_disposition: Disposition | UnsetType = UNSET
    include_from_parent: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^.$\[\]*]+$")]],
        Meta(description="Fields of the parent's record, added to each record as `_<parent>_<field>`."),
    ] = []
    schema: (
        Annotated[
            str | dict[str, Any],
            Meta(description="JSON schema of the records, or the path of its file. Without it: inferred at discovery."),
        ]
        | UnsetType
    ) = UNSET
    selected: Annotated[bool, Meta(description="Whether the stream is read if no catalog says otherwise.")] = True


def schema_of(word: type) -> dict[str, Any]:
    """Return the JSON schema of a declaration, without references."""
    (schema,), parts = schema_components([word])
    inlined: dict[str, Any] = _inlined(schema, parts)
    return inlined


def _inlined(value: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_inlined(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
    # A title would only repeat the name of a class, a discriminator points to what is no longer there, and the SDK's
    # validator would write the defaults of one paginator into another one.
    return {key: _inlined(item, parts) for key, item in value.items() if key not in _LEFT_OUT}


_LEFT_OUT = {"title", "discriminator", "default"}
