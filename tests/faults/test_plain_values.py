"""Records that are plain values, and answers that have one record a line: each becomes one row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, always, head, in_turn, whole
from tests.faults.test_answers import activates, declared, read, things


def values(**words: Any) -> list[Any]:
    """Return the rows of a stream whose every answer is the same."""
    answer = words.pop("answer")
    run = read(answer, schema=None, **words)
    assert run.exit_code == 0, run.stderr
    return [{key: value for key, value in row.items() if value is not None} for row in run.records("things")]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (["a", "b"], {}),
        (["a", "b"], {"data_selector": "$"}),
        ({"data": ["a", "b"]}, {}),
        ({"data": ["a", "b"]}, {"data_selector": "data"}),
        ({"page": {"names": ["a", "b"]}}, {"data_selector": "$.page.names"}),
        ({"data": [{"name": "a"}, {"name": "b"}]}, {"data_selector": "data[*].name"}),
    ],
)
def test_plain_values_become_rows_with_one_field(answer: object, words: dict[str, Any]) -> None:
    assert values(answer=answer, **words) == [{"value": "a"}, {"value": "b"}]


@pytest.mark.parametrize(
    ("rates", "rows"),
    [
        ({"EUR": 1, "USD": 2}, [{"_key": "EUR", "value": 1}, {"_key": "USD", "value": 2}]),
        ({"a": ["x", "y"]}, [{"_key": "a", "value": "x"}, {"_key": "a", "value": "y"}]),
    ],
)
def test_plain_values_in_an_object_keep_their_keys(rates: dict[str, Any], rows: list[Any]) -> None:
    assert values(answer={"base": "EUR", "rates": rates}, data_selector="rates.*") == rows


def test_numbers_nulls_and_rows_of_a_table_keep_their_values() -> None:
    assert values(answer=[1, 2]) == [{"value": 1}, {"value": 2}]
    assert values(answer=[[1, "x"], [2, "y"]]) == [{"value": [1, "x"]}, {"value": [2, "y"]}]
    assert len(values(answer=["a", None])) == 2


@pytest.mark.parametrize("answer", [["a", {"id": 1}], [None], [[{"id": 1}]], ["a", [{"id": 1}]]])
def test_a_mixture_of_values_and_objects_is_an_error(answer: object) -> None:
    assert "where an object belongs" in failure_of(read(answer), "things")


def test_plain_values_are_paged_like_records() -> None:
    schema = {"type": "object", "properties": {"value": {"type": "string"}}}
    words: dict[str, Any] = {"schema": schema, "paginator": {"type": "offset", "limit": 2}}
    with Server(in_turn([whole(["a", "b"])], [whole(["c"])], [whole([])])) as server:
        run = run_here(declared(server.url, things(**words)), "things")
        assert [request.params["offset"] for request in server.requests] == ["0", "2", "3"]
    assert [row["value"] for row in run.records("things")] == ["a", "b", "c"]
    assert activates(run)


ROWS = [{"id": 1, "name": "a"}, {"id": 2, "name": "b{\n}"}]
LINES = "\n".join(map(json.dumps, ROWS)).encode()


def lines(body: bytes, media_type: str) -> bytes:
    return head("200 OK", Content_Type=media_type, Content_Length=str(len(body))) + body


@pytest.mark.parametrize(
    "answer",
    [
        lines(LINES, "application/x-ndjson"),
        lines(LINES + b"\n", "application/jsonl; charset=utf-8"),
        lines(LINES.replace(b"\n", b"\r\n\r\n"), "application/json-lines"),
        lines(b"\x1e" + LINES.replace(b"\n", b"\n\x1e"), "application/json-seq"),
        lines(LINES, "application/json"),
        lines(LINES, "text/plain"),
    ],
)
def test_one_record_a_line_is_one_row_a_line(answer: bytes) -> None:
    run = read(answer)
    assert [(row["id"], row["name"]) for row in run.records("things")] == [(1, "a"), (2, "b{\n}")]
    assert activates(run)


def test_one_line_and_none_are_lists_where_the_media_type_says_so() -> None:
    assert [row["id"] for row in read(lines(b'{"id": 1}', "application/x-ndjson")).records("things")] == [1]
    assert activates(read(lines(b"\n", "application/x-ndjson")))


@pytest.mark.parametrize("body", [LINES[:-3], LINES + b'\n{"id": 3', b'{"id": 1}\nfailed'])
@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/json"])
def test_a_cut_line_is_asked_for_again_and_nothing_of_its_answer_is_taken(body: bytes, media_type: str) -> None:
    with Server(in_turn([lines(body, media_type)], [lines(LINES, media_type)])) as server:
        run = run_here(declared(server.url, things()), "things")
        assert len(server.requests) == 2
    assert [row["id"] for row in run.records("things")] == [1, 2]
    with Server(always(lines(body, media_type))) as server:
        run = run_here(declared(server.url, things(error_handler={"max_retries": 0})), "things")
    assert "no readable JSON" in failure_of(run, "things")
    assert not run.records("things")
