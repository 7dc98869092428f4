"""How a list is replicated incrementally."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from tap_analytics.apis.declared.vocabulary.base import Word, passed_over, refused

CursorValue: TypeAlias = str | int | float
Range: TypeAlias = Literal["open", "closed"]

_FORMAT = "use 'cursor_format': it says how the service writes its values, in requests as in records"


class Incremental(Word, frozen=True, kw_only=True):
    """How a list is replicated incrementally: what is read of it after the first run."""

    cursor_path: Annotated[
        str,
        Meta(
            min_length=1,
            description=(
                "Where a record has the value that grows: a field, or a path into objects. Date-times of every usual "
                "style, numbers and texts are read."
            ),
        ),
    ]
    start_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the first value.")] | UnsetType
    ) = UNSET
    end_param: (
        Annotated[str, Meta(min_length=1, description="Query parameter that takes the last value.")] | UnsetType
    ) = UNSET
    initial_value: (
        Annotated[
            CursorValue,
            Meta(
                description=(
                    "The first value that is read: a date, a date-time, a number, or a text. Requests have values in "
                    "the same style. Default: for dates the setting `start_date`."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    end_value: (
        Annotated[
            CursorValue,
            Meta(
                description=(
                    "The first value that is no longer read. Each run then reads from `initial_value` up to here, "
                    "whatever the bookmark, and leaves none behind."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    cursor_format: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description=(
                    "How the service writes values: `epoch_seconds`, `epoch_milliseconds`, `epoch_microseconds`, "
                    "`number`, `text` (in order as texts), or a pattern of `strptime` like `%d.%m.%Y`. Default: as "
                    "`initial_value` is written."
                ),
            ),
        ]
        | UnsetType
    ) = UNSET
    lookback: (
        Annotated[int, Meta(ge=0, le=3650, description="Days before the bookmark that are read again. Default: none.")]
        | UnsetType
    ) = UNSET
    lag: (
        Annotated[
            Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)],
            Meta(
                description=(
                    "The same in seconds for date-times, in days for dates, in units for numbers. Default: nothing."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    last_value_func: Annotated[
        Literal["max", "min"],
        Meta(description="`min` if values fall: then the lowest one is the bookmark. Default: `max`."),
    ] = "max"
    range_start: Annotated[
        Range,
        Meta(description="`open` leaves out rows at the first value, or the bookmark, itself. Default: `closed`."),
    ] = "closed"
    range_end: Annotated[
        Range, Meta(description="`closed` reads rows at `end_value` itself, too. Default: `open`.")
    ] = "open"
    on_cursor_value_missing: (
        Annotated[
            Literal["raise", "include", "exclude"],
            Meta(
                description=(
                    "What becomes of a record without the value: it ends the stream, is written, or is left out. "
                    "Default: it is written, with a warning."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    row_order: (
        Annotated[
            Literal["asc", "desc"],
            Meta(description="`desc` if the list comes newest first: then it is read until it is old enough."),
        ]
        | UnsetType
    ) = UNSET
    primary_key: Annotated[Any, passed_over("the resource's own key tells rows apart")] = UNSET
    convert: Annotated[Any, refused(_FORMAT)] = UNSET
    transform: Annotated[Any, refused(_FORMAT)] = UNSET
    allow_external_schedulers: Annotated[Any, passed_over("use the settings 'start_date' and 'end_date'")] = UNSET
