"""Every row arrives in every target that `meltano.yml` names, whatever the rows look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from demo.database import postgres
from tests.faults.runs import run_here
from tests.faults.server import Server, whole
from tests.pipeline.files import csv_rows, duckdb_rows, jsonl_rows, needs_duckdb
from tests.pipeline.loading import load, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.server import End, Request

SCHEMA = "tap_analytics"

# Rows that mislead a reader of CSV files which guesses at headers, separators, quotes and ends of lines.
ROWS: dict[str, list[dict[str, Any]]] = {
    "all_texts": [{"id": f"k{n}", "text": f"v{n}"} for n in range(5)],
    "one_row": [{"id": "k", "text": "v"}],
    "a_name_before_numbers": [{"id": "name", "text": "value"}, *({"id": str(n), "text": str(n)} for n in range(5))],
    "a_name_before_dates": [{"id": "name", "text": "date"}, *({"id": str(n), "text": "2024-02-03"} for n in range(5))],
    "numbers": [{"id": n, "text": f"{n}", "number": n / 8} for n in range(5)],
    "nulls_first": [{"id": "x", "text": None}, *({"id": str(n), "text": str(n)} for n in range(5))],
    "separators": [{"id": f"k{n};|", "text": "a;b|c\td,e"} for n in range(5)],
    "quotes": [{"id": f"k{n}", "text": '"a" \'b\', C:\\"d\\'} for n in range(5)],
    "line_ends": [{"id": f"k{n}", "text": "a\nb\r\nc\rd"} for n in range(5)],
    "comments": [{"id": f"#{n}", "text": "# a"} for n in range(5)],
    # A reader that guesses looks at some thousand rows at most.
    "quotes_late": [*({"id": f"k{n}", "text": "a"} for n in range(3_000)), {"id": "last", "text": '"a"\n"b", c'}],
}


def answer(request: Request) -> list[bytes | float | End]:
    """Answer with the rows of a stream."""
    return [whole(ROWS[request.path.removeprefix("/")])]


@pytest.fixture(scope="module")
def messages() -> str:
    """What the tap writes for all of these rows."""
    texts = {"type": ["string", "null"]}
    columns = {"numbers": ({"type": "integer"}, {"number": {"type": ["number", "null"]}})}
    resources = [
        {
            "name": name,
            "primary_key": "id",
            "schema": {"type": "object", "properties": {"id": key, "text": texts, **more}},
            "endpoint": {"path": f"/{name}", "paginator": {"type": "single_page"}},
        }
        for name in ROWS
        for key, more in (columns.get(name, ({"type": "string"}, {})),)
    ]
    with Server(answer) as server:
        run = run_here({"api": "declared", "api_url": server.url, "api_key": "key", "resources": resources})
    assert run.exit_code == 0, run.stderr
    return run.stdout


def check(rows_of: Callable[[str], list[dict[str, Any]]]) -> None:
    """Compare what a target stored with what was sent, stream by stream."""
    for name, sent in ROWS.items():
        stored = {row["id"]: row["text"] for row in rows_of(name)}
        assert sent[0]["id"] in stored, f"{name}: the first row is lost"
        assert sent[-1]["id"] in stored, f"{name}: the last row is lost"
        assert stored == {row["id"]: row["text"] for row in sent}, name


def test_postgres_stores_every_row(meltano: Path, messages: str, tmp_path: Path) -> None:
    with postgres(tmp_path) as database:
        load(
            meltano,
            "target-postgres",
            messages,
            tmp_path,
            sqlalchemy_url=database.url,
            default_target_schema=SCHEMA,
        )
        check(lambda name: database.rows(SCHEMA, name))


@needs_duckdb
def test_duckdb_stores_every_row(meltano: Path, messages: str, tmp_path: Path) -> None:
    file = tmp_path / "analytics.duckdb"
    load(meltano, "target-duckdb", messages, tmp_path, filepath=str(file), default_target_schema=SCHEMA)
    queries = {name: f"select id, text from {SCHEMA}.{name}" for name in ROWS}  # noqa: S608 - our own names
    check(duckdb_rows(meltano, file, queries).__getitem__)


def test_jsonl_stores_every_row(meltano: Path, messages: str, tmp_path: Path) -> None:
    load(meltano, "target-jsonl", messages, tmp_path, destination_path=str(tmp_path))
    check(lambda name: jsonl_rows(tmp_path, name))


def test_csv_stores_every_row(meltano: Path, messages: str, tmp_path: Path) -> None:
    load(meltano, "target-csv", messages, tmp_path, **settings_of("target-csv") | {"output_path": str(tmp_path)})
    for name, sent in ROWS.items():
        # All values are texts, and null is an empty one.
        texts = [{column: "" if value is None else str(value) for column, value in row.items()} for row in sent]
        assert [{column: row[column] for column in texts[0]} for row in csv_rows(tmp_path, name)] == texts, name
