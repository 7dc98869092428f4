"""Lists under the records of another list: where they lie, and what becomes of them in a run."""

from __future__ import annotations

import gc
import re
import threading
import weakref
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.records.datetimes import format_instant, parse_instant
from tap_analytics.sync.parent_failures import Absences, GoneError, pages_of_present
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.parents import Candidates, Parent
from tap_analytics.sync.shared_pages import OWN
from tests.faults.server import Server, whole
from tests.unit.parents import CUSTOMERS, NOTES, PATH, customers, customers_with, found_partitions, partitions, tap_for
from tests.unit.taps import URL, queries
from tests.unit.test_streams import Message, of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from requests_mock import Mocker

    from tap_analytics.sync.waits import Item
    from tests.faults.server import Request

Reading: TypeAlias = "Callable[..., list[Message]]"
DAY = "2024-03-02T00:00:00Z"


def some(*ids: int, **words: Any) -> Message:
    """Return an answer with notes."""
    return {"json": {"entries": [{"id": number, **words} for number in ids]}}


def ids(messages: list[Message]) -> list[int]:
    return [message["record"]["id"] for message in of(messages, "RECORD")]


@pytest.fixture
def read(requests_mock: Mocker, capsys: pytest.CaptureFixture[str]) -> Reading:
    """Reads the notes of customers, who come on two pages; each customer's list is answered so."""

    def read(answers: dict[str, Any], **endpoint: Any) -> list[Message]:
        entries = customers(answers)
        pages = [{"entries": entries[:1], "has_more": True, "cursor": "c"}, {"entries": entries[1:], "has_more": False}]
        requests_mock.get(f"{URL}/v1/customers", [{"json": page} for page in pages])
        for uuid, answer in answers.items():
            requests_mock.get(f"{URL}/customers/{uuid}/notes", answer if isinstance(answer, list) else [answer])
        return written(tap_for(resources=[{**NOTES, "endpoint": {**NOTES["endpoint"], **endpoint}}]), capsys)

    return read


def test_parents_that_nothing_can_be_asked_with_end_nothing_but_themselves_and_fail_at_the_end() -> None:
    records = [{"uuid": value} for value in ("a", True, "..", None, "b")]
    found, told = found_partitions(CUSTOMERS, records, RequestTemplate(path=PATH))
    assert [partition.values["resources.customers.uuid"] for partition in found] == ["a", "b"]
    assert told.startswith("error: record 1 of 'customers' has no text or number")
    assert "2 parents could not be asked about; the others were read" in told


def test_parents_with_one_list_are_different_parents_if_the_key_of_its_records_says_so() -> None:
    parent = Parent(name="lines", added={"order": "_lines_order", "note": "_lines_note"})
    records = [{"sku": "s", "order": order, "note": note} for order, note in ((1, "a"), (2, "a"), (2, "b"), (1, "a"))]
    template = RequestTemplate(path="/stock/{resources.lines.sku}")
    found, _ = found_partitions(parent, records, template, ["_lines_order", "id"])
    assert [(partition.key, partition.added["_lines_order"]) for partition in found] == [
        ("/stock/s#_lines_order=1", 1),
        ("/stock/s#_lines_order=2", 2),
    ]
    # Without a key, rows of both notes are rows of their own.
    assert len(found_partitions(parent, records, template)[0]) == 3
    # Where the key has nothing of the parent, the rows are the same ones.
    assert [partition.key for partition in found_partitions(parent, records, template, ["id"])[0]] == ["/stock/s"]
    # What is asked with tells lists apart already.
    own = Parent(name="lines", added={"sku": "_lines_sku"})
    assert [partition.key for partition in found_partitions(own, records, template, ["_lines_sku"])[0]] == ["/stock/s"]


def test_what_tells_parents_apart_stays_short_however_long_their_fields_are() -> None:
    parent = Parent(name="lines", added={"text": "_lines_text"})
    records = [{"sku": "s", "text": number * "long "} for number in (99, 100)]
    found, _ = found_partitions(parent, records, RequestTemplate(path="/stock/{resources.lines.sku}"))
    assert len({partition.key for partition in found}) == 2
    assert all(len(partition.key) < 100 for partition in found)


