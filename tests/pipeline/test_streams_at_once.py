"""Streams that are read at once, and whose records come in turns, make the tables of streams read one by one."""

from __future__ import annotations

from itertools import groupby
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from demo.database import postgres
from tests.faults.runs import run_here
from tests.faults.server import Server, whole
from tests.pipeline.files import duckdb_rows, jsonl_rows, needs_duckdb
from tests.pipeline.loading import load
from tests.pipeline.truth import by_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.server import End, Request
    from tests.singer import Run

STREAMS = ("events", "orders", "people")
PAGES, ROWS = 6, 10

# Less than half of a stream's rows, so that the targets store some of one stream between records of another.
BATCH = {"batch_size_rows": 25}


def rows_of(page: int) -> list[dict[str, Any]]:
    """Return the rows of a page; the first of each page has one key, and only the last of these is to stay."""
    return [
        {
            "id": f"k{page * row}" if row else "k",
            "text": f"{page}/{row}",
            "at": f"2024-01-{page + 1:02}T00:00:{row:02}Z",
        }
        for row in range(ROWS)
    ]


def read(max_parallel_streams: int) -> Run:
    """Sync all streams; those that are read at once get each of their pages at the same time."""
    together = Barrier(max_parallel_streams)

    def answer(request: Request) -> list[bytes | float | End]:
        page = int(request.params.get("cursor", "0"))
        if page:
            # The first request of a run goes alone.
            together.wait(30)
        return [whole({"data": rows_of(page), "next": str(page + 1) if page + 1 < PAGES else None})]

    schema = {name: {"type": "string"} for name in ("id", "text")} | {"at": {"type": "string", "format": "date-time"}}
    endpoint: dict[str, Any] = {
        "data_selector": "data",
        "paginator": {"type": "cursor", "cursor_path": "next"},
        "incremental": {"cursor_path": "at"},
    }
    resources = [
        {
            "name": name,
            "primary_key": "id",
            "schema": {"type": "object", "properties": schema},
            "endpoint": {"path": f"/{name}", **endpoint},
        }
        for name in STREAMS
    ]
    with Server(answer) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": "key", "resources": resources}
        run = run_here({**config, "max_parallel_streams": max_parallel_streams})
    assert run.exit_code == 0, run.stderr
    return run


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    """The streams read one after another, and at once."""
    runs = read(1), read(len(STREAMS))
    turns = [
        [stream for stream, _ in groupby(m["stream"] for m in run.messages if m["type"] == "RECORD")] for run in runs
    ]
    assert sorted(turns[0]) == list(STREAMS)
    assert len(turns[1]) > len(STREAMS)
    return runs


def check(runs: tuple[Run, Run], folder: Path, store: Callable[[str, str, Path], tuple[Any, Any]]) -> None:
    """Compare what a target has stored of both runs.

    Args:
        runs: Both runs.
        folder: A folder for files.
        store: Loads messages, and returns the target's last state and the rows of each stream.
    """
    stored = []
    for number, run in enumerate(runs):
        (place := folder / str(number)).mkdir()
        state, tables = store(run.stdout, f"run_{number}", place)
        assert state == run.state
        stored.append(tables)
    assert stored[0] == stored[1]
    assert stored[1]["orders"]["k"]["text"] == f"{PAGES - 1}/0"
    assert [len(stored[1][name]) for name in STREAMS] == [
        len({row["id"] for p in range(PAGES) for row in rows_of(p)})
    ] * 3


def test_postgres_stores_the_same(meltano: Path, runs: tuple[Run, Run], tmp_path: Path) -> None:
    with postgres(tmp_path) as database:

        def store(messages: str, schema: str, folder: Path) -> tuple[Any, Any]:
            settings = {"sqlalchemy_url": database.url, "default_target_schema": schema, "validate_records": False}
            state = load(meltano, "target-postgres", messages, folder, **settings, **BATCH)
            return state, {name: by_key(database.rows(schema, name), "id") for name in STREAMS}

        check(runs, tmp_path, store)


@needs_duckdb
def test_duckdb_stores_the_same(meltano: Path, runs: tuple[Run, Run], tmp_path: Path) -> None:
    def store(messages: str, schema: str, folder: Path) -> tuple[Any, Any]:
        file = folder / "analytics.duckdb"
        state = load(
            meltano, "target-duckdb", messages, folder, filepath=str(file), default_target_schema=schema, **BATCH
        )
        queries = {name: f"select id, text, at::varchar as at from {schema}.{name}" for name in STREAMS}  # noqa: S608
        return state, {name: by_key(rows, "id") for name, rows in duckdb_rows(meltano, file, queries).items()}

    check(runs, tmp_path, store)


def test_jsonl_stores_the_same(meltano: Path, runs: tuple[Run, Run], tmp_path: Path) -> None:
    def store(messages: str, _: str, folder: Path) -> tuple[Any, Any]:
        state = load(meltano, "target-jsonl", messages, folder, destination_path=str(folder))
        # It appends, and the last row of a key counts.
        return state, {name: {row["id"]: row for row in jsonl_rows(folder, name)} for name in STREAMS}

    check(runs, tmp_path, store)
