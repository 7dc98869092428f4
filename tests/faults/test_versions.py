"""When a whole read takes rows out of the target's table, and when it must not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import KEY, run_here, subscription
from tests.faults.server import Request, Server, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.singer import Run

COUNTS = "customer_weekly_count"
NOW = datetime.now(timezone.utc)
YESTERDAY, TODAY, TOMORROW = (f"{(NOW + timedelta(days=days)).date()}" for days in (-1, 0, 1))


@pytest.fixture(autouse=True)
def _informed(caplog: pytest.LogCaptureFixture) -> None:
    """Let the log have what is told at the level INFO, as a real run's has."""
    caplog.set_level("INFO")


def service(request: Request) -> Iterable[bytes]:
    """Answer for a list of two rows, the later one dated long after today, for a count, and for lists under parents."""
    rows: list[dict[str, Any]] = [
        {"id": 1, "uuid": "a", "date": "2023-06-01T00:00:00Z", "customers": 1},
        {"id": 2, "uuid": "b", "date": "2999-01-01T00:00:00Z", "customers": 2},
    ]
    match request.path:
        case "/v1/account":
            return [whole({"id": "acc", "time_zone": "UTC", "week_start_on": "monday"})]
        case "/v1/metrics/customer-count":
            return [whole({"entries": [{"date": "2023-06-04", "customers": 1}]})]
        case "/list" | "/v1/activities" | "/v1/customers":
            return [whole({"entries": rows, "has_more": False})]
        case "/empty":
            return [whole({"entries": []})]
    return [whole({"entries": [{"id": 3}]})]


def declared(name: str, path: str, *, incremental: dict[str, Any] | None = None, **words: Any) -> dict[str, Any]:
    """Return a resource."""
    endpoint: dict[str, Any] = {"path": path, "data_selector": "entries", "paginator": {"type": "single_page"}}
    if incremental is not None:
        endpoint["incremental"] = {"cursor_path": "date", **incremental}
    columns = {"id": {"type": "integer"}, "date": {"type": "string", "format": "date-time"}}
    return {"name": name, "endpoint": endpoint, "schema": {"type": "object", "properties": columns}, **words}


def run_declared(server: Server, *resources: dict[str, Any], **settings: Any) -> Run:
    """Read declared streams."""
    return run_here({"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [*resources], **settings})


def withheld(run: Run, stream: str) -> bool:
    """Say whether a stream that was read to its end activated no version, once it is sure that it said why."""
    assert run.exit_code == 0, run.stderr
    activated = bool(run.of(stream, "ACTIVATE_VERSION"))
    told = [line for line in run.stderr.splitlines() if f"{stream}: no row is dropped" in line]
    assert len(told) == (not activated), run.stderr
    return not activated


# The filters and orders in which a declared stream can be read by date.
INCREMENTAL = {
    "a filter on our side": {},
    "a filter": {"start_param": "from", "end_param": "to"},
    "newest first": {"row_order": "desc"},
}


@pytest.mark.parametrize(
    "dates",
    [
        {"start_date": "2023-05-20", "end_date": "2023-06-10"},
        {"end_date": YESTERDAY},
        {"start_date": "2099-01-01"},
        {"start_date": "2099-01-01", "end_date": "2099-02-01"},
        {"start_date": TOMORROW},
    ],
    ids=str,
)
def test_a_read_that_the_users_dates_cut_off_or_leave_nothing_takes_no_row_out_of_a_table(
    dates: dict[str, str],
) -> None:
    with Server(service) as server:
        built_in = run_here({**subscription(server.url), "start_date": None, **dates}, "activities", COUNTS)
        resources = [declared(word.replace(" ", "_"), "list", incremental=words) for word, words in INCREMENTAL.items()]
        run = run_declared(server, *resources, **dates)
    assert withheld(built_in, "activities")
    assert withheld(built_in, COUNTS)
    assert all(withheld(run, resource["name"]) for resource in resources)


@pytest.mark.parametrize("dates", [{}, {"start_date": "2023-05-20"}, {"start_date": TODAY}], ids=str)
def test_a_start_date_alone_is_what_the_table_is_to_hold(dates: dict[str, str]) -> None:
    with Server(service) as server:
        built_in = run_here({**subscription(server.url), "start_date": None, **dates}, "activities", COUNTS)
        run = run_declared(
            server, *(declared(f"r{n}", "list", incremental=w) for n, w in enumerate(INCREMENTAL.values()))
        )
    assert not any(withheld(built_in, stream) for stream in ("activities", COUNTS))
    assert not any(withheld(run, f"r{n}") for n in range(len(INCREMENTAL)))


def test_an_end_date_that_is_still_to_come_cuts_off_only_what_it_leaves_out() -> None:
    late = {"end_date": "2998-01-01"}
    with Server(service) as server:
        built_in = run_here({**subscription(server.url), **late, "start_date": "2023-01-01"}, "activities", COUNTS)
        run = run_declared(
            server, *(declared(f"r{n}", "list", incremental=w) for n, w in enumerate(INCREMENTAL.values())), **late
        )
    assert withheld(built_in, "activities")
    assert not withheld(built_in, COUNTS)
    assert all(withheld(run, f"r{n}") for n in range(len(INCREMENTAL)))


def test_an_initial_value_in_the_future_asks_for_nothing() -> None:
    with Server(service) as server:
        run = run_declared(server, declared("late", "list", incremental={"initial_value": "2998-01-01"}))
    assert withheld(run, "late")


def test_what_lies_under_a_list_that_was_cut_off_is_cut_off_too() -> None:
    child = {
        "endpoint": {
            "path": "rows/{resources.parent.id}",
            "data_selector": "entries",
            "paginator": {"type": "single_page"},
        }
    }
    parent = declared("parent", "list", incremental={})
    with Server(service) as server:
        cut = run_declared(server, parent, declared("child", "-") | child, end_date="2023-06-10")
        whole_read = run_declared(server, parent, declared("child", "-") | child)
    assert withheld(cut, "child")
    assert not withheld(whole_read, "child")


def test_a_list_under_no_parents_is_an_empty_table() -> None:
    child = {
        "endpoint": {
            "path": "rows/{resources.parent.id}",
            "data_selector": "entries",
            "paginator": {"type": "single_page"},
        }
    }
    with Server(service) as server:
        run = run_declared(server, declared("parent", "empty"), declared("child", "-") | child)
    assert not withheld(run, "child")
    assert not withheld(run, "parent")


def test_lists_without_dates_are_activated_whatever_the_users_dates_are() -> None:
    with Server(service) as server:
        run = run_declared(server, declared("plain", "list"), end_date="2023-06-10")
        built_in = run_here({**subscription(server.url), "end_date": "2024-06-10"}, "customers")
    assert not withheld(run, "plain")
    assert not withheld(built_in, "customers")
