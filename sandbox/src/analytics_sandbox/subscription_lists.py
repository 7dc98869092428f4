"""The lists of the subscription API: what each takes as parameters, what it hides, and how it is paged."""

from __future__ import annotations

import base64
import hashlib
import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from analytics_sandbox import subscription_tables as tables
from analytics_sandbox.answers import Refusal, positive
from analytics_sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

    from analytics_sandbox.table import Place, Slice
    from analytics_sandbox.wire import Row
    from analytics_sandbox.world import World

MOST_PER_PAGE = 200
PAGING = frozenset({"cursor", "page", "per_page"})


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list of the API.

    Attributes:
        table: The table that it gives.
        root: The key of its rows.
        order: The order of the table that it is in.
        newest_first: Whether it reads that order backwards.
        filters: Parameters that a row's field of the same name has to equal.
        owner: The field that the last part but one of the path names, for a list under another row.
        switches: Parameters that change what is given: each with the rows that are given when it has a value.
    """

    table: str
    root: str = "entries"
    order: str = "created"
    newest_first: bool = True
    filters: tuple[str, ...] = ()
    owner: str | None = None
    switches: dict[str, Callable[[str, Row], bool]] = field(default_factory=dict)


def _disabled(asked: str, row: Row) -> bool:
    return asked == "true" or not row.get("disabled")


def _validity(asked: str, row: Row) -> bool:
    return asked == "all" or row["_valid"] == (asked in {"", "valid"})


def _any(_asked: str, _row: Row) -> bool:
    return True


LISTINGS: dict[str, Listing] = {
    "/customers": Listing(
        table=tables.CUSTOMERS,
        order="since",
        newest_first=False,
        filters=("data_source_uuid", "external_id", "status", "system"),
    ),
    "/customers/{owner}/subscriptions": Listing(
        table=tables.SUBSCRIPTIONS, order="customer", newest_first=False, owner="customer_uuid"
    ),
    "/plans": Listing(table=tables.PLANS, root="plans", filters=("data_source_uuid", "external_id", "system")),
    "/plan_groups": Listing(table=tables.PLAN_GROUPS, root="plan_groups"),
    "/invoices": Listing(
        table=tables.INVOICES,
        root="invoices",
        filters=("customer_uuid", "data_source_uuid", "external_id"),
        switches={"validation_type": _validity, "with_disabled": _disabled, "include_edit_histories": _any},
    ),
    "/subscription_events": Listing(
        table=tables.EVENTS,
        root="subscription_events",
        filters=(
            "customer_external_id",
            "data_source_uuid",
            "effective_date",
            "event_date",
            "event_type",
            "external_id",
            "plan_external_id",
            "subscription_external_id",
        ),
        switches={"with_disabled": _disabled, "include_edit_histories": _any},
    ),
    "/contacts": Listing(
        table=tables.CONTACTS, filters=("customer_uuid", "email", "customer_external_id", "data_source_uuid")
    ),
    "/customer_notes": Listing(table=tables.NOTES, filters=("customer_uuid", "type")),
    "/opportunities": Listing(
        table=tables.OPPORTUNITIES, filters=("customer_uuid", "owner", "pipeline", "pipeline_stage")
    ),
    "/tasks": Listing(table=tables.TASKS, filters=("customer_uuid", "assignee")),
}
"""Each list by its path."""


class Lists:
    """Answers for the lists that are paged by cursor or by page number.

    Args:
        world: The data.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._manners = world.manners
        self._cursors: dict[str, tuple[Place, bool]] = {}

    def answers(self) -> Iterator[tuple[str, Callable[[Request], bytes]]]:
        """Yield the path of each list, and what answers for it."""
        for path, listing in LISTINGS.items():
            yield path, partial(self._answer, listing)
        yield "/plan_groups/{owner}/plans", self._plans_of_group

    def _answer(self, listing: Listing, request: Request) -> bytes:
        only(request, PAGING.union(listing.filters, listing.switches))
        table = self._world.tables[listing.table]
        owner = request.path_params.get("owner")
        read = partial(
            table.slice,
            listing.order,
            limit=self.per_page(request),
            low=(owner,) if owner else (),
            high=(f"{owner}\0",) if owner else None,
            descending=listing.newest_first,
            keep=_kept(listing, dict(request.query_params)),
        )
        if owner and not any(row["uuid"] == owner for row in self._world.tables[tables.CUSTOMERS].rows()):
            raise Refusal(404, {"error": f"No customer was found: {owner}"})
        return self._page(listing.root, read, table.encoded, request)

    def _page(
        self, root: str, read: Callable[..., Slice], encoded: Callable[[list[Place]], bytes], request: Request
    ) -> bytes:
        limit, style = self.per_page(request), self._manners.style
        cursor = request.query_params.get("cursor")
        if cursor and style == "today":
            if cursor not in self._cursors:
                raise bad(param="cursor")
            after, visited = self._cursors[cursor]
            if self._manners.empty_pages and not visited:
                return listed(root, b"[]", {"cursor": self._cursor(after, visited=True), "has_more": True})
            page = read(after=after)
            rest: Row = {"cursor": self._cursor(_last(page)) or cursor, "has_more": page.following is not None}
            return listed(root, encoded(page.places), rest)
        number = positive(request.query_params.get("page", "1"))
        if number is None:
            raise bad(param="page")
        page = read(offset=(number - 1) * limit)
        if style == "sketch":
            return listed(root, encoded(page.places), {})
        pages = {"known": math.ceil(page.total / limit), "null": None, "zero": 0}[self._manners.total_pages]
        rest = {"current_page": number, "total_pages": pages}
        if self._manners.has_more or style == "today":
            rest["has_more"] = page.following is not None
        rest |= {"per_page": limit, "page": number}
        if style == "today":
            rest["cursor"] = self._cursor(_last(page))
        return listed(root, encoded(page.places), rest)

    def _plans_of_group(self, request: Request) -> bytes:
        only(request, PAGING)
        group = request.path_params["owner"]
        if group not in self._world.offer.members:
            raise Refusal(404, {"error": f"No plan group was found: {group}"})
        return listed("plans", encode(self._world.plans_of(group)), {"has_more": False, "cursor": None})

    def per_page(self, request: Request) -> int:
        """How many rows a page has."""
        asked = positive(request.query_params.get("per_page", str(MOST_PER_PAGE)))
        if asked is None:
            raise bad(param="per_page")
        return min(asked, MOST_PER_PAGE, self._manners.page_cap or MOST_PER_PAGE)

    def _cursor(self, after: Place | None, *, visited: bool = False) -> str | None:
        if after is None:
            return None
        # A digest says nothing to whoever reads it, and in base64 it has the characters that a URL has to quote.
        cursor = base64.b64encode(hashlib.sha256(repr((after, visited)).encode()).digest()).decode()
        self._cursors[cursor] = after, visited
        return cursor


