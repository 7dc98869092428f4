"""Pages by address and by cursor: what counts as the next page's, where it may lead, and what is never overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.page_trail import PageTrail
from tap_analytics.paging.paginators import (
    BodyCursor,
    BodyLink,
    HeaderLink,
    Paginator,
)
from tests.unit.test_page_ends import ROWS
from tests.unit.test_pagination import PAGES, Rows, in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_analytics.paging.page_token import Params

PATH = "/gateway/v1/items"
BODY = BodyLink(link_path="paging.next", limit_param="limit", limit=7)
HEADER = HeaderLink(limit_param="limit", limit=7)
CURSOR = BodyCursor(cursor_path="paging.next")
FIRST: Params = {"status": "open", "limit": 7}
ORIGIN = "https://api.example.com"
ADDRESSES = [
    *("?", "items?", "./items?", f"{PATH}?", f"{PATH}/?", f"//api.example.com{PATH}?"),
    *(f"https://api.example.com{PATH}?", f"http://10.0.0.1:8080{PATH}?", "https://internal/v1/items?", "/items?"),
    *(f"https://outside.example.com/public{PATH}?", "https://api.example.com/%67ateway/v1/items?"),
]
OTHER_PATHS = {
    "/?": "/",
    "https://api.example.com?": "/",
    "/v1/customers?": "/v1/customers",
    "../items?": "/gateway/items",
    "2/items?": "/gateway/v1/2/items",
    f"/tenants/7{PATH}?": f"/tenants/7{PATH}",
    "https://api.example.com/repositories/7%2F7/items?": "/repositories/7%2F7/items",
    "https://api.example.com:443/v2/items?": "/v2/items",
    "http://api.example.com/v2/items?": "/v2/items",
}
ELSEWHERE = [
    *("2", "https://other.example.com/v1/items/7?", "https://api.example.com:8443/v2/items?", "mailto:items?"),
    *("https://[?", "https://api.example.com.evil.org/v2/items?", "//evil.org/v2/items?", "ftp://api.example.com/x?"),
    # These would not go back as they came.
    *("?page=%FF&", "?%C3=1&"),
]
LINKS = pytest.mark.parametrize("paginator", [BODY, HEADER])
QUERIES = st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=3), min_size=1, max_size=4)


def linking(link: object, paginator: Paginator = BODY, path: str = PATH) -> Page:
    """Return an answer that gives an address, in the body or in its header."""
    if isinstance(paginator, HeaderLink):
        return Page(ROWS, ROWS, path, {"Link": f'<{link}>; rel="next"'}, origin=ORIGIN)
    return Page({"paging": {"next": link}}, ROWS, path, origin=ORIGIN)


def following(paginator: Paginator, *pages: Page) -> Params | None:
    """Return what asks for the page after these answers, None when the last of them was the end."""
    trail = PageTrail(paginator, None, {"status": "open"})
    assert trail.params == FIRST
    for page in pages:
        trail.advance(page)
    return None if trail.finished else trail.params


def walk(paginator: Paginator, serve: Callable[[Params], Page]) -> list[Any]:
    """Read a list to its end, and return the identifiers of its rows."""
    trail, rows = PageTrail(paginator, None, {"status": "open"}), []
    while not trail.finished:
        page = serve(trail.params)
        rows += [record["uuid"] for record in page.records]
        trail.advance(page)
    return rows


@given(PAGES, st.sampled_from(ADDRESSES), st.sampled_from([BODY, HEADER]), st.data())
def test_addresses_read_any_split_once_and_in_order(
    pages: list[Rows], address: str, paginator: Paginator, data: st.DataObject
) -> None:
    count = len(pages) - 1
    queries = data.draw(st.lists(QUERIES, min_size=count, max_size=count, unique_by=lambda query: str(sorted(query))))
    params: list[Params] = [{k: v if len(v) > 1 else v[0] for k, v in query.items()} for query in queries]
    assume(FIRST not in params)

    def serve(asked: Params) -> Page:
        number = 0 if asked == FIRST else 1 + params.index(asked)
        link = f"{address}{urlencode(queries[number], doseq=True)}" if number < len(queries) else None
        if isinstance(paginator, BodyLink):
            return Page({"paging": {"next": link}}, pages[number], PATH)
        header = f'<?page=1>; rel="first", <{link}>; rel="next"' if link else ""
        return Page([], pages[number], PATH, {"Link": header})

    assert walk(paginator, serve) == in_order(pages)


@LINKS
@pytest.mark.parametrize("address", ADDRESSES)
def test_of_an_address_only_the_query_is_used_and_nothing_of_the_first_page(address: str, paginator: Paginator) -> None:
    link = f"{address}tag=a&tag=b%26c&empty=&flag&plus=1+%2B&sort=a;b,c#part"
    expected = {"tag": ["a", "b&c"], "empty": "", "flag": "", "plus": "1 +", "sort": "a;b,c"}
    assert following(paginator, linking(link, paginator)) == expected


@LINKS
@pytest.mark.parametrize(("address", "path"), OTHER_PATHS.items())
def test_another_path_of_the_same_origin_is_followed(address: str, path: str, paginator: Paginator) -> None:
    trail = PageTrail(paginator, None, {"status": "open"})
    trail.advance(linking(f"{address}page=2", paginator))
    assert (trail.path, trail.params) == (path, {"page": "2"})


@LINKS
@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_of_another_origin_or_none_is_an_error(address: str, paginator: Paginator) -> None:
    with pytest.raises(StreamError, match=r"another address|no address"):
        following(paginator, linking(f"{address}page=2", paginator))


@LINKS
def test_the_same_query_under_another_path_is_no_circle_and_under_the_same_one_it_is(paginator: Paginator) -> None:
    pages = [linking(f"/{name}?page=2", paginator) for name in ("a", "b", "c")]
    assert following(paginator, *pages) == {"page": "2"}
    with pytest.raises(StreamError, match=r"circle: the page /a .*page.*has been read"):
        following(paginator, *pages, pages[0])
    with pytest.raises(StreamError, match="circle"):
        following(paginator, *[linking(PATH, paginator)] * 2)


@pytest.mark.parametrize("paginator", [BODY, CURSOR])
@pytest.mark.parametrize("end", [{"paging": {"next": end}} for end in (None, "", False)] + [{}, {"paging": []}, []])
def test_a_body_without_a_next_page_is_the_last(end: Any, paginator: Paginator) -> None:  # noqa: ANN401 - any JSON
    (trail := PageTrail(paginator, None)).advance(Page(end, ROWS, PATH))
    assert trail.finished


@pytest.mark.parametrize("paginator", [BODY, CURSOR])
@pytest.mark.parametrize("link", [True, {"page": "?page=2"}, ["?page=2"]])
def test_a_next_page_that_is_no_text_is_an_error(link: object, paginator: Paginator) -> None:
    with pytest.raises(StreamError, match=r"'paging\.next'"):
        PageTrail(paginator, None).advance(linking(link))


@pytest.mark.parametrize("paginator", [BODY, HEADER, CURSOR])
def test_an_answer_that_claims_more_without_a_way_to_it_is_an_error(paginator: Paginator) -> None:
    for rows in (ROWS, []):
        with pytest.raises(StreamError, match="there is more"):
            PageTrail(paginator, None).advance(Page({"has_more": True, "paging": {"next": None}}, rows, PATH))


@pytest.mark.parametrize("paginator", [BODY, HEADER, CURSOR])
def test_a_first_page_whose_next_one_stands_elsewhere_is_an_error(paginator: Paginator) -> None:
    """It is the usual mistake in a declaration, and would read one page of many."""
    body = {"links": {"next": "?page=2"}}
    with pytest.raises(StreamError, match=r"there is more .links\.next"):
        PageTrail(paginator, None).advance(Page(body, ROWS, PATH))
    first = Page({"paging": {"next": "?page=2"}}, ROWS, PATH, {"Link": "<?page=2>; rel=next"})
    for pages in ([first, Page(body, ROWS, PATH)], [Page({**body, "has_more": False}, ROWS, PATH)]):
        trail = PageTrail(paginator, None)
        for page in pages:
            trail.advance(page)
        assert trail.finished


@pytest.mark.parametrize(
    "links",
    [
        *('<?page=2>; rel="next"', "<?page=2>;rel=next", "<?page=2>; rel='NEXT'", '<?page=2>; Rel = "next"'),
        *('<?page=2>; rel="prev", <?page=2>; rel="last next"', '<?page=2>; title="a=b; c, d"; rel="next"'),
        *('</items?page=1>; rel="first" , <?page=2>; rel="next", <?page=9>; rel="last"', '<?page=2>; a; rel="next"'),
        '<?page=9>; title="<?page=8>; rel=next, \\""; rel="last", <?page=2>; rel="next"',
    ],
)
def test_the_header_is_read_in_all_its_styles(links: str) -> None:
    assert following(HEADER, Page(ROWS, ROWS, PATH, {"Link": links})) == {"page": "2"}


@pytest.mark.parametrize(
    "links", ["", '<?page=2>; rel="nextish"', "<?page=2>", '<?page=2>; title="next"', "next", ";,<"]
)
def test_the_header_without_the_relation_is_the_end(links: str) -> None:
    assert following(HEADER, Page(ROWS, ROWS, PATH, {"Link": links})) is None
