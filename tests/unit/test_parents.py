"""Lists under the records of another list: where they lie, and what becomes of them in a run."""

from __future__ import annotations

import gc
import json
import re
import threading
import weakref
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_analytics.errors import StreamError
from tap_analytics.paging.page import Page
from tap_analytics.paging.request_template import RequestTemplate, fill
from tap_analytics.records.datetimes import format_instant, parse_instant
from tap_analytics.sync.conditions import Condition
from tap_analytics.sync.parent_failures import Absences, GoneError, pages_of_present
from tap_analytics.sync.parent_lists import ParentList
from tap_analytics.sync.parents import Candidates, Parent, Place, Places
from tap_analytics.sync.shared_pages import OWN
from tests.faults.server import Server, whole
from tests.singer import select
from tests.unit.taps import URL, queries, tap_of
from tests.unit.test_streams import Message, of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from requests_mock import Mocker

    from tap_analytics.sync.waits import Item
    from tap_analytics.tap import TapAnalytics
    from tests.faults.server import Request, Script

Reading: TypeAlias = "Callable[..., list[Message]]"

FIELD = "{resources.customers.uuid}"
CUSTOMERS = Parent(name="customers", added={})
PATH = f"/customers/{FIELD}/notes"
AWAY = [".", "..", "../admin", "a/..", "a/../b", "../..", "..\\admin", "/.."]
HARMLESS = ["...", "..;", "%2e%2e", "..%2fadmin", "..%00", " ..", ".. ", "．．", "a//b", "//evil.example/x"]  # noqa: RUF001
DAY = "2024-03-02T00:00:00Z"
NOTES: Message = {
    "name": "notes",
    "primary_key": ["_customers_uuid", "id"],
    "include_from_parent": ["uuid", "plan-name"],
    "endpoint": {"path": PATH, "data_selector": "entries"},
    "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "at": {"type": "string"}}},
}


def found_places(
    parent: Parent, records: Iterable[Message], template: RequestTemplate, keys: Iterable[str] = ()
) -> tuple[list[Place], str]:
    """Return where the lists of records lie, and what is told of the records that have none."""
    candidates, finder = Candidates(parent, template), Places(parent, template, [*keys])
    needed = [candidate for record in records if (candidate := candidates.next(record)) is not None]
    found = [place for candidate in needed if (place := finder.find(candidate)) is not None]
    told: list[str] = []
    try:
        candidates.check()
        finder.finish(told.append)
    except StreamError as error:
        told.append(f"error: {error}")
    return found, "".join(told)


def places(parent: Parent, records: Iterable[Message], path: str, params: Message) -> list[Place]:
    found, told = found_places(parent, records, RequestTemplate(path=path, params=params))
    if told.startswith("error: "):
        raise StreamError(told)
    return found


def requests_for(*values: Any, path: str = PATH, **params: Any) -> list[RequestTemplate]:
    """Return the requests for the lists of customers with these values."""
    template = RequestTemplate(path=path, params=params)
    found = places(CUSTOMERS, [{"uuid": value} for value in values], path, params)
    return [fill(template, place.values) for place in found]


def tap_for(url: str = URL, resources: Iterable[Message] = (NOTES,), **settings: Any) -> TapAnalytics:
    """Return a tap that reads `notes`, and nothing else."""
    settings |= {"api_url": url, "resources": [*resources], "requests_per_second": 10_000}
    return tap_of(catalog=select(tap_of(**settings).catalog_dict, "notes"), **settings)


def customers(uuids: Iterable[str]) -> list[Message]:
    return [{"id": number, "uuid": uuid, "plan-name": "basic"} for number, uuid in enumerate(uuids)]


def customers_with(uuids: Iterable[str], notes: Callable[[Request], bytes]) -> Script:
    """Serve a list of customers, and whatever else is asked for."""
    listed = whole({"entries": customers(uuids), "has_more": False})
    return lambda request: [listed if request.path == "/v1/customers" else notes(request)]


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


@given(st.text(min_size=1) | st.integers())
def test_any_value_becomes_one_segment_that_decodes_back_to_it(value: str | int) -> None:
    assume(not {".", ".."} & set(str(value).replace("\\", "/").split("/")))
    [request] = requests_for(value)
    # As it goes over the wire: what sends it rewrites paths, too.
    sent = urlsplit(str(requests.Request("GET", f"{URL}/v1{request.path}").prepare().url))
    assert (sent.netloc, sent.query, sent.fragment) == ("api.example.com", "", "")
    *before, segment, last = sent.path.split("/")
    assert [*before, last] == ["", "v1", "customers", "notes"]
    assert unquote(segment, errors="strict") == str(value)


