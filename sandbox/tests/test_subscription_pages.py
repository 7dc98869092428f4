"""How the subscription API hands out its lists."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]

CUSTOMERS = "/v1/customers"
ACTIVITIES = "/v1/activities"


def walk(get: Get, path: str, follow: Callable[[dict[str, Any]], dict[str, Any]], **params: Any) -> list[Any]:
    """Read a list to its end, by what `follow` makes of a page: the parameters of the next."""
    rows: list[Any] = []
    more: dict[str, Any] = {}
    while True:
        body = get(path, {**params, **more}).json()
        rows += body["entries"]
        if not body["has_more"]:
            return rows
        more = follow(body)


def test_first_page_answers_in_both_styles_and_later_ones_by_cursor_alone(get: Get) -> None:
    first = get(CUSTOMERS, {"per_page": 15}).json()
    assert list(first) == ["entries", "current_page", "total_pages", "has_more", "per_page", "page", "cursor"]
    assert (first["current_page"], first["total_pages"], first["per_page"], first["page"]) == (1, 3, 15, 1)
    second = get(CUSTOMERS, {"per_page": 15, "cursor": first["cursor"]}).json()
    assert set(second) == {"entries", "cursor", "has_more"}


def test_last_page_has_a_cursor_and_nothing_behind_it(get: Get) -> None:
    first = get(CUSTOMERS, {"per_page": 39}).json()
    last = get(CUSTOMERS, {"per_page": 39, "cursor": first["cursor"]}).json()
    assert (len(last["entries"]), last["has_more"]) == (1, False)
    assert last["cursor"]
    beyond = get(CUSTOMERS, {"per_page": 39, "cursor": last["cursor"]}).json()
    assert beyond == {"entries": [], "cursor": last["cursor"], "has_more": False}


def test_customers_by_cursor_and_by_page_are_the_same(sandbox: Sandbox, get: Get) -> None:
    truth = [row["id"] for row in sandbox.world.customers("subscription")]
    by_cursor = walk(get, CUSTOMERS, lambda body: {"cursor": body["cursor"]}, per_page=7)
    by_page = walk(get, CUSTOMERS, lambda body: {"page": body["current_page"] + 1}, per_page=7)
    assert [row["id"] for row in by_cursor] == [row["id"] for row in by_page] == truth


def test_empty_pages_have_a_new_cursor(sandbox: Sandbox, get: Get) -> None:
    sandbox.empty_pages = True
    first = get(CUSTOMERS, {"per_page": 30}).json()
    empty = get(CUSTOMERS, {"per_page": 30, "cursor": first["cursor"]}).json()
    assert (empty["entries"], empty["has_more"]) == ([], True)
    assert empty["cursor"] != first["cursor"]
    rows = walk(get, CUSTOMERS, lambda body: {"cursor": body["cursor"]}, per_page=7)
    assert len(rows) == 40


def test_old_style_knows_pages_only(sandbox: Sandbox, get: Get) -> None:
    sandbox.style = "page"
    body = get(CUSTOMERS, {"per_page": 15, "page": 3}).json()
    assert set(body) == {"entries", "current_page", "total_pages", "has_more", "per_page", "page"}
    assert (len(body["entries"]), body["current_page"], body["has_more"]) == (10, 3, False)
    assert set(get(ACTIVITIES, {"per_page": 2}).json()) == {"entries", "has_more", "per_page"}


@pytest.mark.parametrize(("said", "value"), [("known", 3), ("null", None), ("zero", 0)])
def test_number_of_pages_may_say_nothing(sandbox: Sandbox, get: Get, said: Any, value: int | None) -> None:  # noqa: ANN401
    sandbox.total_pages = said
    assert get(CUSTOMERS, {"per_page": 15}).json()["total_pages"] == value


def test_oldest_answers_do_not_say_whether_there_is_more(sandbox: Sandbox, get: Get) -> None:
    sandbox.style, sandbox.has_more = "page", False
    assert "has_more" not in get(CUSTOMERS).json()
    assert "has_more" not in get(ACTIVITIES).json()


def test_sketch_has_entries_alone_until_an_empty_page(sandbox: Sandbox, get: Get) -> None:
    sandbox.style = "sketch"
    pages = [get(CUSTOMERS, {"per_page": 20, "page": page}).json() for page in (1, 2, 3)]
    assert [set(page) for page in pages] == [{"entries"}] * 3
    assert [len(page["entries"]) for page in pages] == [20, 20, 0]
    last = sandbox.world.activities()[-1]["uuid"]
    assert get(ACTIVITIES, {"start-after": last}).json() == {"entries": []}


def test_page_longer_than_allowed_is_shortened(sandbox: Sandbox, get: Get) -> None:
    sandbox.world.add_customers("subscription", 200)
    assert len(get(CUSTOMERS, {"per_page": 500}).json()["entries"]) == 200
    sandbox.page_cap = 10
    body = get(CUSTOMERS, {"per_page": 500}).json()
    assert (len(body["entries"]), body["per_page"], body["has_more"]) == (10, 10, True)


def test_activities_after_the_last_one_read_are_complete(sandbox: Sandbox, get: Get) -> None:
    rows = walk(get, ACTIVITIES, lambda body: {"start-after": body["entries"][-1]["uuid"]}, per_page=9)
    assert [row["uuid"] for row in rows] == [row["uuid"] for row in sandbox.world.activities()]


def test_activities_by_cursor_lose_a_row_at_each_boundary(sandbox: Sandbox, get: Get) -> None:
    rows = walk(get, ACTIVITIES, lambda body: {"cursor": body["cursor"]}, per_page=9)
    truth = [row["uuid"] for row in sandbox.world.activities()]
    lost = truth[9::10]
    assert [row["uuid"] for row in rows] == [uuid for uuid in truth if uuid not in lost]


def test_activities_share_timestamps(sandbox: Sandbox) -> None:
    dates = [instant(row["date"]) for row in sandbox.world.activities()]
    assert len(set(dates)) < len(dates) - 5


@pytest.mark.parametrize("inclusive", [True, False])
def test_dates_bound_activities(sandbox: Sandbox, get: Get, inclusive: bool) -> None:  # noqa: FBT001
    sandbox.inclusive_dates = inclusive
    days = ("2031-01-09", "2031-01-10", "2031-01-11")
    added = [sandbox.world.add_activities(1, f"{day}T{time}")[0] for day in days for time in ("00:00:00", "23:59:59")]
    rows = get(ACTIVITIES, {"start-date": days[0], "end-date": days[2], "order": "date"}).json()["entries"]
    assert [row["uuid"] for row in rows] == (added if inclusive else added[2:4])


def test_activities_come_newest_first_on_demand(sandbox: Sandbox, get: Get) -> None:
    rows = walk(get, ACTIVITIES, lambda body: {"start-after": body["entries"][-1]["uuid"]}, per_page=50, order="-date")
    assert [row["uuid"] for row in rows] == [row["uuid"] for row in reversed(sandbox.world.activities())]
