"""Without a declared paginator, or beside one: what says that there is more, and what says that all came."""

from __future__ import annotations

from typing import Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import BodyCursor, BodyLink, HeaderLink, Undeclared
from tap_analytics.paging.selectors import KeyPath
from tests.unit.services import ALL, DATA, page
from tests.unit.test_page_ends import ROWS, after

BARE = KeyPath("data")


@pytest.mark.parametrize(("selector", "more"), [case[1:3] for case in ALL], ids=[case[0] for case in ALL])
def test_an_answer_that_says_that_there_is_more_is_an_error_that_asks_for_the_paginator(
    selector: str,
    more: Any,  # noqa: ANN401
) -> None:
    with pytest.raises(StreamError, match=r"there is more .*: declare its 'paginator', or 'type: single_page'"):
        PageTrail(Undeclared(), None).advance(page(selector, more))


@pytest.mark.parametrize(("selector", "last"), [(case[1], case[3]) for case in ALL], ids=[case[0] for case in ALL])
def test_an_answer_that_says_that_it_is_all_passes(selector: str, last: Any) -> None:  # noqa: ANN401
    (trail := PageTrail(Undeclared(), None)).advance(page(selector, last))
    assert trail.finished


OTHER_THINGS: list[Any] = [
    {"context": "x", "homepage": "https://x", "sender": "x", "vendor": 7, "elastic": True, "blast": 9},
    {"rate_limit": {"remaining": 300, "next_reset": 17, "total": 5000}, "requests": {"count": 400}},
    {"next_update_at": "2024-01-01", "next_run": "2024-01-01", "last_updated": "2024-01-01"},
    {"created_after": "2024-01-01", "utc_offset": 3600, "csrf_token": "x", "access_token": "x"},
    {"offset": 0, "page": 1, "per_page": 100, "page_size": 50, "limit": 50, "start": 0, "skip": 0, "maxResults": 50},
    {"total_amount": 900, "total_price": 90, "total_mrr": 70000, "total_value": 900, "total": "129.50", "sum": 70},
    {"summary": {"current": 9000, "previous": 4000}, "facets": {"colour": {"count": 90}}, "user": {"post_count": 90}},
    {"previous": "x", "prev_cursor": "x", "first": "x", "self": "x", "has_previous": True, "startCursor": "x"},
    {"learn_more": "https://x", "more_info": "https://x", "first_page": True, "pages": 1, "last_page": 1},
]


@pytest.mark.parametrize("beside", OTHER_THINGS, ids=str)
def test_what_is_named_for_something_else_is_no_sign(beside: dict[str, Any]) -> None:
    (trail := PageTrail(Undeclared(), None)).advance(page("data", {**DATA, **beside}))
    assert trail.finished


def test_what_the_records_hold_is_no_sign() -> None:
    rows = [{"id": 1, "next": "x", "has_more": True, "total_pages": 7, "paging": {"next": "x"}}]
    for selector, body in (
        ("data", {"data": rows}),
        ("data", {"data": rows[0]}),
        ("$.data.*", {"data": {"a": rows[0]}}),
    ):
        (trail := PageTrail(Undeclared(), None)).advance(page(selector, body))
        assert trail.finished


def test_where_the_body_is_declared_to_be_the_record_only_headers_are_signs() -> None:
    order = {"id": 1, "next": "/orders/2", "total": 40, "has_more": True}
    (trail := PageTrail(Undeclared(has_envelope=False), None)).advance(Page(order, [order]))
    assert trail.finished
    with pytest.raises(StreamError, match="a link"):
        PageTrail(Undeclared(has_envelope=False), None).advance(Page(order, [order], headers={"Link": "<x>; rel=next"}))


@pytest.mark.parametrize(
    ("body", "paginator"),
    [
        ({**DATA, "paging": {"cursors": {"before": "a", "after": "b"}}}, BodyLink(link_path="paging.next")),
        ({**DATA, "cursor": "own", "meta": {"next_cursor": None}}, BodyCursor(cursor_path="meta.next_cursor")),
        ({**DATA, "links": {"self": "x", "next": None}, "page": 1}, BodyLink(link_path="links.next")),
        ({**DATA, "end_cursor": "x", "has_more": False}, BodyCursor(cursor_path="after")),
    ],
)
def test_declared_no_false_alarm_where_the_declared_place_speaks(body: Any, paginator: Any) -> None:  # noqa: ANN401
    (trail := PageTrail(paginator, None)).advance(page("data", body))
    assert trail.finished


