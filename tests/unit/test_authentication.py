"""What goes out on whose behalf: one header, in the way that is set, and the secret nowhere else."""

from __future__ import annotations

import base64
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import ServiceError, SettingsError, StreamError
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import faults_of, resource, tap_of
from tests.unit.taps import KEY, URL, stream_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from requests_mock import Mocker

    from tap_analytics.sync.stream import AnalyticsStream

BEARER = {"auth_method": "bearer"}
HEADER = {"auth_method": "header", "auth_header": "X-Api-Key"}
PAIR = {"username": "mé@example.com", "password": "p:ß"}
WAYS = [
    ({}, {"Authorization": f"Basic {base64.b64encode(f'{KEY}:{KEY}'.encode()).decode()}"}),
    (PAIR, {"Authorization": f"Basic {base64.b64encode('mé@example.com:p:ß'.encode()).decode()}"}),
    (BEARER, {"Authorization": f"Bearer {KEY}"}),
    (HEADER, {"X-Api-Key": KEY}),
    ({**HEADER, "auth_header": "Authorization"}, {"Authorization": KEY}),
    ({**HEADER, **PAIR}, {"X-Api-Key": KEY}),
]


def declared_stream(settings: dict[str, Any], **words: Any) -> AnalyticsStream:
    """Return a declared stream."""
    stream: AnalyticsStream = tap_of([resource(**words)], **settings).streams["a"]  # type: ignore[assignment]
    return stream