@given(st.text(min_size=1) | st.integers() | st.sampled_from(AWAY))
def test_query_parameters_take_any_value_as_it_is(value: str | int) -> None:
    params = {"of": f"id:{FIELD}", "limit": 7, "fixed": '{"a": 1}', "tags": ["a", "b"]}
    [request] = requests_for(value, path="/notes", **params)
    assert (request.path, request.params) == ("/notes", {**params, "of": f"id:{value}"})


@pytest.mark.parametrize("value", [True, False, {}, {"id": 1}, ["a"], "\ud800"])
@pytest.mark.parametrize(("path", "params"), [(PATH, {}), ("/notes", {"of": FIELD})])
def test_what_no_list_can_be_asked_for_with_is_an_error_that_names_the_record(
    value: object, path: str, params: dict[str, str]
) -> None:
    with pytest.raises(StreamError, match=r"record 2 of 'customers' .* 'resources\.customers\.uuid'"):
        requests_for("a", 1, value, "b", path=path, **params)


@pytest.mark.parametrize("record", [{}, {"account": None}, {"account": "a"}])
def test_a_record_without_the_field_is_an_error_that_names_it(record: Message) -> None:
    with pytest.raises(StreamError, match=r"record 0 of 'customers' .*account\.id"):
        places(CUSTOMERS, [record], "/{resources.customers.account.id}", {})


@pytest.mark.parametrize("value", AWAY)
def test_a_value_that_may_lead_to_another_path_is_an_error_that_names_the_record(value: str) -> None:
    """Some servers decode a slash before they resolve dots."""
    with pytest.raises(StreamError, match="record 1 of 'customers' may lead to another path: /"):
        requests_for("a", value)


def test_values_that_only_together_lead_to_another_path_are_an_error_too() -> None:
    path = "/{resources.customers.a}{resources.customers.b}/notes"
    with pytest.raises(StreamError, match=r"may lead to another path: /\.\./notes"):
        places(CUSTOMERS, [{"a": ".", "b": "."}], path, {})


def test_all_placeholders_are_filled_dotted_ones_too() -> None:
    path = "/{resources.customers.account.id}/{resources.customers.uuid}.json"
    params = {"of": f"{FIELD},{FIELD}"}
    [place] = places(CUSTOMERS, [{"uuid": "u/", "account": {"id": 7}}], path, params)
    request = fill(RequestTemplate(path=path, params=params), place.values)
    assert (request.path, request.params) == ("/7/u%2F.json", {"of": "u/,u/"})
    assert place.key == "/7/u%2F.json?of=u%2F%2Cu%2F"


def test_a_list_that_is_asked_for_by_headers_or_a_body_is_told_from_others_by_their_values() -> None:
    template = RequestTemplate(path="/notes", headers={"X-Of": FIELD}, json={"of": [FIELD]}, params={"all": "1"})
    found, told = found_places(CUSTOMERS, [{"uuid": uuid} for uuid in ("a&b", "c", "c")], template)
    assert [place.key for place in found] == [
        "/notes#resources.customers.uuid=a%26b",
        "/notes#resources.customers.uuid=c",
    ]
    assert not told


def test_a_body_takes_any_value_as_it_is_and_a_number_as_one() -> None:
    template = RequestTemplate(path="/notes", json={"of": FIELD, "text": f"is {FIELD}"})
    values: list[Any] = [7, Decimal("1.25"), True, ["a", Decimal(2)], {"a": None}]
    found, told = found_places(CUSTOMERS, [{"uuid": value} for value in values], template)
    assert not told
    bodies = [fill(template, place.values).json["of"] for place in found]
    assert json.loads(json.dumps(bodies)) == [7, 1.25, True, ["a", 2], {"a": None}]
    assert len({place.key for place in found}) == len(values)


def test_fields_are_found_by_jsonpath_the_first_that_matches() -> None:
    path = "/{resources.customers.tags[*].id}/{resources.customers.$.owner['full name']}/{resources.customers.a.b}"
    record = {"tags": [{"id": 1}, {"id": 2}], "owner": {"full name": "x y"}, "a": {"b": 3}, "a.b": 4}
    [place] = places(CUSTOMERS, [record], path, {})
    assert place.key == "/1/x%20y/4"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Decimal("1.50"), "/customers/1.50/notes"),
        (10**30, f"/customers/{10**30}/notes"),
    ],
)
def test_numbers_of_any_kind_keep_their_digits(value: object, path: str) -> None:
    assert [place.key for place in places(CUSTOMERS, [{"uuid": value}], PATH, {})] == [path]


