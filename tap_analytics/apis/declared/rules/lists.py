"""What is wrong with how a list is read beyond what its types say: records, pages, and what is new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from tap_analytics.apis.declared.conversion import VALUE_HINTS
from tap_analytics.apis.declared.vocabulary import CursorWord
from tap_analytics.records.datetimes import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.apis.declared.vocabulary import Incremental


def list_faults(declaration: Declaration) -> Iterator[str]:
    """Say what is wrong with how a resource's list is read.

    Args:
        declaration: The resource.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
    yield from (f"endpoint.{fault}" for fault in _page_faults(declaration))
    yield from (f"endpoint.incremental.{fault}" for fault in _incremental_faults(declaration.endpoint.incremental))


def _page_faults(declaration: Declaration) -> Iterator[str]:
    try:
        _ = declaration.selector
    except ValueError as error:
        yield f"data_selector: {error}"
    match declaration.endpoint.paginator:
        case CursorWord(cursor_path=str(), cursor_field=str()):
            yield "paginator: the cursor is either in the body ('cursor_path') or in a record ('cursor_field')"


def _incremental_faults(word: Incremental | UnsetType) -> Iterator[str]:
    if isinstance(word, UnsetType):
        return
    if re.search(r"[.$\[*]", word.cursor_path):
        yield "cursor_path: must be a field of the record itself"
    if word.end_param is not UNSET and word.start_param is UNSET:
        yield "end_param: needs 'start_param' beside it"
    elif word.end_param is not UNSET and word.end_param == word.start_param:
        yield "end_param: must be another one than 'start_param'"
    if isinstance(word.initial_value, str):
        try:
            parse_instant(word.initial_value)
        except ValueError:
            yield f"initial_value: {VALUE_HINTS['initial_value']}"
