"""A configuration of dlt's REST API source is taken as it stands: short forms, the whole object, text and files."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tap_analytics.apis.declared import API
from tap_analytics.apis.declared.checking import check
from tap_analytics.apis.declared.vocabulary import CursorWord, SinglePageWord
from tap_analytics.errors import SettingsError
from tap_analytics.http.authentication import ApiKey, Bearer
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import MARK, faults_of, resource, tap_of
from tests.unit.taps import KEY, URL

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

    from tap_analytics.apis.declared.declaration import Declaration
    from tap_analytics.http.authentication import Scheme

JsonObject = dict[str, Any]

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


def declared(**settings: Any) -> list[Declaration]:
    """Return what settings declare, free of faults."""
    found = check(settings)
    assert not found.faults
    return found.declarations


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


# Words of a resource


def test_a_table_name_is_the_stream_s_and_other_resources_refer_to_the_name() -> None:
    words = [
        {**resource("posts"), "table_name": "articles"},
        {**resource("comments", path="/posts/{resources.posts.id}/comments"), "include_from_parent": ["id"]},
    ]
    streams = tap_of(words).streams
    assert set(streams) == {"articles", "comments"}
    parent = streams["comments"].parent  # type: ignore[attr-defined]
    assert (parent.name, dict(parent.added)) == ("articles", {"id": "_posts_id"})


def test_a_table_that_another_resource_has_is_not_shared_with_it() -> None:
    words = [{**resource("posts"), "table_name": "articles"}, {**resource("others"), "table_name": "articles"}]
    assert set(tap_of(words).streams) == {"articles", "others"}
    [note] = check({"api_url": URL, "resources": words}).notes
    assert "'articles' is the table of resources[0] already, so the rows go to 'others'" in note
    assert set(tap_of([resource("posts"), {**resource("b"), "table_name": "posts"}]).streams) == {"posts", "b"}
    [fault] = faults_of({**resource("a"), "table_name": "b"}, resource("b"))
    assert fault.startswith("resources[1].")


@pytest.mark.parametrize(
    ("part", "scheme"),
    [
        ({"headers": {"Authorization": 'Bearer dlt.secrets["token"]'}}, Bearer("api_key")),
        ({"headers": {"X-Key": "dlt.secrets['key']", "X-Other": "1"}}, ApiKey("api_key", "X-Key", "header")),
        ({"headers": {"X-Key": 'dlt.secrets["password"]'}}, ApiKey("password", "X-Key", "header")),
        ({"params": {"appid": 'dlt.secrets["key"]', "q": "x"}}, ApiKey("api_key", "appid", "query")),
    ],
)
def test_a_reference_to_a_secret_is_a_credential_wherever_it_stands(part: JsonObject, scheme: Scheme) -> None:
    config = {"client": {"base_url": URL}, "resources": [{"name": "a", "endpoint": part}]}
    [found] = declared(**config)
    assert found.scheme({"auth_method": "basic"}, API) == scheme
    assert "dlt.secrets" not in repr((found.headers, found.params))
    assert found.headers == {name: value for name, value in part.get("headers", {}).items() if name == "X-Other"}


def test_credentials_that_are_declared_are_not_replaced_by_a_reference_in_a_header() -> None:
    client = {"base_url": URL, "auth": {"type": "bearer"}, "headers": {"X-Key": 'dlt.secrets["key"]'}}
    [fault] = check({"client": client, "resources": ["a"]}).faults
    assert fault.startswith("client.headers.X-Key: credentials")


def test_what_a_project_file_has_beside_the_configuration_has_no_effect() -> None:
    whole = {"type": "rest_api", "name": "blog", "max_table_nesting": 2, **WHOLE}
    assert declared(resources=whole) == declared(resources=WHOLE)


def test_the_lag_has_a_placeholder() -> None:
    word = {"cursor_path": "id", "initial_value": 1, "lag": 60}
    [found] = declared(
        resources=[resource(params={"lag": "{incremental.lag}"}, json={"l": ["{incremental.lag}s"]}, incremental=word)]
    )
    assert (found.params, found.endpoint.json) == ({"lag": "60"}, {"l": ["60s"]})


def test_what_is_skipped_is_not_selected() -> None:
    words = [{**resource("a"), "write_disposition": "skip"}, resource("b")]
    streams = tap_of(words).streams
    assert [streams[name].selected_by_default for name in "ab"] == [False, True]


@pytest.mark.parametrize("word", ["replace", {"disposition": "replace", "strategy": "insert-from-staging"}])
def test_a_write_disposition_may_have_a_strategy(word: object) -> None:
    assert declared(resources=[{**resource(), "write_disposition": word}])[0].disposition == "replace"


COLUMNS: JsonObject = {
    "id": {"data_type": "bigint", "primary_key": True, "nullable": False, "x-mine": 1},
    "price": {"data_type": "text"},
    "seen": {"data_type": "timestamp"},
    "day": {"data_type": "date"},
    "flag": {"data_type": "bool"},
    "none-yet": {"data_type": "double"},
    "meta": {"data_type": "json"},
}


@pytest.mark.parametrize("columns", [COLUMNS, [{"name": name, **word} for name, word in COLUMNS.items()]])
def test_columns_have_their_types_as_far_as_the_records_agree(columns: object, requests_mock: Mocker) -> None:
    row = {"id": 1, "price": 5, "seen": "2024-01-31", "day": "2024-01-31", "flag": "yes", "meta": {"a": 1}}
    requests_mock.get(f"{URL}/a", json=[row])
    config = {"client": {"base_url": URL}, "resources": [{**resource(), "columns": columns}]}
    stream = TapAnalytics(config=config).streams["a"]
    found = stream.schema["properties"]
    assert stream.primary_keys == ("id",)
    assert found["id"] == {"type": "integer"}
    assert found["price"] == {"type": ["string", "null"], "contentMediaType": "text/plain"}
    assert found["seen"] == {"type": ["string", "null"], "format": "date-time"}
    assert found["day"] == {"type": ["string", "null"], "format": "date"}
    assert found["flag"] == {"type": ["string", "null"]}
    assert found["none_yet"] == {"type": ["number", "null"]}
    assert found["meta"] == {"type": ["object", "null"]}


def test_columns_of_all_resources_are_added_to() -> None:
    defaults = {"columns": {"id": {"data_type": "text", "primary_key": True}}}
    own = {**resource(), "columns": [{"name": "id", "data_type": "bigint"}, {"name": "b", "data_type": "date"}]}
    [found] = declared(resources=[own], resource_defaults=defaults)
    types = {name: column.data_type for name, column in found.resource.columns.items()}
    assert (types, found.primary_keys) == ({"id": "bigint", "b": "date"}, ("id",))


# Credentials


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ("bearer", {"Authorization": f"Bearer {KEY}"}),
        ({"token": "api_key"}, {"Authorization": f"Bearer {KEY}"}),
        ({"type": "bearer", "token": ""}, {"Authorization": f"Bearer {KEY}"}),
        ({"type": "bearer", "token": "password"}, {"Authorization": "Bearer the-password"}),
        ({"type": "bearer", "token": "dlt.secrets['github_token']"}, {"Authorization": f"Bearer {KEY}"}),
        ({"type": "bearer", "token": 'dlt.secrets["password"]'}, {"Authorization": "Bearer the-password"}),
        ({"type": "bearer", "token": "dlt.secrets.value"}, {"Authorization": f"Bearer {KEY}"}),
        ({"type": "api_key", "name": "X-Key"}, {"X-Key": KEY}),
        ("api_key", {"Authorization": KEY}),
        ("http_basic", {"Authorization": "Basic bWU6dGhlLXBhc3N3b3Jk"}),
        ({"type": "basic"}, {"Authorization": "Basic bWU6dGhlLXBhc3N3b3Jk"}),
        (
            {"type": "basic", "username": "dlt.secrets['api_key']", "password": "dlt.secrets['api_key']"},
            {"Authorization": "Basic dGhlLWFwaS1rZXk6dGhlLWFwaS1rZXk="},
        ),
    ],
)
@pytest.mark.parametrize("place", ["client", "endpoint"])
def test_credentials_are_settings_that_a_declaration_refers_to(
    auth: object, sent: dict[str, str], place: str, requests_mock: Mocker
) -> None:
    words: JsonObject = {"client": {"auth": auth}} if place == "client" else {}
    own = resource(auth=auth) if place == "endpoint" else resource()
    tap = tap_of([own], **{"username": "me", "password": "the-password", **words})
    requests_mock.get(f"{URL}/a", json=[])
    tap.streams["a"].fetch({})  # type: ignore[attr-defined]
    headers = requests_mock.request_history[0].headers
    assert {name: headers.get(name) for name in ("Authorization", "X-Key") if name in headers} == sent


def test_a_key_goes_into_the_query_where_that_is_declared(requests_mock: Mocker) -> None:
    tap = tap_of(["a"], client={"auth": {"type": "api_key", "name": "key", "location": "query"}})
    requests_mock.get(f"{URL}/a", json=[])
    tap.streams["a"].fetch({})  # type: ignore[attr-defined]
    assert requests_mock.request_history[0].qs == {"key": [KEY]}


def test_an_endpoint_s_credentials_take_the_place_of_the_client_s_and_null_sends_none(requests_mock: Mocker) -> None:
    words = [resource("a"), resource("b", auth={"type": "api_key", "name": "X-Key"}), resource("c", auth=None)]
    tap = tap_of(words, client={"auth": "bearer"})
    requests_mock.get(f"{URL}/a", json=[])
    for stream in tap.streams.values():
        stream.fetch({})  # type: ignore[attr-defined]
    sent = [
        [name for name in ("Authorization", "X-Key") if name in each.headers] for each in requests_mock.request_history
    ]
    assert sent == [["Authorization"], ["X-Key"], []]


@pytest.mark.parametrize(
    ("auth", "place", "setting"),
    [
        ({"token": MARK}, "token", "api_key"),
        ({"type": "api_key", "api_key": MARK}, "api_key", "api_key"),
        ({"type": "http_basic", "username": "username", "password": MARK}, "password", "password"),
    ],
)
def test_a_secret_in_a_declaration_is_refused_with_the_setting_to_use(auth: object, place: str, setting: str) -> None:
    for told in (faults_of(resource(auth=auth)), faults_of(resource(), client={"auth": auth})):
        [fault] = told
        assert f"auth.{place}: credentials do not belong here: leave '{place}' out and set '{setting}'" in fault
        assert MARK not in fault


@pytest.mark.parametrize("kind", ["http_basic", "basic"])
def test_a_user_name_is_no_secret_beside_a_password(kind: str, requests_mock: Mocker) -> None:
    words: JsonObject = {"client": {"base_url": URL, "auth": {"type": kind, "username": "me"}}, "resources": ["a"]}
    tap = TapAnalytics(config={**words, "password": "the-password"}, catalog={"streams": []})
    requests_mock.get(f"{URL}/a", json=[])
    tap.streams["a"].fetch({})  # type: ignore[attr-defined]
    assert requests_mock.request_history[0].headers["Authorization"] == "Basic bWU6dGhlLXBhc3N3b3Jk"
    with pytest.raises(SettingsError, match=r"client\.auth\.username: credentials do not belong here"):
        TapAnalytics(config={**words, "password": "p", "username": "another"})


def test_a_declared_user_agent_takes_the_place_of_the_tap_s(requests_mock: Mocker) -> None:
    tap = tap_of(
        [resource("a"), resource("b", headers={"user-agent": "mine"})], client={"headers": {"User-Agent": "c"}}
    )
    requests_mock.get(f"{URL}/a", json=[])
    for name in "ab":
        tap.streams[name].fetch({})  # type: ignore[attr-defined]
    assert [request.headers["User-Agent"] for request in requests_mock.request_history] == ["c", "mine"]


def test_only_settings_that_are_needed_must_be_there() -> None:
    words = {"api": "declared", "client": {"base_url": URL, "auth": "bearer"}, "resources": ["a"]}
    with pytest.raises(SettingsError, match="'api_key' is missing"):
        TapAnalytics(config=words)
    open_words = {**words, "client": {"base_url": URL}}
    assert TapAnalytics(config=open_words, catalog={"streams": []}).streams


def test_an_open_api_gets_no_credentials(requests_mock: Mocker) -> None:
    tap = TapAnalytics(config={"client": {"base_url": URL}, "resources": ["a"]}, catalog={"streams": []})
    requests_mock.get(f"{URL}/a", json=[])
    tap.streams["a"].fetch({})  # type: ignore[attr-defined]
    assert "Authorization" not in requests_mock.request_history[0].headers


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
