"""What is declared of a column."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from tap_analytics.apis.declared.vocabulary.base import passed_over

DataType: TypeAlias = Literal[
    "text", "double", "bool", "timestamp", "bigint", "binary", "json", "complex", "decimal", "wei", "date", "time"
]


class Column(Struct, frozen=True, kw_only=True):
    """What is declared of a column. Words that are not listed have no effect."""

    data_type: (
        Annotated[
            DataType,
            Meta(
                description=(
                    "Type of the column. Values are not converted: it holds if the sampled records agree with it; "
                    "`text` takes every value as its text."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    primary_key: (
        Annotated[
            bool, Meta(description="Whether the column is of the primary key, where the resource has no `primary_key`.")
        ]
        | UnsetType
    ) = UNSET
    name: Annotated[str, Meta(description="Name of the column, where columns are a list.")] | UnsetType = UNSET
    hard_delete: Annotated[
        Any, passed_over("rows are dropped by whole reads that no longer find them; use '__filter__' in 'stream_maps'")
    ] = UNSET
    dedup_sort: Annotated[Any, passed_over("the row that was read last is kept")] = UNSET
