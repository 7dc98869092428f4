"""State: never ahead of the records, never backwards, never beyond the run's start, and safe to go on from."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import bookmark, run_here, subscription, support
from tests.faults.server import Server, always, routes, whole
from tests.singer import Run, Tables, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.singer import Tap

Api = Literal["subscription", "support"]


def instant_of(state: dict[str, Any], stream: str) -> datetime | None:
    """Return the instant of a stream's bookmark."""
    value = state.get("bookmarks", {}).get(stream, {}).get("replication_key_value")
    return None if value is None else datetime.fromisoformat(value)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Return a sandbox that nothing changes."""
    with Sandbox(size=60) as sandbox:
        yield sandbox


def settings_of(sandbox: Sandbox, api: Api) -> dict[str, Any]:
    """Return settings that make for many pages, and for many windows."""
    config = sandbox.subscription_config if api == "subscription" else sandbox.support_config
    return {**config, "page_size": 7, "start_date": "2020-01-01", "backoff_factor": 0}


@pytest.mark.parametrize("api", ["subscription", "support"])
def test_no_state_is_ahead_of_the_records_before_it_nor_behind_an_earlier_one(sandbox: Sandbox, api: Api) -> None:
    run = run_here(settings_of(sandbox, api))
    assert run.exit_code == 0, run.stderr
    newest: dict[str, datetime] = {}
    keys = {stream.name: stream.replication_key for stream in streams_of(api) if stream.replication_key}
    seen: dict[str, list[datetime]] = {stream: [] for stream in keys}
    for message in run.messages:
        if message["type"] == "RECORD" and (key := keys.get(message["stream"])):
            instant = datetime.fromisoformat(message["record"][key])
            newest[message["stream"]] = max(instant, newest.get(message["stream"], instant))
        elif message["type"] == "STATE":
            for stream in keys:
                if bookmarked := instant_of(message["value"], stream):
                    assert bookmarked <= newest[stream]
                    seen[stream].append(bookmarked)
    for instants in seen.values():
        assert instants
        assert all(before <= after for before, after in pairwise(instants))


@pytest.fixture(name="_states_at_once", autouse=True)
def states_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a STATE message follow each change of the state, as in a run that takes long."""
    monkeypatch.setattr("tap_analytics.sync.scheduler._SECONDS_BETWEEN_STATES", 0)


@pytest.mark.parametrize("api", ["subscription", "support"])
def test_after_a_kill_between_any_two_bytes_a_run_from_the_last_whole_state_leaves_nothing_out(
    sandbox: Sandbox, api: Api
) -> None:
    config = settings_of(sandbox, api)
    world = sandbox.world
    truth = {"customers": {row["id"] for row in world.customers(api)}}
    if api == "subscription":
        truth["activities"] = {row["uuid"] for row in world.activities()}
    else:
        truth["custom_fields"] = {row["id"] for row in world.custom_fields()}
    written = run_here(config, *truth).stdout.encode()
    chance = random.Random(3)  # noqa: S311 - nothing secret
    # At the edges of states most of all: just before one, in one, just after one.
    edges = [n for n in range(len(written)) if written.startswith(b'{"type":"STATE"', n)]
    near = [edge + chance.randint(-2, 120) for edge in chance.sample(edges, min(7, len(edges)))]
    for cut in [*near, *(chance.randrange(len(written)) for _ in range(3))]:
        killed = Run(-9, written[:cut].rpartition(b"\n")[0].decode(), "")
        states = [message["value"] for message in killed.messages if message["type"] == "STATE"]
        resumed = run_here(config, *truth, state=states[-1] if states else None)
        assert resumed.exit_code == 0, resumed.stderr
        tables = Tables()
        tables.load(killed.messages)
        tables.load(resumed.messages)
        for stream, keys in truth.items():
            (key,) = next(declared.primary_keys for declared in streams_of(api) if declared.name == stream)
            assert {row[key] for row in tables.rows(stream)} == keys, (cut, stream)


def activity(uuid: str, date: object) -> dict[str, Any]:
    """Return an activity."""
    return {"uuid": uuid, "date": date}


