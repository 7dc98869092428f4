"""Which addresses are of which parent's list."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tap_analytics.errors import StreamError
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params


class ListOwners:
    """Which addresses are of which parent's list, so that no link leads from one parent's list into another's."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}
        self._lock = Lock()

    def claim(self, path: str, params: Params, owner: object) -> None:
        """Take note that an address is of a list.

        Args:
            path: The path on the API's origin.
            params: The query parameters that say whose list it is.
            owner: What tells the list from all others.

        Raises:
            StreamError: It is of another list already.
        """
        address = hash((unquote(path).rstrip("/"), repr(sorted(params.items()))))
        with self._lock:
            if self._owners.setdefault(address, hash(owner)) != hash(owner):
                msg = f"leads from the list of one parent into that of another one ({shorten(path)})"
                raise StreamError(msg)
