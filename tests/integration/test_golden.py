"""The whole output of each stream, message by message, as it was once read and found right.

After a change that is meant, `UPDATE_GOLDEN=1 uv run pytest tests/integration/test_golden.py` writes the files anew;
the difference then tells the reviewer what the change does to the tables of every user.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from analytics_sandbox import Sandbox

from tap_analytics.tap import STREAMS, TapAnalytics
from tests.singer import Run, select, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Saturday in mid-quarter: the open day, week, month and quarter end on four different days.
NOW = datetime(2024, 6, 15, 12, tzinfo=timezone.utc)
GOLDEN = Path(__file__).parent / "golden"
CASES = [(api, stream.name) for api in STREAMS for stream in streams_of(api)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose clock stands still."""
    with Sandbox(seed=7, size=4, now=NOW) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("api", "stream"), CASES)
def test_a_stream_s_output_is_what_it_was(sandbox: Sandbox, api: str, stream: str) -> None:
    config = getattr(sandbox, f"{api}_config") | {"start_date": "2024-03-01"}
    written = io.StringIO()
    with time_machine.travel(NOW, tick=False), redirect_stdout(written):
        catalog = select(TapAnalytics(config=config).catalog_dict, stream)
        TapAnalytics(config=config, catalog=catalog).sync_all()
    golden = GOLDEN / f"{api}_{stream}.jsonl"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written.getvalue(), encoding="utf-8")
    run = Run(0, written.getvalue(), "")
    assert run.records(stream)
    assert run.messages == Run(0, golden.read_text(encoding="utf-8"), "").messages