def test_fields_are_added_as_they_came_and_null_where_there_are_none() -> None:
    parent = Parent(name="customers", added={"plan.seats": "_seats", "plan": "_plan", "gone": "_gone"})
    [partition] = partitions(parent, [{"uuid": "u", "plan": {"seats": 3}}], PATH, {})
    assert partition.added == {"_seats": 3, "_plan": {"seats": 3}, "_gone": None}


def test_records_get_their_parents_fields_which_the_key_may_hold(read: Reading) -> None:
    messages = read({"a": some(1, 2), "b": some(), "c": some(1)})
    assert of(messages, "SCHEMA")[0]["key_properties"] == ["_customers_uuid", "id"]
    added = {"_customers_plan_name": "basic", "_rescued_data": None}
    rows = [{"_customers_uuid": uuid, "id": number, **added} for uuid, number in (("a", 1), ("a", 2), ("c", 1))]
    assert [message["record"] for message in of(messages, "RECORD")] == rows
    assert len(of(messages, "ACTIVATE_VERSION")) == 1


def test_parents_can_be_declared_and_named_in_a_parameter(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    properties = {"id": {"type": "integer"}}
    tags = {"name": "tags", "endpoint": {"path": "/tags"}, "schema": {"type": "object", "properties": properties}}
    params = {"tag": "{resources.tags.id}", "sort": "id"}
    notes = {**NOTES, "endpoint": {"path": "/notes", "params": params}, "include_from_parent": ["id"]}
    requests_mock.get(f"{URL}/tags", json=[{"id": 1}, {"id": 2}])
    requests_mock.get(f"{URL}/notes", json=[{"id": 7}])
    tap = tap_for(resources=[tags, {**notes, "primary_key": ["_tags_id", "id"]}], max_parallel_requests=1)
    assert [message["record"]["_tags_id"] for message in of(written(tap, capsys), "RECORD")] == [1, 2]
    assert queries(requests_mock) == [{}, *({"tag": [tag], "sort": ["id"]} for tag in "12")]


def test_parents_that_have_gone_are_left_out_with_one_warning(read: Reading, caplog: pytest.LogCaptureFixture) -> None:
    messages = read({"a": {"status_code": 404}, "b": some(1), "c": {"status_code": 410}, "d": some(2)})
    assert ids(messages) == [1, 2]
    assert of(messages, "ACTIVATE_VERSION")
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("notes: GET /customers/")
    assert "2 parents" in warning


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"a": {"status_code": 404}, "b": {"status_code": 404}}, "answered 404"),
        ({"a": some(1, at=DAY), "b": {"status_code": 403}}, "b/notes answered 403"),
        ({"a": some(1, at=DAY), "b": {"json": {"entries": [7, {}]}}}, "b/notes gave a number as record 0"),
        ({"a": some(1, at=DAY), "..": some(2, at=DAY)}, "record 1 of 'customers'"),
        # A cursor that has expired is answered like a parent that has gone.
        ({"a": some(1, at=DAY), "b": [{"json": {"entries": [], "next": "c"}}, {"status_code": 410}]}, "answered 410"),
    ],
)
@pytest.mark.parametrize("incremental", [{}, {"incremental": {"cursor_path": "at"}}])
def test_lists_that_cannot_be_read_are_an_error_and_leave_no_bookmark_of_theirs(
    read: Reading, caplog: pytest.LogCaptureFixture, answers: Message, told: str, incremental: Message
) -> None:
    messages = read(answers, paginator={"type": "cursor", "cursor_path": "next"}, **incremental)
    assert of(messages, "SCHEMA")
    assert not of(messages, "ACTIVATE_VERSION")
    entries = [message["value"].get("bookmarks", {}).get("notes", {}) for message in of(messages, "STATE")]
    assert not any("replication_key_value" in entry for entry in entries)
    # What has been written of another parent is safe.
    assert all(entry.get("parents", {}).keys() <= {"/customers/a/notes"} for entry in entries)
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told in line


