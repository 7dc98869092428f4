"""The support API: its credentials, its pages and its order."""

from __future__ import annotations

from abc import ABC
from datetime import timedelta
from typing import ClassVar

from typing_extensions import override

from tap_analytics.pagination import BodyCursor, Paginator, Params
from tap_analytics.schemas import SchemaFile
from tap_analytics.stream import AnalyticsStream


class SupportStream(AnalyticsStream, ABC):
    """A list of the support API, under `data` unless a stream says otherwise.

    The service answers 400 to any parameter that an endpoint does not take, so a stream sends only its own.
    """

    credentials = ("username", "password")
    default_page_size = 50
    max_page_size = 100
    rate_limit = (40, 20)
    default_parallel_requests = 2
    records_key: ClassVar[str | None] = "data"
    paginator: ClassVar[Paginator] = BodyCursor(limit_param="limit", cursor_path="meta.next_cursor")
    schema = SchemaFile(__package__)
    # Rows are committed a little later than the time that they carry.
    lookback = timedelta(minutes=10)

    @property
    @override
    def params(self) -> Params:
        return {"order_by": f"{self.replication_key}:desc"} if self.newest_first else {}
