"""What time it is in the sandbox."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """The real clock, or a frozen one that moves only when it is told to.

    Args:
        now: The instant at which the clock stands still, with a time zone; None for the real clock.

    Raises:
        ValueError: `now` has no time zone.
    """

    def __init__(self, now: datetime | None = None) -> None:
        if now is not None and now.tzinfo is None:
            message = "now needs a time zone, for instance datetime(2025, 6, 1, tzinfo=timezone.utc)"
            raise ValueError(message)
        self._now = now

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return (self._now or datetime.now(timezone.utc)).astimezone(timezone.utc)

    def advance(self, by: timedelta) -> datetime:
        """Move a frozen clock.

        Args:
            by: How far.

        Returns:
            The new present.

        Raises:
            ValueError: This is the real clock.
        """
        if self._now is None:
            message = "the real clock cannot be moved: give the sandbox a `now`"
            raise ValueError(message)
        self._now += by
        return self.now()
