"""The subscription API: its credentials, its pages and the names on its wire."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, ClassVar

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.http.api import Api
from tap_analytics.paging.paginators import CursorOrPageNumber
from tap_analytics.paging.selectors import KeyPath, Selector
from tap_analytics.sync.stream import AnalyticsStream

if TYPE_CHECKING:
    from tap_analytics.paging.paginators import Paginator

API = Api(
    name="subscription",
    credentials=("api_key", "api_key"),
    page_size=200,
    max_page_size=200,
    requests=40,
    seconds=1,
    # The service answers 503 to more than 20.
    parallel_requests=8,
)


class SubscriptionStream(AnalyticsStream, ABC):
    """A list of the subscription API, under `entries` unless a stream says otherwise.

    Since late 2023 the service pages by `cursor` and `has_more`; before, and on other hosts, by page number.
    """

    api = API
    records: ClassVar[Selector] = KeyPath("entries")
    paginator: ClassVar[Paginator] = CursorOrPageNumber(limit_param="per_page")
    schema = SchemaFile(__package__)
    renames = {"chartmogul-url": "app_url"}  # noqa: RUF012 - the service's own name on the wire
