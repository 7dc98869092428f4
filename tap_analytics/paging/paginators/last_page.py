"""What paginators check before they take a page for the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_analytics.errors import StreamError
from tap_analytics.paging.end_signs import says_complete, says_last, signs_in
from tap_analytics.records.json_paths import has_holder

if TYPE_CHECKING:
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.progress import Progress

HAS_MORE: Final = "has_more"
"""The path of the flag for "there is more", where none is declared."""


_TRUE: Final = frozenset({"true", "yes", "t", "y", "1"})
_FALSE: Final = frozenset({"false", "no", "f", "n", "0"})


def flag_in(page: Page, path: str) -> bool | None:
    """Return a flag in the body; None if there is none.

    Args:
        page: The page.
        path: The flag's path. A text or number for true or false is read as such.
    """
    value = page.get(path)
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None


def is_nothing(value: object) -> bool:
    """Say whether a value in the place of a cursor or an address means that there is none."""
    return value is None or value is False or value == ""


def refuse_dead_end(has_more: object) -> None:
    """Refuse to end where the answer says that there is more.

    Args:
        has_more: The value of its flag.

    Raises:
        StreamError: It says so.
    """
    if has_more is True:
        msg = "says that there is more, but gives neither records nor a new cursor to ask for it"
        raise StreamError(msg)


def refuse_other_place(page: Page, progress: Progress, place: str, path: str = "") -> None:
    """Refuse to take the first page for the last where another place than the declared one says that there is more.

    Args:
        page: The page.
        progress: The walk so far.
        place: The declared place, for the message.
        path: Its path in the body.

    Raises:
        StreamError: Another place says so.
    """
    if progress.number > 1 or flag_in(page, HAS_MORE) is False:
        return
    signs = signs_in(page)
    # Where the declared place is there but empty, a cursor beside it may be the page's own.
    is_there = bool(path) and (page.has(path) or has_holder(path, page.body))
    if sign := signs.next or (None if is_there else signs.cursor or signs.pages):
        msg = f"says that there is more ({sign}), but not where the 'paginator' looks for it ({place})"
        raise StreamError(msg)


def doubt_without(path: str, page: Page, progress: Progress) -> str:
    """Return why the first page may not be the last, although the declared place says nothing of a next one."""
    if progress.number > 1 or flag_in(page, HAS_MORE) is False or (path and not is_nothing(page.get(path))):
        return ""
    count = len(page.all_records)
    if path and not page.has(path) and count in progress.sizes and not says_complete(page):
        return f"gave exactly the {count} records that were asked for, without '{path}', so there may be more"
    if sign := signs_in(page).total:
        return f"gave {count} records of more ('{sign}'), and no way to ask for the others"
    return ""


def may_be_last(page: Page, progress: Progress) -> bool:
    """Say whether a page of a list that is counted may be the last one, so that there may be none behind it.

    It is shorter than a page is to be, or says that there is no next page, or that all have come.
    """
    count = len(page.all_records)
    full = max(progress.sizes, default=0) if progress.number == 1 else progress.longest
    return count < full or says_last(page, progress.pages + 1, progress.count + count)
