"""A base for msgspec's structs with abstract methods.

Structs are used rather than dataclasses, which compile their methods at every start of the tap.
"""

from __future__ import annotations

from abc import ABCMeta

from msgspec import Struct, StructMeta


class _AbstractStructMeta(StructMeta, ABCMeta):
    """Makes structs that have abstract methods."""


class AbstractStruct(Struct, metaclass=_AbstractStructMeta, frozen=True):
    """A struct of which some methods are left to its subclasses."""
