"""Lists by cursor that say nothing of their length: an answer has its records, and the cursor of the next page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROW = (
    b'{"id":%d,"created_at":"2024-01-31T10:00:00Z","name":"Ada Example","email":"ada@example.com","amount":129900,'
    b'"ratio":0.125,"is_open":true,"tags":["new","paid"],"owner":{"id":17,"name":"Grace Example"},"text":"%s"}'
)


class Chains:
    """The answers of some lists.

    Args:
        pages: How many pages each list has.
        rows: How many records a page has.
        weight: How many bytes of text a record has.
    """

    def __init__(self, pages: Sequence[int], rows: int, weight: int) -> None:
        self._pages = pages
        self._rows = rows
        self._text = b"x" * weight

    def answer(self, path: str, params: Mapping[str, str]) -> tuple[bytes, int] | None:
        """Answer a request.

        Args:
            path: Its path.
            params: Its query.

        Returns:
            The body, and how many pages the list has; None where there is no such path.
        """
        _, is_chain, number = path.partition("/v1/chain_")
        if not is_chain:
            return None
        pages = self._pages[int(number)]
        page = int(params.get("cursor", "0"))
        first = page * self._rows
        rows = b",".join(_ROW % (id_, self._text) for id_ in range(first, first + self._rows))
        cursor = b'"%d"' % (page + 1) if page + 1 < pages else b"null"
        return b'{"entries":[' + rows + b'],"cursor":' + cursor + b"}", pages
