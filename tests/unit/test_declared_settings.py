"""What may be declared: what requests can carry, what the seeds declare, and what an editor is told of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from tap_analytics.errors import SettingsError
from tap_analytics.settings.schema import CONFIG_JSONSCHEMA, with_words
from tap_analytics.tap import TapAnalytics
from tests.unit.declared import HINTS, MARK, faults_of, resource, tap_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.singer import Tap


@pytest.mark.parametrize(
    "path",
    [
        "/a#b",
        "//evil.example",
        "/a//b",
        "/a b",
        "/ä",
        "/a/../b",
        "/.",
        "a/..",
        "/%2E%2e/a",
        "/a%",
        "/%zz",
        "/a\n",
        "\\a",
    ],
)
def test_a_path_is_plain(path: str) -> None:
    [fault] = faults_of(resource(path=path))
    assert fault.startswith("resources[0].endpoint.path: must be a plain path: no '//', '.' or '..'")


@pytest.mark.parametrize(
    "path", ["a", "/", "/v1/a.json", "/a;b=1,2/@c", "/a%20b/%C3%A4", "/{resources.built_in.id}.json"]
)
def test_a_plain_path_is_taken(path: str) -> None:
    assert not faults_of(resource(path=path))


AUTHORITY = (
    "Authorization proxy-authorization X-Authorization Cookie Set-Cookie X-Api-Key apikey Private-Token X-Auth "
    "X-AccessToken x_secret X-Password Ocp-Apim-Subscription-Key Token"
)
IN_QUERY = (
    "api_key apikey hapikey API-Key access_token accessToken key token client_secret clientSecret password auth "
    "authorization app_key subscription-key"
)


@pytest.mark.parametrize("name", AUTHORITY.split())
def test_a_header_that_carries_authority_is_refused(name: str) -> None:
    hint = "credentials have settings of their own: use 'auth' (or 'auth_method')"
    assert faults_of(resource(headers={name: MARK})) == [f"resources[0].endpoint.headers.{name}: {hint}"]


@pytest.mark.parametrize("name", IN_QUERY.split())
def test_a_key_in_the_query_is_refused(name: str) -> None:
    hint = "a key has a setting of its own: use 'auth' with 'type: api_key', 'location: query' and its 'name'"
    assert faults_of(resource(params={name: MARK})) == [f"resources[0].endpoint.params.{name}: {hint}"]


def test_other_headers_and_parameters_are_taken() -> None:
    params = dict.fromkeys(("sort_key", "monkey", "author", "tokens", "keys", "{a"), "{x, y} {'z': 1}")
    headers = {"Accept": "application/vnd.api+json", "X-Monkey": "", "Accept-Language": "en, de;q=0.5\t"}
    assert not faults_of(resource(params=params, headers=headers))


RETRIES = {"retry_on_status_codes": [429], "max_retries": 3, "backoff_factor": 2}
BY_CURSOR = {"type": "cursor", "limit": 50, "cursor_param": "cursor", "cursor_path": "meta.next_cursor"}
SUPPORT = [
    {
        "name": "account",
        "endpoint": {
            "path": "/v1/account",
            "data_selector": [],
            "paginator": {"type": "single_page"},
            "error_handler": RETRIES,
        },
    },
    *(
        {
            "name": name.replace("-", "_"),
            "endpoint": {
                "path": f"/v1/{name}",
                "data_selector": "data",
                "paginator": BY_CURSOR,
                "error_handler": RETRIES,
            },
        }
        for name in ("customers", "custom-fields")
    ),
]
BY_NUMBER = {"type": "page_number", "page_param": "page", "limit_param": "per_page", "limit": 200}
BY_LAST = {"type": "cursor", "cursor_param": "start-after", "limit_param": "per_page", "limit": 200}
SUBSCRIPTION = [
    {"name": "customers", "endpoint": {"path": "/v1/customers", "data_selector": "entries", "paginator": BY_NUMBER}},
    {"name": "activities", "endpoint": {"path": "/v1/activities", "data_selector": "entries", "paginator": BY_LAST}},
    *(
        {
            "name": f"customer_{interval}_count",
            "endpoint": {"path": "/v1/metrics/customer-count", "data_selector": "entries"},
        }
        for interval in ("daily", "weekly", "monthly", "quarterly")
    ),
]


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"auth_method": "bearer"},
        {"username": "me", "password": "p"},
        {"auth_method": "header", "auth_header": "X-Key"},
    ],
)
@pytest.mark.parametrize("resources", [SUPPORT, SUBSCRIPTION])
def test_the_seeds_declarations_are_taken_as_they_stand(
    resources: list[dict[str, Any]], credentials: dict[str, str]
) -> None:
    defaults = {"primary_key": "id", "write_disposition": "merge"}
    streams = tap_of(resources, resource_defaults=defaults, **credentials).streams
    declared = {each["name"]: each["endpoint"]["path"] for each in resources}
    assert {name: stream.path for name, stream in streams.items()} == declared  # type: ignore[attr-defined]
    assert {tuple(stream.primary_keys) for stream in streams.values()} == {("id",)}
    assert not faults_of(*resources, resource_defaults=defaults, **credentials)


TEXTS = [
    *(
        MARK,
        f"{MARK}\r\n",
        f"/{MARK}",
        f"https://{MARK}/",
        f"/a?{MARK}",
        f"{{{MARK}}}",
        f"$.{MARK}[?(@.a)]",
        f"{MARK}[",
    ),
    *("", "/a", "customers", "id", "cursor", "asc", "GET", "/{resources.customers.id}/a", "2024-01-01", "\ud800"),
]
TEXT = st.sampled_from(TEXTS)
NUMBER = st.sampled_from([True, -1, 0, 1, 50.0, 0.5, 429, 10**400, float("inf")])
OTHER = ["limit", "type", "properties", "$ref", "Cookie", "api_key", "", *HINTS]
ANYTHING = st.recursive(
    TEXT | NUMBER | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(OTHER), inner, max_size=3),
    max_leaves=4,
)
KIND = st.sampled_from(["single_page", "cursor", "page_number", "offset", "json_link", "header_link", "auto", MARK])
FIELD = st.sampled_from([{}, True, {"type": "string"}, {"type": MARK}, {"$ref": MARK}, {"properties": {"a": False}}])
WORDS: dict[str, st.SearchStrategy[Any]] = {
    "params": st.dictionaries(st.sampled_from(["a", "key", ""]), ANYTHING, max_size=2),
    "headers": st.dictionaries(st.sampled_from(["a", "Cookie", ""]), TEXT, max_size=2),
    "data_selector": TEXT | st.lists(TEXT, max_size=2),
    "paginator": st.fixed_dictionaries({"type": KIND}, optional={"limit": NUMBER, "cursor_path": TEXT}),
    "error_handler": st.dictionaries(st.sampled_from(["max_retries", "backoff_factor"]), NUMBER, max_size=1),
    "incremental": st.fixed_dictionaries({"cursor_path": TEXT}, optional={"start_param": TEXT, "initial_value": TEXT}),
}
OWN: dict[str, st.SearchStrategy[Any]] = {
    "primary_key": TEXT | st.lists(TEXT, max_size=2),
    "schema": TEXT
    | st.dictionaries(
        st.just("properties"), st.dictionaries(st.sampled_from(["id", "a-b"]), FIELD, max_size=2), max_size=1
    ),
    "include_from_parent": st.lists(TEXT, max_size=1),
}


def some(words: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for none, one or two of some words: most that have more are refused for the same reasons."""
    names = st.sets(st.sampled_from(sorted(words)), max_size=2)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: words[name] for name in chosen}))


