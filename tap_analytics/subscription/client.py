"""The subscription API: its credentials, its pages and the names on its wire."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

from tap_analytics.pagination import CursorOrPageNumber, Paginator
from tap_analytics.schemas import SchemaFile
from tap_analytics.stream import AnalyticsStream


class SubscriptionStream(AnalyticsStream, ABC):
    """A list of the subscription API, under `entries` unless a stream says otherwise.

    Since late 2023 the service pages by `cursor` and `has_more`; before, and on other hosts, by page number.
    """

    credentials = ("api_key", "api_key")
    default_page_size = 200
    max_page_size = 200
    rate_limit = (40, 1)
    # The service answers 503 to more than 20.
    default_parallel_requests = 8
    records_key: ClassVar[str | None] = "entries"
    paginator: ClassVar[Paginator] = CursorOrPageNumber(limit_param="per_page")
    schema = SchemaFile(__package__)
    renames = {"chartmogul-url": "app_url"}  # noqa: RUF012 - the service's own name on the wire
