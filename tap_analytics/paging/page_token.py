"""What asks for a page: what it changes in the stream's request, or the address that the page before it gave."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

ParamValue: TypeAlias = "str | int | list[str]"
Params: TypeAlias = dict[str, ParamValue]
"""What a page changes in a request: query parameters, and fields of the body where the name is a `BodyField`."""

NO_PARAMS: Final[Mapping[str, ParamValue]] = MappingProxyType({})


class BodyField(str):
    """The dotted path of a field in a request's body.

    It stands among names of query parameters, so that paginators need not know where their parameters go. A field and a
    query parameter of the same name are two things.
    """

    __slots__ = ()

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, BodyField) and str(self) == str(other)

    @override
    def __ne__(self, other: object) -> bool:
        return not self == other

    @override
    def __hash__(self) -> int:
        return hash((BodyField, str(self)))

    def put_into(self, body: object, value: object) -> dict[str, Any]:
        """Return a body with a value in this place; what stands beside it is kept.

        Args:
            body: The body, or None; what is no object is replaced by one.
            value: The value.
        """
        outer: dict[str, Any] = dict(body) if isinstance(body, dict) else {}
        name, _, inner = str(self).partition(".")
        outer[name] = BodyField(inner).put_into(outer.get(name), value) if inner else value
        return outer


class Address(Struct, frozen=True):
    """The address of a page, as an answer gave it. Parameters that the walk repeats are not added to it.

    Attributes:
        path: The path on the API's origin.
        params: The query parameters.
    """

    path: str
    params: Params
