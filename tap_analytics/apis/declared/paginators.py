"""From the words for a paginator to the paginator."""

from __future__ import annotations

from typing import Any

from msgspec import UnsetType

from tap_analytics.apis.declared.vocabulary import (
    AutoWord,
    CursorWord,
    HeaderCursorWord,
    HeaderLinkWord,
    JsonLinkWord,
    OffsetWord,
    PageNumberWord,
    Pages,
    PaginatorWord,
    SinglePageWord,
)
from tap_analytics.apis.declared.vocabulary.base import or_default
from tap_analytics.paging.page_token import BodyField
from tap_analytics.paging.paginators import (
    BodyCursor,
    BodyLink,
    Detected,
    HeaderCursor,
    HeaderLink,
    LastRecord,
    Offset,
    PageNumber,
    Paginator,
    SinglePage,
)


def paginator_of(word: PaginatorWord | UnsetType, keys: tuple[str, ...], *, is_one_record: bool) -> Paginator:
    """Return the paginator that is declared; where none is, the one that the first answer shows.

    Args:
        word: The words for it.
        keys: The fields of the primary key, as they are declared.
        is_one_record: Whether the body of an answer is one record, if the list is not paged.
    """
    paginator: Paginator
    match word:
        case UnsetType() | AutoWord():
            paginator = Detected(has_envelope=not is_one_record)
        case SinglePageWord():
            paginator = SinglePage()
        case JsonLinkWord(next_url_path=path):
            paginator = BodyLink(link_path=or_default(path, "next"), is_declared=isinstance(path, str), **_size(word))
        case HeaderLinkWord():
            paginator = HeaderLink(relation=word.links_next_key, **_size(word))
        case HeaderCursorWord(cursor_key=name, cursor_param=param):
            paginator = HeaderCursor(cursor_header=name, cursor_param=param, **_size(word))
        case CursorWord(cursor_field=str(field)):
            param = _param(word.cursor_param, word.cursor_body_path, "cursor")
            paginator = LastRecord(fields=(field,), cursor_param=param, **_ends(word))
        case CursorWord():
            paginator = _body_cursor(word, keys)
        case PageNumberWord():
            param = _param(word.page_param, word.page_body_path, "page")
            base = or_default(word.base_page, None)
            first = or_default(word.page, base)
            token = {} if first is None else {param: first}
            paginator = PageNumber(page_param=param, base=base, first_token=token, **_ends(word), **_counts(word))
        case OffsetWord():
            param = _param(word.offset_param, word.offset_body_path, "offset")
            paginator = Offset(offset_param=param, first_token={param: word.offset}, **_ends(word), **_counts(word))
    return paginator


def _body_cursor(word: CursorWord, keys: tuple[str, ...]) -> BodyCursor:
    """Return a cursor in the body; by which the last record's key is meant, if the body turns out to have none."""
    param, path = _param(word.cursor_param, word.cursor_body_path, "cursor"), word.cursor_path
    fields = dict.fromkeys([*(key for key in keys if len(keys) == 1), "uuid", "id"])
    return BodyCursor(
        cursor_path=or_default(path, "cursors.next"),
        cursor_param=param,
        is_declared=isinstance(path, str),
        or_fields=() if param == "cursor" or isinstance(param, BodyField) else tuple(fields),
        **_ends(word),
    )


def _param(name: str | UnsetType, body_path: str | UnsetType, default: str) -> str:
    """Return what takes a value: the query parameter with this name, or the field of the body."""
    return or_default(name, default) if isinstance(body_path, UnsetType) else BodyField(body_path)


def _size(word: Pages | JsonLinkWord | HeaderLinkWord | HeaderCursorWord) -> dict[str, Any]:
    """Return how many records a page is to have, as a paginator takes it."""
    limit = or_default(word.limit, None)
    if isinstance(word, OffsetWord) and isinstance(word.limit_body_path, str):
        return {"limit": limit, "limit_param": BodyField(word.limit_body_path)}
    return {"limit": limit, "limit_param": or_default(word.limit_param, "limit" if limit else None)}


def _ends(word: Pages) -> dict[str, Any]:
    """Return the size of a page, and what says that there is more, as a paginator takes them."""
    ends_at_empty_page = or_default(word.stop_after_empty_page, None)
    return {**_size(word), "has_more_path": word.has_more_path, "ends_at_empty_page": ends_at_empty_page}


def _counts(word: PageNumberWord | OffsetWord) -> dict[str, Any]:
    """Return how far a walk by number goes, as a paginator takes it."""
    is_by_page = isinstance(word, PageNumberWord)
    own = word.maximum_page if isinstance(word, PageNumberWord) else word.maximum_offset
    counts: dict[str, Any] = {"maximum": or_default(or_default(own, word.maximum_value), None)}
    if isinstance(word.total_path, UnsetType):
        return {**counts, "total_path": "total_pages" if is_by_page else None, "default_total_path": "total"}
    return {**counts, "total_path": word.total_path}
