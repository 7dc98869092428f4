"""The shards: which streams of which account, and which days of them, are read by one run of the tap."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec looks at it
from typing import TYPE_CHECKING

from msgspec import Struct

from tap_analytics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_analytics.shards.accounts import Account
    from tap_analytics.shards.groups import Group
    from tap_analytics.shards.streams import ShardedStream
    from tap_analytics.shards.windows import Window


class Shard(Struct, frozen=True, omit_defaults=True):
    """What one run of the tap reads.

    Attributes:
        id: What the shard is told from others by, at all times: the key of its state, its lock and its label.
        account: The account.
        streams: The streams to select.
        start_date: The setting of that name.
        end_date: The setting of that name.
    """

    id: str
    account: str
    streams: tuple[str, ...]
    start_date: date | None = None
    end_date: date | None = None


def nightly(accounts: Sequence[Account], groups: Sequence[Group]) -> Iterator[Shard]:
    """Yield a shard for each account and group, without dates: its bookmark says where it begins."""
    for account in accounts:
        for group in groups:
            yield Shard(f"{account.label}.{group.name}", account.name, group.streams)


def back_fill(
    accounts: Sequence[Account],
    groups: Sequence[Group],
    streams: Mapping[str, ShardedStream],
    windows: Sequence[Window],
) -> Iterator[Shard]:
    """Yield a shard for each account, group and window, with the streams that the service filters by date.

    Args:
        accounts: The accounts.
        groups: The groups, which keep their names.
        streams: The streams of the API, by name.
        windows: The windows.

    Raises:
        SettingsError: There is no such stream in any group.
    """
    found = [(group, tuple(name for name in group.streams if streams[name].has_windows)) for group in groups]
    found = [(group, names) for group, names in found if names]
    if not found:
        known = ", ".join(name for name, stream in streams.items() if stream.has_windows) or "none of this API"
        msg = f"Dates: no group has a stream that the service filters by date ({known}); all others are read whole"
        raise SettingsError(msg)
    for account in accounts:
        for group, names in found:
            for window in windows:
                days = f"{_digits(window.first)}-{_digits(window.last)}"
                key = f"{account.label}.{group.name}.{days}"
                yield Shard(key, account.name, names, window.first, window.last)


def _digits(day: date) -> str:
    """Return a day as eight digits; `strftime` leaves out the zeros before a year on some systems."""
    return day.isoformat().replace("-", "")
