"""Pages by number and by offset: read once, in order and to the end, whatever a server begins with, caps or tells."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_token import Params
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import Offset, PageNumber, Paginator
from tests.singer import select
from tests.unit.taps import URL, page_of, queries, tap_of
from tests.unit.test_page_ends import after
from tests.unit.test_pagination import FULL_PAGES, Answer, Rows, in_order
from tests.unit.test_streams import of, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests_mock import Mocker

Asked = list[Params]

BY_NUMBER = PageNumber()
BY_OFFSET = Offset(first_token={"offset": 0}, total_path="total")
STYLES = ["has_more", "total", "nothing", "null", "zero"]
TELLING = STYLES[:2]
ROWS = [{"uuid": "u1"}, {"uuid": "u2"}]
MORE = [{"uuid": "u3"}]


def counting_from(base: int | None, **words: Any) -> PageNumber:
    """Return what a declaration with this `base_page` becomes."""
    return PageNumber(base=base, first_token={} if base is None else {"page": base}, **words)


def read(paginator: Paginator, serve: Callable[[Params], Answer], at_most: int = 100) -> tuple[list[Any], Asked]:
    """Read a list as a stream does, and return its rows' identifiers and what was asked for."""
    trail = PageTrail(paginator, None)
    rows: list[Any] = []
    asked: Asked = []
    while not trail.finished:
        assert len(asked) < at_most, "this goes on for ever"
        asked.append(trail.params)
        page = page_of(serve(trail.params))
        if not trail.repeats(page):
            rows += [record["uuid"] for record in page.records]
        trail.advance(page)
    return rows, asked


def end_of(style: str, total: int, *, is_last: bool) -> Answer:
    """Return what an answer says about the end."""
    match style:
        case "has_more":
            # What it outdoes is wrong, so that nothing else can have decided.
            return {"has_more": not is_last, "total": 1, "total_pages": 1}
        case "nothing":
            return {}
    said = {"total": total, "null": None, "zero": 0}[style]
    return {"total": said, "total_pages": said}


def numbered(pages: list[Rows], base: int, style: str, tells: str | None = None) -> Callable[[Params], Answer]:
    """Serve pages whose numbers begin with `base`, an empty one beyond the last."""

    def serve(params: Params) -> Answer:
        number = int(str(params.get("page", base)))
        at = number - base
        told = {tells: number} if tells else {}
        rows = pages[at] if 0 <= at < len(pages) else []
        return {"entries": rows, **end_of(style, len(pages), is_last=at + 1 >= len(pages)), **told}

    return serve


@given(FULL_PAGES, st.sampled_from([0, 1]), st.sampled_from(STYLES), st.sampled_from([None, "page", "current_page"]))
def test_an_unknown_base_reads_any_split_once_and_in_order(
    pages: list[Rows], base: int, style: str, tells: str | None
) -> None:
    rows, asked = read(BY_NUMBER, numbered(pages, base, style, tells))
    assert rows == in_order(pages)
    assert asked[0] == {}
    # One more request shows how pages are counted: page 1 again, or the page beyond the last of all.
    probe = tells is None if base == 1 else style == "total"
    assert len(asked) <= len(pages) + (style not in TELLING) + probe


@given(FULL_PAGES, st.sampled_from([0, 1]), st.sampled_from(STYLES))
def test_a_known_base_reads_any_split_without_finding_out(pages: list[Rows], base: int, style: str) -> None:
    rows, asked = read(counting_from(base), numbered(pages, base, style))
    assert rows == in_order(pages)
    requests = len(pages) + (style not in TELLING)
    assert asked == [{"page": base + number} for number in range(requests)]


@given(st.integers(1, 40), st.lists(st.integers(1, 6), min_size=1, max_size=5), st.sampled_from(STYLES))
def test_an_offset_reads_any_split_once_and_in_order(count: int, caps: list[int], style: str) -> None:
    pages = 0

    def serve(params: Params) -> Answer:
        nonlocal pages
        first = int(str(params["offset"]))
        # However many were asked for, each answer has as many as the server likes.
        last = min(first + caps[pages % len(caps)], count)
        pages += first < count
        rows = [{"uuid": number} for number in range(first, last)]
        return {"entries": rows, **end_of(style, count, is_last=last >= count)}

    rows, asked = read(BY_OFFSET, serve)
    assert rows == list(range(count))
    assert len(asked) == pages + (style not in TELLING)


@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0, 1]))
def test_a_server_that_caps_the_size_is_read_to_its_end(count: int, limit: int, cap: int, base: int) -> None:
    def serve(params: Params) -> Answer:
        assert params["limit"] == limit
        size = min(limit, cap)
        first = int(str(params.get("offset", (int(str(params.get("page", base))) - base) * size)))
        return {"entries": [{"uuid": number} for number in range(first, min(first + size, count))]}

    words: dict[str, Any] = {"limit_param": "limit", "limit": limit}
    for paginator in (counting_from(base, **words), counting_from(None, **words), Offset(**words)):
        assert read(paginator, serve)[0] == list(range(count))


