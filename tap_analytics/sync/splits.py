"""Lists that are asked for in parts: once for each value of a query parameter."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.page_token import Params


class SettingValues(Struct, frozen=True):
    """The values of a setting that is a list. An empty one leaves the parameter out.

    Attributes:
        setting: The name of the setting.
    """

    setting: str


Split: TypeAlias = "Mapping[str, SettingValues | tuple[str, ...]]"
"""Query parameters, each with the values that it takes."""


def parts_of(split: Split, config: Mapping[str, Any]) -> list[Params]:
    """Return the parameters of each part, one for every combination of values.

    Args:
        split: The parameters and their values.
        config: The settings.

    >>> parts_of({"type": SettingValues("types"), "archived": ("false", "true")}, {"types": ["Ticket"]})
    [{'type': 'Ticket', 'archived': 'false'}, {'type': 'Ticket', 'archived': 'true'}]
    """
    given = {
        param: config[values.setting] if isinstance(values, SettingValues) else values
        for param, values in split.items()
    }
    taken = {param: values for param, values in given.items() if values}
    return [dict(zip(taken, values, strict=True)) for values in product(*taken.values())]
