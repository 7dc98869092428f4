"""What the service's answers for the support streams can be: each kind of value, envelope and next page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import failure_of, run_here, support
from tests.faults.server import Server, whole
from tests.faults.support_samples import SAMPLES
from tests.integration.support import KEYS, STREAMS, TEXTS
from tests.integration.truth import records_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import Request, Script
    from tests.singer import Run

PARENTS = {"/api/views": [{"id": 77}], "/api/customers": [{"id": 1}]}
ADDED: dict[str, dict[str, Any]] = {"views_items": {"view_id": 77}, "customer_custom_fields": {"customer_id": 1}}
ENVELOPES: dict[str, Callable[[Any], Any]] = {
    "list": lambda rows: {
        "object": "list",
        "uri": "/",
        "data": rows,
        "meta": {"prev_cursor": None, "next_cursor": None},
    },
    "without meta": lambda rows: {"data": rows},
    "array": lambda rows: rows,
}


def answering(stream: str, body: object) -> Script:
    """Answer with a parent's row where a stream lies under one, and else with a body."""

    def script(request: Request) -> list[bytes | float]:
        is_parent = stream in ADDED and request.path in PARENTS
        return [whole({"data": PARENTS[request.path], "meta": {"next_cursor": None}} if is_parent else body)]

    return script


def expected(stream: str) -> list[dict[str, Any]]:
    """Return the records that a stream's samples have to become."""
    objects = [{**ADDED.get(stream, {}), **sample} for sample in SAMPLES[stream]]
    if stream == "customer_custom_fields":
        objects = [{**each, "field_id": each["field"]["id"]} for each in objects]
    rows = records_of(objects, *KEYS[stream], texts=TEXTS.get(stream, frozenset()) | {"application_id"})
    return [{**row, "_rescued_data": None} for row in rows]


def records(run: Run, stream: str) -> list[dict[str, Any]]:
    """Return the records of a run, each key once, sorted by it."""
    assert run.exit_code == 0, run.stderr
    rows = {tuple(row[name] for name in KEYS[stream]): row for row in run.records(stream)}
    return [rows[key] for key in sorted(rows)]


def test_there_are_samples_of_every_stream() -> None:
    assert set(SAMPLES) == set(STREAMS)


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("stream", STREAMS)
def test_every_value_of_the_known_kinds_arrives_in_its_column(stream: str, envelope: str) -> None:
    if stream == "account":
        body: object = SAMPLES[stream][0]
    else:
        body = ENVELOPES[envelope](SAMPLES[stream])
    with Server(answering(stream, body)) as server:
        run = run_here(support(server.url), stream)
    assert records(run, stream) == expected(stream)
    assert run.of(stream, "ACTIVATE_VERSION")
    assert not [line for line in run.warnings if "no usable" not in line]


@pytest.mark.parametrize(
    ("stream", "size"),
    [("tickets", 50), *((name, 3) for name in sorted(set(STREAMS) - {"account", "customer_custom_fields", "events"}))],
)
def test_a_bare_array_that_is_as_long_as_was_asked_for_is_not_taken_for_the_whole_list(stream: str, size: int) -> None:
    rows = [{"id": number, **dict.fromkeys(("updated_datetime", "created_datetime"))} for number in range(size)]
    with Server(answering(stream, rows)) as server:
        run = run_here(support(server.url, page_size=size), stream)
        other = run_here(support(server.url, page_size=size + 1), stream)
    assert (run.exit_code, other.exit_code) == (0, 0)
    assert not run.of(stream, "ACTIVATE_VERSION")
    assert any(f"gave exactly the {size} records that were asked for" in line for line in run.warnings)
    assert other.of(stream, "ACTIVATE_VERSION")


def items(count: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in range(count)]


def paged_items(meta: Callable[[int], dict[str, Any]], request: Request) -> list[bytes | float]:
    if request.path == "/api/views":
        return [whole({"data": [{"id": 77}, {"id": 78}], "meta": {"next_cursor": None}})]
    first = int(request.params.get("cursor", 0))
    return [whole({"data": items(7)[first : first + 3], "meta": meta(first + 3) if first + 3 < 7 else {}})]


@pytest.mark.parametrize(
    ("meta", "asked"),
    [
        (lambda at: {"next_items": f"/api/views/77/items?cursor={at}&direction=next&limit=3"}, "direction"),
        (lambda at: {"next_items": f"?cursor={at}&ignored_item=5"}, "ignored_item"),
        (lambda at: {"next_items": None, "next_cursor": f"{at}"}, "limit"),
        (lambda at: {"next_cursor": f"{at}"}, "limit"),
    ],
)
def test_the_items_of_a_view_are_paged_by_an_address_or_by_a_cursor(
    meta: Callable[[int], dict[str, Any]], asked: str
) -> None:
    def own(request: Request, at: int) -> dict[str, Any]:
        return {name: value and value.replace("/77/", request.path[10:14]) for name, value in meta(at).items()}

    def script(request: Request) -> list[bytes | float]:
        return paged_items(partial(own, request), request)

    with Server(script) as server:
        run = run_here(support(server.url, page_size=3), "views_items")
        further = [request for request in server.requests if "cursor" in request.params]
    assert [(row["view_id"], row["id"]) for row in run.records("views_items")] == [
        (view, number) for view in (77, 78) for number in range(7)
    ]
    assert run.of("views_items", "ACTIVATE_VERSION")
    assert len(further) == 4
    assert all(asked in request.params for request in further)


def test_the_items_of_a_view_that_leads_to_another_view_s_are_not_followed() -> None:
    def script(request: Request) -> list[bytes | float]:
        return paged_items(lambda at: {"next_items": f"/api/views/78/items?cursor={at}"}, request)

    with Server(script) as server:
        run = run_here(support(server.url, page_size=3), "views_items")
    assert "leads from the list of one parent into that of another one" in failure_of(run, "views_items")


@pytest.mark.parametrize("row", [{"value": 1}, {"field": None, "value": 1}, {"field": {"label": "x"}, "value": 1}])
def test_a_value_of_no_field_ends_the_stream_and_names_the_key(row: dict[str, Any]) -> None:
    with Server(answering("customer_custom_fields", [row])) as server:
        run = run_here(support(server.url), "customer_custom_fields")
    assert "no usable primary key (field_id)" in failure_of(run, "customer_custom_fields")


@pytest.mark.parametrize(("stream", "reads"), [("messages", 1), ("satisfaction_surveys", 1), ("tickets", 2)])
def test_the_front_of_a_list_is_read_again_only_where_a_change_can_bring_a_row_there(stream: str, reads: int) -> None:
    def script(request: Request) -> list[bytes | float]:
        first = int(request.params.get("cursor", 0))
        rows = [
            {"id": number, "created_datetime": at, "updated_datetime": at}
            for number in range(first, first + 2)
            for at in [f"2024-03-{28 - number:02}T00:00:00"]
        ]
        return [whole({"data": rows, "meta": {"next_cursor": f"{first + 2}" if first < 4 else None}})]

    with Server(script) as server:
        run = run_here(support(server.url, page_size=2), stream)
        firsts = [request for request in server.requests if "cursor" not in request.params]
    assert len(firsts) == reads
    assert {row["id"] for row in run.records(stream)} == set(range(6))
    assert run.of(stream, "ACTIVATE_VERSION")
