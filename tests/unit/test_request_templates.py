"""Requests with placeholders: what they become, place by place."""

from __future__ import annotations

from typing import Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.paging.page_token import BodyField
from tap_analytics.paging.placeholders import fill_text, fill_value, names_in
from tap_analytics.paging.request_template import RequestTemplate, fill

OF = "resources.orders.id"
SINCE = "incremental.start_value"
VALUES = {OF: 17, SINCE: "2024-01-02T00:00:00+00:00", "name": "a/b ?"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{name}", "a/b ?"),
        (f"of {{{OF}}}, {{{OF}}}", "of 17, 17"),
        # Doubled braces are braces.
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{a/b ?}"),
        ('{{"of": {resources.orders.id}}}', '{"of": 17}'),
        ("{{}}", "{}"),
        # With a single brace, a text is taken as it is.
        ('{"a":{"b":1}}', '{"a":{"b":1}}'),
        ('{"a":{"b":"{name}"}}', '{"a":{"b":"a/b ?"}}'),
        ("{", "{"),
        ("query { orders { id } }", "query { orders { id } }"),
        ("{id,name}", "{id,name}"),
        ("query {{ orders {{ id }} }}", "query { orders { id } }"),
        # Without a value there is no text.
        ("{unknown}", None),
        ("of {unknown}, {name}", None),
    ],
)
def test_a_text_is_filled(text: str, expected: str | None) -> None:
    assert fill_text(text, VALUES) == expected


def test_a_value_is_never_read_as_a_placeholder() -> None:
    assert fill_text("{a}{b}", {"a": "{b}", "b": "{{a}}"}) == "{b}{{a}}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{{{OF}}}", 17),
        (f"{{{OF}}}.", "17."),
        ([f"{{{OF}}}", "{unknown}", 1.5, None, True], [17, 1.5, None, True]),
        ({"a": {"b": [{"c": f"{{{OF}}}"}], "d": "{unknown}"}, "{name}": 1}, {"a": {"b": [{"c": 17}]}, "a/b ?": 1}),
    ],
)
def test_json_is_filled_at_any_depth_and_keeps_types(value: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON
    assert fill_value(value, VALUES) == expected


def test_names_are_found_at_any_depth() -> None:
    found = names_in({"a{x}": [{"b": "{y} {{z}} {w.v}"}], "c": 1, "d": '{"e": "{u}"}'})
    assert [*found] == ["x", "y", "w.v", "u"]


def test_each_part_of_a_request_is_filled_in_its_own_way() -> None:
    template = RequestTemplate(
        path="/{name}/orders",
        params={"of": f"{{{OF}}}", "q": "{name}", "tags": ["{name}", "b"], "until": "{incremental.end_value}"},
        method="POST",
        headers={"X-Since": f"at {{{SINCE}}}", "X-Until": "{incremental.end_value}"},
        json={"of": f"{{{OF}}}", "q": "{name}", "until": "{incremental.end_value}"},
    )
    assert fill(template, VALUES) == RequestTemplate(
        path="/a%2Fb%20%3F/orders",
        params={"of": "17", "q": "a/b ?", "tags": ["a/b ?", "b"]},
        method="POST",
        headers={"X-Since": "at 2024-01-02T00:00:00+00:00"},
        json={"of": 17, "q": "a/b ?"},
    )
    assert template.names == ["name", OF, "incremental.end_value", SINCE]
    assert template.params_of_parent == {"of": f"{{{OF}}}", "q": "{name}", "tags": ["{name}", "b"]}


def test_a_form_and_a_raw_body_are_filled_too() -> None:
    assert fill(RequestTemplate(path="/", data={"of": f"{{{OF}}}", "x": "{unknown}"}), VALUES).data == {"of": 17}
    assert fill(RequestTemplate(path="/", data=f"of={{{OF}}}"), VALUES).data == "of=17"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", " ab", "é", "a\x00"])
def test_a_header_takes_no_value_that_it_cannot_hold(value: str) -> None:
    with pytest.raises(StreamError, match=r"the header 'X-Of' cannot hold the value") as failure:
        fill(RequestTemplate(path="/", headers={"X-Of": "{name}"}), {"name": value})
    assert value not in str(failure.value)


def test_a_path_without_its_value_is_an_error_that_names_it() -> None:
    with pytest.raises(StreamError, match=r"no value for 'incremental.start_value' in its path"):
        fill(RequestTemplate(path="/{incremental.start_value}"), {})


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ({}, "page", {"page": 2}),
        ({"page": 1, "q": "x"}, "page", {"page": 2, "q": "x"}),
        ({"paging": {"size": 5}}, "paging.page", {"paging": {"size": 5, "page": 2}}),
        ({"q": "x"}, "a.b.c", {"q": "x", "a": {"b": {"c": 2}}}),
    ],
)
def test_a_page_changes_a_field_of_the_body(body: dict[str, Any], path: str, expected: dict[str, Any]) -> None:
    template = RequestTemplate(path="/", method="POST", json=body, params={"page": 7})
    before = repr(template)
    request = template.changed({"page": 7, BodyField(path): 2})
    assert (request.json, request.params) == (expected, {"page": 7})
    assert repr(template) == before


def test_a_page_changes_a_field_of_a_form_and_makes_a_body_where_there_is_none() -> None:
    assert RequestTemplate(path="/", data={"q": "x"}).changed({BodyField("page"): 2}).data == {"q": "x", "page": 2}
    assert RequestTemplate(path="/").changed({BodyField("page"): 2}).json == {"page": 2}


def test_a_field_of_the_body_and_a_query_parameter_of_the_same_name_are_two_things() -> None:
    assert len({"page": 1, BodyField("page"): 2, BodyField("page"): 3}) == 2
    assert f"{BodyField('a.b')}" == "a.b"
