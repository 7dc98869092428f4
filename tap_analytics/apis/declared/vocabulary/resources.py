"""A resource, what holds for all of them, and the object that has both."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType, field

from tap_analytics.apis.declared.vocabulary.authentication import DescribedAuth
from tap_analytics.apis.declared.vocabulary.base import SHORT_FORM, Name, Word, passed_over, refused
from tap_analytics.apis.declared.vocabulary.columns import Column
from tap_analytics.apis.declared.vocabulary.endpoints import Endpoint, Headers
from tap_analytics.apis.declared.vocabulary.paginators import DescribedPaginator

PrimaryKey: TypeAlias = Annotated[
    Name | list[Name], Meta(description="The field, or the fields, that tell rows apart; null if there is none.")
]
_DISPOSITION = Meta(
    description=(
        "`merge` (the default) replaces rows by key, `replace` reads everything each time, `append` only adds rows, "
        "`skip` leaves the stream out unless a catalog selects it."
    )
)
Disposition: TypeAlias = Literal["merge", "replace", "append", "skip"]


class DispositionWord(Word, frozen=True, kw_only=True):
    """What a target does with rows that it has, as dlt has it with a strategy."""

    disposition: Annotated[Disposition, _DISPOSITION]
    strategy: Annotated[Any, passed_over("what a table is stored as is the target's to choose")] = UNSET
    validity_column_names: Annotated[Any, passed_over("no history of rows is kept")] = UNSET
    active_record_timestamp: Annotated[Any, passed_over("no history of rows is kept")] = UNSET
    boundary_timestamp: Annotated[Any, passed_over("no history of rows is kept")] = UNSET
    row_version_column_name: Annotated[Any, passed_over("no history of rows is kept")] = UNSET
    deduplicated: Annotated[Any, passed_over("rows with an equal key are one row")] = UNSET


_REPLACED = "rows with an equal 'primary_key' are replaced, and those that a whole read no longer finds are dropped"
_OBJECTS_STAY = "objects stay whole; for columns set 'flattening_enabled' and 'flattening_max_depth'"
_TARGETS_CHOICE = "what a table is stored as is the target's to choose"
_A_TEXT = {"type": "string"}
_A_PARENT = "use {resources.<parent>.<field>} in 'path' or 'params'"


class ResourceDefaults(Word, frozen=True, kw_only=True):
    """What holds for resources that do not say otherwise."""

    primary_key: PrimaryKey | UnsetType = UNSET
    write_disposition: Annotated[Disposition | DispositionWord, _DISPOSITION] | UnsetType = UNSET
    endpoint: Annotated[
        Endpoint,
        Meta(description="How the list is asked for; a text is its `path`.", extra_json_schema={SHORT_FORM: [_A_TEXT]}),
    ] = Endpoint()
    include_from_parent: Annotated[
        list[Name],
        Meta(
            description=(
                "Fields of the parent's record, added to each record as `_<parent>_<field>`: names, dotted paths, or "
                "JSONPaths. A parent's fields of its own parent are among them."
            )
        ),
    ] = field(default_factory=list)
    selected: Annotated[bool, Meta(description="Whether the stream is read if no catalog says otherwise.")] = True
    processing_steps: Annotated[
        Any,
        refused(
            "its steps are Python; use 'stream_maps': '__filter__' for 'filter', and an expression for each field that "
            "'map' changes; 'parent_filter' says which parents have a list"
        ),
    ] = UNSET
    columns: Annotated[
        dict[Name, Column],
        Meta(
            description="Types of columns, by name or as a list, where there is no `schema`.",
            extra_json_schema={SHORT_FORM: [{"type": "array", "items": {"type": "object", "required": ["name"]}}]},
        ),
    ] = field(default_factory=dict)
    table_name: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description="Name of the stream and its table. Default: `name`, by which other resources refer to it.",
            ),
        ]
        | UnsetType
    ) = UNSET
    merge_key: Annotated[Any, passed_over(_REPLACED)] = UNSET
    schema_contract: Annotated[Any, passed_over("what a schema does not know goes into '_rescued_data'")] = UNSET
    max_table_nesting: Annotated[Any, passed_over(_OBJECTS_STAY)] = UNSET
    nested_hints: Annotated[Any, passed_over(_OBJECTS_STAY)] = UNSET
    table_format: Annotated[Any, passed_over(_TARGETS_CHOICE)] = UNSET
    file_format: Annotated[Any, passed_over(_TARGETS_CHOICE)] = UNSET
    references: Annotated[
        Any, passed_over("tables have no references; use 'include_from_parent' for the key of a parent")
    ] = UNSET
    parallelized: Annotated[Any, passed_over("use the setting 'max_parallel_requests'")] = UNSET
    parent: Annotated[Any, refused(_A_PARENT)] = UNSET
    parent_table_name: Annotated[Any, refused(_A_PARENT)] = UNSET


class Resource(ResourceDefaults, frozen=True, kw_only=True):
    """A stream."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            description=(
                "Name of the stream, and of its table; what is no letter, digit, '_' or '-' becomes '_' in them."
            ),
        ),
    ]
    parent_filter: (
        Annotated[
            str,
            Meta(
                description=(
                    "Which of the parent's records have a list: an expression as in the `__filter__` of stream maps, "
                    "like `state == 'open' and size > 0`. A name is a field of the record, `record` is the whole of it."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    schema: (
        Annotated[
            str | dict[str, Any],
            Meta(description="JSON schema of the records, or the path of its file. Without it: inferred at discovery."),
        ]
        | UnsetType
    ) = UNSET


class ClientWords(Word, frozen=True, kw_only=True):
    """What holds for all requests."""

    base_url: (
        Annotated[str, Meta(description="Base address of all paths. The setting `api_url` takes precedence.")]
        | UnsetType
    ) = UNSET
    headers: Headers = field(default_factory=dict)
    auth: DescribedAuth | UnsetType = UNSET
    paginator: DescribedPaginator | UnsetType = UNSET
    session: Annotated[Any, refused("leave it out: the tap has its own connections")] = UNSET


class Configuration(Word, frozen=True, kw_only=True):
    """A whole configuration of dlt's REST API source."""

    client: Annotated[ClientWords, Meta(description="What holds for all requests.")] = ClientWords()
    resource_defaults: Annotated[
        ResourceDefaults, Meta(description="What holds for resources that do not say otherwise.")
    ] = ResourceDefaults()
    resources: Annotated[
        list[Annotated[Resource, Meta(extra_json_schema={SHORT_FORM: [_A_TEXT]})]],
        Meta(description="The streams; a text is the name of one and its path."),
    ] = field(default_factory=list)
