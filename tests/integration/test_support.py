"""All streams of the support API against the sandbox: tables equal its truth, and requests have its manners."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox
from analytics_sandbox.wire import instant

from tests.faults.runs import catalog_of, run_here
from tests.integration.support import NOT_SELECTED, STREAMS, objects_of, table_of
from tests.singer import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.singer import Run

Rows = list[dict[str, Any]]
INCREMENTAL = {"customers", "tickets", "messages", "events", "satisfaction_surveys"}
BY_CREATION = {"messages": "opened_datetime", "satisfaction_surveys": "score"}
"""The streams whose rows change without a date that the list could be ordered by, and a field that changes so."""


def loaded(*runs: Run) -> Tables:
    tables = Tables()
    for run in runs:
        assert run.exit_code == 0, run.stderr
        tables.load(run.messages)
    return tables


def read(sandbox: Sandbox, *streams: str, state: object = None, **settings: Any) -> Run:
    return run_here({**sandbox.support_config, "page_size": 100, **settings}, *(streams or STREAMS), state=state)


@dataclass
class Moment:
    """What the tables had after a run, and what was there to read."""

    tables: dict[str, Rows]
    truth: dict[str, Rows]


@dataclass
class Story:
    """Three runs; between the first and the second the data changed."""

    first: Moment
    changes: dict[str, list[Any]]
    second: Moment
    whole: Moment


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with Sandbox(size=40) as sandbox:

        def moment(*runs: Run) -> Moment:
            tables = loaded(*runs)
            return Moment(
                {name: tables.rows(name) for name in STREAMS}, {name: table_of(sandbox.world, name) for name in STREAMS}
            )

        runs = [read(sandbox)]
        first = moment(*runs)
        changes = sandbox.world.evolve()
        runs.append(read(sandbox, state=runs[0].state))
        second = moment(*runs)
        runs.append(read(sandbox))
        yield Story(first, changes, second, moment(*runs))


@pytest.mark.parametrize("stream", STREAMS)
def test_the_first_run_brings_every_value_into_its_column(story: Story, stream: str) -> None:
    assert story.first.truth[stream]
    assert story.first.tables[stream] == story.first.truth[stream]


@pytest.mark.parametrize("stream", STREAMS)
def test_the_second_run_brings_every_change_that_the_list_shows(story: Story, stream: str) -> None:
    found, truth = story.second.tables[stream], story.second.truth[stream]
    if stream not in INCREMENTAL:
        assert found == truth
        return
    # Only a whole read finds out what is gone.
    there = {row["id"] for row in truth}
    assert [row for row in found if row["id"] in there] == truth
    gone = {row["id"] for row in found} - there
    assert gone == (set(story.changes["support_customers_deleted"]) if stream == "customers" else set())


@pytest.mark.parametrize("stream", STREAMS)
def test_a_whole_read_makes_every_table_equal_to_the_source(story: Story, stream: str) -> None:
    assert story.whole.tables[stream] == story.whole.truth[stream]


def test_the_desk_has_lived(story: Story) -> None:
    for change, stream in (
        ("tickets_closed", "tickets"),
        ("tickets_reopened", "tickets"),
        ("tickets_added", "tickets"),
        ("surveys_answered", "satisfaction_surveys"),
        ("messages_opened", "messages"),
        ("macros_archived", "macros"),
        ("custom_fields_archived", "custom_fields"),
    ):
        assert story.changes[change]
        before, after = ({row["id"]: row for row in each.truth[stream]} for each in (story.first, story.second))
        assert any(before.get(key) != after.get(key) for key in story.changes[change])


@pytest.mark.parametrize("page_size", [3, 7])
def test_short_pages_bring_the_same(page_size: int) -> None:
    with Sandbox(size=12) as sandbox:
        tables = loaded(read(sandbox, page_size=page_size))
        for stream in STREAMS:
            assert tables.rows(stream) == table_of(sandbox.world, stream), stream
        asked = Counter(request.path for request in sandbox.requests)
    # Most views hold more tickets than a page, and say by a link where the next ones are.
    assert asked["/api/views/79/items"] > 1
    assert any("direction" in request.params for request in sandbox.requests)


@pytest.mark.parametrize(
    ("stream", "archived"), [("custom_fields", "deactivated_datetime"), ("macros", "archived_datetime")]
)
def test_archived_rows_arrive_which_the_service_leaves_out_unless_they_are_asked_for(
    stream: str, archived: str
) -> None:
    with Sandbox(size=12) as sandbox:
        rows = loaded(read(sandbox, stream)).rows(stream)
        asked = [request.params["archived"] for request in sandbox.requests]
        assert len(rows) == len(objects_of(sandbox.world, stream))
    assert {row[archived] is None for row in rows} == {True, False}
    assert Counter(map(tuple, asked)) == dict.fromkeys([("false",), ("true",)], 2 if stream == "custom_fields" else 1)


def test_trashed_tickets_and_those_marked_as_spam_arrive() -> None:
    """The service includes trashed tickets unless it is told not to."""
    with Sandbox(size=12) as sandbox:
        rows = loaded(read(sandbox, "tickets")).rows("tickets")
        assert all("trashed" not in request.params for request in sandbox.requests)
    assert {row["trashed_datetime"] is None for row in rows} == {True, False}
    assert {row["spam"] for row in rows} == {True, False, None}


@pytest.mark.parametrize("stream", BY_CREATION)
def test_a_value_that_comes_days_after_its_row_arrives(stream: str) -> None:
    field = BY_CREATION[stream]
    with Sandbox(size=40) as sandbox:
        world = sandbox.world
        rows = {row["id"]: instant(row["created_datetime"]) for row in world.rows(f"support/{stream}")}
        newest = sorted(rows, key=rows.__getitem__)[-20:]
        late = (rows[newest[-1]] - timedelta(days=13)).isoformat()
        world.tables[f"support/{stream}"].change(newest[0], {"created_datetime": late, field: None})
        # There are pages enough between it and the bookmark for a read to stop before it.
        for key in newest[1:]:
            world.tables[f"support/{stream}"].change(key, {"created_datetime": rows[newest[-1]].isoformat()})
        first = read(sandbox, stream, page_size=2)
        _ = world.answer_survey(newest[0]) if field == "score" else world.open_message(newest[0])
        second = read(sandbox, stream, state=first.state, page_size=2)
        assert loaded(first, second).rows(stream) == table_of(world, stream)
    assert len(second.records(stream)) < len(first.records(stream))


def test_events_are_read_in_windows_of_dates_and_then_from_the_bookmark_on() -> None:
    with Sandbox(size=60) as sandbox:
        start = min(instant(row["created_datetime"]) for row in sandbox.world.rows("support/events"))
        first = read(sandbox, "events", start_date=f"{start.date()}", page_size=20)
        windows = {
            tuple(request.params.get(f"created_datetime[{end}]", [""])[0] for end in ("gte", "lt"))
            for request in sandbox.requests
        }
        assert len(windows) > 2
        assert [lt for _, lt in windows].count("") == 1
        assert all(request.params["order_by"] == ["created_datetime:asc"] for request in sandbox.requests)
        assert len(first.records("events")) == len(sandbox.world.rows("support/events"))
        sandbox.requests.clear()
        sandbox.world.add_tickets(1)
        second = read(sandbox, "events", state=first.state)
    assert 0 < len(second.records("events")) < len(first.records("events"))
    assert [*{name for request in sandbox.requests for name in request.params if "[" in name}] == [
        "created_datetime[gte]"
    ]


def test_parents_are_read_once_for_their_own_stream_and_for_those_under_them() -> None:
    with Sandbox(size=12) as sandbox:
        run = read(sandbox, "customers", "customer_custom_fields", "views", "views_items")
        asked = Counter(request.path for request in sandbox.requests)
    assert run.exit_code == 0
    assert asked["/api/customers"] == asked["/api/views"] == 1


def test_streams_that_cost_a_request_for_each_row_of_another_one_are_not_selected_by_default() -> None:
    with Sandbox(size=3) as sandbox:
        run = run_here(sandbox.support_config)
    selected = {name for name in STREAMS if run.of(name, "SCHEMA")}
    assert set(STREAMS) - selected == NOT_SELECTED
    assert run.exit_code == 0


@pytest.mark.parametrize("stream", ["views", "rules", "voice_call_events", "voice_call_recordings"])
def test_a_bare_array_is_a_list_and_no_row_is_dropped_where_it_may_not_be_the_whole_one(stream: str) -> None:
    with Sandbox(size=40, bare_arrays=True) as sandbox:
        truth = table_of(sandbox.world, stream)
        whole = read(sandbox, stream)
        full = read(sandbox, stream, page_size=len(truth))
        cut = read(sandbox, stream, page_size=len(truth) - 1)
    assert loaded(whole).rows(stream) == truth
    assert whole.of(stream, "ACTIVATE_VERSION")
    for run, count in ((full, len(truth)), (cut, len(truth) - 1)):
        assert len(run.records(stream)) == count
        assert not run.of(stream, "ACTIVATE_VERSION")
        assert any(f"gave exactly the {count} records that were asked for" in line for line in run.warnings)


def test_a_catalog_and_a_state_from_before_go_on_working() -> None:
    before = ("account", "customers", "custom_fields")
    with Sandbox(size=12) as sandbox:
        catalog = catalog_of(sandbox.support_config, *before)
        catalog["streams"] = [entry for entry in catalog["streams"] if entry["tap_stream_id"] in before]
        # As it was: what a field is filled with was expanded.
        (entry,) = [entry for entry in catalog["streams"] if entry["tap_stream_id"] == "custom_fields"]
        definition = entry["schema"]["properties"]["definition"]["properties"]
        definition["input_settings"]["properties"] = {"input_type": {"type": ["string", "null"]}}
        first = run_here(sandbox.support_config, catalog=catalog)
        sandbox.requests.clear()
        second = run_here(sandbox.support_config, catalog=catalog, state=first.state)
        assert {request.path for request in sandbox.requests} == {
            "/api/account",
            "/api/customers",
            "/api/custom-fields",
        }
    for run in (first, second):
        assert run.exit_code == 0, run.stderr
        assert {message["stream"] for message in run.messages if message["type"] == "SCHEMA"} == set(before)
    assert first.records("custom_fields")[0]["_rescued_data"]
    assert second.state == first.state
