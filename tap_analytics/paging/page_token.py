"""What asks for a page: query parameters, or the address that the page before it gave."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

ParamValue: TypeAlias = "str | int | list[str]"
Params: TypeAlias = dict[str, ParamValue]
"""Query parameters."""

NO_PARAMS: Final[Mapping[str, ParamValue]] = MappingProxyType({})


class Address(Struct, frozen=True):
    """The address of a page, as an answer gave it. Parameters that the walk repeats are not added to it.

    Attributes:
        path: The path on the API's origin.
        params: The query parameters.
    """

    path: str
    params: Params
