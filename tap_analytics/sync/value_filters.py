"""Lists that the API filters by a replication key of any type, in one walk."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec looks at it
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from typing_extensions import override

from tap_analytics.sync.walks import Bounds, Key, Walk

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.placeholders import Values
    from tap_analytics.records.replication_values import ReplicationType, ReplicationValue

_INITIAL: Final = "incremental.initial_value"
_STARTS: Final = ("incremental.start_value", "incremental.last_value")
_END: Final = "incremental.end_value"

LAG: Final = "incremental.lag"
CURSOR_PATH: Final = "incremental.cursor_path"

INCREMENTAL_VALUES: Final = frozenset({_INITIAL, *_STARTS, _END, LAG, CURSOR_PATH})
"""The placeholders that such a walk has values for."""


class BoundedWalk(Walk):
    """The rows of a list whose replication key lies within bounds.

    Args:
        params: Query parameters that every page of the walk repeats.
        values: The values of placeholders in the stream's request.
        bounds: What the replication keys lie between.
    """

    def __init__(self, params: Params, values: Values, bounds: Bounds) -> None:
        super().__init__(params, values)
        self._bounds = bounds

    @override
    def takes(self, key: Key, value: ReplicationValue | None) -> bool:
        is_wanted = self._bounds.hold(value)
        self.left_out += not is_wanted
        return is_wanted


class ValueFilter(Struct, frozen=True):
    """An API's filter by value, or none at all: then what is too old is read and left out.

    Whether the ends of the filter are inclusive is unknown, so the parameters ask for a little more at both of them. A
    placeholder has exactly the value: what stands around it says what it means.

    Attributes:
        start_param: The query parameter that takes the first value; None where the API has none.
        end_param: The query parameter that takes the last value; None where the API has none.
        initial: The first value of all, as it is declared.
        fixed: The values of placeholders that are the same in each run.
    """

    start_param: str | None = None
    end_param: str | None = None
    initial: str | int | None = None
    fixed: Mapping[str, str | int] = {}

    def walk(self, since: ReplicationValue | None, bounds: Bounds, values: ReplicationType) -> BoundedWalk:
        """Return the walk that reads what lies within bounds.

        Args:
            since: The bookmark less the look-back.
            bounds: What the replication keys of wanted rows lie between.
            values: What they are.
        """
        wanted = bounds.since(since)
        params: Params = {}
        for param, value, step, is_exact in (
            (self.start_param, wanted.first, -1, wanted.without_first),
            (self.end_param, wanted.last, 1, wanted.without_last),
        ):
            if param and value is not None:
                params[param] = values.write(value) if is_exact else values.write_beside(value, step)
        return BoundedWalk(params, self._values(wanted, bounds, values), wanted)

    def _values(self, wanted: Bounds, bounds: Bounds, values: ReplicationType) -> Values:
        """Return the values of placeholders; what has none is missing."""
        initial = self.initial
        if initial is None and bounds.first is not None:
            initial = values.write(bounds.first)
        start = initial if wanted.first == bounds.first else values.write(wanted.first)
        end = None if wanted.last is None else values.write(wanted.last)
        found = {**self.fixed, _INITIAL: initial, **dict.fromkeys(_STARTS, start), _END: end}
        return {name: value for name, value in found.items() if value is not None}
