"""Records are found where they are said to be; an empty page is one that says so, and never a wrong path."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.selection import JsonPath, KeyPath, OnlyList, WholeBody


def test_records_are_found_under_their_key() -> None:
    assert KeyPath("entries").records({"entries": [{"a": 1}], "has_more": False}) == [{"a": 1}]


def test_a_bare_list_is_a_list_of_records() -> None:
    assert KeyPath("data").records([{"a": 1}]) == [{"a": 1}]


def test_a_whole_body_is_the_one_record() -> None:
    assert WholeBody().records({"a": 1}) == [{"a": 1}]


def test_null_under_the_key_is_an_empty_page() -> None:
    assert KeyPath("data").records({"data": None}) == []


@pytest.mark.parametrize("body", [{"items": [], "total": 0}, {}, "text", 7, True, None])
def test_a_body_without_the_key_is_an_error_that_names_it_and_never_an_empty_page(body: object) -> None:
    with pytest.raises(StreamError, match="'entries'") as error:
        KeyPath("entries").records(body)
    if isinstance(body, dict):
        assert all(key in str(error.value) for key in body)


@pytest.mark.parametrize("found", [{}, "text", 0, False, Decimal("1.5")])
def test_something_else_than_a_list_under_the_key_is_an_error(found: object) -> None:
    with pytest.raises(StreamError, match="'entries'"):
        KeyPath("entries").records({"entries": found})


@pytest.mark.parametrize("other", [None, "text", 7, [], True])
def test_something_else_than_an_object_among_the_records_is_an_error_with_its_position(other: object) -> None:
    with pytest.raises(StreamError, match="record 2 "):
        KeyPath("entries").records({"entries": [{}, {}, other, {}]})
    with pytest.raises(StreamError, match="record 0 "):
        WholeBody().records(other)


def test_a_bare_list_is_the_whole_body_only_where_that_is_allowed() -> None:
    assert WholeBody(or_list=True).records([{"a": 1}, {"a": 2}]) == [{"a": 1}, {"a": 2}]
    assert WholeBody(or_list=True).records({"a": 1}) == [{"a": 1}]
    with pytest.raises(StreamError, match="a list as record 0"):
        WholeBody().records([{"a": 1}])


def test_a_dotted_path_leads_into_objects() -> None:
    assert KeyPath("result.items").records({"result": {"items": [{"a": 1}]}}) == [{"a": 1}]
    with pytest.raises(StreamError, match=r"'result.items': its part has the keys rows"):
        KeyPath("result.items").records({"result": {"rows": []}})
    with pytest.raises(StreamError, match="its part is null"):
        KeyPath("result.items").records({"result": None})


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
    ],
)
def test_a_jsonpath_finds_records_and_lists_of_them(path: str, body: object, found: list[int]) -> None:
    assert [record["a"] for record in JsonPath(path).records(body)] == found


@pytest.mark.parametrize("path", ["$.entrees", "$.entrees[*]", "$.meta.entries[*]"])
def test_a_jsonpath_that_leads_nowhere_is_an_error_and_never_an_empty_page(path: str) -> None:
    with pytest.raises(StreamError, match="gave nothing under"):
        JsonPath(path).records({"entries": [{"a": 1}], "meta": {}})


@pytest.mark.parametrize("path", ["$.[", "$.a[?(@.b == 1)]", "entries[*"])
def test_what_is_no_jsonpath_or_leaves_records_out_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"is no JSONPath|a condition leaves out"):
        JsonPath(path)


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
    with pytest.raises(StreamError, match="gave no list: the body has the keys error"):
        OnlyList().records({"error": "no"})


def test_of_several_lists_the_user_has_to_choose() -> None:
    with pytest.raises(StreamError, match=r"several lists \(items, errors\): say in 'data_selector'"):
        OnlyList().records({"items": [{}], "errors": []})
