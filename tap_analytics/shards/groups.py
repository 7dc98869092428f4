"""Groups of streams that are read together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tap_analytics.errors import SettingsError
from tap_analytics.quoting import guess, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_analytics.shards.streams import ShardedStream

LONGEST_NAME: Final = 12
REST: Final = "*"
"""Stands for the streams that are read by default and that no group names."""

_NAME: Final = re.compile(rf"[a-z](?:[a-z0-9_]{{0,{LONGEST_NAME - 2}}}[a-z0-9])?")


class Group(Struct, frozen=True):
    """Streams that are read together.

    Attributes:
        name: Its name.
        streams: The names of its streams.
    """

    name: str
    streams: tuple[str, ...]


def groups_of(given: Sequence[str], streams: Mapping[str, ShardedStream]) -> list[Group]:
    """Return the groups that were given, each as `name=stream,stream`; one of all streams if none was given.

    Args:
        given: The groups.
        streams: The streams of the API, by name.

    Raises:
        SettingsError: A group is ill-formed, has an unknown stream or one of another group, or parts a family.
    """
    named = dict(map(_named, given or [f"all={REST}"]))
    if len(named) < len(given):
        msg = "Groups: two have the same name"
        raise SettingsError(msg)
    home: dict[str, str] = {}
    for group, names in named.items():
        for name in names:
            if name != REST and name not in streams:
                msg = f"Groups: '{group}' has '{shorten(name)}', and there is no such stream{guess(name, streams)}"
                raise SettingsError(msg)
            if name in home:
                where = f"both in '{home[name]}' and in '{group}'" if home[name] != group else f"twice in '{group}'"
                msg = f"Groups: '{name}' is {where}"
                raise SettingsError(msg)
            home[name] = group
    if REST in home:
        rest = home.pop(REST)
        home |= {name: rest for name, stream in streams.items() if stream.is_default and name not in home}
    _check_families(home, streams)
    groups = [Group(group, tuple(sorted(name for name in home if home[name] == group))) for group in named]
    if empty := [group.name for group in groups if not group.streams]:
        msg = f"Groups: '{empty[0]}' has no stream; the other groups have them all"
        raise SettingsError(msg)
    return groups


def _named(text: str) -> tuple[str, list[str]]:
    group, _, names = (part.strip() for part in text.partition("="))
    streams = [name.strip() for name in names.split(",")]
    if not _NAME.fullmatch(group) or not all(streams):
        msg = (
            f"Groups: '{shorten(text)}' must be like name=stream,stream; the name has {LONGEST_NAME} characters at "
            "most, lower-case letters, digits and underscores, begins with a letter and ends in no underscore"
        )
        raise SettingsError(msg)
    return group, streams


def _check_families(home: Mapping[str, str], streams: Mapping[str, ShardedStream]) -> None:
    """Refuse groups that would ask for one list twice.

    Args:
        home: The group of each stream that has one.
        streams: The streams of the API, by name.
    """
    first: dict[str, str] = {}
    for name in _parents_first(home, streams):
        family = streams[name].family
        other = first.setdefault(family, name)
        if home[other] != home[name]:
            msg = (
                f"Groups: '{other}' is in '{home[other]}' and '{name}' in '{home[name]}', but the list of '{family}' "
                "is read for both; put them into one group"
            )
            raise SettingsError(msg)


def _parents_first(names: Iterable[str], streams: Mapping[str, ShardedStream]) -> list[str]:
    return sorted(names, key=lambda name: (streams[name].family != name, name))