RESOURCE = st.builds(
    lambda name, path, words, own: {"name": name, "endpoint": {"path": path, **words}, **own},
    st.sampled_from(["customers", "a", MARK]),
    st.sampled_from(["/a"]) | TEXT,
    some(WORDS),
    some(OWN),
)


@hypothesis_settings(max_examples=300)
@given(st.lists(RESOURCE, max_size=2) | ANYTHING, st.just({}) | some({"endpoint": some(WORDS)}) | ANYTHING)
def test_declarations_of_any_kind_are_taken_or_refused_without_their_values(
    resources: object, defaults: object
) -> None:
    try:
        tap = tap_of(resources, resource_defaults=defaults, api_key=MARK)
    except SettingsError as error:
        # What stands in the place of a word is told as a word.
        told = re.sub(r"'[^']*' is not one of |nothing stands for .*? or 'type: resolve'", "", str(error))
        assert told.startswith("Settings: ")
        assert told.isprintable()
        assert MARK not in told
    else:
        assert tap.streams


def _properties(schema: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property below a schema, with its place."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}.{name}", inner
        yield from _properties(inner, f"{place}.{name}")
    for inner in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
        yield from _properties(inner, place)


def _is_described(schema: dict[str, Any]) -> bool:
    """Say whether an editor has something to tell; what can have one value only says that itself."""
    if "description" in schema or len({word.lower() for word in schema.get("enum", ())}) == 1:
        return True
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return bool(kinds) and all(map(_is_described, kinds))


SETTINGS = with_words(CONFIG_JSONSCHEMA)["properties"]
PROPERTIES = [each for name in ("resources", "resource_defaults") for each in _properties(SETTINGS[name], name)]


def test_the_schema_of_the_settings_is_one_that_editors_know() -> None:
    # The SDK adds settings of its own to it, and writes 'null' for the schema of null in them.
    schema = with_words(CONFIG_JSONSCHEMA)
    Draft7Validator.check_schema(schema)
    Draft202012Validator.check_schema(schema)
    assert "$ref" not in json.dumps(schema)


def test_every_word_has_a_description() -> None:
    assert len(PROPERTIES) > 80
    assert not [place for place, schema in PROPERTIES if not _is_described(schema)]


@pytest.mark.parametrize("place", ["resources.endpoint.paginator", "resource_defaults.endpoint.paginator"])
def test_all_paginators_can_be_completed(place: str) -> None:
    kinds = dict(PROPERTIES)[place]["anyOf"]
    types = [kind["properties"]["type"]["enum"] for kind in kinds]
    words = ("single_page", "cursor", "page_number", "offset", "json_link", "header_link", "header_cursor", "auto")
    assert types == [[word] for word in words]
    assert all(kind["required"] == ["type"] for kind in kinds)
    assert not any(kind["additionalProperties"] for kind in kinds)


def test_about_tells_all_of_it_and_requires_no_address_beside_that_of_the_client(tap: Tap) -> None:
    about = json.loads(tap.run(None, "--about", "--format", "json").stdout)["settings"]
    for name in ("resources", "resource_defaults", "auth_method", "auth_header"):
        assert about["properties"][name] == SETTINGS[name]
    config = {"client": {"base_url": "https://api.example.com"}, "resources": [resource()]}
    Draft202012Validator(about).validate(config)
    TapAnalytics(config=config, catalog={"streams": []})


def test_an_address_that_is_missing_everywhere_is_told_with_both_places() -> None:
    with pytest.raises(SettingsError, match=r"^Settings: 'api_url' is missing, and so is 'base_url' in 'client'$"):
        TapAnalytics(config={"api": "declared", "resources": [resource()]}, catalog={"streams": []})
