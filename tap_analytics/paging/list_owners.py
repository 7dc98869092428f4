"""Which addresses are of which parent's list."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tap_analytics.errors import StreamError
from tap_analytics.paging.field_names import CURSORS, PAGES, words_of
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params, ParamValue


class ListOwners:
    """Which addresses are of which parent's list, so that no link leads from one parent's list into another's.

    A service may give the pages of all lists under one path, and tell them apart by the query: by what in it is no
    number of a page.
    """

    def __init__(self) -> None:
        self._lists: dict[int, int] = {}
        self._linked_paths: dict[int, int] = {}
        self._linked: dict[int, int] = {}
        self._lock = Lock()

    def begin(self, path: str, params: Params, owner: object) -> None:
        """Take note of where a list begins.

        Args:
            path: The path on the API's origin.
            params: The query parameters that say whose list it is.
            owner: What tells the list from all others.

        Raises:
            StreamError: Another list lies there, or has been led there.
        """
        place = _place(path, params)
        with self._lock:
            _claim(self._lists, place, path, owner)
            _check(self._linked_paths, place, path, owner)

    def follow(self, path: str, params: Params, query: Params, owner: object) -> None:
        """Take note of where a link leads.

        Args:
            path: The path on the API's origin.
            params: The query parameters that say whose list it is.
            query: All query parameters.
            owner: What tells the list from all others.

        Raises:
            StreamError: It leads to where another list begins, or where a link of another list led.
        """
        place = _place(path, params)
        with self._lock:
            _check(self._lists, place, path, owner)
            if self._lists.get(place) is None:
                self._linked_paths.setdefault(place, hash(owner))
                others = {name: value for name, value in query.items() if not _is_page_number(name, value)}
                _claim(self._linked, _place(path, others), path, owner)


def _place(path: str, params: Params) -> int:
    return hash((unquote(path).rstrip("/"), repr(sorted(params.items()))))


def _is_page_number(name: str, value: ParamValue) -> bool:
    return bool(words_of(name) & (PAGES | CURSORS)) and str(value).isdecimal()


def _check(owners: dict[int, int], place: int, path: str, owner: object) -> None:
    if owners.get(place, hash(owner)) != hash(owner):
        msg = f"leads from the list of one parent into that of another one ({shorten(path)})"
        raise StreamError(msg)


def _claim(owners: dict[int, int], place: int, path: str, owner: object) -> None:
    _check(owners, place, path, owner)
    owners[place] = hash(owner)
