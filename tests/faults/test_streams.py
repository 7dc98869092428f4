"""One stream that fails, in its data or in its discovery, ends nothing but itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import AnalyticsError
from tap_analytics.tap import TapAnalytics
from tests.faults.runs import KEY, catalog_of, failure_of, run_here, subscription
from tests.faults.server import End, Server, always, routes, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.server import Request, Script

DATED = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "updated": {"type": ["string", "null"]}},
}


def declared(url: str, *resources: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return settings for an API of which only resources are known."""
    return {
        "api": "declared",
        "api_url": url,
        "api_key": KEY,
        "backoff_factor": 0,
        "max_retries": 0,
        "request_timeout": 1,
        "resources": list(resources),
        **settings,
    }


def resource(name: str, **endpoint: Any) -> dict[str, Any]:
    return {
        "name": name,
        "primary_key": "id",
        "endpoint": {"path": name, "paginator": {"type": "single_page"}, **endpoint},
    }


def test_a_replication_key_that_is_any_text_and_no_date_moves_nothing_and_ends_nothing() -> None:
    rows = [{"id": n, "updated": text} for n, text in enumerate(["", "0000-00-00", "2024-01-02T00:00:00Z", "n/a"])]
    changes = resource("changes", incremental={"cursor_path": "updated", "initial_value": "2024-01-01"})
    with Server(always(whole(rows))) as server:
        run = run_here(declared(server.url, {**changes, "schema": DATED}))
    assert run.exit_code == 0, run.stderr
    assert [record["id"] for record in run.records("changes")] == [0, 1, 2, 3]
    assert run.state["bookmarks"]["changes"]["replication_key_value"] == "2024-01-02T00:00:00.000000+00:00"
    (warning,) = [line for line in run.warnings if "no usable 'updated'" in line]
    assert "changes" in warning


@pytest.mark.parametrize(
    ("maps", "told"),
    [
        ({"__filter__": "nobody > 1"}, "'nobody' is not defined"),
        ({"name": "name + 1"}, "'stream_maps' or flattening failed: TypeError"),
        ({"name": "id / 0"}, "ZeroDivisionError"),
    ],
)
def test_a_stream_map_that_fails_ends_its_stream_in_one_line(maps: dict[str, str], told: str) -> None:
    scripts = {
        "/v1/account": always(whole({"id": "a", "name": "Acme"})),
        "/v1/customers": always(whole({"entries": [{"id": 1, "name": "x"}], "has_more": False})),
    }
    with Server(routes(scripts)) as server:
        run = run_here(subscription(server.url, stream_maps={"customers": maps}), "account", "customers")
    assert told in failure_of(run, "customers")
    assert run.records("account")


def test_an_error_that_nobody_foresaw_ends_its_stream_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        msg = f"unforeseen\n{KEY}"
        raise KeyError(msg)

    monkeypatch.setattr("tap_analytics.apis.subscription.streams.Customers.key_of", fail)
    scripts = {
        "/v1/account": always(whole({"id": "a", "name": "Acme"})),
        "/v1/customers": always(whole({"entries": [{"id": 1, "name": "x"}], "has_more": False})),
    }
    with Server(routes(scripts)) as server:
        run = run_here(subscription(server.url), "account", "customers")
    line = failure_of(run, "customers")
    assert "KeyError" in line
    assert "unforeseen" in line
    assert "LOGLEVEL=DEBUG" in line
    assert run.records("account")


