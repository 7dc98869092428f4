"""Where a list ends: the rules of the API notes, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import BodyCursor, CursorOrPageNumber, LastRecord, Paginator
from tests.unit.taps import page_of

if TYPE_CHECKING:
    from tap_analytics.paging.page_token import Params

ROWS = [{"uuid": "u1"}, {"uuid": "u2"}]
BODY_CURSOR = BodyCursor(cursor_path="meta.next_cursor")
LAST_RECORD = LastRecord(cursor_param="start-after", fields=("uuid",))
EITHER = CursorOrPageNumber()


def after(paginator: Paginator, *bodies: Any) -> Params | None:
    """Return what asks for the page after these answers, None when the last of them was the end."""
    trail = PageTrail(paginator, 2)
    for body in bodies:
        assert not trail.finished
        trail.advance(page_of(body))
    return None if trail.finished else trail.params


def test_a_short_page_is_not_the_end() -> None:
    assert after(EITHER, {"entries": ROWS[:1]}) == {"page": 2}
    assert after(EITHER, {"entries": ROWS[:1], "cursor": "c", "has_more": True}) == {"cursor": "c"}
    assert after(LAST_RECORD, {"entries": ROWS[:1]}) == {"start-after": "u1"}
    assert after(BODY_CURSOR, {"entries": ROWS[:1], "meta": {"next_cursor": "c"}}) == {"cursor": "c"}


def test_has_more_decides_and_not_the_cursor_of_the_last_page() -> None:
    assert after(EITHER, {"entries": ROWS, "cursor": "c", "has_more": False}) is None


def test_has_more_decides_and_not_the_number_of_pages() -> None:
    assert after(EITHER, {"entries": ROWS, "total_pages": 9, "has_more": False}) is None
    assert after(EITHER, {"entries": ROWS, "total_pages": 1, "has_more": True}) == {"page": 2}


def test_the_cursor_is_taken_where_both_styles_are_offered() -> None:
    both = {"entries": ROWS, "cursor": "c", "has_more": True, "current_page": 1, "total_pages": 3, "page": 1}
    assert after(EITHER, both) == {"cursor": "c"}


def test_the_number_of_pages_ends_the_walk_where_it_is_all_there_is() -> None:
    assert after(EITHER, {"entries": ROWS, "total_pages": 2}) == {"page": 2}
    assert after(EITHER, {"entries": ROWS, "total_pages": 2}, {"entries": [{"uuid": 3}], "total_pages": 2}) is None


@pytest.mark.parametrize("total_pages", [None, 0, "many"])
def test_a_number_of_pages_that_says_nothing_is_no_end(total_pages: object) -> None:
    assert after(EITHER, {"entries": ROWS, "total_pages": total_pages}) == {"page": 2}


@pytest.mark.parametrize("has_more", [{"has_more": True}, {"has_more": None}, {}])
def test_an_empty_page_with_a_new_cursor_is_not_the_end(has_more: dict[str, Any]) -> None:
    assert after(EITHER, {"entries": [], "cursor": "c", **has_more}) == {"cursor": "c"}


@pytest.mark.parametrize("has_more", [{"has_more": False}, {"has_more": None}, {}])
@pytest.mark.parametrize("paginator", [EITHER, LAST_RECORD])
def test_an_empty_page_without_more_is_the_end(paginator: Paginator, has_more: dict[str, Any]) -> None:
    assert after(paginator, {"entries": [], **has_more}) is None


@pytest.mark.parametrize("paginator", [EITHER, LAST_RECORD])
def test_an_empty_page_that_claims_more_without_a_way_to_it_is_an_error(paginator: Paginator) -> None:
    with pytest.raises(StreamError, match="there is more"):
        after(paginator, {"entries": [], "has_more": True})


def test_an_empty_page_that_claims_more_under_its_own_cursor_is_an_error() -> None:
    first = {"entries": ROWS, "cursor": "c", "has_more": True}
    with pytest.raises(StreamError, match="there is more"):
        after(EITHER, first, {"entries": [], "cursor": "c", "has_more": True})


def test_an_empty_page_under_its_own_cursor_is_the_end_where_nothing_claims_more() -> None:
    assert after(EITHER, {"entries": ROWS, "cursor": "c"}, {"entries": [], "cursor": "c"}) is None


def test_a_page_that_claims_more_but_gives_no_cursor_any_longer_is_an_error() -> None:
    first = {"entries": ROWS, "cursor": "c", "has_more": True}
    with pytest.raises(StreamError, match="there is more"):
        after(EITHER, first, {"entries": [{"uuid": 3}], "has_more": True})


@pytest.mark.parametrize("body", [[{"uuid": 1}], {"entries": ROWS}, {"entries": ROWS, "meta": []}, {"entries": None}])
def test_an_answer_without_meta_is_the_only_page(body: Any) -> None:  # noqa: ANN401 - any JSON
    assert after(BODY_CURSOR, body) is None


def test_an_empty_page_with_a_cursor_is_not_the_end() -> None:
    assert after(BODY_CURSOR, {"entries": [], "meta": {"next_cursor": "c"}}) == {"cursor": "c"}


@pytest.mark.parametrize("cursor", [0, "0", "a b+c/d=é%20", " "])
def test_a_cursor_goes_back_as_it_came(cursor: str | int) -> None:
    assert after(BODY_CURSOR, {"entries": ROWS, "meta": {"next_cursor": cursor}}) == {"cursor": cursor}
    assert after(EITHER, {"entries": ROWS, "cursor": cursor}) == {"cursor": cursor}


@pytest.mark.parametrize("cursor", [["c"], {"c": 1}])
def test_a_cursor_that_is_no_text_and_no_number_is_an_error(cursor: object) -> None:
    with pytest.raises(StreamError, match="'cursor'"):
        after(EITHER, {"entries": ROWS, "cursor": cursor})
    with pytest.raises(StreamError, match=r"'meta\.next_cursor'"):
        after(BODY_CURSOR, {"entries": ROWS, "meta": {"next_cursor": cursor}})


@pytest.mark.parametrize("row", [{}, {"uuid": None}, {"uuid": ["u"]}])
def test_a_last_record_without_the_field_that_asks_for_more_is_an_error_that_names_it(row: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match="'uuid'"):
        after(LAST_RECORD, {"entries": [*ROWS, row], "has_more": True})


def test_a_last_record_that_nothing_comes_after_needs_no_such_field() -> None:
    assert after(LAST_RECORD, {"entries": [{}], "has_more": False}) is None


def test_the_cursor_of_activities_is_never_followed() -> None:
    assert after(LAST_RECORD, {"entries": ROWS, "cursor": "c", "has_more": True}) == {"start-after": "u2"}


def test_a_server_that_ignores_the_page_number_is_an_error_that_says_so() -> None:
    with pytest.raises(StreamError, match=r"page 2 .* ignore 'page'"):
        after(EITHER, {"entries": ROWS}, {"entries": ROWS})


def test_a_server_that_ignores_start_after_is_an_error_that_names_the_page() -> None:
    with pytest.raises(StreamError, match=r"circle.*start-after.*u2"):
        after(LAST_RECORD, {"entries": ROWS}, {"entries": ROWS})


def test_an_error_about_a_circle_quotes_no_more_than_a_line_of_the_cursor() -> None:
    cursor = "x\n" * 500
    with pytest.raises(StreamError) as error:
        after(EITHER, {"entries": ROWS, "cursor": cursor}, {"entries": [{"uuid": 3}], "cursor": cursor})
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300
