"""What can end a stream or a run. Each message is one line."""

from __future__ import annotations


class AnalyticsError(Exception):
    """A failure whose message is one line; no stack trace is logged with it."""


class SettingsError(AnalyticsError):
    """A setting, the catalog or the state is missing or ill-formed; nothing has been requested yet."""


class ServiceError(AnalyticsError):
    """The service cannot be reached or refuses the credentials: no stream can be read, so the run ends."""


class OutputError(AnalyticsError):
    """Stdout takes no more, so the run ends."""


class StreamError(AnalyticsError):
    """One stream cannot be read to its end; the others still can.

    Args:
        message: What failed, and what to do.
        status: The HTTP status, where an answer is what failed.
        reason: What failed, without what to do; the message by default.
    """

    def __init__(self, message: str, status: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason or message


class LostPlaceError(StreamError):
    """A walk through the pages of a list has lost its place; begun again, it may come to the list's end."""


def ends_run(error: BaseException | None) -> bool:
    """Say whether an error that a stream raised ends the run. Any other error, foreseen or not, ends that stream."""
    return isinstance(error, AnalyticsError) and not isinstance(error, StreamError)
