"""What is wrong with a setting is said by name, never by value; what is right gets its defaults."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from singer_sdk.helpers.capabilities import PluginCapabilities

from tap_analytics.command_line.command import json_in
from tap_analytics.errors import SettingsError
from tap_analytics.settings.schema import CONFIG_JSONSCHEMA, SECRETS
from tap_analytics.tap import TapAnalytics
from tests.unit.taps import SETTINGS, URL, stream_of, tap_of

if TYPE_CHECKING:
    from tap_analytics.apis.subscription.activities import Activities

MARK = "vAlUe-of-A-sEcReT"
NAMES = sorted(CONFIG_JSONSCHEMA["properties"])


def fault_of(api: str = "subscription", **settings: Any) -> str:
    """Return what is said of settings that are refused."""
    with pytest.raises(SettingsError) as error:
        tap_of(api, **settings)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_url", 7),
        ("api_url", ""),
        ("api_url", MARK),
        ("api_url", f"ftp://{MARK}"),
        ("api_url", f"http://{MARK}.example.com"),
        ("api_url", f"https://{MARK}@api.example.com"),
        ("api_url", f"https://user:{MARK}@api.example.com"),
        ("api_url", f"https://:{MARK}@api.example.com"),
        ("api_url", f"https://api.example.com/?key={MARK}"),
        ("api_url", f"https://api.example.com/#{MARK}"),
        ("api_url", f"https://api.example.com:{MARK}/"),
        ("api_url", "https://api.example.com:99999"),
        ("api_url", f"https://api.example.com/{MARK}\nHost: evil.example"),
        ("api_url", "https://"),
        ("api_url", "https://[api"),
        ("api_version", 1),
        ("api_key", 12345678),
        ("api_key", ""),
        ("api_key", [MARK]),
        ("start_date", MARK),
        ("start_date", 20240101),
        ("start_date", "2024-02-30"),
        ("end_date", MARK),
        ("end_date", "2024-13-01T00:00:00Z"),
        ("page_size", 0),
        ("page_size", 201),
        ("page_size", MARK),
        ("page_size", True),
        ("lookback_days", -1),
        ("lookback_days", 10**10),
        ("custom_field_object_types", MARK),
        ("custom_field_object_types", [""]),
        ("max_retries", -1),
        ("max_retries", "3"),
        ("backoff_factor", -1),
        ("backoff_factor", 0.5),
        ("request_timeout", 0),
        ("user_agent", f"{MARK}\r\nHost: evil.example"),
        ("user_agent", ""),
        ("emit_activate_version_messages", MARK),
        ("batch_config", {"encoding": {"format": "jsonl"}, "storage": {"root": f"file://{MARK}"}}),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(name: str, value: object) -> None:
    fault = fault_of("subscription", **{name: value})
    assert fault.startswith("Settings: ")
    assert f"'{name}" in fault
    assert fault.isprintable()
    assert MARK not in fault
    assert "12345678" not in fault


@hypothesis_settings(max_examples=200)
@given(
    st.sampled_from([{}, *SETTINGS.values()]),
    st.dictionaries(
        st.sampled_from([*NAMES, "stream_maps", "flattening_max_depth", "unknown"]),
        st.recursive(
            st.sampled_from([MARK, f"https://{MARK}", "", 7, -1, 0.5, True]),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("a"), inner, max_size=1),
            max_leaves=3,
        ),
        max_size=4,
    ),
)
def test_settings_of_any_kind_are_taken_or_refused_without_their_values(
    base: dict[str, Any], config: dict[str, Any]
) -> None:
    try:
        TapAnalytics(config={**base, **config})
    except SettingsError as error:
        assert MARK not in str(error)  # noqa: PT017 - they may be right


@pytest.mark.parametrize("api", [MARK, 7, ["support"]])
def test_an_unknown_api_is_refused_with_the_names_of_the_known_ones(api: object) -> None:
    with pytest.raises(
        SettingsError, match=r"'api' must be one of subscription, support|'api' must be a text"
    ) as error:
        TapAnalytics(config={**SETTINGS["support"], "api": api})
    assert MARK not in str(error.value)


@pytest.mark.parametrize(
    ("api", "missing"),
    [("subscription", "api_url"), ("subscription", "api_key"), ("support", "username"), ("support", "password")],
)
def test_a_missing_setting_is_named(api: str, missing: str) -> None:
    assert f"'{missing}' is missing" in fault_of(api, **{missing: None})


def test_all_faults_are_told_at_once() -> None:
    fault = fault_of(api_key=None, page_size="many", max_retries=-1)
    assert all(f"'{name}'" in fault for name in ("api_key", "page_size", "max_retries"))


@pytest.mark.parametrize("credentials", [{"api_key": None}, {"api_key": "k", "username": None, "password": None}])
def test_only_the_chosen_apis_credentials_are_needed(credentials: dict[str, str | None]) -> None:
    others = {"username": "u", "password": "p"} if credentials["api_key"] is None else {}
    api = "support" if others else "subscription"
    assert tap_of(api, **{**others, **credentials}).streams


def test_null_means_not_set() -> None:
    config = {**SETTINGS["subscription"], **dict.fromkeys(n for n in NAMES if n not in {"api_url", "api_key"})}
    tap = TapAnalytics(config=config)
    assert tap.config["max_retries"] == 3
    assert "start_date" not in tap.config


def test_defaults_are_the_promised_ones() -> None:
    config = TapAnalytics(config={"api_url": URL, "api_key": "k"}).config
    promised = {"api": "subscription", "max_retries": 3, "backoff_factor": 2, "request_timeout": 60}
    assert {name: config[name] for name in promised} == promised
    assert config["custom_field_object_types"] == ["Ticket", "Customer"]
    assert config["emit_activate_version_messages"] is True


@pytest.mark.parametrize(
    "api_url",
    [
        "https://api.example.com",
        "https://api.example.com/",
        "https://api.example.com:8443/api",
        "HTTPS://API.EXAMPLE.COM",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.8.9.1:1",
        "http://[::1]:8080",
        "http://api.localhost",
    ],
)
def test_the_address_is_https_or_of_this_machine(api_url: str) -> None:
    assert tap_of(api_url=api_url).config["api_url"] == api_url


@pytest.mark.parametrize(
    "host",
    [
        "api.example.com",
        "10.0.0.1",
        "0.0.0.0",  # noqa: S104
        "localhost.example.com",
        "notlocalhost",
        "127.0.0.1.example.com",
        "[::2]",
    ],
)
def test_no_credentials_go_over_plain_http_to_another_machine(host: str) -> None:
    assert "https://" in fault_of(api_url=f"http://{host}/")


@pytest.mark.parametrize(("api", "maximum"), [("subscription", 200), ("support", 100)])
def test_a_page_is_no_larger_than_the_service_gives(api: str, maximum: int) -> None:
    assert tap_of(api, page_size=maximum).streams
    assert f"'page_size' must be at most {maximum}" in fault_of(api, page_size=maximum + 1)


def test_a_span_of_one_day_may_begin_and_end_on_it() -> None:
    activities = stream_of("activities", start_date="2024-01-31", end_date="2024-01-31")
    assert activities.start_date == datetime(2024, 1, 31, tzinfo=timezone.utc)
    assert activities.end_date == datetime(2024, 1, 31, 23, 59, 59, 999999, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2024-01-31T12:00:00Z", "2024-01-31"), ("2024-01-31T12:00:00Z", "2024-01-31T13:00:00+01:00")],
)
def test_a_span_may_end_with_the_day_or_the_instant_that_it_begins_with(start: str, end: str) -> None:
    assert tap_of(start_date=start, end_date=end).streams


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    assert "'start_date' must not be later" in fault_of(start_date="2024-02-01", end_date="2024-01-31")
    assert "'start_date'" in fault_of(start_date="2024-01-31T12:00:00Z", end_date="2024-01-31T12:00:00+01:00")


@pytest.mark.parametrize(("start", "end"), [("0001-01-01", "9999-12-31"), ("1900-01-01", "9999-12-31T23:59:59Z")])
def test_dates_that_stand_for_ever_set_no_bounds(start: str, end: str) -> None:
    activities = stream_of("activities", start_date=start, end_date=end)
    assert [walk.params for walk in activities.walks(None)] == [{}]


@pytest.mark.parametrize(("days", "expected"), [(None, 30), (0, 0), (7, 7), (3650, 3650)])
def test_the_look_back_is_the_streams_own_unless_one_is_set(days: int | None, expected: int) -> None:
    activities = cast("Activities", stream_of("activities", lookback_days=days))
    assert activities.effective_lookback == timedelta(days=expected)


def test_batches_are_no_capability() -> None:
    assert PluginCapabilities.BATCH not in TapAnalytics.capabilities
    assert set(TapAnalytics.capabilities) > {PluginCapabilities.STREAM_MAPS, PluginCapabilities.FLATTENING}


def test_every_setting_has_a_title_and_a_description() -> None:
    assert all(s["title"] and s["description"].endswith(".") for s in CONFIG_JSONSCHEMA["properties"].values())


def test_what_is_secret_is_marked_as_such() -> None:
    assert set(SECRETS) == {"api_key", "client_secret", "password"}
    assert all(CONFIG_JSONSCHEMA["properties"][name]["writeOnly"] for name in SECRETS)


@pytest.mark.parametrize(("given", "interval"), [(5, 0.22), (0.5, 2.2), ("5", 0.22), ("0.5", 2.2), (" .5 ", 2.2)])
def test_a_pace_may_be_below_one_a_second_and_a_text(given: float | str, interval: float) -> None:
    stream = stream_of("customers", requests_per_second=given)
    assert stream.requests_session.throttle.interval == pytest.approx(interval)


@pytest.mark.parametrize(
    "given",
    [0, -1, "0", "", "fast", "0,5", "nan", "inf", "1e999", True, [], 0.001, "-0.5", 10**400],
    ids=lambda x: str(x)[:9],
)
def test_what_is_no_pace_is_refused(given: object) -> None:
    with pytest.raises(SettingsError, match=r"'requests_per_second' must be a number") as error:
        tap_of(requests_per_second=given)
    assert len(str(error.value)) < 120


@pytest.mark.parametrize("address", ["http://user:pw@", "http://user:pw@[::1", "http://user:pw@proxy:port", "user:pw@"])
def test_a_proxy_that_is_no_url_is_refused_without_its_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsError, match="HTTPS_PROXY") as error:
        tap_of()
    assert "pw@" not in str(error.value)


@pytest.mark.parametrize("content", ["null", '"state.json"'])
def test_a_file_without_an_object_is_refused_by_name(content: str) -> None:
    file = StringIO(content)
    file.name = "state.json"
    with pytest.raises(SettingsError, match=r"State: state\.json holds"):
        json_in("State", file)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert json_in("Catalog", StringIO('\ufeff{"streams": []}')) == {"streams": []}


@pytest.mark.parametrize("name", ["max_retries", "backoff_factor", "request_timeout", "max_parallel_streams"])
def test_a_number_that_no_clock_can_count_to_is_refused(name: str) -> None:
    given: dict[str, Any] = {name: 10**30}
    with pytest.raises(SettingsError, match=f"'{name}' must be at most"):
        tap_of(**given)


@pytest.mark.parametrize("rules", ["x", {}, {"a": "b"}, 7])
def test_a_stream_map_of_what_is_left_can_only_be_null(rules: object) -> None:
    with pytest.raises(SettingsError, match=r"'stream_maps\.__else__' must be null"):
        tap_of(stream_maps={"__else__": rules})
    with pytest.raises(SettingsError, match=r"'stream_maps\.customers"):
        tap_of(stream_maps={"customers": {"__else__": rules}})


def test_a_key_that_ends_with_a_line_break_is_warned_of_by_its_setting(caplog: pytest.LogCaptureFixture) -> None:
    tap_of(api_key=f"{MARK}\n")
    assert "'api_key' begins or ends with white space" in caplog.text
    assert MARK not in caplog.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("  ", "state.json is empty. For a first run, leave out --state; else restore the last good one"),
        ('{"bookmarks": {}}\n{"bookmarks": {}}\n', "several JSON texts: keep the last one"),
        ('{"bookmarks": NaN}', r"state.json holds no JSON \(NaN is no JSON value\)"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_a_remedy(content: str, told: str) -> None:
    file = StringIO(content)
    file.name = "state.json"
    with pytest.raises(SettingsError, match=f"^State: .*{told}"):
        json_in("State", file)


def test_all_faults_are_told_at_once_and_a_misspelt_value_with_the_one_that_is_near() -> None:
    told = fault_of(page_size="many", start_date="soon", user_agent="a ", auth_method="basci")
    names = ("page_size", "start_date", "user_agent", "auth_method")
    assert all(f"'{name}' must" in told for name in names), told
    assert "(is it 'basic'?)" in told
