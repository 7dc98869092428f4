"""What in the body of a first answer leads to the next page: addresses, cursors and numbers, and where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import UNSET, Struct

from tap_analytics.paging.end_signs import is_next, says_end
from tap_analytics.paging.envelope import fields_about_pages
from tap_analytics.paging.field_names import CURSORS
from tap_analytics.paging.totals import is_page_count
from tap_analytics.records.json_paths import first_at, is_dotted, json_path_of
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_analytics.paging.envelope import EnvelopeField
    from tap_analytics.paging.page import Page


_LINKS: Final = frozenset({"link", "links", "url", "uri", "href"})
_RELATIVE: Final = re.compile(r"[\w./()'-]+\?\S+=\S*")


class Cursor(Struct, frozen=True):
    """A value that asks for the next page.

    Attributes:
        path: Its path in the body.
        param: The query parameter that takes it, by its name.
        has_more_path: The path of what says that there is a next page; None if nothing does.
    """

    path: str
    param: str
    has_more_path: str | None


class Leads(Struct, frozen=True):
    """What leads to the next page; None where there is nothing of a kind.

    Attributes:
        link: The path of the next page's address.
        cursor: A cursor that is named for the next page.
        own_cursor: A cursor without such a name, where something else says that there is a next page.
        pages: The path of a number of pages above one.
    """

    link: str | None = None
    cursor: Cursor | None = None
    own_cursor: Cursor | None = None
    pages: str | None = None


def leads_in(page: Page) -> Leads:
    """Return what in the body of a first answer leads to the next page.

    Args:
        page: The page.
    """
    fields = [field for field in fields_about_pages(page, has_envelope=True) if _path_of(field, page) is not None]
    if any(map(says_end, fields)):
        return Leads()

    def first(is_lead: Callable[[EnvelopeField], bool]) -> str | None:
        return next(_paths(page, fields, is_lead), None)

    has_more = first(lambda field: is_next(field) and field.value is True)
    cursors = [field for field in fields if is_next(field) and _is_cursor(field)]
    own = [field for field in fields if field.words == {"cursor"} and _is_cursor(field)] if has_more else []
    return Leads(
        # A whole address rather than a part of one beside it.
        link=first(lambda field: _is_next_link(field, ("http://", "https://")))
        or first(lambda field: _is_next_link(field, ("/", "?"))),
        cursor=_cursor(cursors, page, has_more),
        own_cursor=_cursor(own, page, has_more),
        pages=first(lambda field: is_page_count(field) and field.value > 1),
    )


def _paths(page: Page, fields: list[EnvelopeField], is_lead: Callable[[EnvelopeField], bool]) -> Iterator[str]:
    for field in fields:
        if is_lead(field) and (path := _path_of(field, page)):
            yield path


def _path_of(field: EnvelopeField, page: Page) -> str | None:
    """Return a field's path in the body; None if it is not there, but in a header."""
    path = field.json_path or (field.path if is_dotted(field.path) else json_path_of(field.names))
    return None if first_at(path, page.body) is UNSET else path


def _is_next_link(field: EnvelopeField, beginnings: tuple[str, ...]) -> bool:
    value = field.value
    if not is_next(field) or not isinstance(value, str):
        return False
    # A token may begin with a slash.
    is_token = bool(field.words & CURSORS) and not value.startswith("http")
    # OData has addresses that begin at that of the list: `People?$skip=100`.
    is_relative = "?" in beginnings and bool(field.words & _LINKS) and _RELATIVE.fullmatch(value) is not None
    return (value.startswith(beginnings) or is_relative) and not is_token


def _is_cursor(field: EnvelopeField) -> bool:
    is_text = isinstance(field.value, str) and not _is_next_link(field, ("http://", "https://", "/", "?"))
    return is_text or is_whole(field.value)


def _cursor(fields: list[EnvelopeField], page: Page, has_more: str | None) -> Cursor | None:
    for field in fields:
        if path := _path_of(field, page):
            return Cursor(path, _param_of(field), has_more)
    return None


def _param_of(field: EnvelopeField) -> str:
    if is_whole(field.value) and not field.words & {"cursor", "token"}:
        return next((word for word in ("page", "offset") if word in field.words), "cursor")
    return "cursor"
