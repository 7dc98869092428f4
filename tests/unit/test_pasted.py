"""A configuration of dlt's REST API source is taken as it stands: short forms, the whole object, text and files."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import yaml

from tap_analytics.apis.declared.checking import check
from tap_analytics.apis.declared.vocabulary import CursorWord, SinglePageWord
from tap_analytics.errors import SettingsError
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import faults_of, resource, tap_of
from tests.unit.pasted import JsonObject, declared
from tests.unit.taps import KEY, URL

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

WHOLE: JsonObject = {
    "client": {
        "base_url": URL,
        "headers": {"X-Client": "a", "X-Both": "a"},
        "auth": {"type": "bearer", "token": "api_key"},
        "paginator": {"type": "cursor", "cursor_path": "next"},
    },
    "resource_defaults": {
        "primary_key": "id",
        "write_disposition": "merge",
        "endpoint": {"params": {"per_page": 100, "sort": "id"}},
    },
    "resources": ["posts", {"name": "authors", "endpoint": {"path": "people", "params": {"sort": None}}}],
}


@pytest.mark.parametrize(
    ("word", "name", "path"),
    [
        ("posts", "posts", "/posts"),
        ("blog/posts", "blog_posts", "/blog/posts"),
        ("/posts", "posts", "/posts"),
        ({"name": "v1.open posts", "endpoint": "posts"}, "v1_open_posts", "/posts"),
        ({"name": "2024_posts"}, "_2024_posts", "/2024_posts"),
        ({"name": "posts"}, "posts", "/posts"),
        ({"name": "posts", "endpoint": None}, "posts", "/posts"),
        ({"name": "posts", "endpoint": "v1/articles"}, "posts", "/v1/articles"),
        ({"name": "posts", "endpoint": {}}, "posts", "/posts"),
        ({"name": "posts", "endpoint": {"path": None, "params": {"a": 1}}}, "posts", "/posts"),
        ({"name": "posts", "endpoint": {"path": ""}}, "posts", ""),
    ],
)
def test_a_short_form_is_the_resource_that_it_stands_for(word: object, name: str, path: str) -> None:
    [found] = declared(resources=[word])
    assert (found.stream, found.path) == (name, path)


def test_a_paginator_may_be_only_named_and_null_is_none() -> None:
    words = [
        {"name": f"s{i}", "endpoint": {"paginator": word}} for i, word in enumerate(["single_page", "cursor", None])
    ]
    found = [each.endpoint.paginator for each in declared(resources=words)]
    assert isinstance(found[0], SinglePageWord)
    assert isinstance(found[1], CursorWord)
    assert declared(resources=words)[2].paginator == declared(resources=[resource("s2")])[0].paginator


def test_what_holds_for_all_is_added_to_each_resource_as_dlt_does() -> None:
    endpoint = {
        "params": {"a": 1, "b": 2},
        "headers": {"X-A": "1"},
        "paginator": "single_page",
        "incremental": {"cursor_path": "at"},
        "data_selector": "data",
    }
    defaults = {"primary_key": "id", "write_disposition": "replace", "selected": False, "endpoint": endpoint}
    own = {"params": {"b": 3, "a": None}, "headers": {"X-B": "1"}, "paginator": None, "incremental": None}
    plain, changed = declared(
        resource_defaults=defaults,
        resources=[
            "a",
            {"name": "b", "primary_key": None, "selected": True, "endpoint": {**own, "data_selector": "x"}},
        ],
    )
    assert (plain.params, plain.headers, plain.primary_keys) == ({"a": "1", "b": "2"}, {"X-A": "1"}, ("id",))
    assert (plain.key_is_default, plain.replication_key, plain.disposition) == (True, "at", "replace")
    assert not plain.resource.selected
    assert (changed.params, changed.headers, changed.primary_keys) == ({"b": "3"}, {"X-B": "1"}, ())
    assert (changed.key_is_default, changed.replication_key, changed.disposition) == (False, None, "replace")
    assert changed.resource.selected


def test_an_incremental_parameter_is_the_one_that_takes_the_first_date() -> None:
    since = {"type": "incremental", "cursor_path": "updated_at", "initial_value": "2024-01-31"}
    for words in (
        {"resources": [resource(params={"since": since, "a": 1})]},
        {"resources": ["a"], "resource_defaults": {"endpoint": {"params": {"since": since, "a": 1}}}},
    ):
        [found] = declared(**words)
        assert (found.params, found.replication_key) == ({"a": "1"}, "updated_at")
        assert found.replication is not None
        assert found.replication.date_filter is not None
        assert found.replication.date_filter.start_param == "since"


@pytest.mark.parametrize("form", ["settings", "object", "text", "json", "yml", "list.yaml"])
def test_the_whole_object_is_taken_wherever_it_stands(
    form: str, tmp_path: Path, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: JsonObject = {"api_key": KEY}
    file = tmp_path / f"resources.{form}"
    if form == "settings":
        config |= WHOLE
    elif form == "object":
        config["resources"] = WHOLE
    elif form == "text":
        monkeypatch.setenv("TAP_ANALYTICS_RESOURCES", json.dumps(WHOLE))
    elif form == "list.yaml":
        file.write_text(yaml.dump(WHOLE["resources"]))
        config |= {**WHOLE, "resources": str(file)}
    else:
        file.write_text(json.dumps(WHOLE) if form == "json" else yaml.dump(WHOLE))
        monkeypatch.setenv("TAP_ANALYTICS_RESOURCES", str(file))
    tap = TapAnalytics(config=config, catalog={"streams": []}, parse_env_config=True)
    assert set(tap.streams) == {"posts", "authors"}
    assert tap.config["api"] == "declared"
    for path in ("posts", "people"):
        requests_mock.get(f"{URL}/{path}", json=[])
    for name in ("posts", "authors"):
        tap.streams[name].fetch(tap.streams[name].params)  # type: ignore[attr-defined]
    posts, people = requests_mock.request_history
    assert (posts.qs, people.qs) == ({"per_page": ["100"], "sort": ["id"]}, {"per_page": ["100"]})
    for request in (posts, people):
        assert (request.headers["X-Client"], request.headers["Authorization"]) == ("a", f"Bearer {KEY}")
    assert all(isinstance(each.endpoint.paginator, CursorWord) for each in declared(**tap.config))


def test_an_address_is_refused_where_it_was_given() -> None:
    words: JsonObject = {"resources": {"client": {"base_url": "http://api.example.com"}, "resources": ["a"]}}
    with pytest.raises(SettingsError, match=r"^Settings: client\.base_url: must begin with https://"):
        TapAnalytics(config=words)
    with pytest.raises(SettingsError, match=r"^Settings: 'api_url' must begin with https://"):
        TapAnalytics(config={"api": "declared", "resources": ["a"], "api_url": "http://api.example.com"})


def test_without_an_address_in_it_a_list_is_added_to_the_first_api() -> None:
    tap = TapAnalytics(config={"api_url": URL, "api_key": KEY, "resources": ["a"]}, catalog={"streams": []})
    assert {"a", "activities"} <= set(tap.streams)


def test_a_date_in_a_yaml_file_is_a_text(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("- {name: a, endpoint: {incremental: {cursor_path: at, initial_value: 2024-01-31}}}")
    assert declared(resources=str(file))[0].endpoint.incremental.initial_value == "2024-01-31"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"resources": "no/such.yml"}, "resources: a text is the path of a file, and it cannot be read: No such file"),
        ({"resources": "[{"}, "resources: is a text that holds no JSON"),
        ({"resources": {"name": "a"}}, "resources: must be a list of resources, or an object that has such a list"),
        (
            {"resources": {"resources": ["a"], "resource": "b"}},
            "resources: an object in it has 'client', 'resource_defa",
        ),
        ({"resources": {"resources": 7}}, "resources: must be a list of resources, or an object that has such a list"),
        ({"resources": {"resources": ["a"], "client": {"base_url": 7}}}, "client.base_url: must be a text"),
        ({"resources": {**WHOLE, "client": {}}, "client": {"headers": {}}}, "client: is both a setting and part of"),
        ({"resources": ["a"], "client": {"base_uri": "a"}}, "client.base_uri: unknown key; did you mean 'base_url'?"),
        ({"resources": ["a"], "client": {"headers": {"Cookie": "a"}}}, "client.headers.Cookie: credentials have"),
        ({"resources": ["a"], "client": 7}, "client: must be an object"),
        ({"resources": ["a"], "client": {"session": 1}}, "client.session: leave it out"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(settings: JsonObject, fault: str) -> None:
    [told] = faults_of(**settings) if "resources" not in settings else check(settings).faults
    assert told.startswith(fault)


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\ud800", "!!python/object:os.system {}"])
def test_a_file_that_holds_nothing_is_refused_without_its_content(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    [told] = check({"resources": str(file)}).faults
    assert told.startswith("resources: ")
    assert str(tmp_path) not in told


def test_what_a_project_file_has_beside_the_configuration_has_no_effect() -> None:
    whole = {"type": "rest_api", "name": "blog", "max_table_nesting": 2, **WHOLE}
    assert declared(resources=whole) == declared(resources=WHOLE)


def test_the_lag_has_a_placeholder() -> None:
    word = {"cursor_path": "id", "initial_value": 1, "lag": 60}
    [found] = declared(
        resources=[resource(params={"lag": "{incremental.lag}"}, json={"l": ["{incremental.lag}s"]}, incremental=word)]
    )
    assert (found.params, found.endpoint.json) == ({"lag": "60"}, {"l": ["60s"]})


# What has no effect is told


def test_words_without_an_effect_are_told_and_taken(caplog: pytest.LogCaptureFixture) -> None:
    words = {**resource(), "parallelized": True, "table_format": "iceberg"}
    assert not faults_of(words)
    caplog.set_level(logging.INFO)
    logging.getLogger().addHandler(caplog.handler)
    tap_of([words])
    for place in ("parallelized", "table_format"):
        assert f"resources[0].{place}: has no effect: " in caplog.text


def test_an_address_in_the_settings_takes_precedence_and_that_is_told() -> None:
    words = {"client": {"base_url": URL}, "resources": ["a"]}
    assert not check({**words, "api_url": URL}).notes
    [told] = check({**words, "api_url": "https://other.example.com"}).notes
    assert told.startswith("client.base_url: has no effect, since 'api_url' is another address")


def test_an_empty_list_of_steps_asks_for_nothing() -> None:
    assert not faults_of({**resource(), "processing_steps": []})


def test_words_that_are_refused_say_what_to_use() -> None:
    words = {**resource(), "processing_steps": [{"filter": "x"}], "parent": "id"}
    assert [fault.partition(";")[0] for fault in faults_of(words)] == [
        "resources[0].processing_steps: its steps are Python",
        "resources[0].parent: use {resources.<parent>.<field>} in 'path' or 'params'",
    ]
