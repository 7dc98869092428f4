"""The lists of the support API: what each is asked for with, and how it answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from analytics_sandbox.support_data import OBJECT_TYPES
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics_sandbox.manners import Manners
    from analytics_sandbox.table import Place

Envelope = Literal["list", "without_meta", "array"]
Bounds = tuple["Place", "Place | None"]
"""The first place of an order to read, and the first to read no more."""

CREATED: Final = "created_datetime"
_WITHOUT_END: Final = (math.inf,)


class WrongParameterError(ValueError):
    """A parameter that the service refuses.

    Args:
        param: Its name.
        text: What is wrong with it.
    """

    def __init__(self, param: str, text: str) -> None:
        super().__init__(param, text)
        self.param, self.text = param, text


class Listing(NamedTuple):
    """A list.

    Attributes:
        table: The table of its rows.
        orders: What `order_by` takes.
        default: The order of the table where none is asked for.
        descends: Whether that order is read backwards.
        filters: Its further parameters.
        names_direction: Whether an order without a direction is refused.
        example: What its envelope is in the service's own examples, where it differs from what it answers.
        envelope: What stands around its rows.
    """

    table: str
    orders: tuple[str, ...] = (CREATED,)
    default: str = "id"
    descends: bool = False
    filters: tuple[str, ...] = ()
    names_direction: bool = False
    example: Envelope = "list"
    envelope: Envelope = "list"

    def around(self, manners: Manners) -> Envelope:
        """What stands around its rows, as the service's manners are."""
        return self.example if manners.bare_arrays else self.envelope

    def bounds(self, params: Mapping[str, str], manners: Manners) -> Bounds:
        """What of an order the parameters ask for.

        Raises:
            WrongParameterError: The service refuses one of them.
        """
        if "archived" in self.filters:
            return _of_archived(params, manners, typed="object_type" in self.filters)
        return _of_dates(params) if any(name.startswith(CREATED) for name in self.filters) else ((), None)


_DATES: Final = tuple(f"{CREATED}[{word}]" for word in ("gt", "gte", "lt", "lte"))

LISTS: Final[Mapping[str, Listing]] = {
    "/customers": Listing("customers", (CREATED, "updated_datetime")),
    "/custom-fields": Listing("custom_fields", ("priority",), "priority", filters=("object_type", "archived")),
    "/tickets": Listing("tickets", (CREATED, "updated_datetime"), CREATED, descends=True),
    "/messages": Listing("messages", default=CREATED, descends=True),
    "/events": Listing("events", default=CREATED, descends=True, filters=_DATES, names_direction=True),
    "/satisfaction-surveys": Listing("satisfaction_surveys"),
    "/users": Listing("users"),
    "/teams": Listing("teams", envelope="without_meta"),
    "/tags": Listing("tags"),
    "/views": Listing("views", example="array"),
    "/rules": Listing("rules", example="array"),
    "/macros": Listing(
        "macros",
        (CREATED, "updated_datetime", "name", "usage"),
        CREATED,
        filters=("archived",),
    ),
    "/jobs": Listing("jobs"),
    "/integrations": Listing("integrations"),
    "/widgets": Listing("widgets"),
    "/phone/voice-calls": Listing("voice_calls", ()),
    "/phone/voice-call-events": Listing("voice_call_events", (), example="array"),
    "/phone/voice-call-recordings": Listing("voice_call_recordings", (), example="array"),
}
"""The lists by their paths."""


def flag(params: Mapping[str, str], param: str) -> bool:
    """What a parameter says that is true or false; without it, false.

    Raises:
        WrongParameterError: It says neither.
    """
    text = params.get(param, "false").lower()
    if text not in {"true", "false"}:
        raise WrongParameterError(param, "Not a valid boolean.")
    return text == "true"


def _of_archived(params: Mapping[str, str], manners: Manners, *, typed: bool) -> Bounds:
    """What is archived and what is not are lists of their own, unless nothing is promised; so are types of objects."""
    archived = flag(params, "archived")
    kind: tuple[Any, ...] = ()
    if typed and ((param := "object_type") in params or manners.style != "sketch"):
        object_type = params.get(param)
        if object_type not in OBJECT_TYPES:
            text = "Missing data for required field." if object_type is None else "Not a valid choice."
            raise WrongParameterError(param, text)
        kind = (object_type,)
    if manners.style == "sketch" and "archived" not in params:
        return (*kind, False), (*kind, True + 1)
    return (*kind, archived), (*kind, archived + 1)


def _of_dates(params: Mapping[str, str]) -> Bounds:
    """Dates bound the order by creation; they are instants, in UTC where they have no offset."""
    low: list[Place] = [()]
    high: list[Place] = []
    for name, text in params.items():
        if name in _DATES:
            try:
                moment = instant(text)
            except ValueError:
                raise WrongParameterError(name, "Not a valid datetime.") from None
            match name.removeprefix(f"{CREATED}[")[:-1]:
                case "gte":
                    low.append((moment,))
                case "gt":
                    low.append((moment, *_WITHOUT_END))
                case "lt":
                    high.append((moment,))
                case _:
                    high.append((moment, *_WITHOUT_END))
    return max(low), min(high, default=None)
