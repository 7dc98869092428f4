"""An answer's JSON, its records, and its own words when it is an error."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.paging.error_messages import message_in
from tap_analytics.paging.json_decoding import UnreadableBodyError, decode
from tap_analytics.paging.page import Page
from tap_analytics.quoting import shorten

TEXTS = st.text(st.characters(codec="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans(), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_any_json_is_decoded_as_it_was_written(value: Any, as_ascii: bool, mark: bytes) -> None:  # noqa: ANN401, FBT001
    assert decode(mark + json.dumps(value, ensure_ascii=as_ascii).encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=30))
def test_every_digit_of_a_decimal_is_kept(number: Decimal) -> None:
    assert f"{decode(f'{number:f}'.encode()):f}" == f"{number:f}"


@pytest.mark.parametrize("text", ["10908.61093020998", "0.1", "1E+400", "3.141592653589793238462643383279", "-0.0"])
def test_no_number_goes_through_a_float(text: str) -> None:
    number = decode(text.encode())
    assert isinstance(number, Decimal)
    assert str(number) == text


def test_what_is_no_number_in_json_is_a_text() -> None:
    assert decode(b'{"a": NaN, "b": [Infinity, -Infinity], "c": 1.50}') == {
        "a": "NaN",
        "b": ["Infinity", "-Infinity"],
        "c": Decimal("1.50"),
    }


@given(st.integers())
def test_integers_of_any_size_are_whole_numbers(number: int) -> None:
    assert decode(str(number).encode()) == number


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"<html>busy</html>",
        b'{"entries": [',
        b'{"entries": []} x',
        b'"\xff\xfe"',
        b"[" * 20_000,
        b"[" * 20_000 + b"]" * 20_000,
        b"9" * 5_000,
    ],
)
def test_a_body_that_is_not_wholly_json_is_refused_in_one_short_line(body: bytes) -> None:
    with pytest.raises(UnreadableBodyError) as error:
        decode(body)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


def test_a_refused_body_is_quoted_so_that_one_sees_what_answered() -> None:
    with pytest.raises(UnreadableBodyError, match="<html>busy"):
        decode(b"<html>busy</html>")


def test_nesting_of_three_hundred_levels_comes_through() -> None:
    value = decode(b'{"a":' * 300 + b"1" + b"}" * 300)
    for _ in range(300):
        value = value["a"]
    assert value == 1


def test_a_dotted_path_finds_what_stands_in_the_body_and_nothing_else() -> None:
    page = Page({"data": [], "meta": {"next_cursor": "c", "list": []}}, [])
    assert page.get("meta.next_cursor") == "c"
    assert [page.get(path) for path in ("meta.none", "none.next", "meta.next_cursor.x", "meta.list.x")] == [None] * 4


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"code": 400, "message": "wrong date", "param": "start-date"}', ["wrong date", "param: start-date"]),
        ('{"error": "no such key"}', ["no such key"]),
        ('{"errors": {"name": "is too long"}}', ["name: is too long"]),
        ('{"plan": ["does not exist", "is old"], "error_details": []}', ["plan: does not exist", "plan: is old"]),
        ('{"error": {"msg": "invalid", "data": {"limit": ["too large"]}}}', ["invalid", "limit: too large"]),
        ("500 Internal Server Error", ["500 Internal Server Error"]),
        ("<html>\n <h1>Bad\tGateway</h1></html>", ["<html> <h1>Bad Gateway</h1></html>"]),
        ('["one", null, 2]', ["one", "2"]),
    ],
)
def test_the_useful_part_of_every_shape_of_error_body_is_shown(body: str, words: list[str]) -> None:
    told = message_in(body.encode())
    assert all(word in told for word in words)


def test_an_error_body_that_says_nothing_gives_no_words() -> None:
    assert [message_in(body) for body in (b"", b"{}", b'{"error": null}')] == ["", "", ""]


@given(st.binary() | st.text().map(lambda text: json.dumps({"error": text}).encode()))
def test_the_words_of_any_error_body_are_one_short_printable_line(body: bytes) -> None:
    told = message_in(body)
    assert told.isprintable()
    assert len(told) <= 201


@given(st.text())
def test_a_quoted_text_is_cut_and_holds_no_control_character(text: str) -> None:
    assert shorten(text).isprintable()
    assert len(shorten(text)) <= 201
    if text.isprintable() and len(text) <= 200:
        assert shorten(text) == text


def test_nobody_forges_a_log_line_with_an_error_body() -> None:
    told = message_in(b'{"error": "no\\n2024-01-01 | INFO | all is well\\r\\u001b[2J\\u2028"}')
    assert told == r"no\n2024-01-01 | INFO | all is well\r\x1b[2J\u2028"
