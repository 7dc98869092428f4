"""Records with copies of nested fields beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_analytics.paging.selectors.base import Found, Selector

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lifted(Selector, frozen=True):
    """The records of another selector, each with copies of nested fields, which can be columns of a key.

    A field that a record has itself is left as it is.

    Attributes:
        inner: Finds the records.
        fields: Dotted paths of the nested fields, by the names of their copies.
    """

    inner: Selector
    fields: Mapping[str, str]

    @property
    @override
    def takes_values(self) -> bool:
        return self.inner.takes_values

    @override
    def find(self, body: Any) -> Found:
        found = self.inner.find(body)
        records = [self._lifted(record) if isinstance(record, dict) else record for record in found.records]
        return Found(records, found.doubt, found.sources or found.records, found.is_object)

    def _lifted(self, record: dict[str, Any]) -> dict[str, Any]:
        return {**{name: _nested(record, path) for name, path in self.fields.items()}, **record}

    @override
    def __str__(self) -> str:
        return str(self.inner)


def _nested(value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