FAULTS: dict[str, Script] = {
    "a failure of the service": always(whole({"error": "out of order"}, "500 Internal Server Error")),
    "no such path": always(whole({}, "404 Not Found")),
    "no list there": always(whole({"items": []})),
    "no objects in the list": always(whole({"data": [1, 2]})),
    "no JSON": always(whole(b"<html>")),
    "silence": always(3.0),
    "a closed connection": always(End.CLOSE),
    "another key": always(whole({"data": [{"uuid": 1}]})),
}


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_a_stream_whose_schema_cannot_be_found_out_takes_no_other_with_it(
    script: Script, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    scripts = {"/bad": script, "/good": always(whole({"data": [{"id": 1}]}))}
    with Server(routes(scripts)) as server:
        config = declared(server.url, resource("bad", data_selector="data"), resource("good", data_selector="data"))
        with pytest.raises(AnalyticsError, match="1 of 2 streams failed: bad"):
            TapAnalytics(config=dict(config), setup_mapper=False).run_discovery()
        (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert line.startswith("bad: ")
        (entry,) = json.loads(capsys.readouterr().out)["streams"]
        assert entry["tap_stream_id"] == "good"
        run = run_here(config)
    failure_of(run, "bad")
    assert "1 of 2 streams failed: bad" in run.errors[-1]
    assert run.records("good") == [{"id": 1, "_rescued_data": None}]


def test_a_child_of_a_stream_that_failed_fails_with_it_and_is_not_asked_for() -> None:
    scripts = {"/bad": always(whole({}, "404 Not Found")), "/good": always(whole([{"id": 1}]))}
    children = resource("children", path="bad/{resources.bad.id}/children")
    with Server(routes(scripts)) as server:
        run = run_here(declared(server.url, children, resource("bad"), resource("good")))
    assert "its parent stream 'bad' failed" in failure_of(run, "children")
    assert "2 of 3 streams failed" in run.errors[-1]
    assert run.records("good")
    assert len(server.asked("/bad")) == 1


def test_refused_credentials_end_the_discovery_at_once() -> None:
    with Server(always(whole({}, "401 Unauthorized"))) as server:
        run = run_here(declared(server.url, resource("first"), resource("second")))
    (line,) = run.errors
    assert "credentials were refused" in line
    assert len(server.requests) == 1


def test_a_test_goes_on_after_a_stream_that_fails(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = {"/first": always(whole({}, "403 Forbidden")), "/second": always(whole([{"id": 1}, {"id": 2}]))}
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    with Server(routes(scripts)) as server:
        resources = [{**resource(name), "schema": schema} for name in ("first", "second")]
        tap = TapAnalytics(config=declared(server.url, *resources))
        with pytest.raises(AnalyticsError, match="1 of 2 streams failed: first"):
            tap.run_connection_test()
    assert "403" in "".join(record.getMessage() for record in caplog.records if record.levelname == "ERROR")
    assert capsys.readouterr().out == ""


def test_a_test_that_passes_says_so_in_its_last_line_and_of_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with Server(always(whole([{"id": 1}, {"id": 2}]))) as server:
        TapAnalytics(config=declared(server.url, resource("first"), resource("second"))).run_connection_test()
    assert caplog.messages[-1] == "All is well: 2 streams can be read"
    assert not [record for record in caplog.records if record.levelno > 20]


def test_a_test_says_nothing_of_a_table_that_it_does_not_touch(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with Server(always(whole({"entries": [], "has_more": False}))) as server:
        config = subscription(server.url, start_date="2023-01-01", end_date="2023-01-31")
        TapAnalytics(config=config, catalog=catalog_of(config, "activities")).run_connection_test()
    assert caplog.messages[-1] == "All is well: 1 stream can be read"
    assert "dropped" not in caplog.text


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("402 Payment Required", "If the account's plan does not include it, deselect the stream"),
        ("403 Forbidden", "If these credentials may not read it, deselect the stream"),
    ],
)
def test_what_cannot_be_had_is_told_with_what_to_do(status: str, advice: str) -> None:
    with Server(always(whole({}, status))) as server:
        told = failure_of(run_here(subscription(server.url), "customers"), "customers")
    assert f"answered {status}. {advice}" in told
    assert "'!customers.*'" in told


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (whole({}, "404 Not Found"), "No path was found: are 'api_url' and 'api_version' right?"),
        (
            whole({}, "302 Found", Location="https://www.example.com/login"),
            "Each request was redirected to another address: is 'api_url' right?",
        ),
    ],
    ids=["404", "redirect"],
)
def test_where_every_stream_fails_for_one_cause_the_last_line_says_what_to_check(answer: bytes, advice: str) -> None:
    with Server(always(answer)) as server:
        run = run_here(subscription(server.url), "customers", "plans")
    assert run.errors[-1].endswith(f"2 of 2 streams failed: customers, plans. {advice}")
    assert "deselect" not in run.stderr


def test_what_to_do_about_streams_that_are_not_found_is_said_once_at_the_end() -> None:
    there = always(whole({"entries": [], "has_more": False}))
    scripts = dict.fromkeys(("/v1/customers", "/v1/plans"), always(whole({}, "404 Not Found")))
    with Server(routes({**scripts, "/v1/activities": there})) as server:
        some = run_here(subscription(server.url), "customers", "plans", "activities")
        one = run_here(subscription(server.url), "customers", "activities")
    assert some.stderr.count("deselect") == 1
    assert (
        "2 of 3 streams failed: customers, plans. Not found (404): customers, plans; are 'api_url' and"
        in some.errors[-1]
    )
    missing = (
        "answered 404 Not Found. Are 'api_url' and 'api_version' right? If they are, the service does not have it: "
    )
    assert f"1 of 2 streams failed: customers: GET /v1/customers {missing}deselect the stream" in one.errors[-1]


def test_a_test_asks_once_for_all_dates_and_tells_of_records_in_any_of_them(caplog: pytest.LogCaptureFixture) -> None:
    def late(request: Request) -> Iterable[bytes | float | End]:
        rows = [{"uuid": "a", "date": "2025-11-11T00:00:00Z"}]
        yield whole({"entries": rows if request.params["end-date"] > "2025-11-11" else [], "has_more": False})

    caplog.set_level("INFO")
    with Server(late) as server:
        for last, found in (
            ("2025-12-31", "it has records"),
            ("2025-01-31", "no record in the part that was asked for"),
        ):
            config = subscription(server.url, end_date=last)
            TapAnalytics(config=config, catalog=catalog_of(config, "activities")).run_connection_test()
            assert f"activities: ok ({found})" in caplog.messages
        assert len(server.requests) == 2
