"""What is read of a list that has been read before."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from tap_analytics.apis.declared.vocabulary.base import Word, passed_over, refused

_STYLES = "date-times of every usual style are read; dates are sent in the style of 'initial_value'"


class Incremental(Word, frozen=True, kw_only=True):
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
    primary_key: Annotated[Any, refused("it stands on the resource itself")] = UNSET
    lag: Annotated[Any, refused("use 'lookback', in days")] = UNSET
    end_value: Annotated[Any, refused("use the setting 'end_date'")] = UNSET
    convert: Annotated[Any, refused(_STYLES)] = UNSET
    transform: Annotated[Any, refused(_STYLES)] = UNSET
    allow_external_schedulers: Annotated[Any, passed_over("use the settings 'start_date' and 'end_date'")] = UNSET
    last_value_func: Annotated[Any, refused("the newest date-time is taken")] = UNSET
    on_cursor_value_missing: Annotated[Any, refused("such rows are written and do not move the bookmark")] = UNSET
    range_start: Annotated[Any, refused("it is always closed: rows at the bookmark come again")] = UNSET
    range_end: Annotated[Any, refused("it is always closed")] = UNSET
