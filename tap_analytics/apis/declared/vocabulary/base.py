"""What the types of all words are made of.

Every word is one field of one of the types in this package, with its description, whether it works here or not:

* a word that works has its type;
* `Annotated[Any, refused("use … instead")]` is a word of dlt's that does not work here: it is a fault, told with what
  to use instead;
* `Annotated[Any, passed_over("what holds instead")]` has no meaning here: it is read over, and an INFO line says so.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias, TypeVar

from msgspec import Meta, Struct, UnsetType

T = TypeVar("T")

REFUSED: Final = "refused"
PASSED_OVER: Final = "passed_over"
HELD_BY: Final = "held_by"
SHORT_FORM: Final = "x-short-form"
"""Keyword that holds the JSON schemas of what may stand for a word; `shorthands` writes it out."""

Name: TypeAlias = Annotated[str, Meta(min_length=1)]
BodyPath: TypeAlias = Annotated[str, Meta(min_length=1)]
"""A dotted path of keys, or a JSONPath, of which the first match counts."""
Count: TypeAlias = Annotated[int, Meta(ge=0)]


def refused(remedy: str) -> Meta:
    """Return the annotation of a word that is refused.

    Args:
        remedy: What to use instead.
    """
    return Meta(
        description=f"Not supported: {remedy}.", extra={REFUSED: remedy}, extra_json_schema={"enum": [None, [], {}]}
    )


def passed_over(reason: str) -> Meta:
    """Return the annotation of a word that has no effect.

    Args:
        reason: What holds instead.
    """
    return Meta(description=f"Has no effect: {reason}.", extra={PASSED_OVER: reason})


class Word(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be declared. Null is the same as leaving a word out."""


class Variant(Word, frozen=True, kw_only=True, tag_field="type"):
    """One of several things that can be declared in a place; its `type` says which."""


def extra_of(info: Any) -> dict[str, Any]:  # noqa: ANN401 - msgspec has no type for all of its types
    """Return what an annotation says of a word beyond its type.

    Args:
        info: The word's type, as `msgspec.inspect` has it.
    """
    extra: dict[str, Any] = getattr(info, "extra", None) or {}
    return extra


def or_default(value: T | UnsetType, default: T) -> T:
    """Return what stands under a word, or a default where the word is left out.

    Args:
        value: The value of the field.
        default: The default.
    """
    return default if isinstance(value, UnsetType) else value
