"""What is wrong with how a list is read that its types cannot say: records, paginator, replication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import UNSET, UnsetType, structs

from tap_analytics.apis.declared.rules.incremental import incremental_faults
from tap_analytics.apis.declared.vocabulary import CursorWord, OffsetWord, PageNumberWord
from tap_analytics.quoting import shorten
from tap_analytics.records.json_paths import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.apis.declared.vocabulary import Endpoint, PaginatorWord, ResponseAction

_BODY_PATHS: Final = {"cursor_body_path", "page_body_path", "offset_body_path", "limit_body_path"}
_PATHS: Final = {"next_url_path", "cursor_path", "total_path", "has_more_path"}


def list_faults(declaration: Declaration) -> Iterator[str]:
    """Say what is wrong with how a resource's list is read.

    Args:
        declaration: The resource.

    Yields:
        A sentence for each fault, with its place in the resource.
    """
    yield from (f"endpoint.{fault}" for fault in _page_faults(declaration))
    actions = declaration.endpoint.response_actions
    yield from (f"endpoint.response_actions{fault}" for fault in _action_faults(actions))
    yield from (f"endpoint.incremental.{fault}" for fault in incremental_faults(declaration))


def _page_faults(declaration: Declaration) -> Iterator[str]:
    try:
        _ = declaration.selector
    except ValueError as error:
        yield f"data_selector: {error}"
    word = declaration.endpoint.paginator
    if isinstance(word, UnsetType):
        return
    yield from (f"paginator.{fault}" for fault in (*_path_faults(word), *_body_path_faults(word, declaration.endpoint)))
    match word:
        case CursorWord(cursor_path=str(), cursor_field=str()):
            yield "paginator: the cursor is either in the body ('cursor_path') or in a record ('cursor_field')"
        case (
            PageNumberWord(maximum_page=int(), maximum_value=int())
            | OffsetWord(maximum_offset=int(), maximum_value=int())
        ):
            yield "paginator.maximum_value: there is another maximum beside it; keep one of them"


def _path_faults(word: PaginatorWord) -> Iterator[str]:
    for name, path in structs.asdict(word).items():
        if name in _PATHS and isinstance(path, str) and (fault := fault_of(path)):
            yield f"{name}: {fault}; a path is like meta.next, or like $.links[0]['next page']"


def _body_path_faults(word: PaginatorWord, endpoint: Endpoint) -> Iterator[str]:
    words = structs.asdict(word)
    for name in filter(_BODY_PATHS.__contains__, words):
        path, other = words[name], name.replace("_body_path", "_param")
        if not isinstance(path, str):
            continue
        if words[other] is not UNSET:
            yield f"{name}: is in the place of '{other}': leave one of them out"
        if not all(path.split(".")) or path.startswith("$"):
            yield f"{name}: must be a dotted path of keys, like paging.offset"
        elif isinstance(endpoint.data, str):
            yield f"{name}: 'data' is a text, which has no fields: use 'json'"
        elif outer := _no_object(endpoint.json, path):
            yield f"{name}: '{shorten(outer, 40)}' in 'json' is no object"


def _no_object(body: object, path: str) -> str | None:
    """Return what of a path in a body should be an object and is none, None if there is nothing of it."""
    *outer, _ = path.split(".")
    for position, key in enumerate(outer):
        body = body.get(key) if isinstance(body, dict) else None
        if body is not None and not isinstance(body, dict):
            return ".".join(outer[: position + 1])
    return None


def _action_faults(actions: Sequence[ResponseAction]) -> Iterator[str]:
    for position, action in enumerate(actions):
        if action.status_code is UNSET and action.content is UNSET:
            yield f"[{position}]: needs 'status_code' or 'content', or else no answer is meant"
