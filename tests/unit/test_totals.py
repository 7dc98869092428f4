"""How long a list is, as its first answer says."""

from __future__ import annotations

from typing import Any

import pytest

from tap_analytics.paging.page import Page
from tap_analytics.paging.totals import Total, total_in
from tests.unit.services import DATA
from tests.unit.test_page_ends import ROWS


@pytest.mark.parametrize(
    ("body", "total"),
    [
        ({**DATA, "total_pages": 7, "current_page": 1}, Total(7, counts_pages=True)),
        ({**DATA, "meta": {"total": 40}}, Total(40, counts_pages=False)),
        ({**DATA, "count": 40, "total_count": 40}, Total(40, counts_pages=False)),
        ({**DATA, "count": len(ROWS), "total": 40}, Total(40, counts_pages=False)),
        ({**DATA, "count": 30, "total": 40}, None),
        ({**DATA, "total": 10**15 - 1}, Total(10**15 - 1, counts_pages=False)),
        ({**DATA, "total": 10**15, "total_pages": str(10**15)}, None),
        ({**DATA, "total_pages": None, "total": len(ROWS)}, None),
        ({**DATA, "has_more": True, "cursor": "c", "per_page": 200}, None),
    ],
    ids=str,
)
def test_the_length_of_a_list_is_known_only_where_the_first_answer_gives_one_number_for_it(
    body: dict[str, Any], total: Total | None
) -> None:
    assert total_in(Page(body, ROWS, "/v1/items")) == total
