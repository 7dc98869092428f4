"""Next links under another path: followed on the same origin, and never from one parent's list into another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole
from tests.faults.test_answers import SCHEMA, declared, things

if TYPE_CHECKING:
    from tests.faults.server import Request, Script

LINKS = {"type": "json_link", "next_url_path": "next"}


def linked(pages: dict[str, Any], server: list[Server]) -> Script:
    """Answer each path and query with some rows and a next link; `{url}` in it is the server's address."""

    def script(request: Request) -> list[bytes]:
        ids, link = pages[request.target]
        link = link and link.format(url=server[0].url)
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return [whole({"data": [{"id": n} for n in ids], "next": link}, **headers)]

    return script


@pytest.mark.parametrize("paginator", [LINKS, {"type": "header_link"}])
@pytest.mark.parametrize(
    ("second", "target"),
    [
        ("{url}/api/repositories/77/issues?page=2", "/api/repositories/77/issues?page=2"),
        ("/elsewhere/issues?page=2", "/elsewhere/issues?page=2"),
        ("../77/issues?page=2", "/api/repos/77/issues?page=2"),
        ("?page=2", "/api/repos/o/issues?page=2"),
        ("{url}/api/a%2Fb/issues?page=2", "/api/a%2Fb/issues?page=2"),
    ],
)
def test_a_next_link_under_another_path_of_the_same_origin_is_followed(
    second: str, target: str, paginator: dict[str, Any]
) -> None:
    pages: dict[str, Any] = {"/api/repos/o/issues?state=open": ([1], second), target: ([2], "?page=3")}
    pages[f"{target.partition('?')[0]}?page=3"] = ([3], None)
    here: list[Server] = []
    words = {"data_selector": "data", "paginator": paginator, "params": {"state": "open"}}
    with Server(linked(pages, here)) as server:
        here.append(server)
        issues = {**things("/repos/o/issues", **words), "name": "issues"}
        run = run_here(declared(f"{server.url}/api", issues), "issues")
    assert run.exit_code == 0, run.stderr
    assert [record["id"] for record in run.records("issues")] == [1, 2, 3]
    assert len(server.requests) == 3
    assert all("authorization" in request.headers for request in server.requests)


def test_a_next_link_to_another_origin_is_refused_by_name_and_gets_no_request() -> None:
    here: list[Server] = []
    with (
        Server(lambda _: [whole({})]) as other,
        Server(linked({"/things": ([1], f"{other.url}/x?page=2")}, here)) as server,
    ):
        here.append(server)
        run = run_here(declared(server.url, things(data_selector="data", paginator=LINKS)), "things")
    line = failure_of(run, "things")
    assert f"puts the next page at another address ({other.url}/x), which is not followed" in line
    assert not other.requests


def test_links_in_a_circle_over_several_paths_are_an_error_after_one_round() -> None:
    here: list[Server] = []
    pages = {"/things": ([1], "/a?page=1"), "/a?page=1": ([2], "/b?page=1"), "/b?page=1": ([3], "/a?page=1")}
    with Server(linked(pages, here)) as server:
        here.append(server)
        run = run_here(declared(server.url, things(data_selector="data", paginator=LINKS)), "things")
    assert "leads in a circle" in failure_of(run, "things")
    assert len(server.requests) == 3


def children(links: dict[str, tuple[list[int], str | None]], **words: Any) -> tuple[Any, Server]:
    """Read the parts of two things, whose pages are given."""
    here: list[Server] = []
    script = linked(links, here)
    parents: dict[str, Script] = {"/things": lambda _: [whole([{"id": 1}, {"id": 2}])]}
    with Server(lambda request: parents.get(request.target, script)(request)) as server:
        here.append(server)
        endpoint = {"path": "/things/{resources.things.id}/parts", "data_selector": "data", "paginator": LINKS, **words}
        parts = {"name": "parts", "include_from_parent": ["id"], "schema": SCHEMA, "endpoint": endpoint}
        return run_here(declared(server.url, things(), parts), "parts"), server


