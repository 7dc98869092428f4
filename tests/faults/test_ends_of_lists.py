"""A list that is asked for by number is read to its end, however the service counts, whatever it answers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole
from tests.faults.test_answers import activates, declared, things

if TYPE_CHECKING:
    from tests.faults.server import Request
    from tests.singer import Run

SIZE = 50
BY_PAGE = {"type": "page_number", "base_page": 1, "total_path": None}


def rows(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


class Service:
    """A service that gives a list in pages of 50, and refuses to give a page behind the last one."""

    def __init__(
        self, count: int, refusal: str = "404 Not Found", *, has_envelope: bool = False, **totals: str
    ) -> None:
        self.rows = rows(count)
        self._refusal = refusal
        self._has_envelope = has_envelope
        self._headers = totals

    def __call__(self, request: Request) -> list[bytes]:
        """Answer a request."""
        first = (int(request.params.get("page", 1)) - 1) * SIZE
        page = self.rows[first : first + SIZE]
        if not page:
            return [whole({"detail": "Invalid page."}, self._refusal)]
        following = f"/things?page={first // SIZE + 2}" if first + SIZE < len(self.rows) else None
        body = {"count": len(self.rows), "next": following, "results": page} if self._has_envelope else page
        return [whole(body, **self._headers)]


def read(script: Any, **paginator: Any) -> Run:  # noqa: ANN401 - any script
    with Server(script) as server:
        return run_here(declared(server.url, things(paginator=paginator)), "things")


def ids(run: Run) -> list[int]:
    assert run.exit_code == 0, run.stderr
    return [row["id"] for row in run.records("things")]


@pytest.mark.parametrize(
    "service",
    [
        Service(120),
        Service(120, "400 Bad Request"),
        Service(120, "416 Range Not Satisfiable"),
        Service(100, has_envelope=True),
        Service(7, has_envelope=True),
        Service(100, "400 Bad Request", X_WP_TotalPages="2"),
        Service(100, X_Total_Count="100"),
    ],
)
@pytest.mark.parametrize("paginator", [BY_PAGE, {"type": "page_number"}], ids=["base", "no base"])
def test_a_refusal_behind_a_page_that_is_short_or_says_that_it_is_the_last_is_the_end(
    service: Service, paginator: dict[str, Any]
) -> None:
    run = read(service, **paginator)
    assert ids(run) == list(range(len(service.rows)))
    assert activates(run)


def test_a_refusal_behind_a_full_page_is_a_failure_that_names_the_way_out() -> None:
    line = failure_of(read(Service(100), **BY_PAGE), "things")
    assert "404 Not Found" in line
    assert "after 100 records" in line
    action = {"status_code": 404, "action": "ignore"}
    assert f"'response_actions': [{action}]" in line
    with Server(Service(100)) as server:
        stream = things(paginator=BY_PAGE, response_actions=[action])
        assert ids(run_here(declared(server.url, stream), "things")) == list(range(100))


def test_a_parameter_that_the_service_refuses_is_no_end() -> None:
    def refusing(request: Request) -> list[bytes]:
        return [whole("unknown", "400 Bad Request") if request.params else whole({"results": rows(30), "total": 30})]

    run = read(refusing, type="page_number", total_path=None)
    assert run.exit_code == 1


@pytest.mark.parametrize("count", [99, 100, 101, 200])
def test_offsets_that_begin_with_1_reach_the_last_record(count: int) -> None:
    def scim(request: Request) -> list[bytes]:
        first = int(request.params["startIndex"]) - 1
        return [whole({"totalResults": count, "Resources": rows(count)[first : first + 100]})]

    words = {"offset_param": "startIndex", "limit_param": "count", "total_path": "totalResults"}
    run = read(scim, type="offset", offset=1, limit=100, **words)
    assert ids(run) == list(range(count))
    assert activates(run)


def gap(request: Request) -> list[bytes]:
    """Give four pages of which the second is empty, as a service does that filters after it has cut a list."""
    page = int(request.params["page"])
    kept = [] if page == 2 else rows(4 * SIZE)[(page - 1) * SIZE : page * SIZE]
    return [whole({"data": kept, "total_pages": 4})]


def test_an_empty_page_before_the_stated_number_of_pages_is_no_silent_end() -> None:
    line = failure_of(read(gap, type="page_number", base_page=1), "things")
    assert "gave no records on page 2, after 50, though 'total_pages' is 4" in line
    run = read(gap, type="page_number", base_page=1, stop_after_empty_page=False)
    assert len(ids(run)) == 3 * SIZE
    assert activates(run)
    run = read(gap, type="page_number", base_page=1, stop_after_empty_page=True)
    assert len(ids(run)) == SIZE
    assert not activates(run)


def test_a_total_that_is_only_a_lower_bound_ends_no_list() -> None:
    def search(request: Request) -> list[bytes]:
        first = int(request.params["from"])
        if first >= 2 * SIZE:
            return [whole({"error": "Result window is too large"}, "400 Bad Request")]
        total = {"value": 2 * SIZE, "relation": "gte"}
        return [whole({"hits": {"total": total, "hits": rows(5 * SIZE)[first : first + SIZE]}})]

    words = {"offset_param": "from", "limit_param": "size", "total_path": "hits.total.value"}
    with Server(search) as server:
        stream = things(data_selector="hits.hits", paginator={"type": "offset", "limit": SIZE, **words})
        assert "Result window is too large" in failure_of(run_here(declared(server.url, stream), "things"), "things")


def capped(request: Request) -> list[bytes]:
    """Give the first 100 of 230 records that a search has found, as many services do."""
    page = int(request.params.get("page", 1))
    found = rows(230)[(page - 1) * SIZE : page * SIZE]
    link = {"Link": '</things?page=2>; rel="next"'} if page == 1 else {}
    return [whole({"items": found, "total_count": 230, "nbPages": 2, "left": "nothing"}, **link)]


@pytest.mark.parametrize(
    "paginator", [{"type": "header_link"}, {"type": "page_number", "base_page": 1, "total_path": "nbPages"}], ids=str
)
def test_a_list_that_ends_before_the_total_that_it_states_drops_no_rows(paginator: dict[str, Any]) -> None:
    run = read(capped, **paginator)
    assert ids(run) == list(range(100))
    assert not activates(run)
    (warning,) = run.warnings
    assert "ended after 100 records, and says that there are 230" in warning


@pytest.mark.parametrize("total", [{"total_count": 100}, {"meta": {"filter_count": 100, "total_count": 230}}], ids=str)
def test_a_total_of_what_was_asked_for_is_the_one_that_counts(total: dict[str, Any]) -> None:
    def filtered(request: Request) -> list[bytes]:
        page = int(request.params.get("page", 1))
        following = "/things?page=2" if page == 1 else None
        return [whole({"items": rows(100)[(page - 1) * SIZE : page * SIZE], "next": following, **total})]

    run = read(filtered, type="json_link")
    assert ids(run) == list(range(100))
    assert activates(run)


def test_an_empty_page_after_all_that_there_are_is_the_end_though_it_has_an_address_of_a_next_one() -> None:
    def endless(request: Request) -> list[bytes]:
        first = int(request.params.get("offset", 0))
        links = {"next": f"/things?offset={first + SIZE}"}
        return [whole({"result": {"records": rows(120)[first : first + SIZE], "total": 120, "_links": links}})]

    with Server(endless) as server:
        paginator = {"type": "json_link", "next_url_path": "result._links.next"}
        run = run_here(declared(server.url, things(data_selector="result.records", paginator=paginator)), "things")
    assert ids(run) == list(range(120))
    assert activates(run)


def test_a_list_that_never_ends_names_the_words_that_say_where_it_does() -> None:
    def endless(request: Request) -> list[bytes]:
        first = int(request.params.get("cursor", 0))
        return [whole({"data": rows(3)[first:], "cursors": {"next": first + 3}})]

    line = failure_of(read(endless, type="cursor"), "things")
    assert "name what says whether there is more in 'has_more_path', or declare 'stop_after_empty_page': true" in line
    assert ids(read(endless, type="cursor", stop_after_empty_page=True)) == [0, 1, 2]


@pytest.mark.parametrize("end", [0, -1, "0", None, ""])
def test_what_can_ask_for_no_later_page_is_no_sign_of_more(end: object) -> None:
    assert activates(read(lambda _: [whole({"data": rows(3), "next_offset": end})]))