def test_parents_that_nothing_can_be_asked_with_end_nothing_but_themselves_and_fail_at_the_end() -> None:
    records = [{"uuid": value} for value in ("a", True, "..", None, "b")]
    found, told = found_places(CUSTOMERS, records, RequestTemplate(path=PATH))
    assert [place.values["resources.customers.uuid"] for place in found] == ["a", "b"]
    assert told.startswith("error: record 1 of 'customers' has no text or number")
    assert "2 parents could not be asked about; the others were read" in told


def test_parents_with_one_list_are_different_parents_if_the_key_of_its_records_says_so() -> None:
    parent = Parent(name="lines", added={"order": "_lines_order", "note": "_lines_note"})
    records = [{"sku": "s", "order": order, "note": note} for order, note in ((1, "a"), (2, "a"), (2, "b"), (1, "a"))]
    template = RequestTemplate(path="/stock/{resources.lines.sku}")
    found, _ = found_places(parent, records, template, ["_lines_order", "id"])
    assert [(place.key, place.added["_lines_order"]) for place in found] == [
        ("/stock/s#_lines_order=1", 1),
        ("/stock/s#_lines_order=2", 2),
    ]
    # Without a key, rows of both notes are rows of their own.
    assert len(found_places(parent, records, template)[0]) == 3
    # Where the key has nothing of the parent, the rows are the same ones.
    assert [place.key for place in found_places(parent, records, template, ["id"])[0]] == ["/stock/s"]
    # What is asked with tells lists apart already.
    own = Parent(name="lines", added={"sku": "_lines_sku"})
    assert [place.key for place in found_places(own, records, template, ["_lines_sku"])[0]] == ["/stock/s"]


def test_what_tells_parents_apart_stays_short_however_long_their_fields_are() -> None:
    parent = Parent(name="lines", added={"text": "_lines_text"})
    records = [{"sku": "s", "text": number * "long "} for number in (99, 100)]
    found, _ = found_places(parent, records, RequestTemplate(path="/stock/{resources.lines.sku}"))
    assert len({place.key for place in found}) == 2
    assert all(len(place.key) < 100 for place in found)


@pytest.mark.parametrize("template", ["{resources.p.url}", "/{resources.p.url}"])
@pytest.mark.parametrize(
    ("value", "path", "params"),
    [
        ("https://api.example.com/api/p/1/", "https://api.example.com/api/p/1/", {}),
        ("HTTP://api.example.com/p?a=1&b=x%20y&b=z#top", "HTTP://api.example.com/p", {"a": "1", "b": ["x y", "z"]}),
        ("/p/7?deep=true", "/p/7", {"deep": "true"}),
        ("//evil.example/x", "/evil.example/x", {}),
        ("p/7", "p%2F7", {}),
        ("ftp://evil.example/x", "ftp%3A%2F%2Fevil.example%2Fx", {}),
    ],
)
def test_a_path_may_begin_with_an_address_that_a_parent_gives(
    template: str, value: str, path: str, params: Message
) -> None:
    request = fill(
        RequestTemplate(path=template, params={"b": "own"} if "b=" in value else {}), {"resources.p.url": value}
    )
    assert request.path.lstrip("/") == path.lstrip("/")
    assert request.params == ({**params, "b": "own"} if "b=" in value else params)


def test_behind_an_address_that_a_parent_gives_the_path_may_go_on() -> None:
    values = {"resources.p.url": "https://api.example.com/p/1?x=1", "resources.p.id": "/a"}
    request = fill(RequestTemplate(path="/{resources.p.url}/items/{resources.p.id}"), values)
    assert (request.path, request.params) == ("https://api.example.com/p/1/items/%2Fa", {"x": "1"})


