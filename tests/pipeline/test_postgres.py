"""Both APIs into a PostgreSQL: once, again after the data have changed, and once more from the beginning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from demo.database import Database, postgres
from demo.pipeline import EXTRACTORS, Pipeline, settings
from tap_analytics.records.value_types import types_of
from tap_analytics.tap import TapAnalytics
from tests.pipeline.truth import APIS, KEYS, SELECTED, Tables, by_key, differences, truth

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path
    from typing import LiteralString

SUPPORT = ("customers", "tickets", "messages", "events", "satisfaction_surveys")
INCREMENTAL = {("tap_analytics", "activities"), *(("tap_analytics_support", table) for table in SUPPORT)}
ALL = [(schema, table) for schema, tables in KEYS.items() for table in tables]
SIZE = 110
LOOKBACK = timedelta(days=30)

COLUMNS: LiteralString = """
select table_name as table, column_name as name, udt_name as type, ordinal_position = any(conkey) as in_key
from information_schema.columns
left join pg_constraint on conrelid = format('%%I.%%I', table_schema, table_name)::regclass and contype = 'p'
where table_schema = %s
"""
TYPES = {"integer": "int8", "number": "numeric", "boolean": "bool", "object": "jsonb", "string": "text"}
FORMATS = {"date-time": "timestamp", "date": "date"}


@dataclass
class Run:
    """What one run of both pipelines did: what it read, what was there to read, and what it left in the tables."""

    read: dict[str, Counter[str]] = field(default_factory=dict)
    truth: dict[str, Tables] = field(default_factory=dict)
    tables: dict[str, Tables] = field(default_factory=dict)
    columns: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Story:
    """Three runs; between the first and the second the data changed."""

    first: Run
    changes: dict[str, list[Any]]
    second: Run
    whole: Run


@pytest.fixture(scope="module")
def story(meltano: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Sync, let the data live, sync, and read everything anew."""
    with Sandbox(size=SIZE) as sandbox, postgres(tmp_path_factory.mktemp("database")) as database:
        pipeline = Pipeline(meltano, {**settings(sandbox), **SELECTED, "TARGET_POSTGRES_SQLALCHEMY_URL": database.url})
        first = sync(pipeline, sandbox, database)
        changes = sandbox.world.evolve()
        second = sync(pipeline, sandbox, database)
        yield Story(first, changes, second, sync(pipeline, sandbox, database, "--full-refresh"))


def sync(pipeline: Pipeline, sandbox: Sandbox, database: Database, *options: str) -> Run:
    """Run both pipelines."""
    run = Run()
    read = pipeline.run(*((extractor, "target-postgres") for extractor in EXTRACTORS), options=options)
    for extractor, schema in EXTRACTORS.items():
        run.read[schema] = read[extractor]
        run.truth[schema] = truth(sandbox, schema)
        run.tables[schema] = {
            table: by_key(database.rows(schema, table), *KEYS[schema][table]) for table in database.tables(schema)
        }
        run.columns[schema] = database.query(COLUMNS, schema)
    return run


@pytest.mark.parametrize(("schema", "table"), ALL)
def test_the_first_run_brings_every_row(story: Story, schema: str, table: str) -> None:
    assert not differences(story.first.tables[schema][table], story.first.truth[schema][table])


@pytest.mark.parametrize(("schema", "table"), sorted(set(ALL) - INCREMENTAL))
def test_the_second_run_makes_a_full_table_equal_to_the_source(story: Story, schema: str, table: str) -> None:
    assert not differences(story.second.tables[schema][table], story.second.truth[schema][table])


def test_the_second_run_makes_activities_equal_within_the_look_back(story: Story) -> None:
    bookmark = max(row["date"] for row in story.first.truth["tap_analytics"]["activities"].values())
    found, expected = (
        {key: row for key, row in tables["tap_analytics"]["activities"].items() if row["date"] >= bookmark - LOOKBACK}
        for tables in (story.second.tables, story.second.truth)
    )
    # That rows are gone, or have another id, only a whole read finds out.
    unseen = {*story.changes["activities_deleted"], *story.changes["activities_reissued"]}
    assert differences(found, expected).keys() <= unseen
    assert found.keys() >= set(story.changes["activities_added"])


@pytest.mark.parametrize("table", SUPPORT)
def test_the_second_run_makes_incremental_tables_of_the_support_api_equal_but_for_deletions(
    story: Story, table: str
) -> None:
    found, expected = (tables["tap_analytics_support"][table] for tables in (story.second.tables, story.second.truth))
    deleted = set(story.changes["support_customers_deleted"]) if table == "customers" else set()
    assert differences(found, expected).keys() == deleted


@pytest.mark.parametrize(("schema", "table"), sorted(INCREMENTAL))
def test_the_second_run_begins_where_the_first_one_ended(story: Story, schema: str, table: str) -> None:
    # A list that comes newest first is read a second time at its front.
    assert story.first.read[schema][table] >= len(story.first.truth[schema][table])
    assert 0 < story.second.read[schema][table] < story.first.read[schema][table]


@pytest.mark.parametrize(("schema", "table"), ALL)
def test_a_whole_read_makes_every_table_equal_to_the_source(story: Story, schema: str, table: str) -> None:
    assert not differences(story.whole.tables[schema][table], story.whole.truth[schema][table])


def test_columns_have_the_database_s_types_and_keys_are_keys(story: Story) -> None:
    for schema, api in APIS.items():
        found = {
            (row["table"], row["name"]): (row["type"], bool(row["in_key"]))
            for row in story.first.columns[schema]
            if not row["name"].startswith("_sdc_")
        }
        config = {"api": api, "api_url": "https://api.example.com", "api_key": "k", "username": "u", "password": "p"}
        expected = {
            (entry["tap_stream_id"], name): (column_type(column), name in entry["key_properties"])
            for entry in TapAnalytics(config=config).catalog_dict["streams"]
            if entry["tap_stream_id"] in KEYS[schema]
            for name, column in entry["schema"]["properties"].items()
        }
        assert found == expected


def column_type(schema: dict[str, Any]) -> str:
    """Return the type of the column for values of a JSON schema, as PostgreSQL names it."""
    match types_of(schema):
        case ["array"]:
            item = column_type(schema.get("items", {}))
            return f"_{item if item in {'text', 'int8'} else 'jsonb'}"
        case ["string"]:
            return FORMATS.get(schema.get("format", ""), "text")
        case [name]:
            return TYPES[name]
    return "jsonb"


def test_the_customers_of_both_apis_stand_side_by_side(story: Story) -> None:
    subscription, support = (story.whole.tables[schema]["customers"] for schema in KEYS)
    assert len(subscription) > SIZE
    assert len(support) > SIZE
    assert all("mrr" in row for row in subscription.values())
    assert all("updated_datetime" in row for row in support.values())
