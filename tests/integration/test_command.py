"""The command line, as users of the SDK know it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.singer import select, streams_of

if TYPE_CHECKING:
    from analytics_sandbox import Sandbox

    from tests.singer import Tap

SUBSCRIPTION = {"api_url": "https://api.example.com", "api_key": "5ecret"}
SUPPORT = {"api": "support", "api_url": "https://api.example.com", "username": "me", "password": "5ecret"}


@pytest.mark.parametrize(("config", "api"), [(None, "subscription"), ({"api": "support"}, "support")])
def test_discovery_needs_no_more_than_the_api(tap: Tap, config: dict[str, str] | None, api: str) -> None:
    run = tap.run(config, "--discover")
    assert run.exit_code == 0
    assert {entry["tap_stream_id"] for entry in json.loads(run.stdout)["streams"]} == {s.name for s in streams_of(api)}
    assert not run.errors
    assert not run.warnings


def test_a_discovered_catalog_can_be_given_back(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.support_config
    run = tap.run(config, catalog=select(tap.catalog(config), "customers"))
    assert run.exit_code == 0
    assert {message.get("stream") for message in run.messages} == {"customers", None}


@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "markdown")])
def test_about_names_every_setting_and_no_batches(tap: Tap, form: tuple[str, ...]) -> None:
    run = tap.run(None, "--about", *form)
    assert run.exit_code == 0
    for name in ("api_url", "lookback_days", "emit_activate_version_messages", "stream_maps", "flattening_enabled"):
        assert name in run.stdout
    assert "batch" not in run.stdout.lower()


def test_version_is_told(tap: Tap) -> None:
    assert tap.run(None, "--version").stdout.startswith("tap-analytics v")


def test_garbage_is_looked_for_again_once_the_tap_has_started() -> None:
    program = """
import gc, sys
from tap_analytics.__main__ import main
try:
    main()
finally:
    print(gc.isenabled(), gc.get_freeze_count() > 0)
