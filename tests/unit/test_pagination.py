"""How each API says that there is more: any split of a list into pages is read once, in order, to its end."""

from __future__ import annotations

from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import (
    BodyCursor,
    CursorOrPageNumber,
    LastRecord,
    OverlappingPages,
    Paginator,
    SinglePage,
)
from tests.unit.taps import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page_token import Params

Rows = list[dict[str, Any]]
Answer = dict[str, Any]

BODY_CURSOR = BodyCursor(limit_param="limit", cursor_path="meta.next_cursor")
LAST_RECORD = LastRecord(limit_param="per_page", cursor_param="start-after", fields=("uuid",))
EITHER = CursorOrPageNumber(limit_param="per_page")

CURSORS = st.text(min_size=1) | st.integers()
ENDS: list[Answer] = [{"meta": {"next_cursor": None}}, {"meta": {"next_cursor": ""}}, {"meta": {}}, {"meta": None}, {}]


def pages_of(sizes: list[int]) -> list[Rows]:
    """Split a list of numbered rows into pages of these sizes."""
    ends = list(accumulate(sizes, initial=0))
    return [[{"uuid": f"row-{number}"} for number in range(*span)] for span in pairwise(ends)]


FULL_PAGES = st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=8).map(pages_of)
PAGES = st.lists(st.integers(min_value=0, max_value=5), min_size=1, max_size=8).map(pages_of)


def read(paginator: Paginator, serve: Callable[[Params], Answer], at_most: int = 100) -> list[Any]:
    """Read a list to its end, and return the identifiers of its rows."""
    trail = PageTrail(paginator, 7)
    rows: list[Any] = []
    for _ in range(at_most):
        page = page_of(serve(trail.params))
        rows += [record["uuid"] for record in page.records]
        trail.advance(page)
        if trail.finished:
            return rows
    pytest.fail(f"more than {at_most} requests")


def in_order(pages: list[Rows]) -> list[Any]:
    return [row["uuid"] for page in pages for row in page]


def by_cursor(
    pages: list[Rows], cursors: list[Any], param: str, body: Callable[[int], Answer]
) -> Callable[[Params], Answer]:
    """Serve pages by opaque cursors: `cursors[n]` asks for page `n + 1`, no cursor for the first."""

    def serve(params: Params) -> Answer:
        number = 1 + cursors.index(params[param]) if param in params else 0
        return {"entries": pages[number], **body(number)}

    return serve


def by_number(pages: list[Rows], body: Callable[[int], Answer]) -> Callable[[Params], Answer]:
    """Serve pages by number, an empty one beyond the last."""

    def serve(params: Params) -> Answer:
        number = int(str(params.get("page", 1)))
        return {"entries": pages[number - 1] if number <= len(pages) else [], **body(number)}

    return serve


def after_last(pages: list[Rows], body: Callable[[int], Answer]) -> Callable[[Params], Answer]:
    """Serve the page after the row that is named, an empty one after the last row."""
    lasts = [page[-1]["uuid"] for page in pages]

    def serve(params: Params) -> Answer:
        number = 1 + lasts.index(params["start-after"]) if "start-after" in params else 0
        return {"entries": pages[number] if number < len(pages) else [], **body(number)}

    return serve


@given(PAGES, st.data())
def test_a_body_cursor_reads_any_split_once_and_in_order(pages: list[Rows], data: st.DataObject) -> None:
    cursors = data.draw(st.lists(CURSORS, min_size=len(pages) - 1, max_size=len(pages) - 1, unique=True))
    end = data.draw(st.sampled_from(ENDS))
    serve = by_cursor(
        pages, cursors, "cursor", lambda n: {"meta": {"next_cursor": cursors[n]}} if n < len(cursors) else end
    )
    assert read(BODY_CURSOR, serve) == in_order(pages)


@given(FULL_PAGES, st.booleans())
def test_a_last_record_reads_any_split_once_and_in_order(pages: list[Rows], says_more: bool) -> None:  # noqa: FBT001
    # The server's own cursor is never followed.
    serve = after_last(pages, lambda n: {"cursor": "c", **({"has_more": n < len(pages) - 1} if says_more else {})})
    assert read(LAST_RECORD, serve) == in_order(pages)


@given(PAGES, st.data())
def test_the_servers_cursor_reads_any_split_once_and_in_order(pages: list[Rows], data: st.DataObject) -> None:
    cursors = data.draw(st.lists(CURSORS, min_size=len(pages), max_size=len(pages), unique=True))

    # The last page carries a cursor too; the keys of the older style are there on the first page alone.
    def body(number: int) -> Answer:
        legacy = {"current_page": 1, "total_pages": 1, "page": 1} if number == 0 else {}
        return {"cursor": cursors[number], "has_more": number < len(pages) - 1, **legacy}

    assert read(EITHER, by_cursor(pages, cursors, "cursor", body)) == in_order(pages)


