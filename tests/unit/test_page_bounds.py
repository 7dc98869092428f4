"""Bounds of a walk by number: where it begins, how far it may go, and what an empty page means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import BodyCursor, Offset, PageNumber, Paginator
from tests.unit.taps import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page_token import Params


def read(paginator: Paginator, serve: Callable[[Params], dict[str, Any]]) -> tuple[list[int], list[Any], str]:
    """Read a list; return its rows, the numbers that were asked for, and the doubt about it."""
    trail = PageTrail(paginator, None)
    rows: list[int] = []
    asked: list[Any] = []
    doubt = ""
    while not trail.finished:
        assert len(asked) < 30, "this goes on for ever"
        asked.append(next((trail.params[name] for name in ("page", "offset") if name in trail.params), None))
        page = page_of(serve(trail.params))
        doubt = doubt or trail.doubt(page)
        rows += [record["id"] for record in page.records]
        trail.advance(page)
    return rows, asked, doubt


def pages(count: int, base: int = 0, empty: tuple[int, ...] = (), **beside: Any) -> Callable[[Params], dict[str, Any]]:
    """Serve pages of two rows each; some of them are empty."""

    def serve(params: Params) -> dict[str, Any]:
        at = int(str(params.get("page", base))) - base
        rows = [{"id": 2 * at}, {"id": 2 * at + 1}] if 0 <= at < count and at not in empty else []
        return {"entries": rows, **beside}

    return serve


def rows_of(count: int, **beside: Any) -> Callable[[Params], dict[str, Any]]:
    """Serve rows by offset and limit."""

    def serve(params: Params) -> dict[str, Any]:
        first, limit = int(str(params["offset"])), int(str(params["limit"]))
        return {"entries": [{"id": n} for n in range(first, min(first + limit, count))], **beside}

    return serve


def by_page(base: int | None, first: int | None = None, **words: Any) -> PageNumber:
    first = base if first is None else first
    return PageNumber(base=base, first_token={} if first is None else {"page": first}, **words)


def by_offset(first: int = 0, limit: int = 2, **words: Any) -> Offset:
    return Offset(limit=limit, limit_param="limit", first_token={"offset": first}, **words)


@pytest.mark.parametrize(("base", "numbers"), [(0, [0, 1, 2]), (1, [1, 2]), (-1, [-1, 0, 1, 2])])
def test_a_walk_asks_for_no_page_from_the_maximum_on_and_says_so(base: int, numbers: list[int]) -> None:
    rows, asked, doubt = read(by_page(base, maximum=3), pages(9, base))
    assert asked == numbers
    assert rows == list(range(2 * len(numbers)))
    assert doubt == f"ended at 'maximum_page' 3, after {len(rows)} records, and there may be more"


def test_a_walk_asks_for_no_offset_from_the_maximum_on_and_says_so() -> None:
    assert read(by_offset(maximum=4), rows_of(9)) == (
        [0, 1, 2, 3],
        [0, 2],
        "ended at 'maximum_offset' 4, after 4 records, and there may be more",
    )


@pytest.mark.parametrize("beside", [{"total_pages": 3}, {"has_more": False}])
def test_a_maximum_that_cuts_nothing_off_is_no_doubt(beside: dict[str, Any]) -> None:
    serve = pages(3, **beside)
    if "has_more" in beside:
        serve = lambda params: {**pages(3)(params), "has_more": params["page"] != 2}  # noqa: E731
    assert read(by_page(0, maximum=3), serve) == ([0, 1, 2, 3, 4, 5], [0, 1, 2], "")
    assert read(by_page(0, maximum=99), pages(2)) == ([0, 1, 2, 3], [0, 1, 2], "")
    assert read(by_offset(maximum=4, total_path="total"), rows_of(4, total=4)) == ([0, 1, 2, 3], [0, 2], "")


@pytest.mark.parametrize("says_more", [{"has_more": True}, {"total_pages": 9}])
def test_a_maximum_ends_also_what_says_that_there_is_more(says_more: dict[str, Any]) -> None:
    rows, _, doubt = read(by_page(0, maximum=2), pages(9, **says_more))
    assert rows == [0, 1, 2, 3]
    assert "after 4 records" in doubt


def test_a_walk_may_begin_anywhere_and_says_what_it_leaves_out() -> None:
    rows, asked, doubt = read(by_page(1, 3, total_path="pages"), pages(5, 1, pages=5))
    assert (rows, asked) == ([4, 5, 6, 7, 8, 9], [3, 4, 5])
    assert doubt.startswith("began at 'page' 3")
    rows, asked, doubt = read(by_offset(4, total_path="total"), rows_of(7, total=7))
    assert (rows, asked) == ([4, 5, 6], [4, 6])
    assert doubt.startswith("began at 'offset' 4")


@pytest.mark.parametrize("base", [2, 10, -5])
def test_pages_may_begin_with_any_number(base: int) -> None:
    assert read(by_page(base), pages(3, base, total_pages=3)) == (list(range(6)), [base, base + 1, base + 2], "")
    assert read(by_page(base), pages(3, base))[0] == list(range(6))


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        ({}, {"total_pages": 5}),
        ({"maximum": 5}, {}),
        ({"total_path": "n"}, {"n": 5}),
        ({"total_path": "n"}, {"n": "5"}),
    ],
)
def test_an_empty_page_is_passed_where_it_is_declared_not_to_be_the_last(words: Any, beside: Any) -> None:  # noqa: ANN401
    rows, asked, _ = read(by_page(0, ends_at_empty_page=False, **words), pages(5, empty=(1, 2), **beside))
    assert (rows, asked) == ([0, 1, 6, 7, 8, 9], [0, 1, 2, 3, 4])


def test_an_empty_page_is_passed_by_the_flag() -> None:
    def serve(params: Params) -> dict[str, Any]:
        return {**pages(4, empty=(1,))(params), "more": "true" if params["page"] != 3 else "false"}

    paginator = by_page(0, ends_at_empty_page=False, has_more_path="more", total_path=None)
    assert read(paginator, serve) == ([0, 1, 4, 5, 6, 7], [0, 1, 2, 3], "")


def test_an_offset_passes_an_empty_page_by_its_size() -> None:
    def serve(params: Params) -> dict[str, Any]:
        return {"entries": [], "total": 7} if params["offset"] == 2 else rows_of(7, total=7)(params)

    paginator = by_offset(total_path="total", ends_at_empty_page=False)
    assert read(paginator, serve) == ([0, 1, 4, 5, 6], [0, 2, 4, 6], "")


def test_an_empty_page_that_is_not_the_last_and_says_nothing_is_an_error() -> None:
    with pytest.raises(StreamError, match=r"'stop_after_empty_page' .* 'total_pages'|'stop_after_empty_page'"):
        read(by_page(0, ends_at_empty_page=False), pages(2))


def test_an_empty_page_that_is_declared_to_be_the_last_is_and_a_contradiction_is_a_doubt() -> None:
    rows, _, doubt = read(by_page(0, ends_at_empty_page=True), pages(4, empty=(1,), has_more=True))
    assert rows == [0, 1]
    assert "says that there is more" in doubt
    rows, _, doubt = read(by_offset(total_path="total", ends_at_empty_page=True), rows_of(4, total=9))
    assert rows == [0, 1, 2, 3]
    assert doubt == "gave no records after 4 of 9 ('total')"
    with pytest.raises(StreamError, match="gave no records after 4 of 9"):
        read(by_offset(total_path="total"), rows_of(4, total=9))


def test_a_cursor_on_an_empty_page_is_followed_unless_that_is_declared_to_be_the_end() -> None:
    def serve(params: Params) -> dict[str, Any]:
        number = int(str(params.get("cursor", 0)))
        return {"entries": [] if number == 1 else [{"id": number}], "next": number + 1 if number < 2 else None}

    cursor = BodyCursor(cursor_path="next")
    assert read(cursor, serve)[0] == [0, 2]
    assert read(BodyCursor(cursor_path="next", ends_at_empty_page=True), serve)[0] == [0]


@pytest.mark.parametrize("total", [3, 6])
def test_a_total_of_pages_or_of_records_costs_no_row(total: int) -> None:
    """Where no place is declared, `total` may be either."""
    paginator = by_page(0, default_total_path="total")
    assert read(paginator, pages(3, total=total))[0] == list(range(6))


def test_records_that_a_selector_makes_of_one_do_not_move_the_offset_further() -> None:
    """Each of four rows has three parts: `rows[*].parts`."""
    rows = [{"parts": [{"id": 3 * n + part} for part in range(3)]} for n in range(4)]

    def serve(params: Params) -> dict[str, Any]:
        first = int(str(params["offset"]))
        return {"entries": [part for row in rows[first : first + 2] for part in row["parts"]], "total": 4}

    assert read(by_offset(total_path="total"), serve) == (list(range(12)), [0, 2], "")


@pytest.mark.parametrize("flag", ["false", "False", "no", 0, "0"])
def test_a_flag_may_be_a_text_or_a_number(flag: object) -> None:
    assert read(by_page(0), pages(9, has_more=flag))[1] == [0]


@pytest.mark.parametrize(("count", "requests"), [(3, 2), (7, 4), (2, 2), (1, 1)])
def test_a_total_that_nobody_declared_ends_a_walk_by_offset(count: int, requests: int) -> None:
    rows, asked, doubt = read(by_offset(default_total_path="total"), rows_of(count, total=count))
    assert (rows, len(asked), doubt) == (list(range(count)), requests, "")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_a_number_of_the_records_on_the_page_is_not_taken_for_the_total(count: int) -> None:
    def serve(params: Params) -> dict[str, Any]:
        body = rows_of(count)(params)
        return {**body, "total": len(body["entries"])}

    assert read(by_offset(default_total_path="total"), serve)[0] == list(range(count))


def test_an_end_before_a_total_that_nobody_declared_is_a_doubt() -> None:
    rows, _, doubt = read(by_offset(default_total_path="total"), rows_of(4, total=9))
    assert rows == [0, 1, 2, 3]
    assert doubt == "gave no records after 4 of 9 ('total')"
