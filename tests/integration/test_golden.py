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
from singer_sdk.streams import RESTStream

from tap_analytics.apis.registry import STREAMS
from tap_analytics.sync.stream import AnalyticsStream
from tap_analytics.tap import TapAnalytics
from tests.faults.runs import catalog_of
from tests.singer import Run, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Saturday in mid-quarter: the open day, week, month and quarter end on four different days.
NOW = datetime(2024, 6, 15, 12, tzinfo=timezone.utc)
GOLDEN = Path(__file__).parent / "golden"
CASES = [(api, stream.name) for api in STREAMS for stream in streams_of(api)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose clock stands still."""
    with Sandbox(seed=7, size=5, now=NOW) as sandbox:
        yield sandbox


def _output(sandbox: Sandbox, api: str, stream: str) -> str:
    config = getattr(sandbox, f"{api}_config") | {"start_date": "2024-03-01"}
    written = io.StringIO()
    with time_machine.travel(NOW, tick=False), redirect_stdout(written):
        TapAnalytics(config=config, catalog=catalog_of(config, stream)).sync_all()
    return written.getvalue()


def _golden(api: str, stream: str) -> Path:
    return GOLDEN / f"{api}_{stream}.jsonl"


@pytest.mark.parametrize(("api", "stream"), CASES)
def test_a_stream_s_output_is_what_it_was(sandbox: Sandbox, api: str, stream: str) -> None:
    output = _output(sandbox, api, stream)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        _golden(api, stream).write_text(output, encoding="utf-8")
    run = Run(0, output, "")
    assert run.records(stream)
    assert run.messages == Run(0, _golden(api, stream).read_text(encoding="utf-8"), "").messages


@pytest.mark.parametrize(("api", "stream"), CASES)
def test_the_short_way_to_stdout_gives_the_messages_of_the_sdk_s(
    sandbox: Sandbox, api: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnalyticsStream, "_write_record_message", RESTStream._write_record_message)  # noqa: SLF001
    golden = Run(0, _golden(api, stream).read_text(encoding="utf-8"), "")
    assert Run(0, _output(sandbox, api, stream), "").messages == golden.messages
