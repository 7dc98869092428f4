"""Whatever the vocabulary allows is refused before the first request, with its place, or gives every row."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_analytics.apis.declared.vocabulary import ClientWords, Endpoint, Incremental, Resource
from tests.dlt.corpus import Case, cases, differences
from tests.dlt.runs import plain_list, whole_object
from tests.faults.runs import run_here

if TYPE_CHECKING:
    from tests.dlt.api import DescribedApi

JsonObject = dict[str, Any]

WORKING: Final = [
    case
    for case in cases("words")
    if case.words.keys() <= {"name", "config", "api", "expect", "dlt"}
    and case.name.startswith(("paginators", "selectors", "shorthands", "detection"))
    # Rows are told apart by their ids below.
    and all(isinstance(rows, int) for rows in case.words["expect"].values())
]
"""Configurations that give every row as they stand."""

NAMES: Final = st.sampled_from(["id", "other", "a b"])
HARMLESS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "resource": {
        "primary_key": st.sampled_from(["id", ["id"], None]),
        "write_disposition": st.sampled_from(
            ["merge", "append", "replace", None, {"disposition": "merge", "strategy": "upsert"}]
        ),
        "columns": st.dictionaries(
            NAMES,
            st.fixed_dictionaries({"data_type": st.sampled_from(["double", "bigint", "json", "bool"])}),
            max_size=2,
        ),
        "merge_key": NAMES,
        "table_format": st.just("iceberg"),
        "max_table_nesting": st.integers(0, 2) | st.none(),
        "schema_contract": st.just({"columns": "freeze"}),
        "parallelized": st.booleans(),
        "selected": st.just(value=True) | st.none(),
        "processing_steps": st.sampled_from([[], None]),
    },
    "endpoint": {
        "method": st.sampled_from(["GET", "get", None]),
        "headers": st.sampled_from([{"X-Mine": "a"}, {"User-Agent": "me"}, None]),
        "error_handler": st.sampled_from([{"max_retries": 0}, {"retry_on_status_codes": [429]}, None]),
        "auth": st.sampled_from([None, "bearer", {"type": "api_key", "name": "X-Key"}]),
    },
    "client": {"headers": st.just({"X-Client": "a"}), "session": st.none()},
    "defaults": {
        "primary_key": st.just("id"),
        "endpoint": st.fixed_dictionaries({"headers": st.just({"X-Default": "a"})}),
    },
}
"""Words, by where they stand, that leave every row in its place."""


def _words_of(kind: type) -> list[str]:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return [field.encode_name for field in info.fields]


WRONG: Final = st.sampled_from(
    [7, -1, 0.5, True, "", "{api_key}", "x\n", [7], [""], {"type": "curser"}, {"a": {"b": []}}]
)
PLACES: Final = {"resource": Resource, "endpoint": Endpoint, "client": ClientWords, "incremental": Incremental}
ANYTHING: Final = st.sampled_from(sorted(PLACES)).flatmap(
    lambda place: st.tuples(st.just(place), st.sampled_from([*_words_of(PLACES[place]), "unknown"]), WRONG)
)


CHANGE_ROWS: Final = {
    *("path", "params", "data_selector", "json", "data", "response_actions", "paginator", "headers"),
    *("name", "table_name", "primary_key", "columns", "selected", "schema", "include_from_parent", "parent_filter"),
}
"""Words whose odd values may be meant: other rows, other columns, another request."""


@st.composite
def harmless(draw: st.DrawFn) -> tuple[Case, JsonObject]:
    """Draw a configuration that works, with words that change nothing."""
    case = draw(st.sampled_from(WORKING))
    words: JsonObject = deepcopy(case.words)
    added = {place: draw(_some(strategies)) for place, strategies in HARMLESS.items()}
    whole = words["config"] if isinstance(words["config"], dict) else {"resources": words["config"]}
    whole["resources"] = [_with(resource, added["resource"], added["endpoint"]) for resource in whole["resources"]]
    if added["client"]:
        whole["client"] = {"base_url": "https://api.example.com", **added["client"], **whole.get("client", {})}
    if added["defaults"] and "resource_defaults" not in whole:
        whole["resource_defaults"] = added["defaults"]
    words["config"] = whole
    return Case(case.name, words), words


def _some(strategies: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[JsonObject]:
    names = st.sets(st.sampled_from(sorted(strategies)), max_size=2)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: strategies[name] for name in sorted(chosen)}))


def _with(resource: Any, words: JsonObject, endpoint_words: JsonObject) -> Any:  # noqa: ANN401 - any JSON
    """Return a resource with further words, written out as far as they need it."""
    if not words and not endpoint_words:
        return resource
    found = {"name": resource, "endpoint": resource} if isinstance(resource, str) else dict(resource)
    endpoint = found.get("endpoint")
    if endpoint_words:
        # An empty text is a path, too.
        endpoint = {} if endpoint is None else endpoint
        endpoint = {"path": endpoint} if isinstance(endpoint, str) else endpoint
        found["endpoint"] = {**endpoint_words, **endpoint}
    return {**words, **found}


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(drawn=harmless(), is_whole=st.booleans())
def test_words_that_change_nothing_leave_every_row(
    api: DescribedApi, drawn: tuple[Case, JsonObject], *, is_whole: bool
) -> None:
    case, words = drawn
    api.serve(case.api(api.url))
    run = run_here((whole_object if is_whole else plain_list)(case, api.url) | {"api_key": "a-key"})
    assert run.exit_code == 0, (run.stderr, words["config"])
    for stream, rows in words["expect"].items():
        assert not differences(run.records(stream), rows), (run.stderr, words["config"])


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(drawn=harmless(), wrong=ANYTHING)
def test_whatever_is_wrong_is_refused_with_its_place_before_the_first_request(
    api: DescribedApi, drawn: tuple[Case, JsonObject], wrong: tuple[str, str, Any]
) -> None:
    case, words = drawn
    place, word, value = wrong
    whole = words["config"]
    if place == "client":
        whole["client"] = {"base_url": "https://api.example.com", **whole.get("client", {}), word: value}
    else:
        resource = _with(whole["resources"][0], {"primary_key": "id"}, {"method": "GET"})
        target = resource if place == "resource" else resource["endpoint"]
        if place == "incremental":
            target = target.setdefault("incremental", {"cursor_path": "id"})
        target[word] = value
        whole["resources"][0] = resource
    api.serve(case.api(api.url))
    run = run_here(whole_object(case, api.url) | {"api_key": "a-key"})
    assert "Traceback" not in run.stderr
    if "Settings: " in run.stderr:
        assert run.exit_code == 1
        assert not api.asked
        faults = run.stderr.partition("Settings: ")[2]
        assert re.match(r"(resources|client|resource_defaults|'api_url'|'\w+' is missing)[^ ]*:? ", faults), faults
    else:
        # What is allowed after all is asked for. Only words that choose rows, or the place to ask, may change them.
        assert word in CHANGE_ROWS or place == "incremental" or run.exit_code == 0, (run.stderr, whole)
        if run.exit_code == 0 and word not in CHANGE_ROWS and place != "incremental":
            for stream, rows in words["expect"].items():
                assert not differences(run.records(stream), rows), (run.stderr, whole)
