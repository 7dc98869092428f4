"""A list that nobody declares the paging of: read whole by what its first answer shows, or an error that asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import BodyCursor, BodyLink, Detected, Paginator
from tap_analytics.paging.selectors import KeyPath
from tests.unit.services import ALL
from tests.unit.services import page as first_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page_token import Params

ROWS = [{"id": n} for n in range(7)]
SIZE = 3


def read(
    paginator: Paginator, serve: Callable[[Params], Any], into: list[int] | None = None, fixed: Params | None = None
) -> tuple[list[int], list[Params], str]:
    """Read a list; return its rows, what was asked for, and what was said about its paging."""
    trail = PageTrail(paginator, None, fixed or {})
    ids = [] if into is None else into
    asked: list[Params] = []
    told = ""
    while not trail.finished:
        assert len(asked) < 20, "this goes on for ever"
        asked.append(trail.params)
        body, headers = answer if isinstance(answer := serve(trail.params), tuple) else (answer, {})
        page = Page(body, KeyPath("data").records(body), "/things", headers, origin="http://x")
        told = trail.detect(page) or told
        if not trail.repeats(page):
            assert not trail.doubt(page)
            ids += [record["id"] for record in trail.without_repeated(page).records]
        trail.advance(page)
    return ids, asked, told


def part(number: int) -> list[Any]:
    return ROWS[number * SIZE : (number + 1) * SIZE]


def link_of(number: int) -> str | None:
    return f"/things?after={number + 1}" if number < 2 else None


def by_link(place: Callable[[str | None], dict[str, Any]]) -> Callable[[Params], Any]:
    """Serve three pages, each with the next one's address in some place."""

    def serve(params: Params) -> Any:  # noqa: ANN401 - any JSON
        number = int(str(params.get("after", 0)))
        return {"data": part(number), **place(link_of(number))}

    return serve


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (lambda link: {"next": link}, "next"),
        (lambda link: {"links": {"self": "/things", "next": link, "last": "/things?after=2"}}, "links.next"),
        (lambda link: {"_links": {"next": {"href": link}} if link else {}}, "_links.next.href"),
        (lambda link: {"@odata.nextLink": link} if link else {}, "@odata.nextLink"),
        (lambda link: {"meta": {"next page url": link}}, "meta.next page url"),
        (
            lambda link: {
                "link": [{"relation": "self", "url": "/"}, *([{"relation": "next", "url": link}] * bool(link))]
            },
            "$['link'][?(@.relation=='next')].url",
        ),
        (lambda link: {"next": link and f"http://x{link}", "total_pages": 3}, "next"),
        (lambda link: {"next": link, "has_more": bool(link), "count": 7}, "next"),
    ],
)
def test_an_address_in_the_body_is_followed(place: Any, path: str) -> None:  # noqa: ANN401
    ids, asked, told = read(Detected(), by_link(place))
    assert ids == list(range(7))
    assert asked == [{}, {"after": "1"}, {"after": "2"}]
    assert f"'{path}'" in told
    assert "first answer" in told
    assert read(BodyLink(link_path=path), by_link(place)) == (ids, asked, "")


def test_an_address_in_the_header_is_followed() -> None:
    def serve(params: Params) -> Any:  # noqa: ANN401
        number = int(str(params.get("after", 0)))
        link = link_of(number)
        return {"data": part(number)}, {"Link": f'<{link}>; rel="next"'} if link else {}

    ids, asked, told = read(Detected(), serve)
    assert ids == list(range(7))
    assert len(asked) == 3
    assert "header_link" in told


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize(
    "told_pages",
    [
        lambda _: {"total_pages": 3},
        lambda _: {"pages": 3},
        lambda number: {"meta": {"pagination": {"totalPages": "3", "current_page": number}}},
        lambda number: {"page": number, "pages": 3, "total": 7},
    ],
)
def test_a_number_of_pages_is_read_by_page_number(base: int, told_pages: Any) -> None:  # noqa: ANN401
    def serve(params: Params) -> Any:  # noqa: ANN401
        number = int(str(params.get("page", base)))
        return {"data": part(number - base) if number >= base else part(0), **told_pages(number)}

    ids, _, told = read(Detected(), serve)
    assert ids == list(range(7))
    assert "page_number" in told


