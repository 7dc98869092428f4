"""The support API: its credentials, its pages and its order."""

from __future__ import annotations

from abc import ABC
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from typing_extensions import override

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.http.api import Api
from tap_analytics.paging.paginators import BodyCursor
from tap_analytics.paging.selectors import KeyPath, Selector
from tap_analytics.sync.stream import AnalyticsStream

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.paginators import Paginator
    from tap_analytics.sync.splits import Split

API = Api(
    name="support",
    credentials=("username", "password"),
    page_size=50,
    max_page_size=100,
    requests=40,
    seconds=20,
    parallel_requests=2,
)

OLDEST_FIRST: Final = "created_datetime:asc"
"""The order in which rows that come during a read stand at the end of the list."""

ACTIVE_AND_ARCHIVED: Final[Split] = {"archived": ("false", "true")}
"""A list of what can be archived has the active rows or the archived ones; without the parameter, the active ones."""


class SupportStream(AnalyticsStream, ABC):
    """A list of the support API, under `data` unless a stream says otherwise.

    The service answers 400 to any parameter that an endpoint does not take, so a stream sends only its own.
    """

    api = API
    records: ClassVar[Selector] = KeyPath("data")
    paginator: ClassVar[Paginator] = BodyCursor(limit_param="limit", cursor_path="meta.next_cursor")
    schema = SchemaFile(__package__)
    # Rows are committed a little later than the time that they carry.
    lookback = timedelta(minutes=10)

    order: ClassVar[str] = ""
    """The order that the list is asked for in; a list that is asked for newest first has its own."""

    @property
    @override
    def params(self) -> Params:
        order = f"{self.replication_key}:desc" if self.newest_first else self.order
        return {**self.fixed_params, **({"order_by": order} if order else {})}
