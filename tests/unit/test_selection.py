"""Records are found where they are said to be; an empty page is one that says so, and never a wrong path."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.selectors import Found, JsonPath, KeyPath, OnlyList, Selector, WholeBody


@pytest.mark.parametrize(
    ("selector", "body", "found"),
    [
        (KeyPath("entries"), {"entries": [{"a": 1}], "has_more": False}, [{"a": 1}]),
        (KeyPath("entries"), [{"a": 1}], [{"a": 1}]),
        (WholeBody(), {"a": 1}, [{"a": 1}]),
        (WholeBody(or_list=True), {"a": 1}, [{"a": 1}]),
        (WholeBody(or_list=True), [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
    ],
)
def test_records_are_found_where_they_are_said_to_be(selector: Selector, body: object, found: list[Any]) -> None:
    assert selector.records(body) == found


@pytest.mark.parametrize("body", [{"items": [], "total": 0}, {}, "text", 7, True])
def test_a_body_without_the_key_is_an_error_that_names_it_and_never_an_empty_page(body: object) -> None:
    with pytest.raises(StreamError, match="'entries'") as error:
        KeyPath("entries").records(body)
    if isinstance(body, dict):
        assert all(key in str(error.value) for key in body)


@pytest.mark.parametrize("found", ["text", 0, False, Decimal("1.5"), {"1": {"id": 1}}, {"a": [{"id": 1}]}])
def test_something_else_than_a_list_under_the_key_is_an_error(found: object) -> None:
    with pytest.raises(StreamError, match="'entries'"):
        KeyPath("entries").records({"entries": found})


@pytest.mark.parametrize("other", [None, "text", 7, [], [{}], True])
def test_something_else_than_an_object_among_the_records_is_an_error_with_its_position(other: object) -> None:
    with pytest.raises(StreamError, match="record 2 "):
        KeyPath("entries").records({"entries": [{}, {}, other, {}]})
    with pytest.raises(StreamError, match="record 0 "):
        WholeBody().records(other)


def test_a_dotted_path_leads_into_objects() -> None:
    assert KeyPath("result.items").records({"result": {"items": [{"a": 1}]}}) == [{"a": 1}]
    with pytest.raises(StreamError, match=r"'result.items': its part has the keys rows"):
        KeyPath("result.items").records({"result": {"rows": []}})
    with pytest.raises(StreamError, match="its part is a text"):
        KeyPath("result.items").records({"result": "none"})


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("$.entries", {"entries": [{"a": 1}, {"a": 2}]}, [1, 2]),
        ("$.entries[*]", {"entries": [{"a": 1}, {"a": 2}]}, [1, 2]),
        ("$.entries[*]", {"entries": []}, []),
        ("$.entries", {"entries": None}, []),
        ("$.groups[*].items", {"groups": [{"items": [{"a": 1}]}, {"items": []}, {"items": [{"a": 2}]}]}, [1, 2]),
        ("$.groups[*].items[*]", {"groups": []}, []),
        ("$[*]", [{"a": 1}], [1]),
        ("$", {"a": 1}, [1]),
        ("$.one", {"one": {"a": 1}}, [1]),
        ("$..items", {"x": {"items": [{"a": 1}]}}, [1]),
        ("$.x['?']", {"x": {"?": [{"a": 1}]}}, [1]),
    ],
)
def test_a_jsonpath_finds_records_and_lists_of_them(path: str, body: object, found: list[int]) -> None:
    assert [record["a"] for record in JsonPath(path).records(body)] == found


@pytest.mark.parametrize(
    "path", ["$.entrees", "$.entrees[*]", "$.meta.entries[*]", "entrees.*", "$.entrees[*].lines", "$.entries[*].lines"]
)
def test_a_jsonpath_that_leads_nowhere_is_an_error_and_never_an_empty_page(path: str) -> None:
    with pytest.raises(StreamError, match="gave nothing under"):
        JsonPath(path).records({"entries": [{"a": 1}], "meta": {}})


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("$.[", "is no JSONPath"),
        ("entries[*", "is no JSONPath"),
        (".a", "is no JSONPath"),
        ("$..[?(@.b == 1)]", "a condition works only"),
        ("$.a.. [ ?(@.b)].c", "a condition works only"),
        ("$.a..b[?(@.c)].d..e", "a condition works only"),
    ],
)
def test_what_is_no_jsonpath_or_has_a_condition_in_an_odd_place_is_refused(path: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        JsonPath(path)


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("items[?(@.kind=='book')]", [1, 2]),
        ("$.items[?(@.id < 3)]", [1, 2]),
        ("$.items[?(@.size)]", [9]),
        ("$.shelves[?(@.open==true)].items[*]", [5, 6]),
        ("$.shelves[*].items[?(@.id > 5)]", [6, 7]),
    ],
)
def test_a_condition_leaves_records_out_and_the_page_knows_of_all(path: str, ids: list[int]) -> None:
    body = {
        "items": [{"id": 1, "kind": "book"}, {"id": 9, "kind": "pen", "size": 2}, {"id": 2, "kind": "book"}],
        "shelves": [{"open": True, "items": [{"id": 5}, {"id": 6}]}, {"open": False, "items": [{"id": 7}]}],
    }
    found = JsonPath(path).select(body)
    assert [record["id"] for record in found.records] == ids
    assert len(found.unfiltered) == 3


def test_a_condition_that_nothing_meets_is_no_empty_page_and_a_missing_list_an_error() -> None:
    found = JsonPath("$.items[?(@.id > 9)]").select({"items": [{"id": 1}]})
    assert (found.records, found.unfiltered, found.doubt) == ([], [{"id": 1}], "")
    assert not JsonPath("$.items[?(@.id > 9)]").select({"items": []}).unfiltered
    with pytest.raises(StreamError, match="gave nothing under"):
        JsonPath("$.items[?(@.id > 9)]").select({"things": []})


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"entries": [{"a": 1}], "summary": {}}, [1]),
        ({"entries": [], "total": 0}, []),
        ({"a": 1, "tags": ["x"]}, [1]),
        ([{"a": 1}], [1]),
    ],
)
def test_the_only_list_of_a_body_holds_the_records(body: Any, found: list[int]) -> None:  # noqa: ANN401 - any JSON
    assert [record["a"] for record in OnlyList(or_body=True).records(body)] == found


def test_where_there_are_pages_null_is_an_empty_one_and_no_list_is_an_error() -> None:
    assert OnlyList().records({"items": None, "next": None}) == []
    with pytest.raises(
        StreamError, match=r"gave no list in the body itself, which has the keys error: say in .data_selector"
    ):
        OnlyList().records({"error": "no"})


def test_of_several_lists_the_user_has_to_choose() -> None:
    with pytest.raises(StreamError, match=r"several lists \(items, lines\): say in 'data_selector'"):
        OnlyList().records({"items": [{}], "lines": [{}]})


@pytest.mark.parametrize(
    ("selector", "body"),
    [
        *((KeyPath("data"), body) for body in (None, {"data": None})),
        *((KeyPath("data.items"), body) for body in (None, {"data": None}, {"data": {"items": None}})),
        *((JsonPath("$.data"), body) for body in (None, {"data": None})),
        *((JsonPath("$.data[*].items"), body) for body in ({"data": None}, {"data": [{"items": None}]})),
        (JsonPath("$"), None),
        *((OnlyList(or_body=True), body) for body in (None, {"data": None}, {"data": None, "meta": {"next": None}})),
        *((OnlyList(), body) for body in (None, {"things": None, "next": "c"})),
        (WholeBody(or_list=True), None),
    ],
)
def test_null_where_a_list_belongs_is_a_doubtful_empty_page_at_any_depth(selector: Selector, body: object) -> None:
    found = selector.select(body)
    assert (found.records, found.doubt) == ([], "gave null for a list")


def test_null_for_one_of_several_lists_makes_the_others_doubtful() -> None:
    found = JsonPath("$.groups[*].items").select({"groups": [{"items": [{"a": 1}]}, {"items": None}]})
    assert (found.records, found.doubt) == ([{"a": 1}], "gave null for a list")


@pytest.mark.parametrize("selector", [KeyPath("data"), JsonPath("$.data"), JsonPath("$.data[*]")])
def test_one_object_where_a_list_belongs_is_one_record_and_an_empty_one_a_doubtful_empty_list(
    selector: Selector,
) -> None:
    """Languages that have one type for lists and objects write an empty list as `{}`."""
    found = selector.select({"data": {"id": 1}})
    assert (found.records, found.doubt) == ([{"id": 1}], "")
    found = selector.select({"data": {}})
    assert (found.records, found.doubt) == ([], "gave an empty object for a list")


def test_an_object_of_objects_is_an_error_that_tells_both_ways_to_read_it() -> None:
    body = {"data": {"7": {"id": 1}, "9": {"id": 2}}}
    with pytest.raises(StreamError, match=r"set 'data_selector' to 'data\.\*' .* to '\$\.data'"):
        KeyPath("data", is_declared=True).select(body)
    assert JsonPath("data.*").records(body) == [{"_key": "7", "id": 1}, {"_key": "9", "id": 2}]
    assert JsonPath("$.data").records(body) == [body["data"]]


@pytest.mark.parametrize(
    ("path", "body", "keys"),
    [
        ("data.*", {"data": {"2022-01-01": {}, "2022-01-02": {}}}, ["2022-01-01", "2022-01-02"]),
        ("$.data[*]", {"data": {"a": {"v": 1}}}, ["a"]),
        ("$.*", {"a": {"v": 1}, "b": {"v": 2}}, ["a", "b"]),
        ("$[*]", {"a": {"v": 1}}, ["a"]),
        ("[*]", {"a": {"v": 1}}, ["a"]),
        ("$.data.*", {"data": {"a": [{}, {}], "b": [{}]}}, ["a", "a", "b"]),
        ("$.data.*.items", {"data": {"a": {"items": [{}]}, "b": {"items": [{}]}}}, ["a", "b"]),
        ("$.data.*.*", {"data": {"a": {"x": {}}, "b.c": {"x": {}}}}, ["a.x", "b.c.x"]),
        ("$['a','b']", {"a": {}, "b": {}, "c": {}}, ["a", "b"]),
        ("$.data[*]", {"data": [{}, {}]}, [None, None]),
        pytest.param(
            *("$.data.*", {"data": [{}]}, [None]),
            marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="a list is refused there"),
        ),
        ("$.groups[*].items", {"groups": [{"items": [{}]}]}, [None]),
        ("$.data", {"data": {"a": 1}}, [None]),
    ],
)
def test_a_record_that_a_wildcard_found_in_an_object_gets_its_key(path: str, body: object, keys: list[Any]) -> None:
    assert [record.get("_key") for record in JsonPath(path).records(body)] == keys


def test_a_key_field_of_the_record_itself_is_kept_beside_the_key_of_the_object() -> None:
    body = {"a": {"_key": "own"}, "b": {"_key": "b"}}
    assert JsonPath("$.*").records(body) == [{"_map_key": "a", "_key": "own"}, {"_key": "b"}]


def test_a_key_with_dots_is_found_like_any_other() -> None:
    assert KeyPath("odata.value").records({"odata.value": [{"a": 1}], "odata": {"value": []}}) == [{"a": 1}]
    assert KeyPath("d.odata.value").records({"d": {"odata.value": [{"a": 1}]}}) == [{"a": 1}]


GUESS = OnlyList(or_body=True, names=("features",))
BODY_IS_THE_RECORD: list[dict[str, Any]] = [
    {"id": 1, "name": "x", "tags": []},
    {"id": 1, "tags": [], "lines": []},
    {"uuid": "u", "tags": ["x"], "values": [1]},
    {"name": "x", "score": 3},
    {"name": "x", "settings": {"limits": {"a": 1}}},
]


@pytest.mark.parametrize("body", BODY_IS_THE_RECORD)
def test_an_empty_list_in_a_record_is_not_the_list(body: dict[str, Any]) -> None:
    assert GUESS.records(body) == [body]


@pytest.mark.parametrize(
    "body",
    [
        *({"data": []}, {"entries": [], "summary": {}}, {"features": [], "as_of": "now"}, {"id": "req-1", "data": []}),
        *({"widgets": []}, {"widgets": [], "total": 0, "page": 1, "next_page": None}, {"Items": [], "errors": []}),
    ],
)
def test_an_empty_list_is_the_list_by_its_name_or_if_all_else_is_about_pages(body: dict[str, Any]) -> None:
    assert GUESS.select(body) == Found([])


@pytest.mark.parametrize(
    "beside", [{}, {"warnings": []}, {"success": True, "error": None}, {"meta": {"page": 1}}], ids=str
)
def test_one_object_by_the_name_of_a_list_is_the_record(beside: dict[str, Any]) -> None:
    assert GUESS.records({"data": {"id": 1}, **beside}) == [{"id": 1}]
    found = GUESS.select({"data": {}, **beside})
    assert (found.records, found.doubt) == ([], "gave an empty object for a list")


@pytest.mark.parametrize(
    "body",
    [
        {"widgets": [], "summary": {"a": 1}},
        {"name": "x", "tags": []},
        {"id": 1, "lines": [{"sku": "x"}]},
        {"widgets": [], "gadgets": []},
        {"data": [{"a": 1}], "included": [{"a": 2}]},
        {"data": [], "included": [{"a": 2}]},
        {"data": [{"a": 1}], "items": []},
        {"data": {"id": 1}, "owner": "x"},
        {"result": {"items": [{"a": 1}]}, "owner": "x"},
        {"order": {"id": 1, "items": [{"a": 1}]}},
        {"result": {"items": [{"a": 1}], "rows": [{"a": 1}]}},
        {"result": {"widgets": [{"a": 1}]}},
        {"2024-01-01": {"a": 1}, "2024-01-02": {"a": 2}},
    ],
)
def test_what_may_be_a_list_or_a_record_is_left_to_the_user(body: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match="data_selector"):
        GUESS.records(body)


@pytest.mark.parametrize("body", [{"things": [{"a": 1}, None]}, {"data": [[{}]]}, {"data": ["x", {}]}, "text", 7, True])
def test_what_is_no_object_among_the_records_of_the_only_list_is_an_error(body: object) -> None:
    with pytest.raises(StreamError, match="as record"):
        GUESS.records(body)


@pytest.mark.parametrize(
    ("beside", "inner"),
    [
        ({"status": "ok"}, lambda rows: {"result": {"items": rows}}),
        ({"_links": {"next": None}, "page": {"total": 2}}, lambda rows: {"_embedded": {"things": rows}}),
        ({}, lambda rows: {"response": {"data": {"items": rows, "total": 2}, "status": 200}}),
    ],
)
@pytest.mark.parametrize("rows", [[{"a": 1}, {"a": 2}], []])
def test_a_list_in_a_part_of_the_body_is_the_only_list_where_all_else_is_about_the_request(
    rows: list[Any],
    beside: dict[str, Any],
    inner: Any,  # noqa: ANN401
) -> None:
    for guess in (OnlyList(names=("things",)), OnlyList(or_body=True, names=("things",))):
        assert guess.records({**inner(rows), **beside}) == rows


@pytest.mark.parametrize("rows", [[{"a": 1}], []])
def test_empty_lists_beside_the_one_that_has_the_name_of_a_list_are_passed_over(rows: list[Any]) -> None:
    for guess in (GUESS, OnlyList()):
        assert guess.records({"results": rows, "count": 3, "facets": []}) == rows
