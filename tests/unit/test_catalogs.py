"""A catalog is looked at once, where it enters; what is wrong with it is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import SettingsError
from tests.singer import select
from tests.unit.taps import URL, tap_of

if TYPE_CHECKING:
    from requests_mock import Mocker


def entry(**words: Any) -> dict[str, Any]:
    """Return a catalog of one stream, some of its words replaced, those that are None left out."""
    made = {"tap_stream_id": "customers", "schema": {"type": "object", "properties": {}}, "metadata": [], **words}
    return {"streams": [{word: value for word, value in made.items() if value is not None}]}


def of_stream(**words: Any) -> dict[str, Any]:
    return {"breadcrumb": [], "metadata": words}


def typed(**schema: Any) -> dict[str, Any]:
    return entry(schema={"type": "object", "properties": {"name": schema}})


@pytest.mark.parametrize(
    ("catalog", "fault"),
    [
        ([], "must be an object like"),
        ({}, "must be an object like"),
        ({"streams": {}}, "must be an object like"),
        ({"streams": ["customers"]}, r"streams\[0\] must be an object with a 'tap_stream_id'"),
        (entry(tap_stream_id=None), "must be an object with a 'tap_stream_id'"),
        (entry(schema=None), "stream 'customers': 'schema' must be an object with 'properties'"),
        (entry(schema=[]), "'schema' must be an object with 'properties'"),
        (entry(schema={"type": "object", "properties": []}), "'schema.properties' must be an object"),
        (typed(type="datetime"), "'schema.name' has the type 'datetime'"),
        (typed(type=["string", "datetime"]), "'schema.name' has the type 'datetime'"),
        (typed(type="array", items={"type": "txt"}), "'schema.name.items' has the type 'txt'"),
        (typed(type=7), "'schema.name.type' must be"),
        (entry(schema={"properties": {"name": "string"}}), "'schema.name' must be an object"),
        (entry(key_properties="id"), "'key_properties' must be a list of names"),
        (entry(key_properties=["id"]), "'key_properties' has 'id', and 'schema' has no such property"),
        (entry(replication_method="LOG_BASED"), "the replication method must be FULL_TABLE or INCREMENTAL"),
        (entry(metadata=[of_stream(**{"replication-method": 7})]), "the replication method must be"),
        (entry(metadata=[of_stream(selected="false")]), "'selected' must be true or false"),
        (entry(selected=False, metadata=[of_stream(selected=True)]), "'selected' counts in the 'metadata'"),
        (entry(selected=True, metadata=[of_stream(selected=False)]), "'selected' counts in the 'metadata'"),
        (entry(selected=True), "'selected' counts in the 'metadata'"),
        (entry(stream="clients"), "'stream' must be the same name"),
        (entry(metadata={}), "'metadata' must be a list"),
        (entry(metadata=[{"breadcrumb": []}]), "'metadata' must be a list"),
    ],
)
def test_a_catalog_that_is_no_catalog_is_refused_by_name(catalog: Any, fault: str) -> None:  # noqa: ANN401
    with pytest.raises(SettingsError, match=f"Catalog: .*{fault}"):
        tap_of(catalog=catalog)


def test_keys_are_read_though_a_catalog_deselects_them(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    requests_mock.get(f"{URL}/v1/customers", json={"entries": [{"id": 1}], "has_more": False})
    catalog = select(tap_of().catalog_dict, "customers")
    for item in (item for each in catalog["streams"] for item in each["metadata"]):
        if item["breadcrumb"]:
            item["metadata"].update({"inclusion": "available", "selected": False})
    tap_of(catalog=catalog).sync_all()
    assert '"record":{"id":1}' in capsys.readouterr().out


@pytest.mark.parametrize("method", ["FULL_TABLE", "full_table"])
@pytest.mark.parametrize("place", ["beside the metadata", "in the metadata"])
def test_a_catalog_chooses_a_whole_read_wherever_it_says_so(method: str, place: str) -> None:
    catalog = tap_of().catalog_dict
    (found,) = [each for each in catalog["streams"] if each["tap_stream_id"] == "activities"]
    if place == "in the metadata":
        found["metadata"] = [*(item for item in found["metadata"] if item["breadcrumb"]), of_stream(selected=True)]
        found["metadata"][-1]["metadata"]["replication-method"] = method
    else:
        found["replication_method"] = method
    assert tap_of(catalog=catalog).streams["activities"].replication_method == "FULL_TABLE"


def test_a_catalog_that_does_not_mention_the_key_leaves_it_as_it_is() -> None:
    catalog = {"streams": [{"tap_stream_id": "activities", "schema": {"type": "object", "properties": {}}}]}
    assert tuple(tap_of(catalog=catalog).streams["activities"].primary_keys) == ("uuid",)
