"""What is wrong with a resource that its types cannot say: its name and its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from tap_analytics.apis.declared.rules.parents import parent_faults
from tap_analytics.apis.declared.schemas import checked_schema
from tap_analytics.quoting import shorten
from tap_analytics.records.json_paths import fault_of
from tap_analytics.records.shaper import emitted_name
from tap_analytics.sync.value_filters import INCREMENTAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tap_analytics.apis.declared.declaration import Declaration


def resource_faults(
    declaration: Declaration, position: int, declared: Sequence[Declaration], builtin: Collection[str]
) -> Iterator[str]:
    """Say what is wrong with a resource.

    Args:
        declaration: The resource.
        position: Where it stands among all that are declared.
        declared: All that are declared.
        builtin: The names of the API's own streams.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
    names = [each.name for each in declared]
    if (first := names.index(declaration.name)) != position:
        yield f"name: is the name of resources[{first}] already"
    streams = [each.stream for each in declared]
    if (other := streams.index(declaration.stream)) not in {position, first}:
        word = "name" if declaration.resource.table_name is UNSET else "table_name"
        yield (
            f"{word}: is the table of resources[{other}] already; rows of two lists in one "
            "table would replace one another, so give each a 'table_name' of its own"
        )
    yield from parent_faults(declaration, declared, {*names, *builtin})
    named = [name for name in declaration.placeholders if name in INCREMENTAL_VALUES]
    if named and declaration.replication is None:
        yield f"endpoint.incremental: is missing, and {{{named[0]}}} stands for one of its values"
    yield from _schema_faults(declaration)


def _schema_faults(declaration: Declaration) -> Iterator[str]:
    word = declaration.resource.schema
    if isinstance(word, UnsetType):
        return
    try:
        properties = {emitted_name(name, {}) for name in checked_schema(word)["properties"]}
    except (ValueError, RecursionError) as error:
        yield f"schema: {shorten(str(error))}"
        return
    parent = declaration.parent
    known = {*properties, *(parent.added.values() if parent else ())}
    is_one = isinstance(declaration.resource.primary_key, str)
    for position, key in enumerate(() if declaration.key_is_default else declaration.primary_keys):
        if key not in known:
            yield f"primary_key{'' if is_one else f'[{position}]'}: is no field of the schema"
    replication = declaration.replication
    if (
        replication is not None
        and not fault_of(replication.word.cursor_path)
        and replication.column not in {None, *properties}
    ):
        yield "endpoint.incremental.cursor_path: is no field of the schema"
