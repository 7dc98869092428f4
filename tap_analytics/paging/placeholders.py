"""Placeholders in paths and query parameters, which stand for a field of a parent's record.

`{resources.customers.uuid}` stands for a field of the parent's record and for nothing else: no setting can get into an
address this way.
"""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from tap_analytics.errors import StreamError
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][\w.-]*)\}", re.ASCII)
FIELD: Final = re.compile(r"resources\.(?P<parent>[\w-]+)\.(?P<field>[\w-]+(\.[\w-]+)*)", re.ASCII)


def parent_params(params: Params, asked: Params) -> Params:
    """Return those query parameters that have a placeholder, as they are asked for.

    Args:
        params: The stream's parameters, with placeholders.
        asked: The parameters of a request.
    """
    names = [name for name, text in params.items() if isinstance(text, str) and PLACEHOLDER.search(text)]
    return {name: asked[name] for name in names if name in asked}


class ListOwners:
    """Which parent's list lies where, so that no link leads from one parent's list into that of another."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}
        self._lock = Lock()

    def claim(self, path: str, params: Params, owner: object) -> None:
        """Let a place belong to a list.

        Args:
            path: The path on the API's origin.
            params: The query parameters that say whose list it is.
            owner: What tells the list from all others.

        Raises:
            StreamError: The place belongs to another list already.
        """
        place = hash((unquote(path).rstrip("/"), repr(sorted(params.items()))))
        with self._lock:
            if self._owners.setdefault(place, hash(owner)) != hash(owner):
                msg = f"leads from the list of one parent into that of another one ({shorten(path)})"
                raise StreamError(msg)
