"""What is wrong with the names in the user's stream maps; the SDK passes over them."""

from __future__ import annotations

import logging
from collections import Counter
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final

from singer_sdk.mapper import RemoveRecordTransform

from tap_analytics.errors import SettingsError
from tap_analytics.quoting import guess, shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_analytics.singer.output import OutputStream

_LOGGER = logging.getLogger("tap-analytics")

_OPTIONS: Final = ("__alias__", "__else__", "__filter__", "__key_properties__", "__source__")


def faults(maps: Mapping[str, Any]) -> Iterator[str]:
    """Say which words in the maps look like options of the SDK and are none: it would make columns of them.

    Args:
        maps: The setting `stream_maps`.
    """
    for stream, rules in maps.items():
        for word in rules if isinstance(rules, dict) else ():
            if word.startswith("__") and word.endswith("__") and word not in _OPTIONS:
                place = f"stream_maps.{shorten(stream)}"
                yield f"'{place}' has the unknown option '{shorten(word)}'{guess(word, _OPTIONS)}"


def check_names(maps: Mapping[str, Any] | None, known: Collection[str], streams: Iterable[OutputStream]) -> None:
    """Refuse maps that give two streams one name, and warn of maps of streams that do not exist.

    Args:
        maps: The setting `stream_maps`.
        known: The names of all streams.
        streams: The streams to read.

    Raises:
        SettingsError: Two streams would go into one table, and the version of one would drop the other's rows.
    """
    for key, rules in (maps or {}).items():
        source = rules.get("__source__", key) if isinstance(rules, dict) else key
        if key != "__else__" and not any(fnmatch(name, source) for name in known):
            _LOGGER.warning(
                "Settings: 'stream_maps' has no effect for '%s', since there is no such stream%s",
                shorten(source),
                guess(source, known),
            )
    names = Counter(
        each.stream_alias
        for stream in streams
        for each in stream.stream_maps
        if not isinstance(each, RemoveRecordTransform)
    )
    if equal := [name for name, count in names.items() if count > 1]:
        msg = f"Settings: 'stream_maps' gives the name '{shorten(equal[0])}' to more than one stream"
        raise SettingsError(msg)
