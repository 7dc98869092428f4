"""How some sixty services say that there is more, and how they say that all came."""

from __future__ import annotations

from typing import Any

from requests.structures import CaseInsensitiveDict

from tap_analytics.paging.page import Page
from tap_analytics.paging.selectors import JsonPath, KeyPath, OnlyList, Selector
from tests.unit.test_page_ends import ROWS

HEADERS: dict[str, Any] = {
    "Content-Length": "120",
    "X-RateLimit-Remaining": "4999",
    "Last-Modified": "Mon, 01 Jan 2024",
}


def answer(body: Any, more: Any, last: Any) -> tuple[Any, Any]:  # noqa: ANN401 - any JSON
    """Return the first of several answers, and the only one."""
    return {**body, **more}, {**body, **last}


def in_headers(more: dict[str, str], last: dict[str, str]) -> tuple[Any, Any]:
    return (ROWS, more), (ROWS, last)


DATA = {"data": ROWS}
SERVICES: dict[str, tuple[str, Any, Any]] = {
    # name: (selector, an answer with more, the answer that is all)
    "Stripe": ("data", *answer({**DATA, "object": "list", "url": "/v1/x"}, {"has_more": True}, {"has_more": False})),
    "Shopify": ("", *in_headers({"Link": "<?page_info=x>; rel=next"}, {"Link": "<?page_info=x>; rel=previous"})),
    "GitHub": ("", *in_headers({"Link": '<?page=2>; rel="next", <?page=5>; rel="last"'}, {})),
    "GitHub search": (
        "items",
        *answer({"items": ROWS, "incomplete_results": False}, {"total_count": 40000}, {"total_count": 2}),
    ),
    "GitLab": (
        "",
        *in_headers(
            {"X-Next-Page": "2", "X-Page": "1", "X-Per-Page": "2", "X-Prev-Page": "", "X-Total": "9"},
            {"X-Next-Page": "", "X-Page": "1", "X-Per-Page": "20", "X-Prev-Page": "", "X-Total": "2"},
        ),
    ),
    "WordPress": (
        "",
        *in_headers({"X-WP-Total": "40", "X-WP-TotalPages": "4"}, {"X-WP-Total": "2", "X-WP-TotalPages": "1"}),
    ),
    "json-server": ("", *in_headers({"X-Total-Count": "100"}, {"X-Total-Count": "2"})),
    "ASP.NET": (
        "",
        *in_headers(
            {"X-Pagination": '{"TotalCount": 90, "TotalPages": 9, "CurrentPage": 1}'},
            {"X-Pagination": '{"TotalCount": 2, "TotalPages": 1, "CurrentPage": 1}'},
        ),
    ),
    "Cosmos": ("", *in_headers({"x-ms-continuation": "abc"}, {"x-ms-request-charge": "2"})),
    "Dojo": ("", *in_headers({"Content-Range": "items 0-1/40"}, {"Content-Range": "items 0-1/2"})),
    "PostgREST": ("", *in_headers({"Content-Range": "0-1/40"}, {"Content-Range": "0-1/2"})),
    "bytes": ("", *in_headers({"Content-Range": "items 0-1/40"}, {"Content-Range": "bytes 0-1/40"})),
    "Salesforce": (
        "records",
        *answer(
            {"records": ROWS},
            {"totalSize": 40000, "done": False, "nextRecordsUrl": "/services/data/query/x-2000"},
            {"totalSize": 2, "done": True},
        ),
    ),
    "Salesforce, done alone": ("records", *answer({"records": ROWS}, {"done": False}, {"done": True})),
    "Spring": (
        "content",
        *answer(
            {"content": ROWS, "number": 0, "size": 2, "numberOfElements": 2, "first": True},
            {"last": False},
            {"last": True},
        ),
    ),
    "Spring, new": (
        "content",
        *answer(
            {"content": ROWS},
            {"page": {"size": 2, "number": 0, "totalElements": 6, "totalPages": 3}},
            {"page": {"size": 20, "number": 0, "totalElements": 2, "totalPages": 1}},
        ),
    ),
    "DRF": (
        "results",
        *answer({"results": ROWS, "previous": None}, {"count": 9, "next": "?page=2"}, {"count": 2, "next": None}),
    ),
    "JSON:API": (
        "data",
        *answer(
            {**DATA, "jsonapi": {"version": "1.0"}},
            {"links": {"self": "?page=1", "first": "?page=1", "next": "?page=2", "last": "?page=9"}},
            {"links": {"self": "?page=1", "first": "?page=1", "prev": None, "next": None, "last": "?page=1"}},
        ),
    ),
    "HAL": (
        "_embedded.things",
        *answer(
            {"_embedded": {"things": ROWS}},
            {"_links": {"self": {"href": "x"}, "next": {"href": "?page=2"}}},
            {"_links": {"self": {"href": "x"}, "first": {"href": "x"}}},
        ),
    ),
    "HubSpot": ("results", *answer({"results": ROWS}, {"paging": {"next": {"after": "2", "link": "?after=2"}}}, {})),
    "Notion": (
        "results",
        *answer(
            {"results": ROWS, "object": "list"},
            {"has_more": True, "next_cursor": "x"},
            {"has_more": False, "next_cursor": None},
        ),
    ),
    "Airtable": ("records", *answer({"records": ROWS}, {"offset": "itrX/recX"}, {})),
    "Zendesk, by cursor": (
        "data",
        *answer(
            DATA, {"meta": {"has_more": True, "after_cursor": "x"}}, {"meta": {"has_more": False, "after_cursor": "x"}}
        ),
    ),
    "Zendesk, incremental": (
        "data",
        *answer(DATA, {"end_of_stream": False, "after_cursor": "x"}, {"end_of_stream": True, "after_cursor": "x"}),
    ),
    "Elasticsearch": (
        "$.hits.hits",
        *answer(
            {"took": 5, "timed_out": False, "_shards": {"total": 5, "successful": 5}},
            {"hits": {"total": {"value": 40000, "relation": "gte"}, "max_score": 1, "hits": ROWS}},
            {"hits": {"total": {"value": 2, "relation": "eq"}, "max_score": 1, "hits": ROWS}},
        ),
    ),
    "Elasticsearch, scroll": ("hits.hits", *answer({"hits": {"hits": ROWS}}, {"_scroll_id": "x"}, {})),
    "Solr": (
        "response.docs",
        *answer(
            {}, {"response": {"numFound": 90, "start": 0, "docs": ROWS}}, {"response": {"numFound": 2, "docs": ROWS}}
        ),
    ),
    "OData": ("value", *answer({"value": ROWS, "@odata.context": "x"}, {"@odata.nextLink": "?$skip=2"}, {})),
    "OData, count": ("value", *answer({"value": ROWS}, {"@odata.count": 90}, {"@odata.count": 2})),
    "Microsoft Graph, delta": ("value", *answer({"value": ROWS}, {"@odata.nextLink": "x"}, {"@odata.deltaLink": "x"})),
    "Pipedrive": (
        "data",
        *answer(
            {**DATA, "success": True},
            {"additional_data": {"pagination": {"start": 0, "limit": 2, "more_items_in_collection": True}}},
            {"additional_data": {"pagination": {"start": 0, "limit": 50, "more_items_in_collection": False}}},
        ),
    ),
    "Pipedrive 2": (
        "data",
        *answer(DATA, {"additional_data": {"next_cursor": "b"}}, {"additional_data": {"next_cursor": None}}),
    ),
    "Jira": (
        "issues",
        *answer({"issues": ROWS, "startAt": 0, "maxResults": 50}, {"total": 300}, {"total": 2}),
    ),
    "Jira, values": (
        "values",
        *answer({"values": ROWS, "startAt": 0, "maxResults": 2}, {"isLast": False}, {"isLast": True, "total": 2}),
    ),
    "Bitbucket Server": (
        "values",
        *answer(
            {"values": ROWS, "size": 2, "limit": 2, "start": 0},
            {"isLastPage": False, "nextPageStart": 2},
            {"isLastPage": True},
        ),
    ),
    "Mailchimp": ("members", *answer({"members": ROWS, "list_id": "x"}, {"total_items": 90}, {"total_items": 2})),
    "Google": ("items", *answer({"items": ROWS, "kind": "x"}, {"nextPageToken": "x"}, {"nextSyncToken": "x"})),
    "Slack": (
        "members",
        *answer(
            {"ok": True, "members": ROWS},
            {"response_metadata": {"next_cursor": "dXNlcjpVMEc5V0ZYTlo="}},
            {"response_metadata": {"next_cursor": ""}},
        ),
    ),
    "Facebook": (
        "data",
        *answer(
            DATA,
            {"paging": {"cursors": {"before": "a", "after": "b"}, "next": "https://x"}},
            {"paging": {"previous": "https://x"}},
        ),
    ),
    "GraphQL": (
        "$.data.issues.edges[*].node",
        {
            "data": {
                "issues": {
                    "edges": [{"node": row} for row in ROWS],
                    "pageInfo": {"hasNextPage": True, "endCursor": "x"},
                }
            }
        },
        {
            "data": {
                "issues": {
                    "edges": [{"node": row} for row in ROWS],
                    "pageInfo": {"hasNextPage": False, "endCursor": "x"},
                }
            }
        },
    ),
    "Twitter": ("data", *answer(DATA, {"meta": {"result_count": 2, "next_token": "x"}}, {"meta": {"result_count": 2}})),
    "Twitter 1": (
        "users",
        *answer(
            {"users": ROWS}, {"next_cursor_str": "15", "next_cursor": 15}, {"next_cursor_str": "0", "next_cursor": 0}
        ),
    ),
    "Reddit": (
        "$.data.children",
        {"data": {"after": "t3_x", "children": ROWS}},
        {"data": {"after": None, "children": ROWS}},
    ),
    "MediaWiki": (
        "query.pages",
        *answer({"query": {"pages": ROWS}}, {"continue": {"sroffset": 10, "continue": "-||"}}, {"batchcomplete": ""}),
    ),
    "AWS": ("Items", *answer({"Items": ROWS}, {"IsTruncated": True, "NextMarker": "x"}, {"IsTruncated": False})),
    "DynamoDB": ("Items", *answer({"Items": ROWS, "Count": 2}, {"LastEvaluatedKey": {"id": {"S": "x"}}}, {})),
    "Anthropic": ("data", *answer({**DATA, "first_id": "a", "last_id": "b"}, {"has_more": True}, {"has_more": False})),
    "Laravel": (
        "data",
        *answer(
            {
                **DATA,
                "current_page": 1,
                "from": 1,
                "to": 2,
                "per_page": 2,
                "first_page_url": "?page=1",
                "prev_page_url": None,
            },
            {"last_page": 3, "next_page_url": "?page=2", "last_page_url": "?page=3", "total": 6},
            {"last_page": 1, "next_page_url": None, "last_page_url": "?page=1", "total": 2},
        ),
    ),
    "Algolia": (
        "hits",
        *answer({"hits": ROWS, "page": 0, "hitsPerPage": 2}, {"nbHits": 6, "nbPages": 3}, {"nbHits": 2, "nbPages": 1}),
    ),
    "FHIR": (
        "$.entry[*].resource",
        *answer(
            {"resourceType": "Bundle", "entry": [{"resource": row} for row in ROWS]},
            {"link": [{"relation": "self", "url": "x"}, {"relation": "next", "url": "?page=2"}]},
            {"link": [{"relation": "self", "url": "x"}], "total": 2},
        ),
    ),
    "PayPal": (
        "items",
        *answer(
            {"items": ROWS, "total_items": 2},
            {"links": [{"href": "x", "rel": "next"}]},
            {"links": [{"href": "x", "rel": "self"}]},
        ),
    ),
    "Freshdesk": ("results", *answer({"results": ROWS}, {"total": 60}, {"total": 2})),
    "Asana": (
        "data",
        *answer(DATA, {"next_page": {"offset": "b", "path": "/x", "uri": "https://x"}}, {"next_page": None}),
    ),
    "Intercom": (
        "data",
        *answer(
            {**DATA, "type": "list"},
            {
                "total_count": 9,
                "pages": {"type": "pages", "page": 1, "per_page": 2, "total_pages": 5, "next": {"starting_after": "x"}},
            },
            {"total_count": 2, "pages": {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1}},
        ),
    ),
    "Kaminari": (
        "data",
        *answer(
            DATA,
            {"meta": {"pagination": {"total_pages": 3, "current_page": 1}}},
            {"meta": {"pagination": {"total_pages": 1, "current_page": 1}}},
        ),
    ),
    "offset": ("list", *answer({"list": ROWS}, {"next_offset": "x"}, {"next_offset": None})),
    "glued": ("rows", *answer({"rows": ROWS}, {"nextpagetoken": "x"}, {"nextpagetoken": ""})),
    "token": ("rows", *answer({"rows": ROWS}, {"continuationToken": "x"}, {"continuationToken": None})),
    "Recharge": (
        "data",
        *answer(DATA, {"next_cursor": "x", "previous_cursor": None}, {"next_cursor": None, "previous_cursor": "y"}),
    ),
    "QuickBooks": (
        "QueryResponse.Customer",
        *answer(
            {},
            {"QueryResponse": {"Customer": ROWS, "totalCount": 9}},
            {"QueryResponse": {"Customer": ROWS, "startPosition": 1, "maxResults": 2}},
        ),
    ),
    "deep": (
        "result.rows",
        *answer(
            {},
            {"result": {"rows": ROWS, "info": {"paging": {"more": True}}}},
            {"result": {"rows": ROWS, "info": {"paging": {"more": False}}}},
        ),
    ),
}
ALSO: list[dict[str, Any]] = [
    *({"resumptionToken": "x"}, {"left": 38}, {"paging": {"page": 1, "of": 3}}, {"loadMore": "x"}, {"bookmark": "x"}),
    *({"metadata": {"resultset": {"count": 900, "offset": 1}}}, {"starting_after": "x"}, {"cursors": {"next": "x"}}),
    *({"pageInfo": {"totalResults": 900}}, {"total_things": 40}, {"data_count": 40}, {"envelope": {"hasNext": "true"}}),
    *(
        {"pages": 3},
        {"_meta": {"pageCount": 3}},
        {"nextPage": "abc"},
        {"meta": {"next": {"page": 2}}},
        {"d": {"__next": 1}},
    ),
]
SERVICES |= {str(beside): ("data", *answer(DATA, beside, {})) for beside in ALSO}
ALL = [(name, selector, more, last) for name, (selector, more, last) in SERVICES.items()]


def page(selector: str, body: Any) -> Page:  # noqa: ANN401 - any JSON
    """Return a page with usual headers, and its own if it has some."""
    headers = {}
    if isinstance(body, tuple):
        body, headers = body
    of: Selector = (
        OnlyList(or_body=True) if selector == "?" else JsonPath(selector) if "$" in selector else KeyPath(selector)
    )
    found = of.select(body)
    return Page(body, found.records, "/things", CaseInsensitiveDict({**HEADERS, **headers}), sources=found.sources)
