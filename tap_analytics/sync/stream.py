"""The base of all streams: a declaration that can be read."""

from __future__ import annotations

from abc import ABC
from contextlib import closing
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_analytics.sync.list_stream import ListStream
from tap_analytics.sync.reading import Reading
from tap_analytics.sync.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context


class AnalyticsStream(ListStream, ABC):
    """A stream, as the classes of the API packages declare it."""

    @override
    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:
        # Alone, as the SDK's own tests read a stream; in a run, a scheduler reads it together with all others.
        run = Run()
        with closing(run), closing(Reading(self, run).items()) as items:
            yield from run.pool.blocking(items)