@pytest.mark.parametrize(
    "paginator", [BodyCursor(cursor_path="meta.next"), BodyLink(link_path="meta.next"), HeaderLink()]
)
@pytest.mark.parametrize(
    "beside",
    [
        {"additional_data": {"next_cursor": "x"}},
        {"isLastPage": False},
        {"page": {"totalPages": 3}},
        {"end_cursor": "x"},
    ],
    ids=str,
)
def test_declared_more_that_is_announced_elsewhere_is_an_error(beside: dict[str, Any], paginator: Any) -> None:  # noqa: ANN401
    with pytest.raises(StreamError, match="not where the 'paginator' looks for it"):
        PageTrail(paginator, None).advance(page("data", {**DATA, **beside}))


def test_declared_a_total_above_what_came_is_a_doubt() -> None:
    """It may count what is not shown, so that it is no proof."""
    trail = PageTrail(BodyCursor(cursor_path="meta.next"), None)
    assert "gave 2 records of more ('meta.total')" in trail.doubt(
        page("data", {**DATA, "meta": {"next": None, "total": 9}})
    )
    assert not trail.doubt(page("data", {**DATA, "meta": {"next": "x", "total": 9}}))
    assert not trail.doubt(page("data", {**DATA, "meta": {"next": None, "total": 2}}))


def test_no_depth_of_an_answer_breaks_the_search() -> None:
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"meta": [{"meta": deep}]}
    (trail := PageTrail(Undeclared(), None)).advance(page("data", {"meta": deep, **DATA}))
    assert trail.finished


SIGNS: list[tuple[str, dict[str, Any]]] = [
    *((name, {name: "?page=2"}) for name in ("next", "next_page", "next_url", "nextPageToken", "nextLink")),
    *((name, {name: 2}) for name in ("next_cursor", "next_page", "total_pages", "totalPages", "last_page")),
    *((name, {name: True}) for name in ("has_more", "hasMore", "has_next", "hasNextPage", "next")),
    ("links.next", {"links": {"next": "x"}}),
    ("_links.next.href", {"_links": {"next": {"href": "x"}}}),
    ("paging.next.link", {"paging": {"next": {"link": "x"}}}),
    ("meta.next_cursor", {"meta": {"next_cursor": "x"}}),
    ("pagination.has_more", {"pagination": {"has_more": True}}),
    ("meta.total_pages", {"meta": {"total_pages": 2}}),
    *((name, {name: 3}) for name in ("total", "count", "total_count", "totalCount")),
    ("meta.total", {"meta": {"total": 3}}),
    ("@odata.nextLink", {"@odata.nextLink": "?page=2"}),
    ("a link", {"header": "<?page=2>; rel=next"}),
]


@pytest.mark.parametrize(("name", "body"), SIGNS, ids=str)
def test_undeclared_every_sign_of_more_is_an_error_that_names_it(name: str, body: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match=rf"there is more .{name}.: declare"):
        PageTrail(Undeclared(), None).advance(Page(body, ROWS, headers={"Link": body.get("header", "")}))


@pytest.mark.parametrize("nothing", [None, "", {}, {"name": "x"}, [], [2], 0, False])
@pytest.mark.parametrize("name", ["next", "next_page", "total_pages", "total", "has_more", "meta", "links", "paging"])
def test_undeclared_a_single_answer_passes(name: str, nothing: object) -> None:
    assert after(Undeclared(), {"entries": ROWS, name: nothing}) is None


def test_undeclared_a_list_that_is_all_there_is_and_a_single_object_pass() -> None:
    body = {"entries": ROWS, "has_more": False, "total_pages": 1, "total": 2, "count": 1}
    assert after(Undeclared(), body) is None
    trail, row = PageTrail(Undeclared(), None), {"id": 1, "count": 7, "total": 99}
    trail.advance(Page(row, [row], "/things"))
    assert trail.finished