def test_the_lists_of_parents_may_each_go_on_under_a_path_of_their_own() -> None:
    run, _ = children(
        {
            "/things/1/parts": ([10], "/t/a/parts?page=2"),
            "/t/a/parts?page=2": ([11], None),
            "/things/2/parts": ([20], "/t/b/parts?page=2"),
            "/t/b/parts?page=2": ([21], "/t/b/parts?page=3"),
            "/t/b/parts?page=3": ([22], None),
        }
    )
    assert run.exit_code == 0, run.stderr
    assert [(r["_things_id"], r["id"]) for r in run.records("parts")] == [(1, 10), (1, 11), (2, 20), (2, 21), (2, 22)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/things/2/parts?page=2", None),
        (None, "/things/1/parts?page=2"),
        ("/all/parts?page=2", "/all/parts?page=3"),
    ],
)
def test_a_link_that_leads_from_one_parents_list_into_anothers_is_an_error(
    first: str | None, second: str | None
) -> None:
    pages = {"/things/1/parts": ([10], first), "/things/2/parts": ([20], second)}
    run, _ = children({**pages, **{link: ([99], None) for link in (first, second) if link}})
    assert "from the list of one parent into that of another one" in failure_of(run, "parts")


OF_THINGS = {"path": "/parts", "params": {"thing": "{resources.things.id}"}}


def test_the_lists_of_parents_may_go_on_under_one_path_if_the_query_tells_them_apart() -> None:
    run, _ = children(
        {
            "/things/1/parts": ([10], "/all/parts?thing=1&page=2"),
            "/all/parts?thing=1&page=2": ([11], "/all/parts?thing=1&page=3"),
            "/all/parts?thing=1&page=3": ([12], None),
            "/things/2/parts": ([20], "/all/parts?thing=2&page=2"),
            "/all/parts?thing=2&page=2": ([21], None),
        }
    )
    assert run.exit_code == 0, run.stderr
    assert [(r["_things_id"], r["id"]) for r in run.records("parts")] == [(1, 10), (1, 11), (1, 12), (2, 20), (2, 21)]


@pytest.mark.parametrize("paginator", [LINKS, {"type": "header_link"}])
@pytest.mark.parametrize("link", ["/parts?thing=1&page=2", "/parts?page=2", "?page=2", "/other?page=2"])
def test_the_parameter_of_its_parent_goes_with_every_link(link: str, paginator: dict[str, Any]) -> None:
    second = f"{'/other' if 'other' in link else '/parts'}?thing=1&page=2"
    run, _ = children(
        {"/parts?thing=1": ([10], link), second: ([11], None), "/parts?thing=2": ([20], None)},
        **OF_THINGS,
        paginator=paginator,
    )
    assert run.exit_code == 0, run.stderr
    assert [(r["_things_id"], r["id"]) for r in run.records("parts")] == [(1, 10), (1, 11), (2, 20)]


def test_a_link_with_another_value_of_its_parents_parameter_is_an_error() -> None:
    link = "/parts?thing=2&page=2"
    pages = {"/parts?thing=1": ([10], link), "/parts?thing=2": ([20], None), link: ([99], None)}
    run, _ = children(pages, **OF_THINGS)
    assert "gave a next link with another 'thing' than this parent's" in failure_of(run, "parts")


def test_an_empty_page_whose_link_leads_to_itself_is_the_last() -> None:
    server: list[Server] = []
    script = linked({"/rows": ([1], "/rows?after=1"), "/rows?after=1": ([], "/rows?after=1")}, server)
    with Server(script) as one:
        server.append(one)
        endpoint = {"path": "/rows", "paginator": LINKS}
        run = run_here(declared(one.url, {"name": "rows", "schema": SCHEMA, "endpoint": endpoint}))
    assert run.exit_code == 0, run.stderr
    assert [row["id"] for row in run.records("rows")] == [1]
    assert run.of("rows", "ACTIVATE_VERSION")