"""
    run = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.endswith("True True\n")


@pytest.mark.parametrize("api", ["subscription", "support"])
def test_test_asks_each_selected_stream_for_one_record_and_writes_none(tap: Tap, sandbox: Sandbox, api: str) -> None:
    run = tap.run(getattr(sandbox, f"{api}_config"), "--test")
    assert (run.exit_code, run.stdout) == (0, "")
    selected = [stream for stream in streams_of(api) if stream.selected_by_default]
    assert "failed" not in run.stderr
    pages = [request.params for request in sandbox.requests if {"limit", "per_page"} & request.params.keys()]
    assert all(int((params.get("limit") or params["per_page"])[0]) <= 2 for params in pages)
    assert all(f"{stream.name}: ok" in run.stderr for stream in selected)
    assert run.stderr.splitlines()[-1].endswith(f"All is well: {len(selected)} streams can be read")


def test_test_knows_the_catalog_wherever_it_stands_on_the_command_line(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.support_config
    run = tap.run(config, "--test", catalog=select(tap.catalog(config), "account"))
    assert run.stderr.splitlines()[-1].endswith("All is well: 1 stream can be read")


def test_test_fails_with_bad_credentials(tap: Tap, sandbox: Sandbox) -> None:
    run = tap.run(sandbox.subscription_config | {"api_key": "5ecret"}, "--test")
    assert run.exit_code == 1
    assert len(run.errors) == 1


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ({}, "'api_url' is missing"),
        ({"api_url": "https://api.example.com"}, "'api_key' is missing: the subscription API needs it"),
        ({"api": "support", "api_url": "https://api.example.com", "username": "me"}, "'password' is missing"),
        (SUBSCRIPTION | {"api": "sales"}, "'api' must be one of subscription, support"),
        (SUBSCRIPTION | {"api_key": 5361346}, "'api_key' must be a text"),
        (SUBSCRIPTION | {"api_key": ""}, "'api_key' is empty"),
        (SUBSCRIPTION | {"api_url": "http://api.example.com"}, "'api_url' must begin with https://"),
        (SUBSCRIPTION | {"api_url": "api.example.com"}, "'api_url' must be a URL like"),
        (SUBSCRIPTION | {"api_url": "https://me:5ecret@api.example.com"}, "'api_url' must not hold credentials"),
        (SUBSCRIPTION | {"start_date": "last week"}, "'start_date' must be a date like"),
        (SUBSCRIPTION | {"start_date": "2024-02-30"}, "'start_date' must be a date like"),
        (SUBSCRIPTION | {"start_date": "2024-02-02", "end_date": "2024-02-01"}, "must not be later than 'end_date'"),
        (SUBSCRIPTION | {"page_size": 201}, "'page_size' must be at most 200"),
        (SUPPORT | {"page_size": 101}, "'page_size' must be at most 100"),
        (SUBSCRIPTION | {"page_size": 0}, "'page_size' must be at least 1"),
        (SUBSCRIPTION | {"max_retries": "many"}, "'max_retries' must be a whole number"),
        (SUBSCRIPTION | {"batch_config": {"encoding": {}}}, "'batch_config' is not supported"),
        ("{", "config.json holds no JSON"),
        ("[]", "config.json must hold a JSON object"),
        (
            SUBSCRIPTION | {"stream_maps": {"customers": {"__filter__": "name ="}}},
            "'stream_maps' or flattening: Failed",
        ),
    ],
)
def test_a_wrong_setting_is_one_line_without_its_value(tap: Tap, config: dict[str, Any] | str, fault: str) -> None:
    run = tap.run(config)
    assert run.exit_code == 1
    (line,) = run.errors
    assert fault in line
    assert not run.stdout
    for value in ("5ecret", "5361346", "last week", "2024-02-30", "many"):
        assert value not in run.stderr


def test_settings_can_come_from_the_environment(tap: Tap, sandbox: Sandbox) -> None:
    settings = {f"TAP_ANALYTICS_{name.upper()}": value for name, value in sandbox.support_config.items()}
    settings["TAP_ANALYTICS_REQUESTS_PER_SECOND"] = "1000"
    run = tap.run(None, "--config", "ENV", TAP_ANALYTICS_CUSTOM_FIELD_OBJECT_TYPES='["Ticket"]', **settings)
    assert run.exit_code == 0
    assert {record["object_type"] for record in run.records("custom_fields")} == {"Ticket"}


def test_a_variable_that_cannot_be_read_is_one_line_without_its_value(tap: Tap) -> None:
    run = tap.run(None, "--config", "ENV", TAP_ANALYTICS_MAX_RETRIES="5ecret")
    assert run.exit_code == 1
    (line,) = run.errors
    assert "TAP_ANALYTICS_MAX_RETRIES must be a whole number" in line
    assert "5ecret" not in run.stderr


def test_a_missing_file_is_one_line(tap: Tap) -> None:
    run = tap.run(None, "--config", "nowhere.json")
    assert run.exit_code != 0
    (line,) = run.errors
    assert "nowhere.json" in line


@pytest.mark.parametrize(
    "state",
    [[], {"bookmarks": []}, {"bookmarks": {"activities": "x"}}]
    + [
        {"bookmarks": {"activities": {"replication_key": "date", "replication_key_value": value}}} for value in ("x", 3)
    ],
)
def test_a_broken_state_is_refused_before_the_first_request(tap: Tap, sandbox: Sandbox, state: object) -> None:
    run = tap.run(sandbox.subscription_config, state=state)
    assert run.exit_code == 1
    assert len(run.errors) == 1
    assert not sandbox.requests


def test_without_any_setting_the_tap_says_what_it_needs(tap: Tap) -> None:
    run = tap.run(None)
    assert run.exit_code == 1
    (line,) = run.errors
    assert all(word in line for word in ("'api_url'", "'api_key'", "--config", "TAP_ANALYTICS_API_URL"))


def test_a_log_level_that_is_none_is_one_line(tap: Tap) -> None:
    run = tap.run(None, "--version", TAP_ANALYTICS_LOGLEVEL="LOUD")
    assert run.exit_code == 1
    (line,) = run.errors
    assert "TAP_ANALYTICS_LOGLEVEL" in line
    assert "LOUD" in line
    (line,) = tap.run(None, LOGLEVEL="").errors
    assert "'api_url'" in line


def test_misspelt_settings_are_one_warning_with_the_nearest_name(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.support_config | {"start_dat": "5ecret", "max_retrys": 1, "stream_maps": {}}
    run = tap.run(config)
    assert run.exit_code == 0
    (line,) = [line for line in run.warnings if "unknown" in line]
    assert "'max_retrys' (is it 'max_retries'?), 'start_dat' (is it 'start_date'?)" in line
    assert "5ecret" not in run.stderr


def test_paths_that_are_all_missing_ask_for_the_address(tap: Tap, sandbox: Sandbox) -> None:
    run = tap.run(sandbox.support_config | {"api_version": "v9"})
    assert run.exit_code == 1
    assert "are 'api_url' and 'api_version' right?" in run.errors[-1]


def test_declared_paths_that_are_all_missing_do_not_ask_for_a_version(tap: Tap, sandbox: Sandbox) -> None:
    resources = [{"name": name, "endpoint": {"path": f"/{name}"}} for name in ("plans", "groups")]
    run = tap.run(sandbox.subscription_config | {"api": "declared", "resources": resources})
    assert run.exit_code == 1
    assert "are 'api_url' and each 'path' in 'resources' right?" in run.errors[-1]


@pytest.mark.parametrize("key", [{}, {"api_key": "5ecret"}])
def test_a_discovery_that_fails_under_meltano_shows_no_warnings_of_python(
    tap: Tap, sandbox: Sandbox, key: dict[str, str]
) -> None:
    config = {"api_url": sandbox.url, "resources": [{"name": "plans", "endpoint": {"path": "/plans"}}], **key}
    run = tap.run(config, "--discover", state={"bookmarks": {}}, PYTHONWARNINGS="once")
    assert run.exit_code == 1
    assert run.errors
    assert "ResourceWarning" not in run.stderr


def test_nothing_selected_is_an_error(tap: Tap, sandbox: Sandbox) -> None:
    run = tap.run(sandbox.support_config, catalog=select(tap.catalog(sandbox.support_config)))
    assert run.exit_code == 1
    assert "no stream is selected" in run.errors[0]


def test_a_selected_stream_that_the_api_does_not_have_is_an_error(tap: Tap, sandbox: Sandbox) -> None:
    catalog = select(tap.catalog(sandbox.subscription_config), "activities")
    run = tap.run(sandbox.support_config, catalog=catalog)
    assert run.exit_code == 1
    assert "the support API has no stream 'activities'" in run.errors[0]


def test_bookmarks_of_streams_that_are_not_selected_survive(tap: Tap, sandbox: Sandbox) -> None:
    config = sandbox.subscription_config
    state = tap.run(config).state
    run = tap.run(config, state=state, catalog=select(tap.catalog(config), "customers"))
    assert run.state["bookmarks"]["activities"] == state["bookmarks"]["activities"]
