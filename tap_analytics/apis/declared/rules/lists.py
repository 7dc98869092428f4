"""What is wrong with how a list is read beyond what its types say: records, pages, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.apis.declared.rules.incremental import incremental_faults
from tap_analytics.apis.declared.vocabulary import CursorWord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.apis.declared.declaration import Declaration


def list_faults(declaration: Declaration) -> Iterator[str]:
    """Say what is wrong with how a resource's list is read.

    Args:
        declaration: The resource.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
    yield from (f"endpoint.{fault}" for fault in _page_faults(declaration))
    yield from (f"endpoint.incremental.{fault}" for fault in incremental_faults(declaration))


def _page_faults(declaration: Declaration) -> Iterator[str]:
    try:
        _ = declaration.selector
    except ValueError as error:
        yield f"data_selector: {error}"
    match declaration.endpoint.paginator:
        case CursorWord(cursor_path=str(), cursor_field=str()):
            yield "paginator: the cursor is either in the body ('cursor_path') or in a record ('cursor_field')"