def _kept(listing: Listing, asked: dict[str, str]) -> Callable[[Row], bool] | None:
    """Return what says which rows are given; None where it is all of them."""
    equal = {name: asked[name] for name in listing.filters if name in asked}
    everything = {"with_disabled": "true", "validation_type": "all"}
    hides = any(asked.get(name) != value for name, value in everything.items() if name in listing.switches)
    if not equal and not hides:
        return None
    return lambda row: (
        all(str(row.get(name)) == value for name, value in equal.items())
        and all(gives(asked.get(name, ""), row) for name, gives in listing.switches.items())
    )


def only(request: Request, known: frozenset[str]) -> None:
    """Refuse parameters that an endpoint does not take.

    Raises:
        Refusal: There are some.
    """
    for name in request.query_params:
        if name not in known:
            raise bad(param=name)


def bad(param: str) -> Refusal:
    """The refusal of a parameter."""
    return Refusal(400, {"code": 400, "message": f"Parameter {param} is invalid", "param": param})


def listed(root: str, rows: bytes, rest: dict[str, Any]) -> bytes:
    """The body of a list."""
    return encode({root: None})[:-5] + rows + (b"," + encode(rest)[1:] if rest else b"}")


def _last(page: Slice) -> Place | None:
    return page.places[-1] if page.places else None