@pytest.mark.parametrize(("name", "first"), [("pageNumber", 1), ("page", 0), ("page", 1)])
def test_the_users_own_number_of_the_first_page_says_which_parameter_it_is(name: str, first: int) -> None:
    def serve(params: Params) -> Any:  # noqa: ANN401
        return {"data": part(int(str(params[name])) - first), "totalPages": 3}

    ids, asked, _ = read(Detected(), serve, fixed={name: str(first), "page_size": "3"})
    assert ids == list(range(7))
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("place", "param"),
    [
        (lambda n: {"cursors": {"next": f"c{n}"} if n else {}}, "cursor"),
        (lambda n: {"next_cursor": f"c{n}" if n else None}, "cursor"),
        (lambda n: {"next_cursor": n, "has_more": bool(n)}, "cursor"),
        (lambda n: {"next": f"c{n}" if n else ""}, "cursor"),
        (lambda n: {"response_metadata": {"next_cursor": f"c{n}" if n else ""}, "ok": True}, "cursor"),
        (lambda n: {"cursor": f"c{n or 9}", "has_more": bool(n)}, "cursor"),
        (lambda n: {"paging": {"next_token": f"/c{n}" if n else None}}, "cursor"),
        (lambda n: {"meta": {"nextCursor": f"c{n or 9}", "hasNextPage": bool(n)}}, "cursor"),
        (lambda n: {"next_page": n or None}, "page"),
        (lambda n: {"next_offset": n or None}, "offset"),
    ],
)
def test_a_cursor_for_the_next_page_is_tried(place: Any, param: str) -> None:  # noqa: ANN401
    def serve(params: Params) -> Any:  # noqa: ANN401
        assert params.keys() <= {param}
        number = int(str(params.get(param, 0)).strip("/c"))
        return {"data": part(number), **place(number + 1 if number < 2 else 0)}

    ids, asked, told = read(Detected(), serve)
    assert ids == list(range(7))
    assert len(asked) == 3
    assert "'cursor'" in told or f"'{param}'" in told


@pytest.mark.parametrize(
    "beside",
    [
        {"pages": 5},
        {"total_pages": 5, "page": 1},
        {"cursors": {"next": "x"}},
        {"additional_data": {"next_cursor": "b"}},
        {"cursor": "x", "has_more": True},
        {"next_page": 2},
    ],
)
def test_where_the_tried_parameter_changes_nothing_the_user_is_asked_and_no_row_comes_twice(beside: Any) -> None:  # noqa: ANN401
    ids: list[int] = []
    with pytest.raises(StreamError, match=r"there is more .*: declare its 'paginator', or 'type: single_page'"):
        read(Detected(), lambda _: {"data": ROWS, **beside}, into=ids)
    assert ids == list(range(7))


@pytest.mark.parametrize(
    "beside",
    [
        {"total": 9},
        {"has_more": True},
        {"meta": {"total": 9, "limit": 7, "offset": 0}},
        {"total_pages": 3, "next_cursor": "x"},
        {"end_cursor": "x", "has_more": True},
        {"starting_after": "x"},
        {"isLast": False},
    ],
)
def test_other_signs_of_more_ask_the_user_after_one_answer(beside: dict[str, Any]) -> None:
    trail = PageTrail(Detected(), None)
    with pytest.raises(StreamError, match=r"there is more .*: declare its 'paginator', or 'type: single_page'"):
        trail.advance(Page({"data": ROWS, **beside}, ROWS))


def test_a_page_number_in_the_middle_asks_the_user() -> None:
    trail = PageTrail(Detected(), None, {"page": "3"})
    with pytest.raises(StreamError, match="declare its 'paginator'"):
        trail.advance(Page({"data": ROWS, "total_pages": 9}, ROWS))


@pytest.mark.parametrize(("selector", "more", "last"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_the_usual_services_are_followed_or_asked_about_and_never_taken_for_one_answer(
    selector: str,
    more: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    trail = PageTrail(Detected(), None)
    try:
        trail.advance(first_page(selector, more))
        assert not trail.finished
    except StreamError as error:
        # The services that lead to another origin than the first answer came from.
        assert re.search("there is more|another address", str(error))  # noqa: PT017 - or it goes on
    (trail := PageTrail(Detected(), None)).advance(first_page(selector, last))
    assert trail.finished


def test_the_default_place_of_a_link_is_looked_for_where_the_answer_has_it() -> None:
    default = BodyLink(link_path="next", is_declared=False)
    for place, told in ((lambda link: {"next": link}, ""), (lambda link: {"paging": {"next": link}}, "'paging.next'")):
        ids, _, said = read(default, by_link(place))
        assert ids == list(range(7))
        assert told in said


def test_the_default_place_of_a_cursor_is_looked_for_where_the_answer_has_it() -> None:
    def serving(place: Callable[[str | None], dict[str, Any]]) -> Callable[[Params], Any]:
        def serve(params: Params) -> Any:  # noqa: ANN401
            number = int(str(params.get("from", 0)))
            return {"data": part(number), **place(str(number + 1) if number < 2 else None)}

        return serve

    default = BodyCursor(cursor_path="cursors.next", cursor_param="from", is_declared=False)
    for place in (
        lambda cursor: {"cursors": {"next": cursor}},
        lambda cursor: {"cursors": {"next": cursor} if cursor else {}},
        lambda cursor: {"meta": {"next_cursor": cursor}},
    ):
        assert read(default, serving(place))[0] == list(range(7))


def test_without_a_cursor_in_the_body_the_last_record_asks_where_that_may_be_meant() -> None:
    def serve(params: Params) -> Any:  # noqa: ANN401
        first = int(str(params["start-after"])) + 1 if "start-after" in params else 0
        return {"data": ROWS[first : first + SIZE], "cursor": "own", "has_more": first + SIZE < len(ROWS)}

    default = BodyCursor(
        cursor_path="cursors.next", cursor_param="start-after", is_declared=False, or_fields=("uuid", "id")
    )
    ids, asked, told = read(default, serve)
    assert ids == list(range(7))
    assert asked == [{}, {"start-after": 2}, {"start-after": 5}]
    assert "last record" in told
