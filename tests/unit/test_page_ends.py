"""Where a list ends: the rules of the API notes, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import BodyCursor, CursorOrPageNumber, LastRecord, PageNumber, Paginator
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


def test_has_more_decides_and_not_the_number_of_pages() -> None:
    assert after(EITHER, {"entries": ROWS, "total_pages": 9, "has_more": False}) is None
    assert after(EITHER, {"entries": ROWS, "total_pages": 1, "has_more": True}) == {"page": 2}


def test_the_number_of_pages_ends_the_walk_where_it_is_all_there_is() -> None:
    assert after(EITHER, {"entries": ROWS, "total_pages": 2}) == {"page": 2}
    assert after(EITHER, {"entries": ROWS, "total_pages": 2}, {"entries": [{"uuid": 3}], "total_pages": 2}) is None


@pytest.mark.parametrize("has_more", [{"has_more": True}, {"has_more": None}, {}])
def test_an_empty_page_with_a_new_cursor_is_not_the_end(has_more: dict[str, Any]) -> None:
    assert after(EITHER, {"entries": [], "cursor": "c", **has_more}) == {"cursor": "c"}


@pytest.mark.parametrize("has_more", [{"has_more": False}, {"has_more": None}, {}])
@pytest.mark.parametrize("paginator", [EITHER, LAST_RECORD])
def test_an_empty_page_without_more_is_the_end(paginator: Paginator, has_more: dict[str, Any]) -> None:
    assert after(paginator, {"entries": [], **has_more}) is None


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


@pytest.mark.parametrize("cursor", [["c"], {"c": 1}])
def test_a_cursor_that_is_no_text_and_no_number_is_an_error(cursor: object) -> None:
    with pytest.raises(StreamError, match="'cursor'"):
        after(EITHER, {"entries": ROWS, "cursor": cursor})
    with pytest.raises(StreamError, match=r"'meta\.next_cursor'"):
        after(BODY_CURSOR, {"entries": ROWS, "meta": {"next_cursor": cursor}})


def test_a_last_record_that_nothing_comes_after_needs_no_such_field() -> None:
    assert after(LAST_RECORD, {"entries": [{}], "has_more": False}) is None


def test_an_error_about_a_circle_quotes_no_more_than_a_line_of_the_cursor() -> None:
    cursor = "x\n" * 500
    with pytest.raises(StreamError) as error:
        after(EITHER, {"entries": ROWS, "cursor": cursor}, {"entries": [{"uuid": 3}], "cursor": cursor})
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("row", "value"),
    [({"key": "k", "id": 1}, "k"), ({"key": None, "id": 1}, 1), ({"key": "", "id": 0}, 0), ({"uuid": "u"}, "u")],
)
def test_of_several_fields_of_the_last_record_the_first_with_a_value_is_taken(
    row: dict[str, Any], value: object
) -> None:
    paginator = LastRecord(cursor_param="after", fields=("key", "uuid", "id"))
    assert after(paginator, {"entries": [*ROWS, row]}) == {"after": value}


@pytest.mark.parametrize("value", [None, "", True, [1], {"id": 1}])
def test_a_last_record_without_any_of_its_fields_is_an_error_that_names_all(value: object) -> None:
    with pytest.raises(StreamError, match="'key' or 'id'"):
        after(LastRecord(cursor_param="after", fields=("key", "id")), {"entries": [*ROWS, {"id": value}]})


def test_the_place_of_has_more_is_the_one_that_was_declared() -> None:
    last = {"entries": ROWS, "paging": {"next": "c", "more": False}, "has_more": True}
    for paginator in (
        BodyCursor(cursor_path="paging.next", has_more_path="paging.more"),
        LastRecord(cursor_param="after", fields=("uuid",), has_more_path="paging.more"),
        PageNumber(has_more_path="paging.more"),
    ):
        assert after(paginator, last) is None


@pytest.mark.parametrize("paginator", [BODY_CURSOR, LAST_RECORD])
def test_a_value_that_no_address_can_hold_is_an_error(paginator: Paginator) -> None:
    page = page_of({"entries": [{"uuid": "\ud800"}], "meta": {"next_cursor": "\ud800"}})
    with pytest.raises(StreamError, match="no address can hold"):
        PageTrail(paginator, None).advance(page)
