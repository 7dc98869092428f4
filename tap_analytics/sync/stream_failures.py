"""Which streams of a run have failed: each ends nothing but itself, and is told in one line."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_analytics.errors import AnalyticsError, ends_run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tap_analytics.sync.list_stream import ListStream


class StreamFailures:
    """What has ended streams, by their names.

    Args:
        logger: Where failures are told.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._errors: dict[str, Exception] = {}
        self._told: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._errors

    def __iter__(self) -> Iterator[str]:
        return iter(self._errors)

    def __bool__(self) -> bool:
        return bool(self._errors)

    @contextmanager
    def told(self, stream: ListStream) -> Iterator[None]:
        """Take note of whatever ends a stream, and let everything pass that ends the run.

        Args:
            stream: The stream that is worked on meanwhile.
        """
        try:
            yield
        except Exception as error:
            if ends_run(error):
                raise
            self._errors[stream.name] = error
            told = self._told[stream.name] = stream.told_failure(error)
            self._logger.error("%s", told, exc_info=self._logger.isEnabledFor(logging.DEBUG))  # noqa: TRY400 - one line

    def reason(self, name: str) -> str:
        """Return why a stream failed, in one line; empty if it did not.

        Args:
            name: The stream's name.
        """
        return self._told.get(name, "")

    def check(self, streams: Collection[str], paths: str) -> None:
        """Fail if one of some streams has failed.

        Args:
            streams: Their names.
            paths: The settings that say where the lists are, for the case that none was found.

        Raises:
            AnalyticsError: One has failed.
        """
        failed = [name for name in streams if name in self._errors]
        if failed:
            msg = f"{len(failed)} of {len(streams)} streams failed: {', '.join(failed)}"
            statuses = {getattr(self._errors[name], "status", None) for name in failed}
            if len(failed) == len(streams) and statuses - {None} == {HTTPStatus.NOT_FOUND}:
                msg = f"{msg}. No path was found: are 'api_url' and {paths} right?"
            raise AnalyticsError(msg)
