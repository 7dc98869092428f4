"""The setting `stream_prefix`: what the names of all streams begin with, wherever they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import SettingsError
from tap_analytics.tap import TapAnalytics
from tests.faults.runs import bookmark, catalog_of, run_here, subscription
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.faults.server import End, Request

ROW = {"id": 1, "uuid": "u1", "email": "a@example.com", "updated_at": "2024-02-01T00:00:00Z"}
RESOURCES: list[dict[str, Any]] = [
    {"name": "people", "primary_key": "id", "endpoint": {"path": "people", "data_selector": "entries"}},
    {
        "name": "visits",
        "primary_key": "id",
        "endpoint": {"path": "people/{resources.people.id}/visits", "data_selector": "entries", "incremental": {
            "cursor_path": "updated_at"}},
        "include_from_parent": ["uuid"],
    },
]  # fmt: skip


def one_row(request: Request) -> Iterable[bytes | float | End]:  # noqa: ARG001 - the same for all
    yield whole({"entries": [ROW], "has_more": False})


def test_all_names_of_a_stream_begin_with_the_prefix_and_its_requests_do_not(tmp_path: Path) -> None:
    names = ("a_customers", "a_customer_subscriptions", "a_people", "a_visits")
    with Server(one_row) as server:
        settings = subscription(
            server.url,
            stream_prefix="a_",
            resources=RESOURCES,
            stream_maps={"a_customers": {"email": "md5(email)"}, "a_people": {"__alias__": "b"}},
            summary_file=str(tmp_path / "summary.json"),
        )
        run = run_here(settings, *names)
        paths = {request.path for request in server.requests}
        assert paths >= {"/v1/customers/u1/subscriptions", "/people/1/visits"}
    assert run.exit_code == 0, run.stderr
    assert {message["stream"] for message in run.messages if "stream" in message} == {*names, "b"} - {"a_people"}
    assert run.records("a_visits")[0]["_people_uuid"] == "u1"
    assert run.records("a_customers")[0]["email"] != ROW["email"]
    assert run.of("a_customers", "ACTIVATE_VERSION")
    assert run.state["bookmarks"].keys() == {*names}
    assert all("_rescued_data" in line for line in run.warnings)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert {each["stream"] for each in summary["streams"]} == {*names}


def test_a_prefix_begins_new_tables_and_keeps_the_bookmarks_of_the_old_ones_for_their_return() -> None:
    def rows(request: Request) -> Iterable[bytes | float | End]:
        yield whole(
            {"entries": [{"uuid": "a", "date": f"{request.params['start-date']}T12:00:00Z"}], "has_more": False}
        )

    old = bookmark("date", "2024-06-01T00:00:00.000000+00:00")
    with Server(rows) as server:
        settings = subscription(server.url, stream_prefix="a_", end_date="2024-01-10")
        first = run_here(settings, "a_activities", state={"bookmarks": {"activities": old}})
        again = run_here({**settings, "end_date": "2024-01-11"}, "a_activities", state=first.state)
        starts = [request.params["start-date"] for request in server.requests]
    assert starts[0] < "2024-01-02"
    assert first.state["bookmarks"]["activities"] == old
    assert first.state["bookmarks"]["a_activities"] == again.state["bookmarks"]["a_activities"]
    assert not again.of("a_activities", "ACTIVATE_VERSION")


@pytest.mark.parametrize("prefix", ["a-", "a.", "a b", "ä_", "1a", "_a", "a_\n", "a" * 31, 5, True, ["a"]])
def test_a_prefix_that_some_target_could_not_take_is_refused_before_the_first_request(prefix: Any) -> None:  # noqa: ANN401
    with Server(one_row) as server:
        config = subscription(server.url, stream_prefix=prefix, resources=RESOURCES)
        with pytest.raises(SettingsError, match="'stream_prefix' must"):
            _ = TapAnalytics(config=config).catalog_dict
        with pytest.raises(SettingsError, match="'stream_prefix' must"):
            _ = TapAnalytics(config={"stream_prefix": prefix}, validate_config=False).catalog_dict
        assert not server.requests


@pytest.mark.parametrize(("before", "now"), [("", "a_"), ("a_", "")])
def test_a_catalog_of_another_prefix_is_refused_and_the_setting_named(before: str, now: str) -> None:
    with Server(one_row) as server:
        catalog = catalog_of(subscription(server.url, stream_prefix=before, resources=RESOURCES), f"{before}people")
        run = run_here(subscription(server.url, stream_prefix=now, resources=RESOURCES), catalog=catalog)
    assert run.exit_code == 1
    how = "discover again (under Meltano: meltano run --refresh-catalog tap-analytics …)"
    assert f"no stream '{before}people'; {how}. Was 'stream_prefix' another one" in run.stderr


def test_an_empty_prefix_is_none() -> None:
    tap = TapAnalytics(config=subscription("https://api.example.com", stream_prefix=""))
    assert "customers" in tap.streams
