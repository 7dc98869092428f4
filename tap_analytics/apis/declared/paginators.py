"""From the words for a paginator to the paginator."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec import UnsetType

from tap_analytics.apis.declared.vocabulary import (
    CursorWord,
    HeaderLinkWord,
    JsonLinkWord,
    OffsetWord,
    PageNumberWord,
    Pages,
    PaginatorWord,
    SinglePageWord,
)
from tap_analytics.paging.paginators import (
    BodyCursor,
    BodyLink,
    HeaderLink,
    LastRecord,
    Offset,
    PageNumber,
    Paginator,
    SinglePage,
)

T = TypeVar("T")


def paginator_of(word: PaginatorWord, keys: tuple[str, ...]) -> Paginator:
    """Return the paginator that is declared.

    Args:
        word: The words for it.
        keys: The fields of the primary key, as they are declared.
    """
    paginator: Paginator
    match word:
        case SinglePageWord():
            paginator = SinglePage()
        case JsonLinkWord():
            paginator = BodyLink(link_path=_body_path(word.next_url_path), **_size(word))
        case HeaderLinkWord():
            paginator = HeaderLink(relation=word.links_next_key, **_size(word))
        case CursorWord(cursor_path=str(path), cursor_param=param):
            paginator = BodyCursor(cursor_path=_body_path(path), cursor_param=param, **_ends(word))
        case CursorWord(cursor_field=str(field), cursor_param=param):
            paginator = LastRecord(fields=(field,), cursor_param=param, **_ends(word))
        case CursorWord(cursor_param=param):
            fields = dict.fromkeys([*(key for key in keys if len(keys) == 1), "uuid", "id"])
            paginator = LastRecord(fields=tuple(fields), cursor_param=param, **_ends(word))
        case PageNumberWord(base_page=int(base), page_param=param):
            paginator = PageNumber(page_param=param, base=base, first_token={param: base}, **_ends(word))
        case PageNumberWord(page_param=param):
            paginator = PageNumber(page_param=param, **_ends(word))
        case OffsetWord(offset_param=param):
            paginator = Offset(offset_param=param, first_token={param: 0}, **_ends(word))
    return paginator


def _size(word: Pages | JsonLinkWord | HeaderLinkWord) -> dict[str, Any]:
    """Return how many records a page is to have, as a paginator takes it."""
    limit = _set(word.limit, None)
    return {"limit": limit, "limit_param": _set(word.limit_param, "limit" if limit else None)}


def _ends(word: Pages) -> dict[str, Any]:
    """Return the size of a page, and where the body says that there is more, as a paginator takes them."""
    ends = {**_size(word), "has_more_path": _body_path(word.has_more_path)}
    if isinstance(word, PageNumberWord | OffsetWord):
        ends["total_path"] = _body_path(word.total_path) if word.total_path else None
    return ends


def _body_path(path: str) -> str:
    return path.removeprefix("$.")


def _set(value: T | UnsetType, default: T) -> T:
    return default if isinstance(value, UnsetType) else value