@given(FULL_PAGES, st.sampled_from([0, 1]), st.sampled_from([0, 1, None]), st.booleans())
def test_pages_that_begin_again_are_an_error(pages: list[Rows], base: int, known: int | None, more: bool) -> None:  # noqa: FBT001
    def serve(params: Params) -> Answer:
        at = int(str(params.get("page", base))) - base
        return {"entries": pages[at % len(pages)], **({"has_more": True} if more else {})}

    with pytest.raises(StreamError, match="seems to ignore 'page'"):
        read(counting_from(known), serve, at_most=len(pages) + 2)


ANSWERS = st.fixed_dictionaries(
    {"entries": st.lists(st.sampled_from([{"uuid": "a"}, {"uuid": "b"}]), max_size=2)},
    optional={
        name: st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["1", [], {"number": 0}])
        for name in ("has_more", "page", "current_page", "total_pages", "total", "meta")
    },
)


@given(st.lists(ANSWERS, min_size=1, max_size=4), st.sampled_from([BY_NUMBER, counting_from(0), BY_OFFSET]))
def test_no_answers_keep_a_walk_going_for_ever_or_break_it(answers: list[Answer], paginator: Paginator) -> None:
    try:
        read(paginator, lambda params: answers[crc32(str(params).encode()) % len(answers)], at_most=10)
    except StreamError as error:
        assert str(error)  # noqa: PT017 - it may also end well


@given(FULL_PAGES, st.sampled_from([0, 1]), st.sampled_from(STYLES))
def test_rows_that_change_with_every_answer_cost_no_page(pages: list[Rows], base: int, style: str) -> None:
    """Page 1 does not look like the first page again where rows hold, say, links that expire."""
    answers = 0
    steady = numbered(pages, base, style)

    def serve(params: Params) -> Answer:
        nonlocal answers
        answers += 1
        body = steady(params)
        return {**body, "entries": [{**row, "answer": answers} for row in body["entries"]]}

    rows, asked = read(BY_NUMBER, serve)
    assert list(dict.fromkeys(rows)) == in_order(pages)
    assert len(asked) <= len(pages) + 2


@pytest.mark.parametrize(
    "told", [{"page": 1}, {"current_page": 1}, {"meta": {"page": 1}}, {"meta": {"current_page": 1}}]
)
def test_a_first_page_that_tells_its_number_saves_a_request(told: Answer) -> None:
    assert after(BY_NUMBER, {"entries": ROWS, **told}) == {"page": 2}


# Spring, for one, has an object with the number, the size and the totals under `page`.
ELSE: list[Answer] = [{"page": told} for told in (0, 2, "1", True, None, Decimal("1.0"), [1], {"number": 1})]


@pytest.mark.parametrize("told", [*ELSE, {"page": 0, "current_page": 1}, {"page": 1, "meta": {"page": 0}}])
def test_a_first_page_that_tells_anything_else_is_found_out_about(told: Answer) -> None:
    assert after(BY_NUMBER, {"entries": ROWS, **told}) == {"page": 1}


@pytest.mark.parametrize("rows", [MORE, []])
def test_a_server_that_tells_other_numbers_than_it_takes_is_an_error(rows: Rows) -> None:
    """It counts from 0 and tells people 1: the page between the two answers would be lost."""
    with pytest.raises(StreamError, match="calls page 2 page 3: declare 'base_page'"):
        after(BY_NUMBER, {"entries": ROWS, "page": 1}, {"entries": rows, "page": 3})


def test_only_the_second_request_can_find_out_and_only_where_the_base_is_unknown() -> None:
    first, again = {"entries": ROWS}, {"entries": [*ROWS]}
    assert after(BY_NUMBER, first, again, {"entries": MORE, "page": 3}) == {"page": 3}
    for bodies in ((first, {"entries": MORE}, again), (first, again, again)):
        with pytest.raises(StreamError, match="seems to ignore 'page'"):
            after(BY_NUMBER, *bodies)


@pytest.mark.parametrize(("paginator", "param"), [(counting_from(0), "page"), (BY_OFFSET, "offset")])
def test_a_server_that_ignores_the_parameter_is_an_error_after_one_repeat(paginator: Paginator, param: str) -> None:
    with pytest.raises(StreamError, match=f"page 2 .* ignore '{param}'"):
        after(paginator, {"entries": ROWS, "total": 9}, {"entries": ROWS, "total": 9})


@pytest.mark.parametrize("total", [None, 0, -1, "one", "", True, Decimal("1.0"), {}])
def test_a_total_that_is_no_number_of_them_is_no_end(total: object) -> None:
    assert after(BY_OFFSET, {"entries": MORE, "total": total}) == {"offset": 1}
    assert after(counting_from(0), {"entries": MORE, "total_pages": total}) == {"page": 1}


