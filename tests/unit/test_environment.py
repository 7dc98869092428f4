"""Settings in variables of the environment are read, or named without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_analytics.errors import SettingsError
from tap_analytics.settings.environment import environment_faults
from tap_analytics.settings.schema import CONFIG_JSONSCHEMA
from tap_analytics.tap import TapAnalytics
from tests.unit.taps import KEY, URL, tap_of

if TYPE_CHECKING:
    from tap_analytics.sync.stream import AnalyticsStream

MARK = "vAlUe-of-A-sEcReT"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("MAX_RETRIES", f"{MARK}"),
        ("PAGE_SIZE", "1.5"),
        ("CUSTOM_FIELD_OBJECT_TYPES", f"[{MARK}"),
        ("STREAM_MAPS", MARK),
        ("EMIT_ACTIVATE_VERSION_MESSAGES", MARK),
    ],
)
def test_a_variable_that_cannot_be_read_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    schema: dict[str, Any] = {"properties": dict(CONFIG_JSONSCHEMA["properties"])}
    TapAnalytics.append_builtin_config(schema)
    assert environment_faults(schema, "TAP_ANALYTICS_") == []
    monkeypatch.setenv(f"TAP_ANALYTICS_{variable}", text)
    [fault] = environment_faults(schema, "TAP_ANALYTICS_")
    assert f"TAP_ANALYTICS_{variable} " in fault
    assert MARK not in fault


def test_a_pace_below_one_a_second_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"API_URL": URL, "API_KEY": KEY, "REQUESTS_PER_SECOND": "0.25"}.items():
        monkeypatch.setenv(f"TAP_ANALYTICS_{name}", value)
    stream = cast("AnalyticsStream", TapAnalytics(config={}, parse_env_config=True).streams["customers"])
    assert stream.requests_session.throttle.interval == pytest.approx(4.4)


def test_a_truth_value_that_is_none_is_refused_rather_than_taken_for_false(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"API_URL": "https://api.example.com", "API_KEY": "key-1", "EMIT_ACTIVATE_VERSION_MESSAGES": "Y"}
    for name, text in settings.items():
        monkeypatch.setenv(f"TAP_ANALYTICS_{name}", text)
    with pytest.raises(SettingsError, match="TAP_ANALYTICS_EMIT_ACTIVATE_VERSION_MESSAGES must be true or false"):
        TapAnalytics(parse_env_config=True)
    monkeypatch.setenv("TAP_ANALYTICS_EMIT_ACTIVATE_VERSION_MESSAGES", "off")
    assert TapAnalytics(parse_env_config=True).config["emit_activate_version_messages"] is False


def test_a_misspelt_variable_is_warned_of_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"API_URL": URL, "API_KEY": KEY, "START_DAT": MARK, "LOGLEVEL": "INFO", "_SELECT": "[]"}
    for name, text in settings.items():
        monkeypatch.setenv(f"TAP_ANALYTICS_{name}", text)
    TapAnalytics(parse_env_config=True)
    told = "unknown variables, so not used: TAP_ANALYTICS_START_DAT (is it 'TAP_ANALYTICS_START_DATE'?)"
    assert [message for message in caplog.messages if "unknown" in message] == [f"Settings: {told}"]


@pytest.mark.parametrize(("given", "nearest"), [("API_KEY", "api_key"), ("StartDate", "start_date")])
def test_the_nearest_name_is_found_whatever_the_case(
    caplog: pytest.LogCaptureFixture, given: str, nearest: str
) -> None:
    tap_of(**{given: "x"})
    assert f"'{given}' (is it '{nearest}'?)" in caplog.text


def test_a_variable_that_nobody_reads_is_named_where_its_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_ANALYTICS_API_KEY", MARK)
    told = r"'api_key' is missing: .*; the variable TAP_ANALYTICS_API_KEY is read with --config ENV only"
    with pytest.raises(SettingsError, match=told) as error:
        TapAnalytics(config={"api_url": URL})
    assert MARK not in str(error.value)
    assert TapAnalytics(config={"api_url": URL}, parse_env_config=True).config["api_key"] == MARK
