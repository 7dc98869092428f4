"""Which streams of a run have failed; a failure ends only its own stream, and the log has one line for it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from tap_analytics.errors import AnalyticsError, StreamError, ends_run
from tap_analytics.http.failures import advice_on_all, advice_on_missing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tap_analytics.sync.list_stream import ListStream


class StreamFailure(NamedTuple):
    """What has ended a stream.

    Attributes:
        error: The error.
        line: What the log says about it.
    """

    error: Exception
    line: str


class StreamFailures:
    """What has ended streams, by their names.

    Args:
        logger: Takes a line for each failure.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._failures: dict[str, StreamFailure] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._failures

    def __iter__(self) -> Iterator[str]:
        return iter(self._failures)

    def __bool__(self) -> bool:
        return bool(self._failures)

    @contextmanager
    def recorded(self, stream: ListStream) -> Iterator[None]:
        """Take note of whatever ends a stream, and let everything pass that ends the run.

        Args:
            stream: The stream that is worked on meanwhile.
        """
        try:
            yield
        except Exception as error:
            if ends_run(error):
                raise
            failure = self._failures[stream.name] = StreamFailure(error, stream.failure_message(error))
            # Where one path is not found, often none is: what to do is said once, at the end.
            told = stream.failure_message(StreamError(error.reason)) if _is_missing(error) else failure.line
            self._logger.error("%s", told, exc_info=self._logger.isEnabledFor(logging.DEBUG))  # noqa: TRY400 - one line

    def reason(self, name: str) -> str:
        """Return why a stream failed, in one line; empty if it did not.

        Args:
            name: The stream's name.
        """
        return self._failures[name].line if name in self._failures else ""

    def check(self, streams: Collection[str], paths: str) -> None:
        """Fail if one of some streams has failed.

        Args:
            streams: Their names.
            paths: The settings that say where the lists are, for the case that none was found.

        Raises:
            AnalyticsError: One has failed.
        """
        failed = [name for name in streams if name in self._failures]
        if not failed:
            return
        errors = [self._failures[name].error for name in failed]
        counted = f"{len(failed)} of {len(streams)} streams failed"
        if len(failed) == 1:
            # The line begins with the stream's name.
            msg = f"{counted}: {self._failures[failed[0]].line}"
            raise AnalyticsError(msg)
        msg = f"{counted}: {', '.join(failed)}"
        missing = [name for name, error in zip(failed, errors, strict=True) if _is_missing(error)]
        statuses = {getattr(error, "status", None) for error in errors}
        if len(failed) == len(streams) and (advice := advice_on_all(statuses, paths)):
            msg = f"{msg}. {advice}"
        elif missing:
            msg = f"{msg}. Not found (404): {', '.join(missing)}; {advice_on_missing(paths)}"
        raise AnalyticsError(msg)


def _is_missing(error: Exception) -> TypeGuard[StreamError]:
    return isinstance(error, StreamError) and error.status == HTTPStatus.NOT_FOUND