def test_a_total_in_a_text_is_one() -> None:
    assert after(BY_OFFSET, {"entries": MORE, "total": "1"}) is None
    assert after(counting_from(0), {"entries": MORE, "total_pages": "1"}) is None


@pytest.mark.parametrize("total", [10**15, str(10**15), 2**63 - 1, str(2**63 - 1)])
def test_a_total_with_more_digits_than_any_list_has_rows_is_none(total: object) -> None:
    assert after(BY_OFFSET, {"entries": ROWS, "total": total}, {"entries": [], "total": total}) is None


def test_the_newest_total_counts() -> None:
    assert after(BY_OFFSET, {"entries": ROWS, "total": 3}, {"entries": MORE, "total": 4}) == {"offset": 3}
    assert after(BY_OFFSET, {"entries": ROWS, "total": 4}, {"entries": MORE, "total": 3}) is None


def test_records_that_are_said_to_be_there_and_do_not_come_are_an_error() -> None:
    """Search services count all that they found, and give the first thousand."""
    with pytest.raises(StreamError, match=r"no records after 2 of 1000 \('total'\)"):
        after(BY_OFFSET, {"entries": ROWS, "total": 1000}, {"entries": [], "total": 1000})
    assert after(BY_OFFSET, {"entries": ROWS, "total": 3}, {"entries": [], "total": 2}) is None
    assert after(BY_OFFSET, {"entries": ROWS}, {"entries": [], "total": 1000, "has_more": False}) is None


@pytest.mark.parametrize("paginator", [BY_NUMBER, BY_OFFSET])
def test_an_empty_page_that_claims_more_is_an_error(paginator: Paginator) -> None:
    with pytest.raises(StreamError, match="there is more"):
        after(paginator, {"entries": ROWS}, {"entries": [], "has_more": True})


def test_the_first_page_is_written_once(requests_mock: Mocker, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = {"path": "/notes", "data_selector": "entries", "paginator": {"type": "page_number"}}
    properties = {"uuid": {"type": "string"}}
    notes = {"name": "notes", "endpoint": endpoint, "schema": {"type": "object", "properties": properties}}
    tap = partial(tap_of, resources=[notes])
    serve = numbered([ROWS, MORE], 1, "nothing")
    requests_mock.get(f"{URL}/notes", json=lambda request, _: serve({**{k: v[0] for k, v in request.qs.items()}}))
    messages = written(tap(catalog=select(tap().catalog_dict, "notes")), capsys)
    assert [message["record"]["uuid"] for message in of(messages, "RECORD")] == ["u1", "u2", "u3"]
    assert queries(requests_mock) == [{}, {"page": ["1"]}, {"page": ["2"]}, {"page": ["3"]}]


@given(FULL_PAGES, st.sampled_from([0, 1, None]), st.sampled_from(["page", "current_page"]))
def test_a_server_that_gives_the_last_page_for_those_beyond_and_says_so_is_read_to_its_end(
    pages: list[Rows], base: int | None, tells: str
) -> None:
    """Django's `get_page` does. From one page alone it cannot be told apart from a server that ignores the number."""
    assume(len(pages) > 1)

    def serve(params: Params) -> Answer:
        number = min(int(str(params.get("page", base or 0))), len(pages) - 1 + (base or 0))
        return {"entries": pages[number - (base or 0)], tells: number}

    def serve_from_1(params: Params) -> Answer:
        number = min(max(int(str(params.get("page", 1))), 1), len(pages))
        return {"entries": pages[number - 1], tells: number}

    rows, asked = read(counting_from(base), serve_from_1 if base is None else serve)
    assert rows == in_order(pages)
    assert len(asked) == len(pages) + 1


def test_the_last_page_again_is_no_end_unless_the_server_says_that_it_is_the_one_before() -> None:
    last: Answer = {"entries": MORE, "page": 2}
    first: Answer = {"entries": ROWS, "page": 1}
    assert after(counting_from(1), first, last, last) is None
    for told in ({"page": 3}, {"page": 1}, {}):
        with pytest.raises(StreamError, match="seems to ignore 'page'"):
            after(counting_from(1), first, last, {"entries": MORE, **told})
    with pytest.raises(StreamError, match="seems to ignore 'page'"):
        after(counting_from(1), first, first)
    with pytest.raises(StreamError, match="there is more"):
        after(counting_from(1), first, last, {**last, "has_more": True})


def test_records_that_no_json_text_can_hold_are_still_told_apart() -> None:
    one, other = ({"entries": [{"uuid": name}]} for name in ("\ud800", "\udfff"))
    assert after(counting_from(0), one, other) == {"page": 2}
    with pytest.raises(StreamError, match="seems to ignore 'page'"):
        after(counting_from(0), one, other, one)
