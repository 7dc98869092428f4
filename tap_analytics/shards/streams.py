"""What has to be known of a stream to read it apart from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tap_analytics.apis import declared, subscription, support
from tap_analytics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_analytics.sync.list_stream import ListStream

_BUILTIN: Mapping[str, Iterable[type[ListStream]]] = {
    "subscription": subscription.STREAMS,
    "support": support.STREAMS,
    "declared": (),
}

APIS = tuple(_BUILTIN)
"""The values of the setting `api`."""


class ShardedStream(Struct, frozen=True):
    """A stream.

    Attributes:
        name: Its name.
        family: The stream whose list is read for it and for all others of the family: its topmost parent, else itself.
        has_windows: Whether the service filters it by date, so that some days can be read by themselves.
        is_default: Whether it is read by default.
    """

    name: str
    family: str
    has_windows: bool
    is_default: bool


def streams_of(api: str, resources: str | None = None) -> dict[str, ShardedStream]:
    """Return the streams of an API by name.

    Args:
        api: The API, as in the setting of that name.
        resources: The path of a file with declared resources, as in the setting of that name.

    Raises:
        SettingsError: The file cannot be read, or does not declare what it should.
    """
    classes = _by_name(_BUILTIN[api])
    if resources is not None:
        classes |= _by_name(_declared(api, resources))
    if not classes:
        msg = "Streams: a declared API has those of its resources; name their file with --resources"
        raise SettingsError(msg)
    return {name: _sharded(name, each, classes) for name, each in classes.items()}


def _by_name(classes: Iterable[type[ListStream]]) -> dict[str, type[ListStream]]:
    # Each of these classes has a name, though the SDK declares it of their objects only.
    return {each.name: each for each in classes}  # type: ignore[misc]


def _declared(api: str, resources: str) -> Iterable[type[ListStream]]:
    config = {"api": api, "resources": resources}
    declared.add_implied_settings(config)
    checked = declared.check(config, _by_name(_BUILTIN[api]))
    if checked.faults:
        msg = f"Settings: {'; '.join(checked.faults)}"
        raise SettingsError(msg)
    return declared.declared_streams(checked.declarations, declared.API)


def _sharded(name: str, stream: type[ListStream], classes: Mapping[str, type[ListStream]]) -> ShardedStream:
    dates = stream.date_filter
    has_windows = dates is not None and dates.start_param is not None and dates.end_param is not None
    family = name
    while (parent := classes[family].parent) is not None and parent.name in classes:
        family = parent.name
    return ShardedStream(name, family, has_windows, stream.selected_by_default)