@given(FULL_PAGES, st.sampled_from(["has_more", "total_pages", "null", "zero", "nothing"]))
def test_page_numbers_read_any_split_once_and_in_order(pages: list[Rows], style: str) -> None:
    bodies: dict[str, Callable[[int], Answer]] = {
        "has_more": lambda n: {"has_more": n < len(pages), "total_pages": 1},
        "total_pages": lambda n: {"total_pages": len(pages), "current_page": n},
        "null": lambda _: {"total_pages": None},
        "zero": lambda _: {"total_pages": 0},
        "nothing": lambda _: {},
    }
    assert read(EITHER, by_number(pages, bodies[style])) == in_order(pages)


@given(FULL_PAGES, st.data())
def test_a_walk_by_number_goes_on_by_cursor_where_one_is_offered(pages: list[Rows], data: st.DataObject) -> None:
    offered_on = data.draw(st.integers(min_value=1, max_value=len(pages)))

    def serve(params: Params) -> Answer:
        assert len(params) <= 2, "a page number and a cursor in one request"
        number = int(str(params.get("cursor", params.get("page", 1))))
        cursor = {"cursor": str(number + 1)} if number >= offered_on else {}
        return {"entries": pages[number - 1], "has_more": number < len(pages), **cursor}

    assert read(EITHER, serve) == in_order(pages)


@given(FULL_PAGES, st.integers(min_value=0, max_value=7), st.sampled_from(["body", "last", "cursor", "number"]))
def test_a_cycle_of_any_length_is_an_error_after_at_most_one_repeat(pages: list[Rows], back: int, style: str) -> None:
    back_to = back % len(pages)
    asked: list[int] = []

    def serve(params: Params) -> Answer:
        token = next((params[name] for name in ("cursor", "page", "start-after") if name in params), None)
        match style, token:
            case _, None:
                number = 0
            case "number", int():
                number = token - 1
            case "last", _:
                number = 1 + [page[-1]["uuid"] for page in pages].index(token)
            case _:
                number = int(str(token))
        number = number if number < len(pages) else back_to
        asked.append(number)
        following = str(number + 1 if number + 1 < len(pages) else back_to)
        body: Answer = {"entries": pages[number], "has_more": True}
        return (
            {**body, "meta": {"next_cursor": following}}
            if style == "body"
            else ({**body, "cursor": following} if style == "cursor" else body)
        )

    paginator = {"body": BODY_CURSOR, "last": LAST_RECORD}.get(style, EITHER)
    with pytest.raises(StreamError, match=r"circle|ignore"):
        read(paginator, serve)
    assert len(asked) - len(set(asked)) <= 1


@given(
    st.lists(
        st.fixed_dictionaries(
            {"entries": st.lists(st.sampled_from([{"uuid": "a"}, {"uuid": "b"}, {"uuid": 0}]), max_size=2)},
            optional={
                "has_more": st.booleans() | st.none(),
                "cursor": st.sampled_from(["a", "b", 0, "", None]),
                "total_pages": st.sampled_from([None, 0, 1, 3]),
                "meta": st.fixed_dictionaries({}, optional={"next_cursor": st.sampled_from(["a", "b", 0, "", None])}),
            },
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([BODY_CURSOR, LAST_RECORD, EITHER]),
)
def test_no_server_keeps_a_walk_going_for_ever(answers: list[Answer], paginator: Paginator) -> None:
    try:
        read(paginator, lambda params: answers[crc32(str(sorted(params.items())).encode()) % len(answers)], at_most=20)
    except StreamError as error:
        assert str(error)  # noqa: PT017 - it may also end well


def test_a_single_page_is_the_end_whatever_it_says() -> None:
    assert read(SinglePage(), lambda _: {"entries": [{"uuid": 1}], "has_more": True, "cursor": "x"}) == [1]


@pytest.mark.parametrize("paginator", [BODY_CURSOR, LAST_RECORD, EITHER])
def test_the_first_request_names_no_page_and_every_request_names_the_size(paginator: Paginator) -> None:
    trail = PageTrail(paginator, 7)
    assert trail.params == {paginator.limit_param: 7}
    trail.advance(page_of({"entries": [{"uuid": "u"}], "cursor": "c", "meta": {"next_cursor": "c"}}))
    assert trail.params[str(paginator.limit_param)] == 7
    assert len(trail.params) == 2


def test_a_list_that_takes_no_size_is_asked_without_one() -> None:
    assert PageTrail(SinglePage(), 7).params == {}


def test_a_page_that_is_made_again_lacks_what_was_taken_from_it() -> None:
    trail = PageTrail(OverlappingPages(fields=("id",), cursor_param="after", order_field="date"), 2)
    for ids in ([1, 2], [2, 3]):
        page = page_of({"entries": [{"id": number, "date": number} for number in ids], "has_more": True})
        page = replace(page, read_again=partial(replace, page))
        fresh = trail.without_repeated(page.changed(lambda each: replace(each, doubt="is odd")))
        trail.advance(page)
    assert [row["id"] for row in fresh.records] == [3]
    assert fresh.read_again is not None
    assert (fresh.read_again().records, fresh.read_again().doubt) == (fresh.records, "is odd")
