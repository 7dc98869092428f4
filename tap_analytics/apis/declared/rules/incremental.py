"""What is wrong with a resource's `incremental` that its types cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from tap_analytics.paging.placeholders import names_in
from tap_analytics.records.json_paths import fault_of
from tap_analytics.records.replication_values import Falling, Instants, Numbers, Texts
from tap_analytics.sync.value_filters import INCREMENTAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.apis.declared.replication import Replication
    from tap_analytics.records.replication_values import ReplicationType, ReplicationValue

_SEVERAL: Final = re.compile(r"[*?]|\.\.")


def incremental_faults(declaration: Declaration) -> Iterator[str]:
    """Say what is wrong with the incremental replication of a resource.

    Args:
        declaration: The resource.

    Yields:
        A sentence for each fault, with its place in `endpoint.incremental`.
    """
    replication = declaration.replication
    if replication is None:
        return
    path = replication.word.cursor_path
    if _SEVERAL.search(path):
        yield "cursor_path: must lead to one value, without '*', '..' and conditions"
    elif fault := fault_of(path):
        yield f"cursor_path: {fault}"
    elif faults := list(_value_faults(replication)):
        yield from faults
    word = replication.word
    if word.end_param is not UNSET and word.end_param == word.start_param:
        yield "end_param: must be another one than 'start_param'"
    for name in sorted(set(names_in(declaration.path)) & INCREMENTAL_VALUES):
        value = name.partition(".")[2]
        needed = "initial_value" if value in {"start_value", "last_value"} else value
        if getattr(word, needed) is UNSET:
            yield f"{needed}: is missing, and the path has a place for it"


def _value_faults(replication: Replication) -> Iterator[str]:
    word = replication.word
    try:
        values = replication.values()
    except ValueError as error:
        yield f"{'initial_value' if word.cursor_format is UNSET else 'cursor_format'}: {error}"
        return
    found: dict[str, ReplicationValue | None] = {}
    for name, read in (("initial_value", replication.first), ("end_value", replication.last)):
        try:
            found[name] = read(values)
        except (TypeError, ValueError):
            yield f"{name}: is no {values.name}, as the other values are"
    if word.end_value is not UNSET and word.initial_value is UNSET:
        yield "end_value: needs 'initial_value' beside it"
    first, last = found.get("initial_value"), found.get("end_value")
    if first is not None and last is not None and last < first:
        yield "end_value: must not come before 'initial_value'"
    yield from _lookback_faults(replication, values)


def _lookback_faults(replication: Replication, values: ReplicationType) -> Iterator[str]:
    word, inner = replication.word, values.inner if isinstance(values, Falling) else values
    given = [name for name in ("lookback", "lag") if getattr(word, name) is not UNSET]
    if len(given) > 1:
        yield "lag: is the same as 'lookback', in another unit; leave one of them out"
    elif given and isinstance(inner, Texts):
        yield f"{given[0]}: there is no distance between texts; leave it out"
    elif given == ["lookback"] and isinstance(inner, Numbers):
        yield "lookback: is in days; use 'lag' for a number, or declare the unit of time as 'cursor_format'"
    elif given == ["lag"] and replication.path and not replication.is_declared and isinstance(inner, Instants):
        yield "lag: needs 'initial_value' beside it, which says whether it is in days or in seconds"
