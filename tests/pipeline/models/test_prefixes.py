"""The models find tables whose names begin with the tap's `stream_prefix`, and say so where there are none."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.models.dbt_commands import CHECKOUT, run_dbt

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 14), reason="dbt-core 1.11 does not start with Python 3.14")

VARIABLES = {
    "tap_analytics_schema": "raw",
    "tap_analytics_support_schema": "raw",
    "tap_analytics_stream_prefix": "sales_",
    "tap_analytics_support_stream_prefix": "desk_",
}
PROJECT = {
    "packages.yml": {"packages": [{"local": str(CHECKOUT / "dbt")}]},
    "dbt_project.yml": {"name": "own", "version": "1.0.0", "profile": "own", "vars": {"tap_analytics": VARIABLES}},
    "profiles.yml": {
        "own": {
            "target": "duckdb",
            "outputs": {"duckdb": {"type": "duckdb", "path": "analytics.duckdb", "schema": "analytics"}},
        }
    },
}
RUN = ["run", "--select", "+int_account", "stg_subscription__activities", "stg_support__tickets"]
EXECUTE = "{% macro execute(sql) %}{% do run_query('begin; ' ~ sql ~ '; commit') %}{% endmacro %}"


def execute(*statements: str) -> list[str]:
    """Return a command of dbt that executes some statements: without it, dbt would be loaded again behind each."""
    return ["run-operation", "execute", "--args", json.dumps({"sql": "; ".join(statements)})]


def test_tables_are_found_by_the_prefix_of_their_api_and_others_like_them_are_told(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415 - dbt brings it, where there is dbt

    for name, content in PROJECT.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "execute.sql").write_text(EXECUTE)
    tables = execute(
        "create schema raw",
        "create table raw.a_activities as select 'a' as uuid, null as _rescued_data",
        "create table raw.tickets as select 7 as id, null as _rescued_data",
        # Tables of another tap are none of ours.
        "create table raw.other_customers as select 1 as id",
        "create table raw.other_plans as select 1 as id",
    )
    sales = execute("alter table raw.a_activities rename to sales_activities")
    *_, neither, _, warned, one = run_dbt(tmp_path, ["deps"], tables, RUN, sales, ["--warn-error", *RUN], RUN)

    subscription = "there is raw.a_activities: set the variable tap_analytics_stream_prefix to 'a_'"
    support = "there is raw.tickets: set the variable tap_analytics_support_stream_prefix to ''"
    assert neither["int_account"].startswith("error: ")
    assert "no table of the subscription API (raw.sales_account and so on), and none of" in neither["int_account"]
    assert subscription in neither["int_account"]
    assert support in neither["int_account"]
    assert neither["stg_subscription__activities"] == "skipped"
    assert support in warned["int_account"]
    assert subscription not in warned["int_account"]
    assert set(one.values()) == {"success"}
    with closing(duckdb.connect(str(tmp_path / "analytics.duckdb"))) as connection:
        rows = connection.execute("select uuid from analytics_staging.stg_subscription__activities").fetchall()
    assert rows == [("a",)]
