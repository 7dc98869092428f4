"""A wrong declaration is refused before the first request, and a right one is taken."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tap_analytics.errors import SettingsError
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import DECLARED, faults_of, resource, tap_of
from tests.unit.taps import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker


def test_all_faults_are_told_at_once_and_those_of_the_defaults_only_there() -> None:
    told = faults_of(
        resource("a", paginater={}, method="PUT"),
        resource("b", path="/a b", params={"c": "{resources.a.id}"}),
        resource("b", params={"c": "{resources.b.id}{resources.built_in.id}{resources.c.id}"}),
        resource("c", path="/{resources.built_in.id}", data_selector="$["),
        resource_defaults={"name": "a", "endpoint": {"headers": {"Cookie": "a"}, "params": {"d": "{api_key}"}}},
        max_retries=-1,
    )
    assert [fault.partition(": ")[0] for fault in told if not fault.startswith("resource")] == [
        "'max_retries' must be at least 0"
    ]
    places = sorted(fault.partition(": ")[0] for fault in told if fault.startswith("resource"))
    assert places == [
        "resource_defaults.endpoint.headers.Cookie",
        "resource_defaults.endpoint.params.d",
        "resource_defaults.name",
        "resources[0].endpoint.method",
        "resources[0].endpoint.paginater",
        "resources[1].endpoint.path",
        "resources[2].endpoint",
        "resources[2].endpoint",
        "resources[2].name",
        "resources[3].endpoint.data_selector",
    ]
    endpoint = {"headers": {"Cookie": "a"}, "params": {"d": "{api_key}"}, "data_selector": "$["}
    told = faults_of(resource(), resource("b"), resource_defaults={"endpoint": endpoint})
    places = [f"resource_defaults.endpoint.{word}" for word in ("params.d", "headers.Cookie", "data_selector")]
    assert [fault.partition(": ")[0] for fault in told] == places


@pytest.mark.parametrize(
    ("paths", "fault"),
    [
        (["/a", "/a", "/b/{resources.s2.id}"], "there is no other stream 's2'"),
        (["/a", "/b", "/a/{resources.s0.id}/b/{resources.s1.id}"], "must be of one parent, not of s0 and s1"),
    ],
)
def test_a_stream_has_one_parent_and_that_is_another_one(paths: list[str], fault: str) -> None:
    told = faults_of(*(resource(f"s{position}", path=path) for position, path in enumerate(paths)))
    assert [(line.partition(": ")[0], fault in line) for line in told] == [("resources[2].endpoint", True)]


def test_no_stream_lies_under_itself() -> None:
    paths = ["/a/{resources.s2.id}", "/b/{resources.s0.id}", "/c/{resources.s1.id}", "/d/{resources.s0.id}"]
    told = faults_of(*(resource(f"s{position}", path=path) for position, path in enumerate(paths)))
    assert told == [
        "resources[0].endpoint: lies under itself: 's0' under 's2' under 's1' under 's0'",
        "resources[1].endpoint: lies under itself: 's1' under 's0' under 's2' under 's1'",
        "resources[2].endpoint: lies under itself: 's2' under 's1' under 's0' under 's2'",
    ]
    assert not faults_of(*(resource(f"s{n}", path=f"/a/{{resources.s{n - 1}.id}}" if n else "/a") for n in range(9)))


def test_a_name_is_given_once() -> None:
    assert faults_of(resource("a"), resource("b"), resource("a")) == [
        "resources[2].name: is the name of resources[0] already"
    ]


@pytest.mark.parametrize("text", ["{", "[" * 10_000, '"properties"'])
def test_a_file_without_a_schema_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.json").write_text(text)
    [fault] = faults_of(resource(schema=str(tmp_path / "schema.json")))
    assert fault.startswith("resources[0].schema: ")
    assert str(tmp_path) not in fault


@pytest.mark.parametrize(("resources", "fault"), [(None, "is missing"), ([], "is missing"), ({}, "must be a list")])
def test_a_declared_api_needs_resources(resources: object, fault: str, requests_mock: Mocker) -> None:
    with pytest.raises(SettingsError, match=f"^Settings: '?resources'?:? {fault}[^;]*$"):
        tap_of(resources)
    assert not requests_mock.called


def test_a_fault_ends_the_run_before_the_first_request(requests_mock: Mocker) -> None:
    with pytest.raises(SettingsError, match=r"^Settings: resources\[1\]\.endpoint\.path: "):
        TapAnalytics(config={**DECLARED, "resources": [resource(), resource("b", path="a b")]})
    assert not requests_mock.called


def test_a_secret_in_the_place_of_a_word_is_masked_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SettingsError) as error:
        tap_of([resource(method=KEY)])
    logging.getLogger().error("%s", error.value)
    assert "endpoint.method: '********' is not one of" in caplog.text
    assert KEY not in caplog.text
