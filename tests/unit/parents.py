"""Parents, and the lists under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_analytics.errors import StreamError
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.sync.parents import Candidates, Parent
from tap_analytics.sync.partitions import Partition, Partitions
from tests.faults.server import whole
from tests.singer import select
from tests.unit.taps import URL, tap_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_analytics.tap import TapAnalytics
    from tests.faults.server import Request, Script
    from tests.unit.test_streams import Message

FIELD = "{resources.customers.uuid}"
CUSTOMERS = Parent(name="customers", added={})
PATH = f"/customers/{FIELD}/notes"
NOTES: Message = {
    "name": "notes",
    "primary_key": ["_customers_uuid", "id"],
    "include_from_parent": ["uuid", "plan-name"],
    "endpoint": {"path": PATH, "data_selector": "entries"},
    "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "at": {"type": "string"}}},
}


def found_partitions(
    parent: Parent, records: Iterable[Message], template: RequestTemplate, keys: Iterable[str] = ()
) -> tuple[list[Partition], str]:
    """Return where the lists of records lie, and what is told of the records that have none."""
    candidates, finder = Candidates(parent, template), Partitions(parent, template, [*keys])
    needed = [candidate for record in records if (candidate := candidates.next(record)) is not None]
    found = [partition for candidate in needed if (partition := finder.find(candidate)) is not None]
    told: list[str] = []
    try:
        candidates.check()
        finder.finish(told.append)
    except StreamError as error:
        told.append(f"error: {error}")
    return found, "".join(told)


def partitions(parent: Parent, records: Iterable[Message], path: str, params: Message) -> list[Partition]:
    found, told = found_partitions(parent, records, RequestTemplate(path=path, params=params))
    if told.startswith("error: "):
        raise StreamError(told)
    return found


def tap_for(url: str = URL, resources: Iterable[Message] = (NOTES,), **settings: Any) -> TapAnalytics:
    """Return a tap that reads `notes`, and nothing else."""
    settings |= {"api_url": url, "resources": [*resources], "requests_per_second": 10_000}
    return tap_of(catalog=select(tap_of(**settings).catalog_dict, "notes"), **settings)


def customers(uuids: Iterable[str]) -> list[Message]:
    return [{"id": number, "uuid": uuid, "plan-name": "basic"} for number, uuid in enumerate(uuids)]


def customers_with(uuids: Iterable[str], notes: Callable[[Request], bytes]) -> Script:
    """Serve a list of customers, and whatever else is asked for."""
    listed = whole({"entries": customers(uuids), "has_more": False})
    return lambda request: [listed if request.path == "/v1/customers" else notes(request)]
