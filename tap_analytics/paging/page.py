"""A page of a list: one answer, decoded once. Paginators and records both read from it."""

from __future__ import annotations

from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from tap_analytics.records.json_paths import first_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ENCODER = msgspec.json.Encoder()


class Page(Struct, frozen=True, dict=True):
    """One answer, decoded.

    Attributes:
        body: The JSON value.
        records: The records in it.
        path: The path that was asked for.
        headers: The headers of the answer; their names may be in any case.
        doubt: Why the records may not be all that belong on the page; empty if there is no reason to doubt it. Such a
            page is read, but no row may be dropped from the target's table for not being on it.
        sources: The objects in the body that the records were made from, where they are not the records themselves.
        unfiltered: All objects on the page, where a condition left some of them out.
        origin: Scheme, host and port that were asked.
        size: The bytes of the answer's body.
        is_ignored: Whether the answer is none of a list's, and was declared to mean that there are no more records.
        read_again: Makes the page again from the bytes of the answer, which take less memory; None where it cannot.
    """

    body: Any
    records: list[dict[str, Any]]
    path: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    doubt: str = ""
    sources: list[Any] = []
    unfiltered: list[Any] = []
    origin: str = ""
    size: int = 0
    is_ignored: bool = False
    read_again: Callable[[], Page] | None = None

    def changed(self, change: Callable[[Page], Page]) -> Page:
        """Return the page with a change that is made as well whenever the page is made again.

        Args:
            change: Makes the changed page.
        """
        again = None if self.read_again is None else partial(_changed_again, self.read_again, change)
        return replace(change(self), read_again=again)

    @property
    def all_records(self) -> list[Any]:
        """The records, and what a condition left out of them: what says how long the page is, and which one it is."""
        return self.unfiltered or self.records

    @cached_property
    def fingerprint(self) -> int:
        """A hash of the records: pages with the same records have the same one."""
        try:
            return hash(_ENCODER.encode(self.all_records))
        except (UnicodeEncodeError, RecursionError):  # A lone surrogate, or too deeply nested.
            return hash(repr(self.all_records))

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the API put there
        """Return the first value that a path leads to in the body; None if there is none."""
        value = first_at(path, self.body)
        return None if value is UNSET else value

    def has(self, path: str) -> bool:
        """Say whether there is a value under a path, be it null."""
        return first_at(path, self.body) is not UNSET


def _changed_again(read_again: Callable[[], Page], change: Callable[[Page], Page]) -> Page:
    return change(read_again())
