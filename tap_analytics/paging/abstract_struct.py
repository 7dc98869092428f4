"""Values with named fields.

They are msgspec's structs rather than dataclasses: a dataclass compiles its methods whenever it is imported, and there
are two dozen of them here.
"""

from __future__ import annotations

from abc import ABCMeta

from msgspec import Struct, StructMeta


class _AbstractStructMeta(StructMeta, ABCMeta):
    """Makes structs that have abstract methods."""


class AbstractStruct(Struct, metaclass=_AbstractStructMeta, frozen=True):
    """A struct of which some methods are left to its subclasses."""
