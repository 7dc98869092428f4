"""How a list is paged."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, get_args

from msgspec import UNSET, Meta, UnsetType

from tap_analytics.apis.declared.vocabulary.base import SHORT_FORM, BodyPath, Variant, refused
from tap_analytics.paging.paginators import HAS_MORE

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
    BodyPath | None,
    Meta(
        description=(
            "Where the body says how many (pages, or records) there are in all; null if it does not. Default: "
            "`total_pages`, else `total`, for pages; `total` for records."
        ),
        extra_json_schema={SHORT_FORM: [{"const": ""}]},
    ),
]
Maximum: TypeAlias = Annotated[
    int,
    Meta(
        description=(
            "The first number that is no longer asked for. If more may be left, there is a warning, and no row is "
            "dropped from the target's table."
        )
    ),
]
Number: TypeAlias = Annotated[int, Meta(description="The number that is asked for first. Default: `base_page`.")]


RequestPath: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1, description="Dotted path of a field in the request's body that takes it, instead of a parameter."
    ),
]


class Pages(Variant, frozen=True, kw_only=True):
    """A way of paging whose answers hold a number of records that can be asked for."""

    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET
    has_more_path: HasMorePath = HAS_MORE
    stop_after_empty_page: (
        Annotated[
            bool,
            Meta(
                description=(
                    "Whether an empty page is the last one. Default: true for `page_number` and `offset`, false for "
                    "`cursor`."
                )
            ),
        ]
        | UnsetType
    ) = UNSET


class AutoWord(Variant, frozen=True, kw_only=True, tag="auto"):
    """The first answer shows how the list is paged; where it leaves a doubt, the user is asked."""


class SinglePageWord(Variant, frozen=True, kw_only=True, tag="single_page"):
    """One answer holds everything."""


class CursorWord(Pages, frozen=True, kw_only=True, tag="cursor"):
    """The next page is asked for by a cursor: one that stands in the body, or a field of the last record."""

    cursor_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the cursor. Default: `cursor`.")]
        | UnsetType
    ) = UNSET
    cursor_path: (
        Annotated[
            BodyPath,
            Meta(
                description=(
                    "Where the cursor stands in the body. Default: `cursors.next`; if there is no `cursors`, where the "
                    "first answer has it; if it has none, and there is a `cursor_param`, in the last record."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    cursor_field: (
        Annotated[str, Meta(min_length=1, description="Field of the last record that is the cursor.")] | UnsetType
    ) = UNSET
    cursor_body_path: RequestPath | UnsetType = UNSET
    cursor_key: Annotated[Any, refused("use 'header_cursor' as the type, for a cursor in a header")] = UNSET


class PageNumberWord(Pages, frozen=True, kw_only=True, tag="page_number"):
    """Pages have numbers."""

    page_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the number. Default: `page`.")]
        | UnsetType
    ) = UNSET
    page_body_path: RequestPath | UnsetType = UNSET
    base_page: (
        Annotated[int, Meta(description="Number of the first page. Without it the tap finds out.")] | UnsetType
    ) = UNSET
    page: Number | UnsetType = UNSET
    total_path: TotalPath | UnsetType = UNSET
    maximum_page: Maximum | UnsetType = UNSET
    maximum_value: Annotated[int, Meta(description="The same as `maximum_page`.")] | UnsetType = UNSET


class OffsetWord(Pages, frozen=True, kw_only=True, tag="offset"):
    """The next page is asked for by the number of records before it."""

    offset_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the number. Default: `offset`.")]
        | UnsetType
    ) = UNSET
    offset_body_path: RequestPath | UnsetType = UNSET
    limit_body_path: RequestPath | UnsetType = UNSET
    offset: Annotated[int, Meta(ge=0, description="The number that is asked for first. Default: 0.")] = 0
    total_path: TotalPath | UnsetType = UNSET
    maximum_offset: Maximum | UnsetType = UNSET
    maximum_value: Annotated[int, Meta(description="The same as `maximum_offset`.")] | UnsetType = UNSET


class JsonLinkWord(Variant, frozen=True, kw_only=True, tag="json_link"):
    """The body holds the next page's address."""

    next_url_path: (
        Annotated[
            BodyPath,
            Meta(
                description=(
                    "Where it stands in the body. Default: `next`; if there is none, where the first answer has it."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET


class HeaderLinkWord(Variant, frozen=True, kw_only=True, tag="header_link"):
    """The header `Link` holds the next page's address."""

    links_next_key: Annotated[
        str, Meta(min_length=1, description="What the address is called there. Default: `next`.")
    ] = "next"
    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET


class HeaderCursorWord(Variant, frozen=True, kw_only=True, tag="header_cursor"):
    """A header of the answer holds the next page's cursor."""

    cursor_key: Annotated[str, Meta(min_length=1, description="Name of the header. Default: `next`.")] = "next"
    cursor_param: Annotated[
        str, Meta(min_length=1, description="Query parameter that takes the cursor. Default: `cursor`.")
    ] = "cursor"
    limit: Limit | UnsetType = UNSET
    limit_param: LimitParam | UnsetType = UNSET


PaginatorWord: TypeAlias = (
    SinglePageWord
    | CursorWord
    | PageNumberWord
    | OffsetWord
    | JsonLinkWord
    | HeaderLinkWord
    | HeaderCursorWord
    | AutoWord
)
DescribedPaginator: TypeAlias = Annotated[
    PaginatorWord,
    Meta(
        description="How the list is paged; a text is the `type` alone. Without it: `auto`.",
        extra_json_schema={
            SHORT_FORM: [
                {"enum": [*(word.__struct_config__.tag for word in get_args(PaginatorWord)), "json_response"]},
                {"type": "object", "properties": {"type": {"enum": ["json_response"]}}, "required": ["type"]},
                {"type": "object", "maxProperties": 0},
            ]
        },
    ),
]
