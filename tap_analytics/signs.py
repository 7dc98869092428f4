"""What in an answer says that there is more, and where it says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from tap_analytics.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.answers import Page
    from tap_analytics.pagination import PageTrail

HAS_MORE: Final = "has_more"
"""Where a body says whether there is more, if nobody knows a better place."""

# The usual signs that there is more, without regard to how words are joined, and where they stand.
_HOLDERS: Final = ("", "meta", "links", "_links", "paging", "pagination", "pageInfo", "page_info", "response_metadata")
_NEXT: Final = {
    *("next", "nextpage", "nexturl", "nextlink", "nextpageurl", "nextcursor", "nexttoken", "nextpagetoken"),
    *("@odata.nextlink", "odata.nextlink"),
}
_FLAGS: Final = {"hasmore", "hasnext", "hasnextpage"}
_PAGES: Final = {"totalpages", "pagecount", "lastpage"}
_RECORDS: Final = {"count", "total", "totalcount", "totalrecords", "totalresults", "totalitems"}

# RFC 8288; what `requests` has for it cuts an address at a semicolon, and stops at the first parameter with a "=".
_LINK: Final = re.compile(r'<([^>]*)>((?:[^,"<]|"(?:[^"\\]|\\.)*")*)')
_LINK_PARAM: Final = re.compile(r';\s*([^\s=;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')


def refuse_dead_end(has_more: object) -> None:
    """Refuse to end where the answer says that there is more.

    Args:
        has_more: What it says.

    Raises:
        StreamError: It says so.
    """
    if has_more is True:
        msg = "says that there is more, but gives neither records nor a new cursor to ask for it"
        raise StreamError(msg)


def refuse_other_place(page: Page, trail: PageTrail, place: str) -> None:
    """Refuse to take the first page for the last where another place than the declared one says that there is more.

    Args:
        page: The page.
        trail: The walk so far.
        place: The declared place, in words.

    Raises:
        StreamError: It does.
    """
    if trail.number == 1 and page.get(HAS_MORE) is not False and (sign := next_in(page)):
        msg = f"says that there is more ({sign}), but not where the 'paginator' looks for it ({place})"
        raise StreamError(msg)


def doubt_without(place: str, page: Page, trail: PageTrail) -> str:
    """Return why the first page may not be the last: it is full, and without what would tell."""
    count = len(page.records)
    if trail.number > 1 or page.has(place) or page.get(HAS_MORE) is False or count not in trail.sizes:
        return ""
    return f"gave exactly the {count} records that were asked for, without '{place}', so there may be more"


def next_in(page: Page) -> str | None:
    """Return the name of what usually asks for the next page, if it is there."""
    for path, word, value in _words_in(page):
        if word in _NEXT and isinstance(value, str | int) and value:
            return path
    return None if link_in(page.headers.get("Link", ""), "next") is None else "a link"


def sum_in(page: Page) -> str | None:
    """Return the name of what usually says how much there is, if it says that there is more."""
    # An object with a count is no list.
    sizes = dict.fromkeys(_PAGES, 1)
    if all(record is not page.body for record in page.records):
        sizes |= dict.fromkeys(_RECORDS, len(page.records))
    for path, word, value in _words_in(page):
        if (word in _FLAGS and value is True) or (is_whole(value) and value > sizes.get(word, value)):
            return path
    return None


def _words_in(page: Page) -> Iterator[tuple[str, str, Any]]:
    """Yield the path, the bare word and the value of whatever stands where the usual signs do."""
    for holder in _HOLDERS:
        part = page.get(holder) if holder else page.body
        for key, value in part.items() if isinstance(part, dict) else ():
            path, word = f"{holder}.{key}" if holder else key, re.sub("[-_]", "", key).lower()
            inner = [name for name in ("href", "link", "url") if isinstance(value, dict) and name in value]
            yield (f"{path}.{inner[0]}", word, value[inner[0]]) if inner else (path, word, value)


def link_in(header: str, relation: str) -> str | None:
    """Return the address of a relation in a header `Link`, None if there is none."""
    for link, params in _LINK.findall(header):
        for name, quoted, bare in _LINK_PARAM.findall(params):
            if name.lower() == "rel" and relation.lower() in (quoted or bare.strip("'")).lower().split():
                return str(link)
    return None


def is_nothing(value: object) -> bool:
    """Say whether a value is one of those that stand for none."""
    return value is None or value is False or value == ""


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, which true is not."""
    return isinstance(value, int) and not isinstance(value, bool)