def test_the_bookmarks_of_few_parents_come_once_after_the_last(read: Reading) -> None:
    days = {uuid: DAY.replace("02T", f"0{day}T") for uuid, day in {"a": 2, "b": 5, "c": 1}.items()}
    messages = read({uuid: some(1, at=day) for uuid, day in days.items()}, incremental={"cursor_path": "at"})
    kinds = [message["type"] for message in messages]
    assert kinds == ["SCHEMA", "RECORD", "RECORD", "RECORD", "ACTIVATE_VERSION", "STATE"]
    [state] = of(messages, "STATE")
    assert state["value"]["bookmarks"]["notes"] == {
        "replication_key": "at",
        "replication_key_value": "2024-03-05T00:00:00.000000+00:00",
        "parents": {f"/customers/{uuid}/notes": format_instant(parse_instant(day)) for uuid, day in days.items()},
    }


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), unique=True, max_size=6))
def test_each_parent_has_a_key_of_its_own_whatever_its_values_hold(values: list[tuple[str, str]]) -> None:
    assume(not any({".", ".."} & set(re.split(r"[/\\]", a)) for a, _ in values))
    records = [{"a": a, "b": b} for a, b in values]
    params = {"b": "{resources.customers.b}", "c": "{resources.customers.b}&x={resources.customers.a}"}
    found = partitions(CUSTOMERS, records, "/c/{resources.customers.a}/notes", params)
    assert len({partition.key for partition in found}) == len(found) == len(values)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_messages_besides_records_do_not_grow_with_the_parents(read: Reading, count: int) -> None:
    messages = read({f"u{number}": some(number) for number in range(count)})
    assert ids(messages) == [*range(count)]
    assert [m["type"] for m in messages if m["type"] != "RECORD"] == ["SCHEMA", "ACTIVATE_VERSION", "STATE"]


def test_lists_are_asked_for_side_by_side_and_written_in_the_parents_order(capsys: pytest.CaptureFixture[str]) -> None:
    together = threading.Barrier(3, timeout=10)
    last = threading.Event()

    def notes(request: Request) -> bytes:
        number = int(request.path.split("/")[2])
        together.wait()  # Only if three are under way does anyone get past this.
        if number == 2:
            last.set()
        assert number or last.wait(10), "the first one is answered last"
        return whole({"entries": [{"id": number}]})

    with Server(customers_with("012", notes)) as server:
        assert ids(written(tap_for(server.url, max_parallel_requests=3), capsys)) == [0, 1, 2]


def test_of_parents_that_have_gone_nothing_is_kept_but_a_count_and_the_first_words() -> None:
    class Answer(Exception):  # noqa: N818 - it only stands for what an error refers to
        """What the service answered."""

    kept: list[weakref.ref[Answer]] = []

    def gone(number: int) -> Iterator[Page]:
        answer = Answer()
        kept.append(weakref.ref(answer))
        msg = f"list {number} answered 404"
        if number >= 0:
            raise StreamError(msg, 404) from answer
        yield Page([], [])

    absences = Absences()
    for number in range(9):
        with pytest.raises(GoneError) as raised:
            list(pages_of_present(gone(number)))
        absences.add(f"/{number}", raised.value)
        absences.add(f"/{number}", raised.value)
        del raised
    assert list(pages_of_present(iter([Page([], [])]))) == [Page([], [])]
    absences.add_present()
    gc.collect()
    assert not [answer for answer in kept if answer() is not None]
    assert absences.report() == "list 0 answered 404 (9 parents left out)"


class OneParent:
    """A list of one parent."""

    total = None

    def __init__(self, record: Message) -> None:
        self._record = record

    def objects(self) -> Generator[Item]:
        """Yield the record."""
        yield self._record

    def close(self) -> None:
        """Do nothing."""


def test_of_a_parents_record_no_more_waits_than_the_stream_under_it_needs() -> None:
    parent = Parent(name="p", added={"owner.name": "_p_owner_name"})
    candidates = Candidates(
        parent, RequestTemplate(path="/p/{resources.p.id}/c", params={"of": "{resources.p.group.id}", "size": 5})
    )
    record = {"id": 1, "owner": {"name": "o"}, "group": {"id": 2}, "text": "long"}
    parents = ParentList(lambda _: OneParent(record))
    part = parents.subscribe("c", OWN, candidates, lambda _: None)
    parents.read_on()
    assert [each.fields for each in part.records] == [{"id": 1, "owner.name": "o", "group.id": 2}]