def own(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers but for those that every request has."""
    always = {"User-Agent", "Accept", "Accept-Encoding", "Connection"}
    return {name: value for name, value in headers.items() if name not in always}


def sent(mocker: Mocker) -> dict[str, str]:
    """Return what headers the only request has but for those that every request has."""
    [request] = mocker.request_history
    return own(request.headers)


@pytest.fixture
def _netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `.netrc` have other credentials for the API."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.mark.usefixtures("_netrc")
@pytest.mark.parametrize(("settings", "headers"), WAYS)
def test_credentials_go_out_in_one_header_and_so_they_do_after_a_redirect(
    requests_mock: Mocker, settings: dict[str, str], headers: dict[str, str]
) -> None:
    requests_mock.get(f"{URL}/a", status_code=307, headers={"Location": "/b"})
    requests_mock.get(f"{URL}/b", json=[])
    declared_stream(settings).fetch({})
    first, second = requests_mock.request_history
    assert own(first.headers) == own(second.headers) == headers
    assert [first.url, second.url] == [f"{URL}/a", f"{URL}/b"]


@pytest.mark.parametrize("api", ["subscription", "support"])
@pytest.mark.parametrize(("settings", "headers"), WAYS[2:5])
def test_the_way_can_be_set_for_every_api(
    requests_mock: Mocker, api: str, settings: dict[str, str], headers: dict[str, str]
) -> None:
    requests_mock.get(f"{URL}/v1/customers", json={"entries": [], "data": []})
    stream_of("customers", api, api_key=KEY, **settings).fetch({})
    assert sent(requests_mock) == headers


@pytest.mark.parametrize("settings", [{}, BEARER, HEADER])
def test_the_address_stays_as_it_is_asked_for(requests_mock: Mocker, settings: dict[str, str]) -> None:
    requests_mock.get(f"{URL}/a", json=[])
    stream = declared_stream(settings, params={"empty": "", "list": [1, 2], "text": "a b+c/ä"})
    stream.fetch(stream.params)
    assert requests_mock.request_history[0].url == f"{URL}/a?empty=&list=1&list=2&text=a+b%2Bc%2F%C3%A4"


@pytest.mark.parametrize("settings", [BEARER, HEADER])
def test_declared_headers_go_beside_the_credentials(requests_mock: Mocker, settings: dict[str, str]) -> None:
    requests_mock.get(f"{URL}/a", json=[])
    declared_stream(settings, headers={"Accept": "text/json", "X-Api-Version": "2"}).fetch({})
    [request] = requests_mock.request_history
    assert request.headers["Accept"] == "text/json"
    assert {KEY, f"Bearer {KEY}", "2"} > set(sent(requests_mock).values())
    assert len(sent(requests_mock)) == 2


@pytest.mark.parametrize("name", ["X-Internal", "x-internal", "X-INTERNAL"])
def test_a_declared_header_is_not_the_one_of_the_key(name: str) -> None:
    settings = {"auth_method": "header", "auth_header": "X-Internal"}
    declared = resource(headers={name: "value-of-a-header"})
    [fault] = faults_of(declared, **settings)
    assert fault.startswith(f"resources[0].endpoint.headers.{name}: credentials have settings of their own")
    [fault] = faults_of(resource(), resource_defaults={"endpoint": {"headers": {name: "a"}}}, **settings)
    assert fault.startswith(f"resource_defaults.endpoint.headers.{name}: ")
    assert not faults_of(resource(headers={f"{name}-Too": "a"}), **settings)


@pytest.mark.parametrize(
    ("api", "settings", "missing"),
    [
        ("declared", {"username": "me"}, ["password"]),
        ("declared", {"password": "p"}, ["username"]),
        ("declared", {"api_key": KEY, "username": "me"}, ["password"]),
        ("declared", {**PAIR, **BEARER}, ["api_key"]),
        ("declared", {**PAIR, "auth_method": "header"}, ["api_key", "auth_header"]),
        ("declared", {"api_key": KEY, "auth_method": "header"}, ["auth_header"]),
        ("support", {"api_key": KEY}, ["username", "password"]),
        ("support", {**PAIR, **BEARER}, ["api_key"]),
        ("subscription", {**PAIR, **HEADER}, ["api_key"]),
    ],
)
def test_what_a_way_needs_and_does_not_have_is_named(api: str, settings: dict[str, str], missing: list[str]) -> None:
    told = [f"'{name}' is missing: the {api} API needs it" for name in missing]
    with pytest.raises(SettingsError) as error:
        TapAnalytics(config={"api": api, "api_url": URL, "resources": [resource()], **settings})
    assert str(error.value) == f"Settings: {'; '.join(told)}"


@pytest.mark.parametrize("method", ["Basic", "http_basic", "api_key", "oauth2", 7])
def test_another_way_is_refused_with_those_that_there_are(method: object) -> None:
    told = "; ".join(faults_of(resource(), auth_method=method))
    assert "'auth_method' must be one of basic, bearer, header" in told


@pytest.mark.parametrize(
    "key", ["5ecret\n", "5ecret\r\nHost: evil.example", "5ecretä", " 5ecret", "5ecret ", "5ec\0ret"]
)
@pytest.mark.parametrize("settings", [BEARER, HEADER])
def test_a_key_that_no_header_can_hold_is_refused_before_the_first_request(
    requests_mock: Mocker, settings: dict[str, str], key: str
) -> None:
    with pytest.raises(SettingsError, match=r"^Settings: 'api_key' (has a character|must not begin)") as error:
        TapAnalytics(config={"api": "declared", "api_url": URL, "resources": [resource()], "api_key": key, **settings})
    assert "5ec" not in str(error.value)
    assert not requests_mock.called
    assert not faults_of(resource(), api_key=key)


@pytest.mark.parametrize("name", ["", "X Key", "X-Key:", "X-Key\n", "X-Schlüssel", "Host", "content-length", "Accept"])
def test_the_header_of_the_key_is_one_that_is_free(name: str) -> None:
    [fault] = faults_of(resource(), auth_method="header", auth_header=name)
    assert fault.startswith("'auth_header' ")


@pytest.mark.parametrize("agent", ["me\n", " me"])
def test_no_line_break_gets_into_a_header(agent: str) -> None:
    [fault] = faults_of(resource(), user_agent=agent)
    assert fault.startswith("'user_agent' ")


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, "'api_key'"),
        (PAIR, "'username' and 'password'"),
        (BEARER, "'api_key'"),
        ({**PAIR, **HEADER}, "'api_key' and 'auth_header'"),
    ],
)
def test_refused_credentials_are_named(requests_mock: Mocker, settings: dict[str, str], names: str) -> None:
    requests_mock.get(f"{URL}/a", status_code=401, json={"error": "no"})
    stream = declared_stream(settings)
    with pytest.raises(ServiceError, match=f"The credentials were refused: check {names}$"):
        stream.fetch({})


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("settings", "headers"), WAYS)
def test_no_secret_is_logged_when_the_api_echoes_it(
    requests_mock: Mocker, caplog: pytest.LogCaptureFixture, settings: dict[str, str], headers: dict[str, str]
) -> None:
    [value] = headers.values()
    secret = value.split()[-1]
    caplog.set_level(logging.DEBUG)
    requests_mock.get(f"{URL}/a", status_code=500, json={"error": f"what is {value}?"}, headers={"Echo": value})
    stream = declared_stream(settings)
    with pytest.raises(StreamError) as error:
        stream.fetch({})
    assert secret in str(error.value)
    stream.logger.error("%s", error.value)
    logging.getLogger("other").debug("sent %s", headers)
    assert caplog.text.count("********") > 3
    assert secret not in caplog.text


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header that HTTP Basic gives a pair."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.mark.parametrize("pair", [{"username": "key-1", "password": ""}, {"username": "", "password": "key-1"}])
@pytest.mark.parametrize("api_key", [None, KEY])
def test_half_of_a_pair_may_be_empty(requests_mock: Mocker, pair: dict[str, str], api_key: str | None) -> None:
    requests_mock.get(f"{URL}/a", json=[])
    declared_stream({**pair, "api_key": api_key}).fetch({})
    assert sent(requests_mock) == basic(pair["username"], pair["password"])


def test_half_of_a_pair_may_be_empty_for_a_known_api_and_from_the_environment(
    requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"API": "support", "API_URL": URL, "USERNAME": "key-1", "PASSWORD": ""}.items():
        monkeypatch.setenv(f"TAP_ANALYTICS_{name}", value)
    requests_mock.get(f"{URL}/v1/customers", json={"data": []})
    tap = TapAnalytics(config={}, parse_env_config=True)
    tap.streams["customers"].fetch({})  # type: ignore[attr-defined]
    assert sent(requests_mock) == basic("key-1", "")


def test_of_an_empty_pair_the_api_key_takes_the_place(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/a", json=[])
    declared_stream({"username": "", "password": ""}).fetch({})
    assert sent(requests_mock) == basic(KEY, KEY)


@pytest.mark.parametrize(
    ("api", "pair"),
    [
        (api, pair)
        for api in ("support", "declared")
        for pair in ({"username": "", "password": ""}, {"username": ""}, {"password": ""}, {})
        # A declared API may be open to all.
        if pair or api == "support"
    ],
)
def test_a_pair_that_is_empty_or_missing_is_refused_in_one_sentence(api: str, pair: dict[str, str]) -> None:
    resources = [resource()] if api == "declared" else []
    with pytest.raises(SettingsError) as error:
        TapAnalytics(config={"api": api, "api_url": URL, "resources": resources, **pair})
    assert re.search("both empty|is missing", str(error.value))
    assert "\n" not in str(error.value)


def test_a_user_name_without_a_password_is_masked_like_a_key(caplog: pytest.LogCaptureFixture) -> None:
    settings = {"api": "support", "api_url": URL, "username": "the-key-of-mine", "password": ""}
    root = logging.getLogger()
    root.addHandler(caplog.handler)
    TapAnalytics(config=settings).logger.warning("asked as the-key-of-mine, %s", basic("the-key-of-mine", ""))
    assert "the-key" not in caplog.handler.format(caplog.records[-1])
    assert basic("the-key-of-mine", "")["Authorization"][6:-1] not in caplog.text