FILTERED: list[Message] = [
    {"uuid": "a", "kind": "x", "size": 1},
    {"uuid": "b", "kind": None},
    {"uuid": "c", "kind": "x", "size": 3},
]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("kind == 'x'", "ac"),
        ("kind != 'x'", "b"),
        ("size and size > 1", "c"),
        ("size in [1, 2] or kind is None", "ab"),
        ("record['kind'] == 'x' and record.get('size', 0) < 2", "a"),
        ("len(uuid) == 1 and str(size) != '3'", "ab"),
        ("size not in [1, 3] and uuid.startswith('b')", "b"),
        ("False", ""),
    ],
)
def test_a_condition_leaves_parents_out(condition: str, expected: str) -> None:
    parent = Parent(name="customers", added={}, condition=condition)
    found, told = found_places(parent, FILTERED, RequestTemplate(path=PATH))
    assert ["".join(str(place.values["resources.customers.uuid"]) for place in found), told] == [expected, ""]


@pytest.mark.parametrize(
    ("condition", "found", "told"),
    [
        ("kid == 'x'", "", "no record has 'kid', which 'kid == 'x'' asks for"),
        ("size > 1", "c", "record 1 of 'customers' is neither in nor out by the filter of parents: TypeError"),
        ("record['size'] > 1", "c", "record 1 of 'customers' is neither in nor out"),
        ("uuid.__class__", "", "record 0 of 'customers' is neither in nor out"),
    ],
)
def test_a_condition_that_fails_for_a_parent_fails_the_stream_at_its_end(condition: str, found: str, told: str) -> None:
    parent = Parent(name="customers", added={}, condition=condition)
    places, said = found_places(parent, FILTERED, RequestTemplate(path=PATH))
    assert "".join(str(place.values["resources.customers.uuid"]) for place in places) == found
    assert said.startswith(f"error: {told}")


@pytest.mark.parametrize("text", ["", "a ==", "a = 1", "import os", "a; b", "(" * 300, "open('x')"])
def test_what_is_no_expression_is_no_condition(text: str) -> None:
    with pytest.raises(ValueError, match="is no expression"):
        Condition(text)


def test_what_else_is_to_be_filled_in_does_not_change_what_a_list_is_known_by() -> None:
    params = {"of": f"{FIELD}:{{incremental.start_value}}", "since": "{incremental.start_value}"}
    [place] = places(CUSTOMERS, [{"uuid": "{incremental.start_value}"}], "/notes", params)
    assert place.values == {"resources.customers.uuid": "{incremental.start_value}"}
    assert place.key == "/notes?of=%7Bincremental.start_value%7D%3A%7Bincremental.start_value%7D"


@given(st.lists(st.sampled_from(["a", "b", "c", 1, "1"])))
def test_each_list_is_asked_for_once_in_the_order_of_the_parents(values: list[object]) -> None:
    expected = [*dict.fromkeys(map(str, values))]
    assert [request.path for request in requests_for(*values)] == [f"/customers/{value}/notes" for value in expected]
    assert [str(request.params["of"]) for request in requests_for(*values, path="/notes", of=FIELD)] == expected


def test_fields_are_added_as_they_came_and_null_where_there_are_none() -> None:
    parent = Parent(name="customers", added={"plan.seats": "_seats", "plan": "_plan", "gone": "_gone"})
    [place] = places(parent, [{"uuid": "u", "plan": {"seats": 3}}], PATH, {})
    assert place.added == {"_seats": 3, "_plan": {"seats": 3}, "_gone": None}


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
    found = places(CUSTOMERS, records, "/c/{resources.customers.a}/notes", params)
    assert len({place.key for place in found}) == len(found) == len(values)


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


def test_on_the_wire_no_value_leads_to_another_path(capsys: pytest.CaptureFixture[str]) -> None:
    values = [*HARMLESS, "a?b=c", "a#b", "é東", "\r\nHost: evil", "%", "a&b;c=d", "@", "~", ":80"]
    with Server(customers_with(values, lambda _: whole({"entries": [{"id": 1}]}))) as server:
        messages = written(tap_for(server.url, max_parallel_requests=1), capsys)
        sent = [[unquote(part) for part in request.target.split("/")] for request in server.requests[1:]]
    assert [message["record"]["_customers_uuid"] for message in of(messages, "RECORD")] == values
    assert sent == [["", "customers", value, "notes"] for value in values]
    for value in AWAY:
        with Server(customers_with([value], lambda _: whole({"entries": []}))) as server:
            assert not of(written(tap_for(server.url), capsys), "ACTIVATE_VERSION")
            assert [request.path for request in server.requests] == ["/v1/customers"]


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
    assert absences.told() == "list 0 answered 404 (9 parents left out)"


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
