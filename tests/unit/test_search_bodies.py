"""Lists that are asked for with a body: what each page changes in it, and that a retry sends it again."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import UNSET

from tap_analytics.errors import StreamError
from tap_analytics.http.authenticators import Authenticator
from tap_analytics.http.client import Client, Endpoint
from tap_analytics.http.page_walk import PageWalker
from tap_analytics.http.retries import RetryPolicy
from tap_analytics.http.session import ApiSession
from tap_analytics.http.throttle import Throttle
from tap_analytics.paging.page_token import BodyField
from tap_analytics.paging.paginators import BodyCursor, BodyLink, Offset, PageNumber, SinglePage, Undeclared
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.paging.selectors import KeyPath
from tests.faults.server import Server, always, in_turn, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.paging.paginators import Paginator
    from tests.faults.server import Request, Script

ROWS = [{"id": number} for number in range(5)]
QUERY = {"q": "x", "paging": {"sort": "id"}}


@contextmanager
def walker(script: Script, paginator: Paginator, **request: Any) -> Iterator[tuple[PageWalker, Server]]:
    """Yield what walks through a list, and the server that has it."""
    template = RequestTemplate(path="/search", **{"method": "POST", "json": QUERY, **request})
    with Server(script) as server, ApiSession(Throttle(10_000, 1, 4)) as session:
        endpoint = Endpoint(
            stream="found",
            url_base=f"{server.url}/v1",
            template=template,
            headers={"Accept": "application/json"},
            authenticator=Authenticator(),
            credentials=("api_key",),
            timeout=5,
            retry_policy=RetryPolicy(None, 2, 0),
        )
        client = Client(session, endpoint, KeyPath("rows"), logging.getLogger("tap-analytics"))
        yield PageWalker(client, paginator, None, template), server


def read(walk: PageWalker, **values: object) -> list[int]:
    return [record["id"] for page in walk.pages({}, values) for record in page.records]


def cut(offset: int, size: int = 2, **beside: Any) -> list[bytes]:
    return [whole({"rows": ROWS[offset : offset + size], **beside})]


def test_offset_and_limit_go_into_the_body() -> None:
    paginator = Offset(
        offset_param=BodyField("paging.offset"),
        limit_param=BodyField("paging.size"),
        limit=2,
        first_token={BodyField("paging.offset"): 0},
    )
    script: Script = lambda request: cut(request.json["paging"]["offset"], request.json["paging"]["size"])  # noqa: E731
    with walker(script, paginator) as (walk, server):
        assert read(walk) == [0, 1, 2, 3, 4]
    assert [request.json for request in server.requests] == [
        {"q": "x", "paging": {"sort": "id", "offset": offset, "size": 2}} for offset in (0, 2, 4, 5)
    ]
    assert {(request.method, request.target, request.headers["content-type"]) for request in server.requests} == {
        ("POST", "/v1/search", "application/json")
    }


def test_page_numbers_go_into_the_body() -> None:
    paginator = PageNumber(page_param=BodyField("page"), base=1, first_token={BodyField("page"): 1})
    with walker(lambda request: cut(2 * request.json["page"] - 2), paginator) as (walk, server):
        assert read(walk) == [0, 1, 2, 3, 4]
    assert [request.json["page"] for request in server.requests] == [1, 2, 3, 4]


def test_a_cursor_goes_into_the_body_and_keeps_its_type() -> None:
    paginator = BodyCursor(cursor_path="next", cursor_param=BodyField("after"))
    answers = {None: (0, 7), 7: (2, "c"), "c": (4, None)}

    def script(request: Request) -> list[bytes]:
        offset, cursor = answers[request.json.get("after")]
        return cut(offset, next=cursor)

    with walker(script, paginator) as (walk, server):
        assert read(walk) == [0, 1, 2, 3, 4]
    assert [request.json for request in server.requests] == [QUERY, {**QUERY, "after": 7}, {**QUERY, "after": "c"}]


def test_a_link_is_asked_with_the_same_body() -> None:
    def script(request: Request) -> list[bytes]:
        offset = int(request.params.get("from", 0))
        return cut(offset, next=f"/v1/search?from={offset + 2}" if offset < 4 else None)

    with walker(script, BodyLink(link_path="next"), params={"all": "1"}) as (walk, server):
        assert read(walk) == [0, 1, 2, 3, 4]
    assert [(request.method, request.params, request.json) for request in server.requests] == [
        ("POST", {"all": "1"}, QUERY),
        ("POST", {"from": "2"}, QUERY),
        ("POST", {"from": "4"}, QUERY),
    ]


def test_a_form_is_paged_and_filled_too() -> None:
    paginator = Offset(offset_param=BodyField("offset"), first_token={BodyField("offset"): 0})
    data = {"of": "{name}", "tags": ["a", "b"]}
    with walker(lambda request: cut(int(request.form["offset"])), paginator, json=UNSET, data=data) as (
        walk,
        server,
    ):
        assert read(walk, name="k&y") == [0, 1, 2, 3, 4]
    assert server.requests[1].body == b"of=k%26y&tags=a&tags=b&offset=2"
    assert server.requests[1].headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_raw_body_is_sent_as_it_is() -> None:
    data, headers = "of = '{name}' ä", {"Content-Type": "text/plain"}
    with walker(always(whole({"rows": ROWS})), SinglePage(), json=UNSET, data=data, headers=headers) as (walk, server):
        assert read(walk, name="é") == [0, 1, 2, 3, 4]
    [request] = server.requests
    assert (request.body.decode(), request.headers["content-type"]) == ("of = 'é' ä", "text/plain")


def test_a_retry_sends_the_body_again() -> None:
    answers = in_turn([whole({}, "503 Busy")], [whole(b"{")], [whole({"rows": ROWS})])
    with walker(answers, SinglePage()) as (walk, server):
        assert read(walk) == [0, 1, 2, 3, 4]
    assert [request.json for request in server.requests] == [QUERY] * 3


def test_a_refusal_names_the_method_and_never_the_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = always(whole({"error": "no"}, "400 Bad"))
    with (
        walker(refusal, SinglePage(), json={"secret": "bod1-value"}) as (walk, _),
        pytest.raises(StreamError, match=r"^found: POST /v1/search answered 400 Bad: no") as error,
    ):
        read(walk)
    assert "bod1-value" not in f"{error.value}{caplog.text}"


def test_a_full_page_by_the_size_in_the_body_is_in_doubt() -> None:
    with walker(always(whole({"rows": ROWS})), Undeclared(), json={"page": {"size": 5}}) as (walk, _):
        [page] = walk.pages({})
    assert "looks like a full page" in page.doubt
