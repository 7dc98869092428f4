"""Credentials as a configuration of dlt's REST API source declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_analytics.apis.declared import API
from tap_analytics.apis.declared.checking import check
from tap_analytics.errors import SettingsError
from tap_analytics.http.authentication import ApiKey, Bearer
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import MARK, faults_of, resource, tap_of
from tests.unit.pasted import JsonObject, declared
from tests.unit.taps import KEY, URL

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_analytics.http.authentication import Scheme


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
