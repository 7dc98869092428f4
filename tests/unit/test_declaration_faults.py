"""Each fault of a declaration is told with its place."""

from __future__ import annotations

import pytest

from tests.unit.declared import faults_of, resource
from tests.unit.taps import URL

FIELDS = {"properties": {"id": {"type": "integer"}, "at": {"type": "string"}}}
ONLY_PARENTS = "a placeholder stands for a parent's field, {resources.<name>.<field>}, or for a value of 'incremental'"
ENDS = ("start_param", "end_param")
PAGED = "endpoint.paginator"
IN_BODY = f"{PAGED}.offset_body_path"
OFFSET_IN_BODY = {"type": "offset", "offset_body_path": "a.b"}
ACTIONS = "endpoint.response_actions"
RETRY = "endpoint.error_handler"
STATUSES = "retry_on_status_codes"
SINCE = "endpoint.incremental"
AT = {"cursor_path": "at"}
SINCE_NOW = {"type": "incremental", "cursor_path": "at"}


@pytest.mark.parametrize(
    ("declaration", "place", "fault"),
    [
        # Words that are not known, at every level
        (7, "", "must be an object with 'name'"),
        ({}, "", "'name' is missing"),
        ({"endpoint": {"path": "/a"}}, "", "'name' is missing"),
        ({"name": "a", "endpoint": 7}, "endpoint", "must be an object"),
        ({**resource(), "path": "/a"}, "path", "unknown key; it belongs into 'endpoint'"),
        ({**resource(), "primary_kye": "id"}, "primary_kye", "unknown key; did you mean 'primary_key'?"),
        ({**resource(), "x": 1}, "x", "unknown key; there are primary_key, write_disposition, endpoint"),
        (resource(paginater={}), "endpoint.paginater", "unknown key; did you mean 'paginator'?"),
        (resource(paginator={"type": "offset", "limt": 1}), f"{PAGED}.limt", "did you mean 'limit'?"),
        (resource(paginator={"type": "single_page", "limit": 1}), f"{PAGED}.limit", "there are type"),
        (resource(incremental={"cursor_path": "at", "lag_": 1}), f"{SINCE}.lag_", "did you mean 'lag'?"),
        (resource(error_handler={"max_retry": 1}), f"{RETRY}.max_retry", "did you mean 'max_retries'?"),
        (resource(paginator={"type": "curser"}), f"{PAGED}.type", "'curser' is not one of single_page, cursor"),
        (resource(paginator={"type": "c" * 50}), f"{PAGED}.type", f"'{'c' * 40}…' is not one of"),
        (resource(paginator={"limit": 5}), PAGED, "'type' is missing: one of single_page, cursor, page_number"),
        (resource(paginator={"type": 7}), f"{PAGED}.type", "must be one of single_page, cursor"),
        (resource(paginator="curser"), PAGED, "'curser' is not one of single_page, cursor"),
        (resource(paginator=7), PAGED, "must be an object with a 'type': one of single_page, cursor"),
        (resource(method="PUT"), "endpoint.method", "'PUT' is not one of "),
        (resource(method="POST", json={}, data={}), "endpoint.data", "'json' is the body already"),
        (resource(json={"a": [{"b": "{api_key}"}]}), "endpoint.json", "a placeholder stands for a parent's field"),
        (resource(data={"{api_key}": 1}), "endpoint.data", "a placeholder stands for a parent's field"),
        (resource(data="of={api_key}"), "endpoint.data", "a placeholder stands for a parent's field"),
        ({**resource(), "write_disposition": "upsert"}, "write_disposition", "'upsert' is not one of append, merge"),
        ({**resource(), "write_disposition": {}}, "write_disposition", "'disposition' is missing"),
        (resource(incremental={"cursor_path": "at", "row_order": "up"}), f"{SINCE}.row_order", "'up' is not one of"),
        # Types, and the limits of numbers and texts
        ({**resource(), "selected": "yes"}, "selected", "must be true or false"),
        (resource(name=""), "name", "is empty"),
        (resource(name="b/"), "name", "is the table of resources[0] already; rows of two lists in one table"),
        (resource(primary_key=""), "primary_key", "is empty"),
        (resource(primary_key=["id", 7]), "primary_key[1]", "must be a text"),
        (resource(data_selector=["a", ""]), "endpoint.data_selector[1]", "is empty"),
        (resource(params={"a": [{}]}), "endpoint.params.a[0]", "an object is no parameter"),
        (resource(params={"": 1}), "endpoint.params", "must not have an empty name in it"),
        (resource(headers={"a": 1}), "endpoint.headers.a", "must be a text"),
        ({**resource(), "base_url": URL}, "base_url", "unknown key; it belongs into 'client'"),
        ({**resource(), "client": {}}, "client", "unknown key; 'client' stands beside 'resources'"),
        (
            resource(primary_key="id", auth={"type": "oauth"}),
            "endpoint.auth.type",
            "'oauth' is not one of bearer, api_",
        ),
        ({"name": "a", "endpoint": {"merge_key": "id"}}, "endpoint.merge_key", "it stands on the resource itself"),
        (resource(paginator={"type": "offset", "limit": 0}), f"{PAGED}.limit", "must be at least 1"),
        (resource(paginator={"type": "offset", "limit": 50.0}), f"{PAGED}.limit", "must be a whole number"),
        (resource(paginator={"type": "offset", "limit": "50"}), f"{PAGED}.limit", "must be a whole number"),
        (resource(paginator={"type": "page_number", "base_page": "1"}), f"{PAGED}.base_page", "must be a whole number"),
        (resource(paginator={"type": "page_number", "total_path": "a["}), f"{PAGED}.total_path", "is no JSONPath"),
        (resource(paginator={"type": "cursor", "cursor_path": "a..."}), f"{PAGED}.cursor_path", "is no JSONPath"),
        (resource(paginator={"type": "json_link", "next_url_path": ""}), f"{PAGED}.next_url_path", "is empty"),
        (
            resource(paginator={"type": "offset", "limit": 5, "maximum_offset": 5, "maximum_value": 5}),
            f"{PAGED}.maximum_value",
            "keep one of them",
        ),
        (resource(response_actions=[{"action": "ignore"}]), f"{ACTIONS}[0]", "needs 'status_code' or 'content'"),
        (resource(response_actions=[{"status_code": 404}]), f"{ACTIONS}[0]", "'action' is missing"),
        (resource(response_actions=[{"content": "x", "action": None}]), f"{ACTIONS}[0]", "'action' is missing"),
        (
            resource(response_actions=[{"content": "x", "action": "raise"}]),
            f"{ACTIONS}[0].action",
            "'raise' is not one of ignore",
        ),
        (
            resource(response_actions=[{"status_code": "4xx", "action": "ignore"}]),
            f"{ACTIONS}[0].status_code",
            "must be a status like 404",
        ),
        (
            resource(response_actions=[{"status_code": [404, 999], "action": "ignore"}]),
            f"{ACTIONS}[0].status_code[1]",
            "must be at most 599",
        ),
        (resource(response_actions=["set_encoding"]), f"{ACTIONS}[0]", "must be an object with 'action'"),
        (resource(incremental={"cursor_path": "at", "lookback": 3651}), f"{SINCE}.lookback", "must be at most 3650"),
        (resource(error_handler={"max_retries": -1}), f"{RETRY}.max_retries", "must be at least 0"),
        (resource(error_handler={"backoff_factor": -0.5}), f"{RETRY}.backoff_factor", "must be at least"),
        (resource(error_handler={"backoff_factor": 10**400}), f"{RETRY}.backoff_factor", "is too large"),
        (resource(error_handler={STATUSES: [429, 600]}), f"{RETRY}.{STATUSES}[1]", "must be at most 599"),
        (resource(error_handler={STATUSES: [399]}), f"{RETRY}.{STATUSES}[0]", "must be at least 400"),
        # Placeholders
        (resource(path="/{api_key}"), "endpoint.path", "nothing stands for '{api_key}': 'params' needs a text or a"),
        (resource(path="/{a}", params={"a": None}), "endpoint.path", "nothing stands for '{a}'"),
        (resource(path="/{a}", params={"a": ["b"]}), "endpoint.path", "nothing stands for '{a}'"),
        (resource(path="/{a}/b", params={"a": ".."}), "endpoint.path", "must be a plain path"),
        (resource(path="/{a}/b", params={"a": ""}), "endpoint.path", "must be a plain path"),
        (resource(path="/{config.password}/a"), "endpoint.path", ONLY_PARENTS),
        (resource(path="/{resources.built_in}"), "endpoint.path", ONLY_PARENTS),
        (resource(path="/{ resources.built_in.id }"), "endpoint.path", ONLY_PARENTS),
        (resource(path="/{resources.built_in.id"), "endpoint.path", ONLY_PARENTS),
        (resource(params={"a": "{api_key}"}), "endpoint.params.a", ONLY_PARENTS),
        (resource(params={"a": ["{api_key}"]}), "endpoint.params.a", "a placeholder stands for a parent's field"),
        (resource(headers={"a": "{api_key}"}), "endpoint.headers.a", "a placeholder stands for a parent's field"),
        (
            resource(params={"a": "{incremental.start_value}"}),
            SINCE,
            "is missing, and {incremental.start_value} stands for",
        ),
        (resource(params={"a": "{resources.built_in.ids[}"}), "endpoint.params.a", "in a placeholder is no JSONPath"),
        (resource(params={"a": {"type": "incremental"}}), SINCE, "'cursor_path' is missing"),
        (
            resource(params={"a": SINCE_NOW, "b": SINCE_NOW}),
            "endpoint.params.b",
            "only one parameter takes",
        ),
        (resource(params={"a": {"type": "resolve"}}), "endpoint.params.a", "'resource', 'field' is missing"),
        (
            resource(params={"a": {"type": "resolve", "resource": "built_in", "field": "id"}}),
            "endpoint.params.a",
            "'path' has no {a}, where the 'field' of the 'resource' belongs; to send it as a parameter, write '{res",
        ),
        (
            resource(path="/{a}", params={"a": {"type": "resolve", "resource": "built_in", "field": "id["}}),
            "endpoint.params.a.field",
            "is no JSONPath",
        ),
        (
            resource(path="/{a}", params={"a": {"type": "resolve", "resource": "builtin", "field": "id"}}),
            "endpoint",
            "there is no other stream 'builtin'; did you mean 'built_in'?",
        ),
        (
            {**resource(path="/{resources.built_in.id}", include_from_parent=["a["])},
            "include_from_parent[0]",
            "is no JSONPath",
        ),
        (
            {**resource(path="/{resources.built_in.id}", include_from_parent=["a.b", "a_b"])},
            "include_from_parent[1]",
            "becomes '_built_in_a_b', and so does 'a.b'",
        ),
        ({**resource(), "parent_filter": "a > 1"}, "parent_filter", "has no parent: there is no placeholder"),
        (
            {**resource(path="/{resources.built_in.id}"), "parent_filter": "a >"},
            "parent_filter",
            "is no expression: invalid syntax",
        ),
        (resource(path="/{resources.bilt_in.id}"), "endpoint", "there is no other stream 'bilt_in'; did you mean 'b"),
        (resource(path="/{resources.a.id}"), "endpoint", "there is no other stream 'a'"),
        (resource(include_from_parent=["id"]), "include_from_parent", "has no parent: there is no placeholder"),
        # Paths
        (resource(path="https://evil.example/a"), "endpoint.path", "is at another address than 'api_url'"),
        (resource(path="https://api.example.com.evil/a"), "endpoint.path", "is at another address than 'api_url'"),
        (resource(path="https://api.example.com:8443/a"), "endpoint.path", "is at another address than 'api_url'"),
        (resource(path="https://api.example.com/a/../b"), "endpoint.path", "must be a plain path"),
        (resource(path="ftp://api.example.com/a"), "endpoint.path", "or an address that begins with https://"),
        (resource(path="/a?api_key=c"), "endpoint.path", "a key has a setting of its own"),
        # Headers
        (resource(headers={"a": "b\r\nHost: c"}), "endpoint.headers.a", "must be of ASCII characters, without line"),
        (resource(headers={"a": " b"}), "endpoint.headers.a", "must be of ASCII characters, without line breaks, and"),
        (resource(headers={"a\r\nb": "c"}), r"endpoint.headers.a\r\nb", "is no name of a header"),
        (resource(headers={"HOST": "c"}), "endpoint.headers.HOST", "is the tap's own to set"),
        # Where the records stand, and what is new
        (resource(data_selector=""), "endpoint.data_selector", "is empty; an empty list, [], stands for the whole"),
        (resource(data_selector="$["), "endpoint.data_selector", "is no JSONPath"),
        (resource(data_selector="$..a[?(@.b)].."), "endpoint.data_selector", "is no JSONPath"),
        (
            resource(data_selector="$..[?(@.b)]"),
            "endpoint.data_selector",
            "a condition works only as a step of its own",
        ),
        (resource(paginator={"type": "cursor", "cursor_path": "a", "cursor_field": "b"}), PAGED, "is either in"),
        (resource(incremental={}), SINCE, "'cursor_path' is missing"),
        (resource(incremental={"cursor_path": "a[*].at"}), f"{SINCE}.cursor_path", "must lead to one value"),
        (resource(incremental={"cursor_path": "a[b"}), f"{SINCE}.cursor_path", "is no JSONPath"),
        (
            resource(incremental={"cursor_path": "at", "cursor_format": "iso"}),
            f"{SINCE}.cursor_format",
            "must be one of",
        ),
        (
            resource(incremental={**AT, "initial_value": "2024-02-30"}),
            f"{SINCE}.initial_value",
            "is no date that there",
        ),
        (resource(incremental={**AT, "initial_value": True}), f"{SINCE}.initial_value", "a date like 2024-01-31"),
        (
            resource(incremental={**AT, "initial_value": 1, "lookback": 1}),
            f"{SINCE}.lookback",
            "use 'lag' for a number",
        ),
        (resource(incremental={**AT, "initial_value": "m", "lag": 1}), f"{SINCE}.lag", "no distance between texts"),
        (resource(incremental={**AT, "lookback": 1, "lag": 1}), f"{SINCE}.lag", "is the same as 'lookback'"),
        (resource(incremental={"cursor_path": "a.at", "lag": 1}), f"{SINCE}.lag", "needs 'initial_value' beside it"),
        (
            resource(incremental={**AT, "initial_value": 2, "end_value": 1}),
            f"{SINCE}.end_value",
            "must not come before",
        ),
        (resource(incremental={**AT, "initial_value": 2, "end_value": "x"}), f"{SINCE}.end_value", "is no number"),
        (resource(incremental={**AT, "end_value": "2024-01-31"}), f"{SINCE}.end_value", "needs 'initial_value'"),
        (resource(incremental={**AT, "last_value_func": "sum"}), f"{SINCE}.last_value_func", "not one of max, min"),
        (resource(incremental=AT, path="/{incremental.start_value}"), f"{SINCE}.initial_value", "the path has a place"),
        (resource(incremental=AT, path="/{incremental.end_value}"), f"{SINCE}.end_value", "the path has a place"),
        (
            resource(incremental={"cursor_path": "at", "initial_value": "1.2.24"}),
            f"{SINCE}.initial_value",
            "is a date that",
        ),
        (resource(incremental=dict.fromkeys(("cursor_path", *ENDS), "at")), f"{SINCE}.end_param", "must be another"),
        (resource(paginator=OFFSET_IN_BODY | {"offset_param": "b"}), IN_BODY, "leave one of them"),
        (
            resource(paginator=OFFSET_IN_BODY | {"offset_body_path": "a..b"}),
            IN_BODY,
            "a dotted path",
        ),
        (
            resource(paginator=OFFSET_IN_BODY | {"offset_body_path": "$.a"}),
            IN_BODY,
            "a dotted path",
        ),
        (resource(paginator=OFFSET_IN_BODY, data="b"), IN_BODY, "'data' is a text"),
        (
            resource(paginator=OFFSET_IN_BODY, json={"a": [1]}),
            IN_BODY,
            "'a' in 'json' is no object",
        ),
        # Schemas
        (resource(schema=7), "schema", "must be a text or an object"),
        (resource(schema="/no/such.json"), "schema", "cannot be read: No such file or directory (paths begin at"),
        (resource(schema={"type": "array"}), "schema", "must be the JSON schema of an object, with 'properties'"),
        (resource(schema={"properties": {}}), "schema", "must say of each field what it is"),
        (resource(schema={"properties": {"id": True}}), "schema", "must say of each field what it is"),
        (resource(schema={"properties": {"id": {"$ref": "#/a"}}}), "schema", "must not have references: put what"),
        (resource(schema={"properties": {"i\nd": {"type": 7}}}), "schema", r"is no JSON schema (see 'properties.i\nd"),
        (resource(schema=FIELDS, primary_key="uuid"), "primary_key", "is no field of the schema"),
        (resource(schema=FIELDS, primary_key=["id", "uuid"]), "primary_key[1]", "is no field of the schema"),
        (resource(schema=FIELDS, incremental={"cursor_path": "on"}), f"{SINCE}.cursor_path", "is no field of the sch"),
    ],
)
def test_a_fault_is_told_with_its_place(declaration: object, place: str, fault: str) -> None:
    told = faults_of(resource("b"), declaration)
    prefix = f"resources[1]{'.' * bool(place)}{place}: "
    assert [(line[: len(prefix)], fault in line) for line in told] == [(prefix, True)]
