"""Lists whose next page's cursor stands in a header."""

from __future__ import annotations

from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import HeaderCursor

PAGINATOR = HeaderCursor(cursor_header="Next-Page-Token", cursor_param="token")


def page(rows: int, body: Any = None, **headers: str) -> Page:  # noqa: ANN401 - any JSON
    return Page(body or [], [{"id": number} for number in range(rows)], "/a", CaseInsensitiveDict(headers))


def test_the_cursor_goes_into_the_query_until_there_is_none() -> None:
    trail = PageTrail(PAGINATOR, None, {"status": "open"})
    assert trail.params == {"status": "open"}
    trail.advance(page(2, **{"next-page-token": "c 1"}))
    assert trail.params == {"status": "open", "token": "c 1"}
    # An empty page in between is none at the end.
    trail.advance(page(0, **{"next-page-token": "c 2"}))
    assert trail.params == {"status": "open", "token": "c 2"}
    trail.advance(page(2))
    assert trail.finished


@pytest.mark.parametrize("last", ["", " ", "null", "c"])
def test_an_empty_cursor_or_the_same_after_an_empty_page_is_the_end(last: str) -> None:
    trail = PageTrail(PAGINATOR, None)
    trail.advance(page(2, **{"next-page-token": "c"}))
    trail.advance(page(0, **{"next-page-token": last}))
    assert trail.finished


def test_a_cursor_that_comes_again_is_an_error() -> None:
    trail = PageTrail(PAGINATOR, None)
    trail.advance(page(2, **{"next-page-token": "c"}))
    with pytest.raises(StreamError, match="leads in a circle"):
        trail.advance(page(2, **{"next-page-token": "c"}))


@pytest.mark.parametrize(
    ("body", "headers"), [({"has_more": True}, {}), ({"next_cursor": "c"}, {}), (None, {"X-Next-Cursor": "c"})]
)
def test_more_elsewhere_is_an_error(body: object, headers: dict[str, str]) -> None:
    with pytest.raises(StreamError, match="says that there is more"):
        PageTrail(PAGINATOR, None).advance(page(2, body, **headers))


def test_a_total_beside_fewer_records_is_a_doubt() -> None:
    trail = PageTrail(PAGINATOR, None)
    assert "2 records of more" in trail.doubt(page(2, **{"X-Total-Count": "9"}))
    assert not trail.doubt(page(2, **{"X-Total-Count": "9", "Next-Page-Token": "c"}))