def test_dates_of_any_zone_and_style_are_instants_and_odd_ones_are_written_but_not_counted() -> None:
    odd = [None, "", "soon", "2024-02-30T00:00:00Z", 1709251200, "0000-00-00", ["2024-03-01"]]
    rows = [
        activity("late in the west", "2024-03-01T23:30:00-0500"),  # the newest, and not the greatest text
        activity("early in the east", "2024-03-02T03:00:00+09:00"),
        activity("naive", "2024-03-02 04:00:00"),
        activity("fraction", "2024-03-02T04:29:59.999999999Z"),
        activity("day", "2024-03-02"),
        activity("future", "2999-01-01T00:00:00Z"),
        *(activity(f"odd {number}", value) for number, value in enumerate(odd)),
        {"uuid": "missing"},
    ]
    answer = whole({"entries": rows, "has_more": False})
    state = {"bookmarks": {"activities": bookmark("date", "2024-03-01T00:00:00+00:00")}}
    with Server(always(answer)) as server:
        config = subscription(server.url, end_date="2999-12-31")
        first = run_here(config, "activities", state=state)
        second = run_here(config, "activities", state=first.state)
        # What lies beyond today is one window.
        assert len(server.requests) < 500
    assert first.exit_code == 0, first.stderr
    assert {row["uuid"] for row in first.records("activities")} == {row["uuid"] for row in rows}
    assert first.state["bookmarks"]["activities"]["replication_key_value"] == "2024-03-02T04:30:00.000000+00:00"
    assert len([line for line in first.warnings if "no usable 'date'" in line]) == 1
    assert second.state == first.state
    rescued = {row["uuid"]: row["_rescued_data"] for row in first.records("activities")}
    for number, value in enumerate(odd):
        assert rescued[f"odd {number}"] == (None if value in (None, "") else {"date": value})


def test_a_row_of_the_future_blinds_no_later_run() -> None:
    def page(*rows: dict[str, object]) -> bytes:
        return whole({"data": list(rows), "meta": {"next_cursor": None}})

    soon = (datetime.now(timezone.utc) + timedelta(seconds=1)).isoformat()
    old = {"id": 1, "updated_datetime": "2024-01-01T00:00:00"}
    future = {"id": 2, "updated_datetime": "2999-01-01T00:00:00"}
    with Server(always(page(future, {"id": 3, "updated_datetime": soon}, old))) as server:
        first = run_here(support(server.url), "customers")
    assert instant_of(first.state, "customers") == datetime(2024, 1, 1, tzinfo=timezone.utc)
    news = {"id": 4, "updated_datetime": "2024-01-02T00:00:00"}
    with Server(always(page(future, news, old))) as server:
        second = run_here(support(server.url), "customers", state=first.state)
    assert {row["id"] for row in second.records("customers")} >= {1, 2, 4}
    assert instant_of(second.state, "customers") == datetime(2024, 1, 2, tzinfo=timezone.utc)


def test_rows_out_of_order_and_ties_at_the_bookmark_are_read() -> None:
    dates = ["2024-03-05", "2024-03-01", "2024-03-07", "2024-03-07", "2024-03-02"]
    rows = [{"id": number, "updated_datetime": f"{date}T00:00:00"} for number, date in enumerate(dates)]
    state = {"bookmarks": {"customers": bookmark("updated_datetime", "2024-03-06T00:00:00+00:00")}}

    def listing(*found: dict[str, Any]) -> Run:
        """Read pages of one row each."""

        def page(number: int) -> bytes:
            cursor = str(number + 1) if number + 1 < len(found) else None
            return whole({"data": [found[number]], "meta": {"next_cursor": cursor}})

        with Server(lambda request: [page(int(request.params.get("cursor", "0")))]) as server:
            return run_here(support(server.url), "customers", state=state)

    run = listing(*rows)
    assert {2, 3} <= {row["id"] for row in run.records("customers")}
    assert instant_of(run.state, "customers") == datetime(2024, 3, 7, tzinfo=timezone.utc)
    tied = [{"id": 10 + number, "updated_datetime": "2024-03-06T00:00:00"} for number in range(3)]
    assert {row["id"] for row in listing(*tied, *rows).records("customers")} >= {10, 11, 12, 2, 3}


@pytest.mark.parametrize(
    "content", ["{", "", "[1, 2]", '{"bookmarks": {"activities": []}}', '{"value": {}}', '"state.json"', "\x00"]
)
def test_a_broken_state_file_is_refused_in_one_line_before_the_first_request(tap: Tap, content: str) -> None:
    with Server(routes({})) as server:
        file = tap.folder / "broken.json"
        file.write_text(content)
        run = tap.run(subscription(server.url), "--state", str(file))
        assert not server.requests
    assert run.exit_code != 0
    (line,) = run.errors
    assert "Traceback" not in run.stderr
    assert not run.stdout
    assert "state" in line.lower()


def test_a_bookmark_of_another_field_or_of_a_stream_that_is_gone_survives_and_is_not_followed() -> None:
    state = {
        "bookmarks": {
            "activities": bookmark("updated", "2024-03-01T00:00:00+00:00"),
            "invoices": bookmark("date", "2024-03-01T00:00:00+00:00"),
        }
    }
    scripts = {"/v1/activities": always(whole({"entries": [], "has_more": False}))}
    with Server(routes(scripts)) as server:
        run = run_here(subscription(server.url, start_date=None), "activities", state=state)
        assert "start-date" not in server.requests[0].params
    assert run.exit_code == 0
    assert json.loads(json.dumps(run.state))["bookmarks"]["invoices"] == state["bookmarks"]["invoices"]
