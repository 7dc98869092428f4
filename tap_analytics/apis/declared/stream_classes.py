"""From declarations to stream classes, as they would be written for a built-in stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tap_analytics.apis.declared.streams import DeclaredStream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.http.api import Api


def declared_streams(declarations: Collection[Declaration], api: Api) -> list[type[DeclaredStream]]:
    """Return a stream for each resource.

    Args:
        declarations: The resources, free of faults.
        api: The API that they are read from.
    """
    names = {declaration.name: declaration.stream for declaration in declarations}
    return [_declared(declaration, api, names) for declaration in declarations]


def _declared(declaration: Declaration, api: Api, names: Mapping[str, str]) -> type[DeclaredStream]:
    """Return the class of a resource's stream.

    Args:
        declaration: The resource.
        api: The API that it is read from.
        names: The names of the streams, by those of their resources, by which resources refer to each other.
    """
    parent = declaration.parent
    replication = declaration.replication
    template = declaration.template
    return type(
        declaration.stream,
        (DeclaredStream,),
        {
            "__doc__": f"The resource '{declaration.name}'.",
            "api": api,
            "declaration": declaration,
            "name": declaration.stream,
            "path": declaration.path,
            "primary_keys": declaration.primary_keys,
            "replication_key": replication and replication.key,
            "replication_path": replication and replication.path,
            "missing_replication_key": replication.missing if replication else "warn",
            "records": declaration.selector,
            "fixed_params": declaration.params,
            "headers": declaration.headers,
            "method": template.method,
            "body_json": template.json,
            "body_data": template.data,
            "paginator": declaration.paginator,
            "retry_rule": declaration.retry_rule,
            "ignored_answers": declaration.ignored_answers,
            "parent": parent and structs.replace(parent, name=names.get(parent.name, parent.name)),
            "newest_first": replication is not None and replication.is_newest_first,
            "date_filter": replication and replication.date_filter,
            "value_filter": replication and replication.value_filter,
            "activates_version": declaration.disposition != "append",
            "selected_by_default": declaration.is_selected,
        },
    )
